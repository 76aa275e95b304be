//! What a run has done so far, on disk: what is left after the process was killed.
//!
//! A journal is a file of JSON Lines. The first line tells what the run is to do; the others what happened, each written
//! whole and at once. The version changes where a reader of before would be wrong about a line.
//!
//! ```json
//! {"linecrew_journal":1,"at":"2026-01-31T12:00:00.000Z","commands":["show version"],"writes":false,"hosts":["r1","r2"]}
//! {"host":"r1","event":"started","at":"2026-01-31T12:00:00.010Z","attempt":1}
//! {"host":"r1","event":"write_sent","at":"2026-01-31T12:00:01.000Z"}
//! {"host":"r1","event":"outcome","at":"2026-01-31T12:00:02.000Z","status":"ok","elapsed_ms":1990,"attempts":1}
//! ```
//!
//! `started` is written when an attempt begins, `write_sent` before the first byte that may change the device, `outcome` once
//! the host is over: with its `status`, and where that is not well its `cause`, `phase` and `error`. `write_sent` is on the
//! disk, and not only with the operating system, before anything is sent; `outcome` before whoever reads the outcomes of the
//! run gets it, unless the disk fails, which ends the run. No secret is among them, and nothing that a device said but the
//! last words in an error.
//!
//! After a `kill -9` [`Journal::resume`] goes on: [`Record::left`] are the hosts to work on. Of those that `write_sent` was
//! written of and no `outcome`, nobody knows what became: they get the outcome `unknown` then, and are worked on again only
//! if asked for. A later outcome of a host counts in place of an earlier one that was `unknown`, `skipped` or `cancelled`.

mod line;
mod reader;

pub use line::Entry;
pub use reader::{JournalError, Record};

use super::outcome::Outcome;
use line::{Header, Line, Told};
use serde::Serialize;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The version of the format.
const VERSION: u32 = 1;

/// The journal of a run, being written. A line that is written outlives the process; one that is on the disk, the machine
/// too. [`resume`](Self::resume), [`write_sent`](Self::write_sent) and [`sync`](Self::sync) return once all is on the disk, the
/// others once their line is written.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// How many lines were written.
    written: Mutex<u64>,
    /// How many of them are on the disk: whoever waits for that syncs those of all others too.
    synced: Mutex<u64>,
}

impl Journal {
    /// Begins a journal of these commands and hosts; an error if the file is there.
    pub fn create<'h>(
        path: impl Into<PathBuf>,
        commands: &[String],
        writes: bool,
        hosts: impl IntoIterator<Item = &'h str>,
    ) -> io::Result<Self> {
        let path = path.into();
        let file = OpenOptions::new().append(true).create_new(true).open(&path)?;
        let journal = Self::over(path, file)?;
        let hosts = hosts.into_iter().map(str::to_owned).collect();
        let commands = commands.to_vec();
        // On the disk with the first line that has to be: until then a reader misses nothing.
        journal.line(&Header { linecrew_journal: VERSION, at: line::now(), commands, writes, hosts })?;
        Ok(journal)
    }

    /// Goes on with a journal that no other process writes to, and tells what is in it. Hosts that were written to and have
    /// no outcome get theirs now: `unknown`.
    pub fn resume(path: impl Into<PathBuf>) -> Result<(Self, Record), JournalError> {
        let path = path.into();
        let fault = |error: io::Error| JournalError::new(&path, error.to_string());
        let file = OpenOptions::new().append(true).open(&path).map_err(fault)?;
        let journal = Self::over(path.clone(), file).map_err(fault)?;
        let (record, whole) = Record::read(&path)?;
        // The line that was being written when the process was killed.
        journal.file.set_len(whole).map_err(fault)?;
        for host in record.interrupted_writes() {
            let told = Told::Outcome(Entry::unknown());
            journal.line(&Line { host: host.to_owned(), at: line::now(), told }).map_err(fault)?;
        }
        journal.sync().map_err(fault)?;
        let (record, _) = Record::read(&path)?;
        Ok((journal, record))
    }

    pub(super) fn over(path: PathBuf, file: File) -> io::Result<Self> {
        file.try_lock().map_err(|_| io::Error::other("another process writes to it"))?;
        Ok(Self { path, file, written: Mutex::new(0), synced: Mutex::new(0) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// An attempt at a host begins.
    pub fn started(&self, host: &str, attempt: u32) -> io::Result<()> {
        self.tell(host, Told::Started { attempt })
    }

    /// Something is about to be sent to a host that may change it.
    pub fn write_sent(&self, host: &str) -> io::Result<()> {
        self.tell(host, Told::WriteSent)?;
        self.sync()
    }

    /// A host is over.
    pub fn outcome<T>(&self, outcome: &Outcome<T>, error: Option<&str>) -> io::Result<()> {
        self.tell(outcome.host.name(), Told::Outcome(Entry::new(outcome, error)))
    }

    /// Returns once all that was written is on the disk. Those who wait meanwhile are served by the next sync, all at once.
    pub fn sync(&self) -> io::Result<()> {
        let mine = *unpoisoned(&self.written);
        let mut synced = unpoisoned(&self.synced);
        if *synced < mine {
            let all = *unpoisoned(&self.written);
            self.file.sync_data()?;
            *synced = all;
        }
        Ok(())
    }

    fn tell(&self, host: &str, told: Told) -> io::Result<()> {
        self.line(&Line { host: host.to_owned(), at: line::now(), told })
    }

    /// Writes a line in one call, so that a killed process leaves it whole or not at all.
    fn line(&self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let mut written = unpoisoned(&self.written);
        (&self.file).write_all(&text)?;
        *written += 1;
        Ok(())
    }
}

/// A count is whole whatever a panic left.
fn unpoisoned(count: &Mutex<u64>) -> MutexGuard<'_, u64> {
    count.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
