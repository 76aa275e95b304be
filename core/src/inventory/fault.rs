//! What is wrong with a part of a file.

use super::error::InventoryError;
use crate::yaml;
use serde::de::{Error, Expected, Unexpected};
use std::fmt;
use std::path::Path;

/// What is wrong: the line where it is known, the keys that lead there, the reason. It quotes no value, which may be a
/// secret in the wrong place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) line: Option<u64>,
    keys: Vec<String>,
    reason: String,
}

impl Fault {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), ..Self::default() }
    }

    /// Sets the line, unless a nearer one is known.
    pub(super) fn at_line(mut self, line: Option<u64>) -> Self {
        self.line = self.line.or(line);
        self
    }

    /// It is under this key.
    pub(super) fn under(mut self, key: impl Into<String>) -> Self {
        self.keys.insert(0, key.into());
        self
    }

    /// It is in this file.
    pub(super) fn of(self, origin: &Path) -> InventoryError {
        InventoryError::new(origin, self.to_string()).at_line(self.line)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.keys.iter().try_for_each(|key| write!(f, "{key}: "))?;
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Fault {}

impl From<yaml::Fault> for Fault {
    fn from(fault: yaml::Fault) -> Self {
        Self::new(fault.reason).at_line(fault.line)
    }
}

impl Error for Fault {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self::new(reason.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {}", in_words(&expected.to_string())))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn unknown_field(key: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("unknown key {key}; expected one of {}", expected.join(", ")))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("expected one of {}", expected.join(", ")))
    }
}

/// Says in a user's words what serde says in its own.
fn in_words(expected: &str) -> &str {
    match expected {
        "u16" => "a whole number from 0 to 65535",
        "u32" | "usize" | "u64" => "a whole number, not below 0",
        "f64" => "a number",
        "a boolean" => "true or false",
        "a string" | "path string" => "a text",
        "a sequence" => "a list: `- value` lines, or [value, ...]",
        "a map" => "`name: value` lines, or {name: value, ...}",
        text if text.starts_with("struct ") => "`name: value` lines, or {name: value, ...}",
        other => other,
    }
}
