//! `group_vars` and `host_vars`: a file, or a folder of files, for each group and host.

use super::super::error::InventoryError;
use super::super::loader::read as text_of;
use super::super::node::Node;
use super::model::{Model, Vars, vars};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What encrypted files and values begin with.
pub(super) const SEAL: &str = "$ANSIBLE_VAULT;";

/// Reads what is beside an inventory.
pub(super) fn read(folder: &Path, model: &mut Model) -> Result<(), InventoryError> {
    let (groups, hosts) = (folder.join("group_vars"), folder.join("host_vars"));
    if groups.is_dir() {
        let names = model.group_names().into_iter().chain(["all".to_owned(), "ungrouped".to_owned()]);
        for name in names.collect::<std::collections::BTreeSet<_>>() {
            let vars = of(&groups, &name, model)?;
            model.group(&name).holder.of_files.extend(vars);
        }
    }
    if hosts.is_dir() {
        for name in model.hosts().to_vec() {
            let vars = of(&hosts, &name, model)?;
            model.known_host(&name).into_iter().for_each(|host| host.of_files.extend(vars.clone()));
        }
    }
    Ok(())
}

/// The variables of one group or host.
fn of(folder: &Path, name: &str, model: &mut Model) -> Result<Vars, InventoryError> {
    let mut found = Vars::new();
    // A name from elsewhere must not lead out of the folder.
    if name.contains(['/', '\\']) || name.starts_with('.') {
        return Ok(found);
    }
    for ending in ["", ".yml", ".yaml", ".json"] {
        let path = folder.join(format!("{name}{ending}"));
        for file in files(&path)? {
            found.extend(of_file(&file, model)?);
        }
    }
    Ok(found)
}

/// The file itself, or all files below a folder, by name.
fn files(path: &Path) -> Result<Vec<PathBuf>, InventoryError> {
    if !path.is_dir() {
        return Ok(path.is_file().then(|| path.to_owned()).into_iter().collect());
    }
    let fault = |error: std::io::Error| InventoryError::new(path, format!("cannot be read: {error}"));
    let entries = std::fs::read_dir(path).map_err(fault)?;
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path()).map_err(fault)).collect::<Result<_, _>>()?;
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        let is_vars = path.is_dir() || ["", "yml", "yaml", "json"].contains(&extension.as_str());
        if is_vars && !name.starts_with('.') && !name.ends_with('~') {
            found.extend(files(&path)?);
        }
    }
    Ok(found)
}

fn of_file(path: &Path, model: &mut Model) -> Result<Vars, InventoryError> {
    let origin: Arc<Path> = Arc::from(path);
    let text = text_of(path)?;
    if text.starts_with(SEAL) {
        model.notes.push(InventoryError::new(path, "encrypted by ansible-vault, and not read"));
        model.sealed.push(origin);
        return Ok(Vars::new());
    }
    Node::from_yaml(&text).and_then(|node| vars(node, &origin)).map_err(|fault| fault.of(&origin))
}
