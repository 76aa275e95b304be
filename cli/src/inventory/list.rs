//! All hosts, one to a line.

use super::json;
use crate::args::Form;
use crate::output::grid;
use linecrew_core::inventory::{Host, Inventory};
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Listed<'h> {
    host: &'h str,
    hostname: &'h str,
    port: Option<u16>,
    transport: &'h str,
    platform: Option<&'h str>,
    credential: Option<&'h str>,
    groups: &'h [String],
}

pub(super) fn print(out: &mut impl Write, inventory: &Inventory, form: Form) -> io::Result<()> {
    let listed = inventory.hosts().iter().map(|host| Listed::new(host));
    match form {
        Form::Json => json(out, &listed.collect::<Vec<_>>()),
        Form::Table => {
            let heading =
                ["HOST", "ADDRESS", "TRANSPORT", "PLATFORM", "CREDENTIAL", "GROUPS"].map(str::to_owned);
            grid(out, &std::iter::once(heading).chain(listed.map(|host| host.row())).collect::<Vec<_>>())
        }
    }
}

impl<'h> Listed<'h> {
    fn new(host: &'h Host) -> Self {
        Self {
            host: host.name(),
            hostname: host.hostname(),
            port: host.port(),
            transport: host.transport(),
            platform: host.platform(),
            credential: host.credential(),
            groups: host.all_groups(),
        }
    }

    fn row(&self) -> [String; 6] {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let address = match self.port {
            Some(port) if self.hostname.contains(':') => format!("[{}]:{port}", self.hostname),
            Some(port) => format!("{}:{port}", self.hostname),
            None => self.hostname.to_owned(),
        };
        let (host, transport) = (self.host.to_owned(), self.transport.to_owned());
        [host, address, transport, text(self.platform), text(self.credential), self.groups.join(", ")]
    }
}
