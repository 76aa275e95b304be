//! The templates that come with the crate.

use super::template::Template;
use std::sync::{Arc, OnceLock};

/// A template that comes with the crate: the platform and the command that it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Builtin {
    /// The platform, as its definition is named.
    pub platform: &'static str,
    /// The command, written out in full.
    pub command: &'static str,
}

struct Entry {
    builtin: Builtin,
    text: &'static str,
    template: OnceLock<Arc<Template>>,
}

impl Entry {
    const fn new(platform: &'static str, command: &'static str, text: &'static str) -> Self {
        Self { builtin: Builtin { platform, command }, text, template: OnceLock::new() }
    }

    #[allow(clippy::expect_used, reason = "the text is part of the crate, and a test parses each")]
    fn template(&self) -> Arc<Template> {
        let parse = || {
            let Builtin { platform, command } = self.builtin;
            let template = Template::parse(self.text).expect("built-in templates are well formed");
            Arc::new(template.origin(format!("built-in {platform} '{command}'")))
        };
        self.template.get_or_init(parse).clone()
    }
}

static ENTRIES: [Entry; 2] = [
    Entry::new("cisco_iosxe", "show version", include_str!("templates/cisco_iosxe_show_version.textfsm")),
    Entry::new("frr", "show version", include_str!("templates/frr_show_version.textfsm")),
];

/// The template for a command of a platform, if the crate has one. It is read once and shared from then on.
///
/// Case and extra spaces in `command` do not count; abbreviations are not known.
///
/// ```
/// let template = linecrew_core::textfsm::builtin("frr", "show version").unwrap();
/// let table = template.parse_text("FRRouting 8.4.4 (R101) on Linux(5.10.0).\n")?;
/// assert_eq!(table.rows()[0].text("VERSION"), "8.4.4");
/// # Ok::<(), linecrew_core::textfsm::ParseError>(())
/// ```
pub fn builtin(platform: &str, command: &str) -> Option<Arc<Template>> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let command = words.join(" ");
    let is_it = |known: Builtin| known.platform == platform && known.command.eq_ignore_ascii_case(&command);
    ENTRIES.iter().find(|entry| is_it(entry.builtin)).map(Entry::template)
}

/// All built-in templates.
pub fn builtins() -> impl Iterator<Item = Builtin> {
    ENTRIES.iter().map(|entry| entry.builtin)
}

#[cfg(test)]
#[path = "builtin_tests.rs"]
mod tests;
