//! OpenSSH's server, one process for each connection.

use crate::common::target;
use crate::inetd::Inetd;
use crate::machine::{Machine, user};
use linecrew_core::transport::{Connector, Credentials, Target, Transport, TransportError};
use linecrew_transports::ssh::SshConnector;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A server with host keys of its own.
pub(crate) struct Sshd {
    // Ends before its files go.
    inetd: Inetd,
    machine: Machine,
}

impl Sshd {
    /// A server that does what these lines of `sshd_config` say; the first of two lines counts.
    pub(crate) fn new(configuration: &str) -> Self {
        let machine = Machine::new();
        for (name, kind) in
            [("id", "ed25519"), ("stranger", "ed25519"), ("host_ed25519", "ed25519"), ("host_rsa", "rsa")]
        {
            generate(&machine.path().join(name), kind);
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

    /// A session with known host keys.
    pub(crate) fn open(&self, credentials: Credentials) -> Result<Box<dyn Transport>, TransportError> {
        self.open_by(&self.connector(), credentials)
    }

    /// The same by a connector of the caller's.
    pub(crate) fn open_by(
        &self,
        connector: &SshConnector,
        credentials: Credentials,
    ) -> Result<Box<dyn Transport>, TransportError> {
        connector.connect(&self.target().credentials(credentials), &crate::common::cx())
    }

    /// A connector that knows the host keys.
    pub(crate) fn connector(&self) -> SshConnector {
        let hosts: String = ["host_ed25519", "host_rsa"].iter().map(|key| self.known_host(key)).collect();
        self.machine.write("known_hosts", &hosts);
        SshConnector::new().known_hosts([self.path("known_hosts")])
    }

    pub(crate) fn target(&self) -> Target {
        target(self.inetd.addr)
    }

    /// The user with the key that opens this server.
    pub(crate) fn key_holder(&self) -> Credentials {
        user().private_key(self.path("id"))
    }

    /// A file beside the server's.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.machine.path().join(file)
    }

    /// What OpenSSH's client says who goes through this server to another address.
    pub(crate) fn forwarded(&self, to: &Self) -> String {
        let mut ssh = Command::new("ssh");
        ssh.args(["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"])
            .args(["-o", "BatchMode=yes", "-l", "guest", "-p"])
            .arg(self.inetd.addr.port().to_string())
            .arg("-i")
            .arg(self.path("id"))
            .arg("-W")
            .arg(to.inetd.addr.to_string())
            .arg("127.0.0.1");
        let said = ssh.stdin(Stdio::null()).output().unwrap();
        String::from_utf8_lossy(&said.stdout).into_owned()
    }

    fn known_host(&self, key: &str) -> String {
        let public = std::fs::read_to_string(self.path(&format!("{key}.pub"))).unwrap();
        format!("[127.0.0.1]:{} {public}", self.inetd.addr.port())
    }
}

fn generate(file: &Path, kind: &str) {
    let made = Command::new("ssh-keygen").args(["-q", "-N", "", "-t", kind, "-f"]).arg(file).status();
    assert!(made.unwrap().success());
}
