//! A platform definition that cannot be used.

use std::error::Error;
use std::fmt;

/// Why a platform could not be had: on one line the file, the line and the mode where they are known, and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformError {
    origin: String,
    line: Option<u64>,
    mode: Option<String>,
    reason: String,
}

impl PlatformError {
    pub(super) fn new(origin: &str, reason: impl Into<String>) -> Self {
        Self { origin: origin.to_owned(), line: None, mode: None, reason: reason.into() }
    }

    pub(super) fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    pub(super) fn in_mode(mut self, mode: &str) -> Self {
        self.mode = Some(mode.to_owned());
        self
    }

    /// The file, or the name that was looked for.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The line of the file, counted from 1.
    pub fn line(&self) -> Option<u64> {
        self.line
    }

    /// The mode in whose part of the file the fault is.
    pub fn mode(&self) -> Option<&str> {
        self.mode.as_deref()
    }

    /// What is wrong.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for PlatformError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        f.write_str(": ")?;
        if let Some(mode) = &self.mode {
            write!(f, "mode {mode}: ")?;
        }
        f.write_str(&self.reason)
    }
}

impl Error for PlatformError {}
