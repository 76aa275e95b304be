//! YAML files of users, with errors that fit on one line.

use serde::de::DeserializeOwned;
use serde_saphyr::Options;

/// What is wrong with a text: the line, counted from 1, where it is known, and the reason.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) line: Option<u64>,
    pub(crate) reason: String,
}

/// Reads a whole text as one value.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    let mut options = Options::default();
    // A snippet of the text would take several lines, and may hold what must not be shown.
    options.with_snippet = false;
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let line = error.location().map(|place| place.line());
        let reason = error.to_string().replace('\n', " ");
        // The line is told before the reason, with the file.
        let end = line.and_then(|_| reason.rfind(" at line ")).unwrap_or(reason.len());
        Fault { line, reason: reason[..end].to_owned() }
    })
}
