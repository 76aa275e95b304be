//! Reads inventories, whatever their format.

use super::credential::Credential;
use super::draft::{Draft, Drafted};
use super::error::InventoryError;
use super::fault::Fault;
use super::format::{Format, Outside, of_node};
use super::node::Node;
use super::secrets::{Asker, Secrets};
use super::{Inventory, ansible, csv, file, nornir, program};
use crate::secret::Secret;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Reads an inventory: a file or a folder in any [`Format`], which is found out unless told.
///
/// ```
/// use linecrew_core::inventory::{Format, Loader};
///
/// let list = "sw[01:20].ams.example\n[core]\nr1 ansible_host=192.0.2.1 ansible_network_os=cisco.ios.ios\n";
/// let inventory = Loader::default().format(Format::AnsibleIni).parse(list, "hosts")?;
/// assert_eq!((inventory.len(), inventory.host("r1").unwrap().hostname()), (21, "192.0.2.1"));
/// # Ok::<(), linecrew_core::inventory::InventoryError>(())
/// ```
#[derive(Default)]
pub struct Loader {
    format: Option<Format>,
    credentials: BTreeMap<String, Drafted<Credential>>,
    asker: Option<Arc<Asker>>,
}

impl Loader {
    /// Sets the format. Unless set it is found out, by the extension and by what stands in the file.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Adds what stands under the key `credentials` of a YAML file, such as a program's configuration, to the credentials
    /// that hosts may name; those of the inventory itself count more. `origin` is that file.
    pub fn credentials(mut self, text: &str, origin: impl AsRef<Path>) -> Result<Self, InventoryError> {
        let origin = Arc::from(origin.as_ref());
        let read = |text| {
            let node = Node::from_yaml(text)?;
            let found = node.into_map()?.into_iter().find(|(key, _)| key == "credentials");
            let Some((key, node)) = found else { return Ok(BTreeMap::new()) };
            file::credentials(node, &origin).map_err(|fault| fault.under(key))
        };
        self.credentials.extend(read(text).map_err(|fault: Fault| fault.of(&origin))?);
        Ok(self)
    }

    /// Sets who answers `{prompt: TEXT}`; it is given the text, and called on the thread that needs the secret, one call
    /// at a time. Unless set, such a secret cannot be read.
    pub fn on_prompt(mut self, ask: impl Fn(&str) -> io::Result<Secret> + Send + Sync + 'static) -> Self {
        self.asker = Some(Arc::new(ask));
        self
    }

    /// Reads a file, a folder, or what a program prints.
    pub fn load(&self, path: impl AsRef<Path>) -> Result<Inventory, InventoryError> {
        let path = path.as_ref();
        let draft = match self.format {
            Some(Format::Program) => self.printed(path)?,
            None if program::is_one(path) => self.printed(path)?,
            None | Some(Format::Nornir) if nornir::is_folder(path) => nornir::folder(path)?,
            _ if path.is_dir() => ansible::folder(path)?,
            _ => self.draft(&read(path)?, path)?,
        };
        self.resolve(draft)
    }

    /// Parses the text of a file; `origin` is the file that errors name and that paths are relative to. Files beside it
    /// that belong to it are read.
    pub fn parse(&self, text: &str, origin: impl AsRef<Path>) -> Result<Inventory, InventoryError> {
        self.resolve(self.draft(text, origin.as_ref())?)
    }

    fn resolve(&self, mut draft: Draft) -> Result<Inventory, InventoryError> {
        for (name, credential) in &self.credentials {
            draft.credentials.entry(name.clone()).or_insert_with(|| credential.clone());
        }
        draft.resolve(&Arc::new(Secrets::new(self.asker.clone())))
    }

    fn printed(&self, path: &Path) -> Result<Draft, InventoryError> {
        let text = program::output(path)?;
        let as_told =
            Self { format: self.format.filter(|format| *format != Format::Program), ..Self::default() };
        as_told.draft(&text, path)
    }

    fn draft(&self, text: &str, origin: &Path) -> Result<Draft, InventoryError> {
        let origin: Arc<Path> = Arc::from(origin);
        // A mark of UTF-8, as spreadsheets write it.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let outside = match self.format {
            Some(Format::AnsibleIni) => Outside::Ini,
            Some(Format::Csv) => Outside::Csv,
            Some(_) if Outside::of(&origin, text) != Outside::Json => Outside::Yaml,
            Some(_) => Outside::Json,
            None => Outside::of(&origin, text),
        };
        let node = match outside {
            Outside::Ini => return ansible::ini(text, &origin),
            Outside::Csv => return csv::read(text, &origin).map_err(|fault| fault.of(&origin)),
            Outside::Json => Node::from_json(text),
            Outside::Yaml => Node::from_yaml(text),
        };
        let node = node.map_err(|fault| fault.of(&origin))?;
        let format = self.format.map_or_else(|| of_node(&node).map_err(|fault| fault.of(&origin)), Ok)?;
        match format {
            Format::Nornir => nornir::read(node, &origin),
            Format::AnsibleYaml => ansible::yaml(node, &origin),
            Format::AnsibleList => ansible::list(node, &origin),
            _ => file::read(node, &origin).map_err(|fault| fault.of(&origin)),
        }
    }
}

/// The text of a file.
pub(super) fn read(path: &Path) -> Result<String, InventoryError> {
    std::fs::read_to_string(path)
        .map_err(|error| InventoryError::new(path, format!("the inventory cannot be read: {error}")))
}
