//! What came of hosts and their keys, for people and as JSON.

use super::scan::Found;
use crate::args::Form;
use crate::output::{grid, safe};
use crate::summary::quoted;
use linecrew_transports::ssh::{ScannedKey, Standing};
use serde::Serialize;
use std::io::{self, Write};

/// All hosts, in their order.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Report {
    hosts: Vec<HostReport>,
    #[serde(skip)]
    is_scan: bool,
}

#[derive(Serialize)]
struct HostReport {
    host: String,
    address: String,
    keys: Vec<KeyReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct KeyReport {
    #[serde(rename = "type")]
    key_type: String,
    fingerprint: String,
    status: &'static str,
    /// What was known in its place, or where it is revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<String>,
}

impl Report {
    pub(super) fn of_scan(found: Vec<Found>) -> Self {
        Self { hosts: found.into_iter().map(HostReport::new).collect(), is_scan: true }
    }

    pub(super) fn of_accept(found: Vec<Found>) -> Self {
        Self { is_scan: false, ..Self::of_scan(found) }
    }

    /// Whether each host has shown keys of which none is doubtful.
    pub(super) fn is_well(&self) -> bool {
        self.failed() + self.count("changed") + self.count("revoked") == 0
    }

    fn count(&self, status: &str) -> usize {
        self.hosts.iter().flat_map(|host| &host.keys).filter(|key| key.status == status).count()
    }

    fn failed(&self) -> usize {
        self.hosts.iter().filter(|host| host.error.is_some()).count()
    }

    pub(super) fn print(&self, out: &mut impl Write, form: Form) -> io::Result<()> {
        if form == Form::Json {
            serde_json::to_writer_pretty(&mut *out, self)?;
            return writeln!(out);
        }
        let heading = ["HOST", "ADDRESS", "TYPE", "FINGERPRINT", "STATUS"].map(str::to_owned);
        let rows = self.hosts.iter().flat_map(HostReport::rows);
        grid(out, &std::iter::once(heading).chain(rows).collect::<Vec<_>>())?;
        for error in self.hosts.iter().filter_map(|host| host.error.as_ref()) {
            writeln!(out, "{}", safe(error))?;
        }
        self.summary(out)
    }

    fn summary(&self, out: &mut impl Write) -> io::Result<()> {
        let always = if self.is_scan { ["known", "new"] } else { ["known", "accepted"] };
        let counts =
            ["known", "accepted", "new", "new type", "changed", "revoked"].into_iter().filter_map(|status| {
                let count = self.count(status);
                (count > 0 || always.contains(&status)).then(|| format!("{status} {count}"))
            });
        writeln!(out, "\n{}   failed {}", counts.collect::<Vec<_>>().join("   "), self.failed())?;
        if self.is_scan && self.count("new") > 0 {
            let then = accept(&[]);
            writeln!(out, "compare the new fingerprints with those that the devices show, then: {then}")?;
        }
        if self.count("changed") > 0 {
            let then = accept(&["--changed"]);
            writeln!(out, "somebody may be in between; where a device was replaced: {then}")?;
        }
        Ok(())
    }
}

/// What to type to accept what was scanned, as it was typed, with more options.
fn accept(more: &[&str]) -> String {
    let as_accept = |word: String| if word == "scan" { "accept".to_owned() } else { quoted(&word) };
    let words = std::env::args().skip(1).map(as_accept).chain(more.iter().map(|&word| word.to_owned()));
    std::iter::once("linecrew".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

impl HostReport {
    fn new(found: Found) -> Self {
        let Found { host, address, keys } = found;
        let (keys, error) = match keys {
            Ok(keys) => {
                (keys.into_iter().map(|(key, accepted)| KeyReport::new(key, accepted)).collect(), None)
            }
            Err(error) => (Vec::new(), Some(error)),
        };
        Self { host, address, keys, error }
    }

    fn rows(&self) -> Vec<[String; 5]> {
        let row = |key: &KeyReport| {
            let status = match &key.was {
                Some(was) => format!("{}, {was}", key.status),
                None => key.status.to_owned(),
            };
            [self.host.clone(), self.address.clone(), key.key_type.clone(), key.fingerprint.clone(), status]
        };
        self.keys.iter().map(row).collect()
    }
}

impl KeyReport {
    fn new(key: ScannedKey, accepted: bool) -> Self {
        let (key_type, fingerprint) = (key.key_type().to_owned(), key.fingerprint());
        let (status, was) = match key.standing {
            Standing::Known => ("known", None),
            Standing::New => ("new", None),
            Standing::NewType => ("new type", None),
            Standing::Changed { place, key_type, fingerprint } => {
                ("changed", Some(format!("was {key_type} {fingerprint} ({place})")))
            }
            Standing::Revoked(place) => ("revoked", Some(place.to_string())),
        };
        Self { key_type, fingerprint, status: if accepted { "accepted" } else { status }, was }
    }
}
