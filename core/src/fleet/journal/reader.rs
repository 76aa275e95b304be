//! What a journal tells.

use super::VERSION;
use super::line::{Entry, Header, Line, Told};
use crate::fleet::Status;
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// What is in a journal.
///
/// ```no_run
/// use linecrew_core::fleet::Record;
///
/// for host in Record::load("runs/0341.jsonl")?.not_well() {
///     println!("{host}");
/// }
/// # Ok::<(), linecrew_core::fleet::JournalError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Record {
    commands: Vec<String>,
    writes: bool,
    hosts: Vec<String>,
    courses: HashMap<String, Course>,
}

#[derive(Clone, Debug, Default)]
struct Course {
    write_sent: bool,
    outcome: Option<Entry>,
}

/// A journal that cannot be read.
#[derive(Debug, thiserror::Error)]
pub struct JournalError {
    path: PathBuf,
    line: Option<usize>,
    reason: String,
}

impl JournalError {
    pub(super) fn new(path: &Path, reason: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: None, reason: reason.into() }
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        write!(f, " the journal cannot be used: {}", self.reason)
    }
}

impl Record {
    /// Reads a journal, of a run that ended, goes on, or was killed.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        Self::read(path.as_ref()).map(|(record, _)| record)
    }

    /// The same, with how many bytes its whole lines have.
    pub(super) fn read(path: &Path) -> Result<(Self, u64), JournalError> {
        let text = std::fs::read(path).map_err(|error| JournalError::new(path, error.to_string()))?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let mut record = None;
        for (index, line) in text[..whole].split_inclusive(|byte| *byte == b'\n').enumerate() {
            let fault =
                |reason: String| JournalError { line: Some(index + 1), ..JournalError::new(path, reason) };
            match &mut record {
                None => record = Some(Self::begin(line).map_err(fault)?),
                Some(record) => record.take(line).map_err(fault)?,
            }
        }
        let record = record.ok_or_else(|| JournalError::new(path, "it has no first line"))?;
        Ok((record, whole as u64))
    }

    fn begin(line: &[u8]) -> Result<Self, String> {
        let Header { linecrew_journal, commands, writes, hosts, .. } =
            serde_json::from_slice(line).map_err(|error| format!("it is no journal: {error}"))?;
        if linecrew_journal != VERSION {
            return Err(format!("its version is {linecrew_journal}; expected {VERSION}"));
        }
        Ok(Self { commands, writes, hosts, courses: HashMap::new() })
    }

    fn take(&mut self, line: &[u8]) -> Result<(), String> {
        let Line { host, told, .. } = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        let course = self.courses.entry(host).or_default();
        match told {
            // That it may have been changed before stays true.
            Told::Started { .. } => course.outcome = None,
            Told::WriteSent => course.write_sent = true,
            Told::Outcome(entry) => course.outcome = Some(entry),
        }
        Ok(())
    }

    /// What is sent to each host.
    pub fn commands(&self) -> &[String] {
        &self.commands
    }

    /// Whether the run may send what is not known to only read.
    pub fn writes(&self) -> bool {
        self.writes
    }

    /// All hosts of the run, in their order.
    pub fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// How a host ended, if it did.
    pub fn outcome(&self, host: &str) -> Option<&Entry> {
        self.courses.get(host)?.outcome.as_ref()
    }

    /// The hosts that did not end well: those to work on once more.
    pub fn not_well(&self) -> impl Iterator<Item = &str> {
        self.those(|outcome, _| !outcome.is_some_and(|entry| entry.status.is_well()))
    }

    /// The hosts that the run has not worked on to the end: without an outcome, skipped, or cancelled. With `unknown` also
    /// those that nobody knows the state of.
    pub fn left(&self, unknown: bool) -> impl Iterator<Item = &str> {
        self.those(move |outcome, write_sent| match outcome.map(|entry| entry.status) {
            None => !write_sent || unknown,
            Some(Status::Skipped | Status::Cancelled) => true,
            Some(status) => status == Status::Unknown && unknown,
        })
    }

    /// The hosts that were written to, and whose end nobody saw.
    pub(super) fn interrupted_writes(&self) -> impl Iterator<Item = &str> {
        self.those(|outcome, write_sent| outcome.is_none() && write_sent)
    }

    fn those(&self, are: impl Fn(Option<&Entry>, bool) -> bool) -> impl Iterator<Item = &str> {
        let course = |host: &str| self.courses.get(host);
        let is = move |host: &&String| {
            are(course(host).and_then(|it| it.outcome.as_ref()), course(host).is_some_and(|it| it.write_sent))
        };
        self.hosts.iter().filter(is).map(String::as_str)
    }
}
