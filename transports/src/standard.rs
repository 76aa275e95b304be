//! The connectors of a fleet, chosen by what each host's settings ask for.

use linecrew_core::fleet::{Connectors, HostError};
use linecrew_core::inventory::Host;
use linecrew_core::transport::Connector;
use std::sync::Arc;
use std::time::Duration;
#[cfg(feature = "ssh")]
use {
    linecrew_core::transport::HostKeyCheck,
    std::collections::HashMap,
    std::path::{Path, PathBuf},
    std::sync::{Mutex, PoisonError},
};

const KNOWN: &str = match (cfg!(feature = "ssh"), cfg!(feature = "telnet")) {
    (true, true) => "ssh, telnet",
    (true, false) => "ssh",
    (false, true) => "telnet",
    (false, false) => "none: this program was built without transports",
};

/// Serves hosts over SSH and telnet, each with the settings that its inventory gives it.
///
/// ```
/// use linecrew_core::{executor::Executor, fleet::Fleet, inventory::Inventory};
/// use linecrew_transports::StandardConnectors;
///
/// let inventory = Inventory::parse("{defaults: {platform: cisco_iosxe}, hosts: {r1: {transport: telnet}}}", "lab.yaml")?;
/// let executor = Executor::new()?;
/// let fleet = Fleet::new(&executor, &inventory, StandardConnectors::default());
/// # drop(fleet);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct StandardConnectors {
    connect: Duration,
    handshake: Duration,
    authentication: Duration,
    /// One connector per `known_hosts` file and check, so that hosts share what was read, and what was accepted.
    #[cfg(feature = "ssh")]
    ssh: Mutex<HashMap<SshSettings, Arc<dyn Connector>>>,
}

#[cfg(feature = "ssh")]
type SshSettings = (Option<PathBuf>, HostKeyCheck);

impl Default for StandardConnectors {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            handshake: Duration::from_secs(15),
            authentication: Duration::from_secs(30),
            #[cfg(feature = "ssh")]
            ssh: Mutex::default(),
        }
    }
}

impl StandardConnectors {
    /// Sets the limit of the name look-up and the TCP connection together. 10 s unless set.
    pub fn connect(mut self, limit: Duration) -> Self {
        self.connect = limit;
        self
    }

    /// Sets the limit of SSH's handshake. 15 s unless set.
    pub fn handshake(mut self, limit: Duration) -> Self {
        self.handshake = limit;
        self
    }

    /// Sets the limit of SSH's authentication. 30 s unless set.
    pub fn authentication(mut self, limit: Duration) -> Self {
        self.authentication = limit;
        self
    }

    #[cfg(feature = "ssh")]
    fn ssh(&self, host: &Host) -> Arc<dyn Connector> {
        let settings = (host.known_hosts().map(Path::to_owned), host.host_key_check());
        // Nothing under the lock can panic half-way.
        let mut made = self.ssh.lock().unwrap_or_else(PoisonError::into_inner);
        let (known_hosts, check) = settings.clone();
        let connector = made.entry(settings).or_insert_with(|| {
            let connector = crate::ssh::SshConnector::new()
                .connect_limit(self.connect)
                .handshake_limit(self.handshake)
                .authentication_limit(self.authentication)
                .host_key_check(check);
            Arc::new(match known_hosts {
                Some(file) => connector.known_hosts([file]),
                None => connector,
            })
        });
        Arc::clone(connector)
    }

    #[cfg(feature = "telnet")]
    fn telnet(&self) -> Arc<dyn Connector> {
        Arc::new(crate::telnet::TelnetConnector::new().connect_limit(self.connect))
    }
}

impl Connectors for StandardConnectors {
    fn connector(&self, host: &Host) -> Result<Arc<dyn Connector>, HostError> {
        match host.transport() {
            #[cfg(feature = "ssh")]
            "ssh" => Ok(self.ssh(host)),
            #[cfg(feature = "telnet")]
            "telnet" => Ok(self.telnet()),
            other => Err(HostError::NoTransport {
                host: host.name().to_owned(),
                transport: other.to_owned(),
                known: KNOWN,
            }),
        }
    }
}
