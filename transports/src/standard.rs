//! The connectors of a fleet, chosen by what each host's settings ask for.

#[cfg(feature = "telnet")]
use crate::telnet::TelnetConnector;
use linecrew_core::fleet::{Connectors, HostError};
use linecrew_core::inventory::Host;
use linecrew_core::transport::{Connector, Credentials};
use std::sync::Arc;
use std::time::Duration;
#[cfg(feature = "ssh")]
use {
    crate::ssh::config::{ConfigError, SshConfig},
    crate::ssh::{Jump, SshConnector},
    linecrew_core::inventory::{HostTimeouts, SshConfigFile},
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
    ssh: Mutex<HashMap<SshSettings, SshConnector>>,
    /// One for each way through jump hosts, so that the devices behind them share its connection.
    #[cfg(feature = "ssh")]
    jumps: Mutex<HashMap<Vec<Hop>, Jump>>,
}

#[cfg(feature = "ssh")]
type SshSettings = (Option<PathBuf>, Option<HostKeyCheck>, Option<SshConfigFile>);

/// What tells jump hosts apart: name, address, port and user.
#[cfg(feature = "ssh")]
type Hop = (String, String, Option<u16>, Option<String>);

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
            #[cfg(feature = "ssh")]
            jumps: Mutex::default(),
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

    /// The connector of a host that speaks SSH, for what is no session: host keys, or commands without a terminal. Its jump
    /// hosts are logged in to with `fallback` where they name no credential of their own.
    #[cfg(feature = "ssh")]
    pub fn ssh_connector(&self, host: &Host, fallback: &Credentials) -> Result<SshConnector, HostError> {
        let jump = self.jump(host, fallback)?;
        Ok(jump.into_iter().fold(self.ssh(host), SshConnector::jump))
    }

    #[cfg(feature = "ssh")]
    fn ssh(&self, host: &Host) -> SshConnector {
        let settings = host.settings();
        let key = (settings.known_hosts.clone(), settings.host_key_check, settings.ssh_config.clone());
        // Nothing under the lock can panic half-way.
        let mut made = self.ssh.lock().unwrap_or_else(PoisonError::into_inner);
        let made = made.entry(key).or_insert_with_key(|key| self.new_ssh(key)).clone();
        let connector = within(made, &host.timeouts());
        // Jump hosts of the inventory, or none, count more than those of the SSH configuration.
        if settings.jump.is_some() { connector.direct() } else { connector }
    }

    /// The jump host nearest to `host`, which is reached through those before it.
    #[cfg(feature = "ssh")]
    fn jump(&self, host: &Host, fallback: &Credentials) -> Result<Option<Jump>, HostError> {
        let (mut way, mut last) = (Vec::new(), None::<Jump>);
        let mut jumps = self.jumps.lock().unwrap_or_else(PoisonError::into_inner);
        for hop in host.jumps() {
            let target = hop.target(fallback).map_err(|source| {
                let host = format!("{}: jump host {}", host.name(), hop.name());
                HostError::Credentials { host, source }
            })?;
            let user = target.credentials.username.clone();
            way.push((target.name.clone(), target.host.clone(), target.port, user));
            let before = last.take();
            let jump = jumps.entry(way.clone()).or_insert_with(|| {
                let connector = self.ssh(hop);
                Jump::new(before.into_iter().fold(connector, SshConnector::jump), target)
            });
            last = Some(jump.clone());
        }
        Ok(last)
    }

    #[cfg(feature = "ssh")]
    fn new_ssh(&self, (known_hosts, check, config): &SshSettings) -> SshConnector {
        let mut connector =
            SshConnector::new().handshake_limit(self.handshake).authentication_limit(self.authentication);
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
        connector
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
    fn telnet(&self, host: &Host) -> TelnetConnector {
        let connector = TelnetConnector::new();
        match host.timeouts().connect.or(self.connect) {
            Some(limit) => connector.connect_limit(limit),
            None => connector,
        }
    }
}

impl Connectors for StandardConnectors {
    fn connector(&self, host: &Host, fallback: &Credentials) -> Result<Arc<dyn Connector>, HostError> {
        #[cfg(not(feature = "ssh"))]
        refuse_jump(host, fallback)?;
        match host.transport() {
            #[cfg(feature = "ssh")]
            "ssh" => Ok(Arc::new(self.ssh_connector(host, fallback)?)),
            #[cfg(all(feature = "telnet", feature = "ssh"))]
            "telnet" => {
                let jump = self.jump(host, fallback)?;
                Ok(Arc::new(jump.into_iter().fold(self.telnet(host), TelnetConnector::jump)))
            }
            #[cfg(all(feature = "telnet", not(feature = "ssh")))]
            "telnet" => Ok(Arc::new(self.telnet(host))),
            other => Err(HostError::NoTransport {
                host: host.name().to_owned(),
                transport: other.to_owned(),
                known: KNOWN,
            }),
        }
    }

    #[cfg(feature = "ssh")]
    fn jump_hosts(&self, host: &Host, fallback: &Credentials) -> Vec<String> {
        if host.transport() != "ssh" || !host.jumps().is_empty() {
            return host.jumps().iter().map(|jump| jump.name().to_owned()).collect();
        }
        let user = host.settings().username.as_deref().or(fallback.username.as_deref());
        self.ssh(host).jump_hosts(host.hostname(), user, host.port())
    }
}

/// The connector with the limits that a host sets itself.
#[cfg(feature = "ssh")]
fn within(connector: SshConnector, own: &HostTimeouts) -> SshConnector {
    let connector = own.connect.into_iter().fold(connector, SshConnector::connect_limit);
    let connector = own.handshake.into_iter().fold(connector, SshConnector::handshake_limit);
    own.authentication.into_iter().fold(connector, SshConnector::authentication_limit)
}

/// A jump host needs SSH, which this build has not.
#[cfg(not(feature = "ssh"))]
fn refuse_jump(host: &Host, _: &Credentials) -> Result<(), HostError> {
    match host.jumps() {
        [] => Ok(()),
        [hop, ..] => Err(HostError::NoTransport {
            host: format!("{}: jump host {}", host.name(), hop.name()),
            transport: "ssh".to_owned(),
            known: KNOWN,
        }),
    }
}

#[cfg(all(test, feature = "ssh"))]
mod tests {
    use super::*;
    use linecrew_core::inventory::Inventory;

    #[test]
    fn the_jump_hosts_of_the_inventory_count_and_else_those_of_the_openssh_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config");
        let text = "Host *.lab\nProxyJump inner\nMatch host *.lab user guest\nProxyJump x\nHost inner\nProxyJump outer\n";
        std::fs::write(&config, text).unwrap();
        let text = format!(
            "defaults: {{ssh_config: {}}}\nhosts:\n  bastion: {{jump: none}}\n  r1: {{hostname: r1.lab}}\n  \
             r2: {{hostname: r2.lab, jump: bastion}}\n  r3: {{hostname: r3.lab, jump: none}}\n  \
             r4: {{hostname: r4.lab, transport: telnet}}\n  r5: {{hostname: r5.lab, ssh_config: none}}\n",
            config.display()
        );
        let inventory = Inventory::parse(&text, "lab.yaml").unwrap();
        let connectors = StandardConnectors::default();
        let way = |name| connectors.jump_hosts(inventory.host(name).unwrap(), &Credentials::user("admin"));
        assert_eq!(
            ["r1", "r2", "r3", "r4", "r5"].map(way).map(|way| way.join(" ")),
            ["outer inner", "bastion", "", "", ""]
        );
    }
}
