//! The templates that come with the crate, and their index.

macro_rules! files {
    ($($name:literal)*) => { &[$(($name, include_str!(concat!("templates/", $name)))),*] };
}

static FILES: &[(&str, &str)] = files![
    "index"
    "cisco_iosxe_show_version.textfsm"
    "frr_show_version.textfsm"
];

/// The text of a file.
pub(super) fn text(file: &str) -> Option<&'static str> {
    FILES.iter().find(|(name, _)| *name == file).map(|(_, text)| *text)
}

/// The names of all files.
#[cfg(test)]
pub(super) fn files() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

#[cfg(test)]
#[path = "builtin_tests.rs"]
mod tests;
