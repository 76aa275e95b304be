//! Finds the template for a command of a platform, in folders with an index and in the built-in set.

mod error;
mod expression;
mod index;
mod parser;
mod places;
mod shelf;

pub use error::LookupError;
pub use parser::Parser;

use shelf::Shelf;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// Templates by platform and command. Clones share what was read, so one is enough for all workers.
///
/// It looks in folders that have an `index`, as ntc-templates' has, and in the built-in set, in this order; the first
/// that knows the command serves. What is read, an index or a template, is read once.
///
/// ```
/// use linecrew_core::textfsm::Templates;
///
/// let parser = Templates::builtin().find("frr", "sh ver")?;
/// let table = parser.parse_text("FRRouting 8.4.4 (R101) on Linux(5.10.0).\n")?;
/// assert_eq!(table.rows()[0].text("VERSION"), "8.4.4");
/// assert_eq!(parser.name(), "built-in frr_show_version.textfsm");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Templates {
    /// Folders that somebody named, those to look in first at the head.
    named: Vec<Arc<Shelf>>,
    /// Those of the machine, if they count; looked for when none of the named ones serves.
    installed: Option<Arc<OnceLock<Vec<Arc<Shelf>>>>>,
}

impl Templates {
    /// The templates that come with the crate, alone.
    pub fn builtin() -> Self {
        Self { named: Vec::new(), installed: None }
    }

    /// The folders that this machine has, then the built-in set: `$NET_TEXTFSM`, `$NTC_TEMPLATES_DIR`, an installed Python
    /// package `ntc_templates`, and `~/ntc-templates`.
    ///
    /// Python's packages are looked for in the virtual environment, beside the `python3` of the search path, in the
    /// user's own and the system's folders, at the first look-up that needs them. A variable that names a folder without an
    /// index is an error then.
    pub fn installed() -> Self {
        Self { named: Vec::new(), installed: Some(Arc::default()) }
    }

    /// Looks in this folder first. It has an `index`, or is a checkout of ntc-templates, which has it deeper.
    pub fn with_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.named.insert(0, Arc::new(Shelf::folder(folder.into())));
        self
    }

    /// What parses the reply to a command.
    ///
    /// The platform is named as the index names it, `cisco_ios`; ours know linecrew's name too, `cisco_iosxe`. A command may
    /// be abbreviated as far as the index allows; how many spaces it has between its words does not count. An unknown
    /// platform or command is an error that lists those that are near.
    pub fn find(&self, platform: &str, command: &str) -> Result<Parser, LookupError> {
        self.find_as(&[platform], command)
    }

    /// As [`find`](Self::find), for a platform that goes by several names, that of ntc-templates being the last.
    ///
    /// In each folder a name counts before those behind it if the index there has it, to its end; the last counts in any case. So
    /// a folder of one's own may name a platform as linecrew does, or as the inventory does.
    ///
    /// ```
    /// use linecrew_core::platform::Platform;
    /// use linecrew_core::textfsm::Templates;
    ///
    /// let platform = Platform::builtin("ios")?;
    /// let names = platform.template_names();
    /// assert_eq!(names, ["cisco_iosxe", "cisco_ios"]);
    /// let parser = Templates::builtin().find_as(&["ios", names[0], names[1]], "show version")?;
    /// assert!(parser.header().contains(&"VERSION".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn find_as(&self, platforms: &[&str], command: &str) -> Result<Parser, LookupError> {
        let command = command.split_whitespace().collect::<Vec<_>>().join(" ");
        for shelf in self.shelves() {
            if let Some(parser) = shelf.find(platforms, &command)? {
                return Ok(parser);
            }
        }
        let shelves: Vec<&Shelf> = self.shelves().collect();
        Err(LookupError::unknown(platforms, &command, &shelves))
    }

    /// The commands that are known for a platform, as their index writes them, abbreviations written out.
    pub fn commands(&self, platform: &str) -> Result<Vec<String>, LookupError> {
        let mut commands = Vec::new();
        for shelf in self.shelves() {
            commands.extend(shelf.index()?.of_platform(platform).map(index::Row::command));
        }
        commands.sort();
        commands.dedup();
        Ok(commands)
    }

    /// Where it looks, in order.
    fn shelves(&self) -> impl Iterator<Item = &Shelf> {
        static BUILTIN: OnceLock<Shelf> = OnceLock::new();
        let installed = self.installed.iter().flat_map(|found| found.get_or_init(of_machine));
        let builtin = std::iter::once_with(|| BUILTIN.get_or_init(Shelf::builtin));
        self.named.iter().chain(installed).map(|shelf| &**shelf).chain(builtin)
    }
}

fn of_machine() -> Vec<Arc<Shelf>> {
    let folders = places::find(&|name| std::env::var_os(name));
    folders.into_iter().map(|folder| Arc::new(Shelf::folder(folder))).collect()
}

#[cfg(test)]
mod tests;
