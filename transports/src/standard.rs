//! The connectors of a fleet, chosen by what each host's settings ask for.

use linecrew_core::fleet::{Connectors, HostError};
use linecrew_core::inventory::Host;
use linecrew_core::transport::Connector;
use std::sync::Arc;
use std::time::Duration;
#[cfg(feature = "ssh")]
use {
    crate::ssh::config::{ConfigError, SshConfig},
    linecrew_core::inventory::SshConfigFile,
    linecrew_core::transport::HostKeyCheck,
    std::collections::HashMap,
    std::path::PathBuf,
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
    connect: Option<Duration>,
    handshake: Duration,
    authentication: Duration,
    #[cfg(feature = "ssh")]
    usual_ssh_config: bool,
    /// One connector per `known_hosts` file, check and SSH configuration, so that hosts share what was read, and what was accepted.
    #[cfg(feature = "ssh")]
    ssh: Mutex<HashMap<SshSettings, Arc<dyn Connector>>>,
}

#[cfg(feature = "ssh")]
type SshSettings = (Option<PathBuf>, Option<HostKeyCheck>, Option<SshConfigFile>);

impl Default for StandardConnectors {
    fn default() -> Self {
        Self {
            connect: None,
            handshake: Duration::from_secs(15),
            authentication: Duration::from_secs(30),
            #[cfg(feature = "ssh")]
            usual_ssh_config: false,
            #[cfg(feature = "ssh")]
            ssh: Mutex::default(),
        }
    }
}

impl StandardConnectors {
    /// Sets the limit of the name look-up and the TCP connection together. Unless set it is the SSH configuration's
    /// `ConnectTimeout`, and else 10 s.
    pub fn connect(mut self, limit: Duration) -> Self {
        self.connect = Some(limit);
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

    /// Looks hosts whose `ssh_config` is not set up in `~/.ssh/config` and `/etc/ssh/ssh_config`, as `ssh` does; what the
    /// inventory says counts more. Off unless called.
    #[cfg(feature = "ssh")]
    pub fn usual_ssh_config(mut self) -> Self {
        self.usual_ssh_config = true;
        self
    }

    #[cfg(feature = "ssh")]
    fn ssh(&self, host: &Host) -> Arc<dyn Connector> {
        let settings = host.settings();
        let key = (settings.known_hosts.clone(), settings.host_key_check, settings.ssh_config.clone());
        // Nothing under the lock can panic half-way.
        let mut made = self.ssh.lock().unwrap_or_else(PoisonError::into_inner);
        let connector = made.entry(key).or_insert_with_key(|key| self.new_ssh(key));
        Arc::clone(connector)
    }

    #[cfg(feature = "ssh")]
    fn new_ssh(&self, (known_hosts, check, config): &SshSettings) -> Arc<dyn Connector> {
        let mut connector = crate::ssh::SshConnector::new()
            .handshake_limit(self.handshake)
            .authentication_limit(self.authentication);
        if let Some(limit) = self.connect {
            connector = connector.connect_limit(limit);
        }
        if let Some(check) = check {
            connector = connector.host_key_check(*check);
        }
        if let Some(file) = known_hosts {
            connector = connector.known_hosts([file]);
        }
        if let Some(config) = self.ssh_config(config.as_ref()) {
            connector = connector.ssh_config_if_readable(config.map(Arc::new));
        }
        Arc::new(connector)
    }

    #[cfg(feature = "ssh")]
    fn ssh_config(&self, file: Option<&SshConfigFile>) -> Option<Result<SshConfig, ConfigError>> {
        match file {
            Some(SshConfigFile::None) => None,
            Some(SshConfigFile::File(path)) => Some(SshConfig::load(path)),
            None => self.usual_ssh_config.then(SshConfig::usual),
        }
    }

    #[cfg(feature = "telnet")]
    fn telnet(&self) -> Arc<dyn Connector> {
        let connector = crate::telnet::TelnetConnector::new();
        Arc::new(match self.connect {
            Some(limit) => connector.connect_limit(limit),
            None => connector,
        })
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
