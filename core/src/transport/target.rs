//! The device to connect to, and with what.

use super::{Permit, SshOptions, TelnetOptions};
use crate::secret::Secret;
use std::net::IpAddr;
use std::path::PathBuf;

/// The device to connect to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Target {
    /// The name that errors and results give it.
    pub name: String,
    /// A host name or an address. A name is tried at all of its addresses, IPv6 and IPv4 in turn, each a quarter of a
    /// second after the one before it or as soon as that one fails (RFC 8305); the first to answer wins.
    pub host: String,
    /// The port; the transport's usual one where none is given.
    pub port: Option<u16>,
    /// The address of this machine to connect from; the system's choice where none is given. Behind jump hosts it has no
    /// effect: what this machine connects to is the first of them, and from that one's own source.
    pub source_address: Option<IpAddr>,
    /// The interface or VRF device of this machine to connect through; the routing table's choice where none is given. No
    /// effect behind jump hosts, as `source_address`.
    pub source_interface: Option<String>,
    /// Who logs in, and with what.
    pub credentials: Credentials,
    /// How it is spoken to over SSH.
    pub ssh: SshOptions,
    /// How it is spoken to over telnet.
    pub telnet: TelnetOptions,
    /// Leave to send the credentials; given unless set.
    pub permit: Permit,
}

impl Target {
    /// A target named after its address, with no credentials.
    pub fn new(host: impl Into<String>) -> Self {
        let host = host.into();
        Self {
            name: host.clone(),
            host,
            port: None,
            source_address: None,
            source_interface: None,
            credentials: Credentials::default(),
            ssh: SshOptions::default(),
            telnet: TelnetOptions::default(),
            permit: Permit::default(),
        }
    }

    /// Sets the name that errors and results give it.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Sets the address of this machine to connect from. Of the target's addresses those of its family are tried.
    pub fn source_address(mut self, address: IpAddr) -> Self {
        self.source_address = Some(address);
        self
    }

    /// Sets the interface or VRF device of this machine to connect through, as `SO_BINDTODEVICE` does on Linux. Elsewhere
    /// a connection is then refused as a fault of the configuration.
    pub fn source_interface(mut self, name: impl Into<String>) -> Self {
        self.source_interface = Some(name.into());
        self
    }

    /// Sets who logs in, and with what.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// Sets how it is spoken to over SSH.
    pub fn ssh(mut self, options: SshOptions) -> Self {
        self.ssh = options;
        self
    }

    /// Sets how it is spoken to over telnet.
    pub fn telnet(mut self, options: TelnetOptions) -> Self {
        self.telnet = options;
        self
    }

    /// Sets who decides whether the credentials may be sent.
    pub fn permit(mut self, permit: Permit) -> Self {
        self.permit = permit;
        self
    }

    /// The name followed by the address that is really used: `r1 (192.0.2.1:22)`, or the address alone where the
    /// name says no more.
    pub fn peer(&self, usual_port: u16) -> String {
        let port = self.port.unwrap_or(usual_port);
        let address = if self.host.contains(':') {
            format!("[{}]:{port}", self.host)
        } else {
            format!("{}:{port}", self.host)
        };
        if self.name == self.host || self.name == address {
            address
        } else {
            format!("{} ({address})", self.name)
        }
    }
}

/// Who logs in, and with what.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Credentials {
    /// The user name.
    pub username: Option<String>,
    /// The login password.
    pub password: Option<Secret>,
    /// The secret that `enable` asks for.
    pub enable: Option<Secret>,
    /// A private key file for SSH.
    pub private_key: Option<PathBuf>,
    /// The text of a private key for SSH: PEM or OpenSSH's format.
    pub private_key_text: Option<Secret>,
    /// The passphrase of the private keys.
    pub passphrase: Option<Secret>,
}

impl Credentials {
    /// A user without a password.
    pub fn user(username: impl Into<String>) -> Self {
        Self { username: Some(username.into()), ..Self::default() }
    }

    /// Sets the login password.
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(Secret::new(password));
        self
    }

    /// Sets the secret that `enable` asks for.
    pub fn enable(mut self, secret: impl Into<String>) -> Self {
        self.enable = Some(Secret::new(secret));
        self
    }

    /// Sets the private key file.
    pub fn private_key(mut self, path: impl Into<PathBuf>) -> Self {
        self.private_key = Some(path.into());
        self
    }

    /// Sets the private key by its text instead of its file.
    pub fn private_key_text(mut self, text: impl Into<String>) -> Self {
        self.private_key_text = Some(Secret::new(text));
        self
    }

    /// Sets the passphrase of the private keys.
    pub fn passphrase(mut self, passphrase: impl Into<String>) -> Self {
        self.passphrase = Some(Secret::new(passphrase));
        self
    }
}

/// What to do about a server's host key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "inventory",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
pub enum HostKeyCheck {
    /// Refuses servers that `known_hosts` does not list. OpenSSH's `StrictHostKeyChecking yes`.
    #[default]
    Strict,
    /// Adds a server that is seen for the first time to the first `known_hosts` file, and refuses a changed key.
    AcceptNew,
    /// Takes any key: whoever can redirect the connection reads the password.
    Off,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_shows_name_and_address_once() {
        assert_eq!(Target::new("192.0.2.1").peer(22), "192.0.2.1:22");
        assert_eq!(Target::new("2001:db8::1").port(2022).peer(22), "[2001:db8::1]:2022");
        assert_eq!(Target::new("192.0.2.1").name("r1").peer(23), "r1 (192.0.2.1:23)");
        assert_eq!(Target::new("192.0.2.1").name("192.0.2.1:7").port(7).peer(23), "192.0.2.1:7");
    }

    #[test]
    fn debug_of_a_target_shows_no_secret() {
        let target = Target::new("r1").credentials(Credentials::user("admin").password("pw1").enable("pw2"));
        let shown = format!("{target:?}");
        assert!(!shown.contains("pw1") && !shown.contains("pw2"), "{shown}");
    }
}
