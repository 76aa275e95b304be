//! The connectors of a fleet, chosen by what each host's settings ask for.

use linecrew_core::fleet::{Connectors, HostError};
use linecrew_core::inventory::Host;
use linecrew_core::transport::Connector;
use std::sync::Arc;
use std::time::Duration;

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
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct StandardConnectors {
    /// The name look-up and the TCP connection together; 10 seconds.
    pub connect: Duration,
    /// Agreeing on the protocol, where there is something to agree on; 15 seconds.
    pub handshake: Duration,
    /// Authenticating, where the transport does so; 30 seconds.
    pub authentication: Duration,
}

impl Default for StandardConnectors {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            handshake: Duration::from_secs(15),
            authentication: Duration::from_secs(30),
        }
    }
}

impl StandardConnectors {
    /// Sets the limit of the name look-up and the TCP connection.
    pub fn connect(mut self, limit: Duration) -> Self {
        self.connect = limit;
        self
    }

    /// Sets the limit of the handshake.
    pub fn handshake(mut self, limit: Duration) -> Self {
        self.handshake = limit;
        self
    }

    /// Sets the limit of the transport's authentication.
    pub fn authentication(mut self, limit: Duration) -> Self {
        self.authentication = limit;
        self
    }

    #[cfg(feature = "ssh")]
    fn ssh(&self, host: &Host) -> Arc<dyn Connector> {
        let connector = crate::ssh::SshConnector::new()
            .connect_limit(self.connect)
            .handshake_limit(self.handshake)
            .authentication_limit(self.authentication)
            .host_key_check(host.host_key_check());
        Arc::new(match host.known_hosts() {
            Some(file) => connector.known_hosts([file]),
            None => connector,
        })
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
