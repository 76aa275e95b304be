//! Hosts asked for their keys, many at a time.

use super::accept::Accept;
use super::args::ScanArgs;
use crate::exit::{Ended, Usage};
use crate::interrupt::Interrupt;
use crate::password;
use crate::progress::Progress;
use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::executor::Executor;
use linecrew_core::inventory::Host;
use linecrew_core::transport::Credentials;
use linecrew_transports::StandardConnectors;
use linecrew_transports::ssh::{PORT, ScannedKey};
use std::sync::Arc;
use std::time::Duration;

/// A host, and the keys that it has shown.
pub(super) struct Found {
    pub(super) host: String,
    pub(super) address: String,
    /// Each with whether it was accepted; or why there are none.
    pub(super) keys: Result<Vec<(ScannedKey, bool)>, String>,
}

/// What each host is asked by.
struct Scanner {
    connectors: StandardConnectors,
    credentials: Credentials,
    types: Vec<String>,
    accept: Option<Accept>,
    limit: Duration,
    cancel: CancelToken,
}

/// All hosts that speak SSH, in their order, with their keys; those that are to be accepted are written down as they
/// come.
pub(super) fn all(args: &ScanArgs, accept: Option<Accept>) -> Result<(Vec<Found>, Ended), Usage> {
    let loader = password::loader(args.login.prompt_timeout);
    let inventory = args.which.hosts(loader, &args.known.entry())?;
    let hosts: Vec<Arc<Host>> =
        inventory.hosts().iter().filter(|host| host.transport() == "ssh").map(Arc::clone).collect();
    if hosts.is_empty() {
        return Err(Usage::new("none of the hosts speaks SSH, so there are no host keys"));
    }
    // The hosts themselves need none, so that nobody is asked for one unless it is wanted.
    let credentials = password::given(&args.login, false)?;
    let interrupt = Interrupt::listen()?;
    let scanner = Scanner {
        connectors: args.connect.connectors(),
        credentials,
        types: args.types.clone(),
        accept,
        limit: args.host_timeout,
        cancel: interrupt.stop.clone(),
    };
    let executor = Executor::builder().max_workers(args.workers.min(hosts.len())).build();
    let progress = Progress::new(hosts.len());
    let watcher = progress.clone();
    let ask = move |host: Arc<Host>| {
        watcher.started(host.name());
        let found = scanner.ask(&host);
        watcher.finished(host.name(), found.keys.is_err());
        found
    };
    let found = executor.map_err(Usage::new)?.map(ask, hosts).collect::<Result<Vec<_>, _>>();
    progress.finish();
    let found = found.map_err(Usage::new)?;
    Ok((found, if interrupt.happened() { Ended::Interrupted } else { Ended::Well }))
}

impl Scanner {
    fn ask(&self, host: &Host) -> Found {
        let keys = self.keys(host);
        let port = host.port().unwrap_or(PORT);
        let address = match host.hostname() {
            address if address.contains(':') => format!("[{address}]:{port}"),
            name => format!("{name}:{port}"),
        };
        Found { host: host.name().to_owned(), address, keys }
    }

    fn keys(&self, host: &Host) -> Result<Vec<(ScannedKey, bool)>, String> {
        let cx = Cx::new(Deadline::after(self.limit, "host"), self.cancel.clone());
        let connector =
            self.connectors.ssh_connector(host, &self.credentials).map_err(|error| error.to_string())?;
        let target = host.target_without_login();
        let scan = connector.scan(&target, &self.types, &cx).map_err(|error| error.to_string())?;
        if scan.keys.is_empty() {
            let (peer, types) = (target.peer(PORT), self.types.join(", "));
            return Err(format!("{peer}: host key: it has none of the types asked for: {types}"));
        }
        let Some(accept) = &self.accept else {
            return Ok(scan.keys.into_iter().map(|key| (key, false)).collect());
        };
        let keys: Vec<_> = scan
            .keys
            .into_iter()
            .map(|key| (accept.wants(&key), key))
            .map(|(wants, key)| (key, wants))
            .collect();
        let wanted: Vec<Vec<u8>> =
            keys.iter().filter(|(_, wants)| *wants).map(|(key, _)| key.key.clone()).collect();
        if !wanted.is_empty() {
            connector.accept(&target, &wanted, accept.changed, &cx).map_err(|error| error.to_string())?;
        }
        Ok(keys)
    }
}
