//! What to look for in what a device shows.

use super::{ErrorKind, Phase, SessionError};
use crate::platform::Pattern;
use std::fmt;

/// What to look for on a line that a device shows. A text is one by itself: it may stand anywhere on the line.
///
/// ```
/// use linecrew_core::session::Expect;
///
/// let text = Expect::from("[confirm]");
/// let pattern = Expect::regex(r"\[y(es)?/no?\][:?]?\s?$")?;
/// assert!(Expect::regex("(").is_err());
/// # drop((text, pattern));
/// # Ok::<(), linecrew_core::session::SessionError>(())
/// ```
pub struct Expect(Look);

enum Look {
    Text(String),
    Regex(String, Pattern),
}

impl Expect {
    /// A regular expression, read as platform definitions are: PCRE2, caseless, `^` and `$` at every line. A malformed one
    /// is an error of kind [`ErrorKind::Input`].
    pub fn regex(pattern: &str) -> Result<Self, SessionError> {
        match Pattern::regex(pattern) {
            Ok(compiled) => Ok(Self(Look::Regex(pattern.to_owned(), compiled))),
            Err(reason) => {
                Err(SessionError::new(ErrorKind::Input, Phase::Command, "", format!("{pattern}: {reason}")))
            }
        }
    }

    pub(super) fn is_in(&self, line: &str) -> bool {
        match &self.0 {
            Look::Text(text) => line.contains(text.as_str()),
            Look::Regex(_, pattern) => pattern.is_match(line),
        }
    }
}

impl From<&str> for Expect {
    fn from(text: &str) -> Self {
        Self(Look::Text(text.to_owned()))
    }
}

impl From<String> for Expect {
    fn from(text: String) -> Self {
        Self(Look::Text(text))
    }
}

impl fmt::Debug for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Look::Text(text) => f.debug_tuple("Expect").field(text).finish(),
            Look::Regex(pattern, _) => f.debug_tuple("Expect").field(&format_args!("/{pattern}/")).finish(),
        }
    }
}
