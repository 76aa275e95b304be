//! What would be in the way of a run.

use super::json;
use crate::args::Form;
use crate::output::{counted, safe};
use linecrew_core::inventory::{Host, Inventory};
use linecrew_core::platform::Platforms;
use linecrew_core::transport::Credentials;
use serde::Serialize;
use std::io::{self, Write};

/// What is found, hosts with the same fault together.
#[derive(Serialize)]
pub(super) struct Report {
    hosts: usize,
    errors: Vec<Fault>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Fault {
    what: String,
    hosts: Vec<String>,
}

impl Report {
    pub(super) fn new(inventory: &Inventory, platforms: &Platforms) -> Self {
        let mut errors: Vec<Fault> = Vec::new();
        for host in inventory.hosts() {
            for what in faults(host, platforms) {
                match errors.iter_mut().find(|fault| fault.what == what) {
                    Some(fault) => fault.hosts.push(host.name().to_owned()),
                    None => errors.push(Fault { what, hosts: vec![host.name().to_owned()] }),
                }
            }
        }
        let notes = inventory.notes().iter().map(ToString::to_string).collect();
        Self { hosts: inventory.len(), errors, notes }
    }

    pub(super) fn is_good(&self) -> bool {
        self.errors.is_empty()
    }

    pub(super) fn print(&self, out: &mut impl Write, form: Form) -> io::Result<()> {
        if form == Form::Json {
            return json(out, self);
        }
        for Fault { what, hosts } in &self.errors {
            let more = if hosts.len() > 5 { format!(" and {} more", hosts.len() - 5) } else { String::new() };
            let some: Vec<_> = hosts.iter().take(5).map(String::as_str).collect();
            writeln!(out, "error: {}: {}{more}", safe(what), safe(&some.join(" ")))?;
        }
        for note in &self.notes {
            writeln!(out, "note: {}", safe(note))?;
        }
        let (hosts, errors) = (counted(self.hosts, "host"), counted(self.errors.len(), "error"));
        writeln!(out, "{hosts}: {errors}, {}", counted(self.notes.len(), "note"))
    }
}

fn faults(host: &Host, platforms: &Platforms) -> Vec<String> {
    let mut faults = Vec::new();
    let platform = match (host.platform(), host.settings().platform_file()) {
        (None, _) => Some("platform: none is given".to_owned()),
        (Some("auto"), _) => None,
        (_, Some(file)) => platforms.load(file).err().map(|error| format!("platform: {error}")),
        (Some(name), None) => platforms.find(name).err().map(|error| format!("platform: {error}")),
    };
    faults.extend(platform);
    if !["ssh", "telnet"].contains(&host.transport()) {
        faults.push(format!("transport: {} is not known; expected one of ssh, telnet", host.transport()));
    }
    // What has to be asked for is no fault: it is asked for when it is needed.
    if !host.asks() {
        faults
            .extend(host.target(&Credentials::default()).err().map(|error| format!("credentials: {error}")));
    }
    faults
}
