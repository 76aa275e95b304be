//! The lines of a journal.

use crate::fleet::{Cause, Outcome, Status};
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) linecrew_journal: u32,
    pub(super) at: String,
    pub(super) commands: Vec<String>,
    /// Whether it may send what is not known to only read.
    pub(super) writes: bool,
    pub(super) hosts: Vec<String>,
}

/// What happened to a host.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) host: String,
    pub(super) at: String,
    #[serde(flatten)]
    pub(super) told: Told,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Told {
    Started { attempt: u32 },
    WriteSent,
    Outcome(Entry),
}

/// The outcome of a host as a journal has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// How it ended.
    pub status: Status,
    /// Why not well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// In which phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// Why, on one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// From the first attempt to the end.
    pub elapsed_ms: u64,
    /// How often it was tried.
    pub attempts: u32,
}

impl Entry {
    pub(super) fn new<T>(outcome: &Outcome<T>, error: Option<&str>) -> Self {
        Self {
            status: outcome.status,
            cause: outcome.cause,
            phase: outcome.result.as_ref().err().map(super::super::HostError::phase),
            error: error.map(str::to_owned),
            elapsed_ms: millis(outcome.elapsed),
            attempts: outcome.attempts,
        }
    }

    /// That of a host that was written to when the process was killed.
    pub(super) fn unknown() -> Self {
        let error = "the run ended behind a write, and before anybody knew what became of it".to_owned();
        Self {
            status: Status::Unknown,
            cause: None,
            phase: None,
            error: Some(error),
            elapsed_ms: 0,
            attempts: 0,
        }
    }
}

pub(super) fn now() -> String {
    humantime::format_rfc3339_millis(SystemTime::now()).to_string()
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
