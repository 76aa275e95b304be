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
    // Some hundred thousand hosts; the crate's own limits end at fifteen thousand.
    options.budget = serde_saphyr::budget! { max_events: 80_000_000, max_nodes: 20_000_000 };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let line = error.location().map(|place| place.line());
        let reason = error.to_string().replace('\n', " ");
        // The line is told before the reason, with the file.
        let end = line.and_then(|_| reason.rfind(" at line ")).unwrap_or(reason.len());
        Fault { line, reason: plain(&reason[..end]) }
    })
}

/// Says in a user's words what the parser says in its own.
fn plain(reason: &str) -> String {
    match reason {
        "expected mapping start" => "expected `name: value` lines, or {name: value, ...}",
        "expected sequence start" => "expected a list: `- value` lines, or [value, ...]",
        "unexpected end of input" => "there is nothing in it",
        "invalid u16" => "expected a whole number from 0 to 65535",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn refused(text: &str) -> String {
        parse::<BTreeMap<String, BTreeMap<String, u16>>>(text).unwrap_err().reason
    }

    #[test]
    fn the_words_of_the_parser_are_told_in_those_of_a_user() {
        assert_eq!(refused("r1: ["), "expected `name: value` lines, or {name: value, ...}");
        assert_eq!(refused("r1: {port: 99999}"), "expected a whole number from 0 to 65535");
    }
}
