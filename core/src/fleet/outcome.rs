//! What each host of a run came to.

use super::cause::Cause;
use super::error::HostError;
use crate::inventory::Host;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What one host came to. Each host of a run has exactly one.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome<T> {
    /// The host.
    pub host: Arc<Host>,
    /// In one word.
    pub status: Status,
    /// Why it did not end well, if it did not.
    pub cause: Option<Cause>,
    /// What its job returned, or what ended it. A value may come with a status that is not well: see
    /// [`Fleet::run_judged`](super::Fleet::run_judged).
    pub result: Result<T, HostError>,
    /// The time from the start of its first attempt to the end; zero if there was none.
    pub elapsed: Duration,
    /// How often it was tried.
    pub attempts: u32,
    /// The address that its last session was opened at, if one was.
    pub served: Option<Served>,
}

/// How a host ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// All was done, and nothing was sent that is not known to only read.
    Ok,
    /// All was done, and something was sent that may have changed the device.
    Changed,
    /// It failed, or refused what it was told.
    Failed,
    /// A limit passed first; the phase of the error says which.
    TimedOut,
    /// The run was cancelled while it was under way.
    Cancelled,
    /// It was not started.
    Skipped,
    /// Something was sent that may have changed the device, and nobody knows what became of it.
    Unknown,
}

impl Status {
    /// As JSON has it: `ok`, `changed`, `failed`, `timed_out`, `cancelled`, `skipped`, `unknown`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Changed => "changed",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
            Self::Unknown => "unknown",
        }
    }

    /// Whether all was done.
    pub fn is_well(self) -> bool {
        matches!(self, Self::Ok | Self::Changed)
    }
}

/// As people read it; as JSON has it, it is [`Status::word`].
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::TimedOut { "timed out" } else { self.word() })
    }
}

/// Which address of a host a session was opened at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Served {
    /// The host name or address, as the inventory gives it, and the port where it gives one: `192.0.2.7:2022`.
    pub address: String,
    /// Whether it is the second, out-of-band address.
    pub out_of_band: bool,
}
