//! Where the journal of a run is kept.

use crate::exit::Usage;
use crate::fleet_args::JournalArgs;
use linecrew_core::fleet::{Journal, Record};
use linecrew_core::inventory::Inventory;
use std::io;
use std::path::Path;

impl JournalArgs {
    /// Begins the journal that the arguments name.
    pub(crate) fn begin(
        &self,
        commands: &[String],
        writes: bool,
        inventory: &Inventory,
    ) -> Result<Journal, Usage> {
        let create = |path: &Path| {
            Journal::create(path, commands, writes, inventory.hosts().iter().map(|host| host.name()))
        };
        let created = match &self.journal {
            Some(path) => create(path).map_err(|error| (path.clone(), error)),
            None => numbered(&self.runs, create).map_err(|error| (self.runs.clone(), error)),
        };
        created.map_err(|(path, error)| {
            let path = path.display();
            Usage::new(format!(
                "{path}: no journal can be written: {error}; --journal FILE names another place"
            ))
        })
    }

    /// Goes on with a journal.
    pub(crate) fn go_on(path: &Path) -> Result<(Journal, Record), Usage> {
        Journal::resume(path).map_err(Usage::new)
    }
}

/// The next number in a folder. Another process may take it first.
fn numbered(folder: &Path, create: impl Fn(&Path) -> io::Result<Journal>) -> io::Result<Journal> {
    std::fs::create_dir_all(folder)?;
    let number = |entry: io::Result<std::fs::DirEntry>| -> Option<u32> {
        entry.ok()?.file_name().to_str()?.strip_suffix(".jsonl")?.parse().ok()
    };
    let mut last = std::fs::read_dir(folder)?.filter_map(number).max().unwrap_or(0);
    loop {
        last += 1;
        match create(&folder.join(format!("{last:04}.jsonl"))) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => return other,
        }
    }
}
