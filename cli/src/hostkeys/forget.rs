//! Keys of hosts, removed from the file that has them.

use crate::args::{KnownArgs, WhichArgs};
use crate::exit::{Ended, Usage, written};
use crate::output::safe;
use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::inventory::Loader;
use linecrew_core::transport::Credentials;
use linecrew_transports::StandardConnectors;
use linecrew_transports::ssh::Forgotten;
use std::io::{self, Write};
use std::time::Duration;

/// How long another program may hold the file.
const LOCK_LIMIT: Duration = Duration::from_secs(10);

/// Forgets the hosts that are meant, and tells what went of each.
pub(super) fn run(which: &WhichArgs, known: &KnownArgs) -> Result<Ended, Usage> {
    if which.source.inventory.is_some() && which.source.limit.is_none() {
        return Err(Usage::new(
            "name the hosts to forget with --limit; --limit all means all of the inventory",
        ));
    }
    let inventory = which.hosts(Loader::default(), &known.entry())?;
    let connectors = StandardConnectors::default().usual_ssh_config();
    let mut out = io::stdout().lock();
    for host in inventory.hosts().iter().filter(|host| host.transport() == "ssh") {
        let connector = connectors.ssh_connector(host, &Credentials::default()).map_err(Usage::new)?;
        let cx = Cx::new(Deadline::after(LOCK_LIMIT, "lock"), CancelToken::new());
        let forgotten = connector.forget(&host.target_without_login(), &cx).map_err(Usage::new)?;
        written(tell(&mut out, host.name(), &forgotten))?;
    }
    written(out.flush())?;
    Ok(Ended::Well)
}

fn tell(out: &mut impl Write, name: &str, forgotten: &Forgotten) -> io::Result<()> {
    let Forgotten { file, removed, left, .. } = forgotten;
    let name = safe(name);
    let file = file.as_ref().map_or_else(|| "no file".to_owned(), |file| file.display().to_string());
    match removed.len() {
        0 => writeln!(out, "{name}: no key of it in {file}")?,
        1 => writeln!(out, "{name}: 1 key removed from {file}")?,
        count => writeln!(out, "{name}: {count} keys removed from {file}")?,
    }
    for line in left {
        writeln!(out, "{name}: {file}:{line} names it by a pattern, and stays")?;
    }
    Ok(())
}
