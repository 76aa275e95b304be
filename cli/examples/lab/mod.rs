//! What the three examples share: twelve simulated routers, 20 ms away, half of them telnet, half SSH.

use linecrew_core::executor::Executor;
use linecrew_core::fleet::{Fleet, HostError};
use linecrew_core::inventory::{Host, Inventory};
use linecrew_core::textfsm::Templates;
use linecrew_testkit::Lab;
use linecrew_transports::StandardConnectors;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

/// The lab, and how to reach it. With real devices it is `Inventory::load("lab.yaml")?`, and credentials of your own.
pub(crate) struct Routers {
    pub(crate) inventory: Inventory,
    pub(crate) executor: Executor,
    pub(crate) fleet: Arc<Fleet>,
    _folder: tempfile::TempDir,
    _lab: Lab,
}

pub(crate) fn start() -> Result<Routers, Box<dyn Error>> {
    let lab = Lab::builder().devices(12).latency(Duration::from_millis(20)).start()?;
    let folder = tempfile::tempdir()?;
    let known_hosts = folder.path().join("known_hosts");
    std::fs::write(&known_hosts, lab.known_hosts())?;
    let inventory = lab.inventory(known_hosts);
    let executor = Executor::builder().max_workers(5).build()?;
    let fleet = Fleet::new(&executor, &inventory, StandardConnectors::default())
        .credentials(lab.devices()[0].target().credentials);
    Ok(Routers { inventory, executor, fleet: Arc::new(fleet), _folder: folder, _lab: lab })
}

/// Sends `show version` to a host and parses the reply: its host name, and the first value of another column.
pub(crate) fn hostname_and(column: &str, fleet: &Fleet, host: &Host) -> Result<(String, String), HostError> {
    let mut session = fleet.open(host)?;
    let reply = session.send_command("show version")?;
    session.close();
    let parser = Templates::builtin().find("cisco_iosxe", "show version").map_err(HostError::job)?;
    let table = parser.parse_text(&reply.text).map_err(HostError::job)?;
    let row = table.first().ok_or_else(|| HostError::job(format!("{}: nothing to parse", host.name())))?;
    let value = row.get(column).ok_or_else(|| HostError::job(format!("the template has no {column}")))?;
    let first = value.as_list().and_then(|items| items.first()).unwrap_or(value);
    Ok((row.text("HOSTNAME").to_owned(), first.as_text().unwrap_or_default().to_owned()))
}
