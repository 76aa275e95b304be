//! OpenSSH's server, one process for each connection.

use crate::common::target;
use crate::inetd::Inetd;
use crate::machine::{Machine, user};
use linecrew_core::transport::{Connector, Credentials, Target, Transport, TransportError};
use linecrew_transports::ssh::{Jump, SshConnector};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A server with host keys of its own.
pub(crate) struct Sshd {
    // Ends before its files go.
    pub(crate) inetd: Inetd,
    machine: Machine,
}

impl Sshd {
    /// A server that does what these lines of `sshd_config` say; the first of two lines counts.
    pub(crate) fn new(configuration: &str) -> Self {
        let machine = Machine::new();
        for (name, kind) in [("id", "ed25519"), ("host_ed25519", "ed25519"), ("host_rsa", "rsa")] {
            generate(&machine.path().join(name), &["-t", kind]);
        }
        // sshd wants it, and has it only where the service has run.
        std::fs::create_dir_all("/run/sshd").unwrap();
        let path = machine.path().display();
        machine.write(
            "config",
            &format!(
                "{configuration}\nHostKey {path}/host_ed25519\nHostKey {path}/host_rsa\n\
                 AuthorizedKeysFile {path}/id.pub\nStrictModes no\nUsePAM yes\nPrintMotd no\nPrintLastLog no\n"
            ),
        );
        let folder = machine.path().to_owned();
        let inetd = Inetd::start(move || {
            let mut sshd = Machine::command(&folder, "/usr/sbin/sshd");
            sshd.args(["-i", "-e", "-f"]).arg(folder.join("config"));
            sshd
        });
        Self { inetd, machine }
    }

    /// A server that takes one way to authenticate and no other.
    pub(crate) fn with_method(method: &str) -> Self {
        let allowed = |name| if name == method { "yes" } else { "no" };
        Self::new(&format!(
            "PasswordAuthentication {}\nKbdInteractiveAuthentication {}\nPubkeyAuthentication {}",
            allowed("password"),
            allowed("keyboard-interactive"),
            allowed("publickey"),
        ))
    }

    /// A server for the way to others, which gives no terminal and runs nothing.
    pub(crate) fn for_jumps() -> Self {
        Self::new("PermitTTY no\nForceCommand /bin/false\nAllowTcpForwarding yes\nX11Forwarding no")
    }

    /// A session of the one whose key opens this server.
    pub(crate) fn shell(&self) -> Box<dyn Transport> {
        self.connector().connect(&self.target(), &crate::common::cx()).unwrap()
    }

    /// A session with known host keys.
    pub(crate) fn open(&self, credentials: Credentials) -> Result<Box<dyn Transport>, TransportError> {
        self.connector().connect(&self.target().credentials(credentials), &crate::common::cx())
    }

    /// A connector that knows the host keys.
    pub(crate) fn connector(&self) -> SshConnector {
        self.connector_with(SshConnector::new(), &["host_ed25519", "host_rsa"])
    }

    /// The same connector with some of the host keys known.
    pub(crate) fn connector_with(&self, connector: SshConnector, host_keys: &[&str]) -> SshConnector {
        let hosts: String = host_keys.iter().map(|key| self.known_host(key)).collect();
        self.machine.write("known_hosts", &hosts);
        connector.known_hosts([self.path("known_hosts")])
    }

    /// This server as a jump host, reached by a connector that then knows its host keys.
    pub(crate) fn jump(&self, connector: SshConnector) -> Jump {
        let connector = self.connector_with(connector, &["host_ed25519", "host_rsa"]);
        Jump::new(connector, self.target().name("bastion"))
    }

    /// The way to this server for the user whose key opens it.
    pub(crate) fn target(&self) -> Target {
        target(self.inetd.addr).credentials(user().private_key(self.path("id")))
    }

    /// A new key, made with these arguments, that no server knows.
    pub(crate) fn key(&self, name: &str, arguments: &[&str]) -> PathBuf {
        let file = self.path(name);
        generate(&file, arguments);
        file
    }

    /// Lets the holders of these keys in, and nobody else.
    pub(crate) fn authorize(&self, keys: &[&Path]) {
        let public = |key: &&Path| std::fs::read_to_string(key.with_extension("pub")).unwrap();
        self.machine.write("id.pub", &keys.iter().map(public).collect::<String>());
    }

    /// A file beside the server's.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.machine.path().join(file)
    }

    fn known_host(&self, key: &str) -> String {
        let public = std::fs::read_to_string(self.path(&format!("{key}.pub"))).unwrap();
        format!("[127.0.0.1]:{} {public}", self.inetd.addr.port())
    }
}

fn generate(file: &Path, arguments: &[&str]) {
    let mut keygen = Command::new("ssh-keygen");
    // Without a passphrase unless the arguments say so: the last one counts.
    let made = keygen.args(["-q", "-N", "", "-f"]).arg(file).args(arguments).status();
    assert!(made.unwrap().success());
}
