//! An inventory that cannot be used.

use std::fmt;
use std::path::{Path, PathBuf};

/// Why an inventory, or a secret that it names, could not be read: on one line the file, the line where it is known,
/// and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryError {
    origin: PathBuf,
    line: Option<u64>,
    reason: String,
}

impl InventoryError {
    pub(super) fn new(origin: &Path, reason: impl Into<String>) -> Self {
        Self { origin: origin.to_owned(), line: None, reason: reason.into() }
    }

    pub(super) fn at_line(mut self, line: Option<u64>) -> Self {
        self.line = line;
        self
    }

    /// The file.
    pub fn origin(&self) -> &Path {
        &self.origin
    }

    /// The line of the file, counted from 1.
    pub fn line(&self) -> Option<u64> {
        self.line
    }
}

impl fmt::Display for InventoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.origin.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl std::error::Error for InventoryError {}
