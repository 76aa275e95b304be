//! What an error tells beyond who, where and what.

use crate::seen::Seen;
use std::borrow::Cow;
use std::fmt;

/// What was expected, what was seen last, and what to do, as far as each is known. `Display` appends them to a line.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) expected: Option<Cow<'static, str>>,
    pub(crate) seen: Option<Seen>,
    pub(crate) hint: Option<Cow<'static, str>>,
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(expected) = &self.expected {
            write!(f, "; expected {expected}")?;
        }
        if let Some(seen) = &self.seen {
            write!(f, "; last seen {seen}")?;
        }
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "; {hint}"))
    }
}
