//! Ansible's inventories: YAML, INI, and what `ansible-inventory --list` prints.
//!
//! Variables count in Ansible's order: those of `all`, then those of the groups, the farther ones first, then the host's;
//! of each, those in the inventory before those in `group_vars` and `host_vars`.

mod ini;
mod list;
mod model;
mod range;
mod settings;
mod ssh_args;
mod template;
mod vars_files;
mod words;
mod yaml;

use super::draft::Draft;
use super::error::InventoryError;
use super::format::Outside;
use super::loader::read;
use super::node::Node;
use super::program;
use model::Model;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A YAML inventory.
pub(super) fn yaml(node: Node, origin: &Arc<Path>) -> Result<Draft, InventoryError> {
    let mut model = Model::default();
    yaml::read(node, origin, &mut model).map_err(|fault| fault.of(origin))?;
    finish(model, beside(origin))
}

/// An INI inventory, or a plain list of hosts.
pub(super) fn ini(text: &str, origin: &Arc<Path>) -> Result<Draft, InventoryError> {
    let mut model = Model::default();
    ini::read(text, origin, &mut model).map_err(|fault| fault.of(origin))?;
    finish(model, beside(origin))
}

/// What `ansible-inventory --list` or an inventory script prints.
pub(super) fn list(node: Node, origin: &Arc<Path>) -> Result<Draft, InventoryError> {
    let mut model = Model::default();
    list::read(node, origin, &mut model).map_err(|fault| fault.of(origin))?;
    finish(model, beside(origin))
}

/// A folder of inventories, which are one.
pub(super) fn folder(path: &Path) -> Result<Draft, InventoryError> {
    let mut model = Model::default();
    let files = files(path)?;
    if files.is_empty() {
        return Err(InventoryError::new(path, "there is no inventory in this folder"));
    }
    for file in files {
        read_file(&file, &mut model)?;
    }
    finish(model, path)
}

fn finish(mut model: Model, folder: &Path) -> Result<Draft, InventoryError> {
    vars_files::read(folder, &mut model)?;
    settings::draft(&model)
}

fn read_file(path: &Path, model: &mut Model) -> Result<(), InventoryError> {
    let is_program = program::is_one(path);
    let text = if is_program { program::output(path)? } else { read(path)? };
    let origin: Arc<Path> = Arc::from(path);
    let read = match Outside::of(path, &text) {
        _ if is_program => Node::from_json(&text).and_then(|node| list::read(node, &origin, model)),
        Outside::Json => Node::from_json(&text).and_then(|node| list::read(node, &origin, model)),
        Outside::Yaml => Node::from_yaml(&text).and_then(|node| yaml::read(node, &origin, model)),
        Outside::Ini | Outside::Csv => ini::read(&text, &origin, model),
    };
    read.map_err(|fault| fault.of(path))
}

/// The folder whose `group_vars` and `host_vars` belong to a file.
fn beside(origin: &Path) -> &Path {
    match origin.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// The inventories of a folder, by name, without what Ansible leaves out too.
fn files(folder: &Path) -> Result<Vec<PathBuf>, InventoryError> {
    const LEFT_OUT: [&str; 11] =
        ["pyc", "pyo", "swp", "bak", "rpm", "md", "txt", "rst", "orig", "cfg", "retry"];
    let fault = |error: std::io::Error| InventoryError::new(folder, format!("cannot be read: {error}"));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        let is_vars = name == "group_vars" || name == "host_vars";
        if !is_vars
            && !name.starts_with('.')
            && !name.ends_with('~')
            && !LEFT_OUT.contains(&extension.as_str())
        {
            if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}
