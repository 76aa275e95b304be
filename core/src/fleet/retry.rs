//! When a host is tried again.

use std::time::Duration;

/// How often, and after which delays, a host is tried again whose connection was refused, reset, silent or one too many
/// for the device. Never again is what an answer has decided: a refused password, a changed host key, a failed command;
/// nor a host that was sent anything not known to only read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    pub(super) delays: Vec<Duration>,
}

impl Default for Retry {
    /// Twice: after 2 seconds and after 10.
    fn default() -> Self {
        Self::after([Duration::from_secs(2), Duration::from_secs(10)])
    }
}

impl Retry {
    /// After these delays, each up to a quarter longer by chance.
    pub fn after(delays: impl IntoIterator<Item = Duration>) -> Self {
        Self { delays: delays.into_iter().collect() }
    }

    /// Never.
    pub fn never() -> Self {
        Self::after([])
    }
}
