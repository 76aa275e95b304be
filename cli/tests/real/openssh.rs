//! OpenSSH's server, with a forced command in place of a shell.

use super::server::{LIMIT, Server, free_port, loopback, output_of};
use std::io::{self, Read};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Where the server wants an empty folder to be.
const PRIVILEGE_SEPARATION: &str = "/run/sshd";

/// A server that lets root in with one key and runs one command; it ends when dropped.
pub(crate) struct Sshd {
    pub(crate) port: u16,
    _server: Server,
    /// The connection that showed that the server is there.
    first: Option<TcpStream>,
    folder: TempDir,
}

impl Sshd {
    /// Starts a server that runs `command`, with more lines of configuration.
    pub(crate) fn start(command: &str, configuration: &str) -> Self {
        let mut sshd = Self::with_first_connection(command, configuration);
        sshd.first = None;
        sshd
    }

    /// The same, while somebody stands at the door who has not logged in.
    pub(crate) fn with_first_connection(command: &str, configuration: &str) -> Self {
        std::fs::create_dir_all(PRIVILEGE_SEPARATION).unwrap();
        let folder = TempDir::new().unwrap();
        let port = free_port();
        let path = |name: &str| folder.path().join(name);
        for key in ["host_key", "user_key"] {
            make_key(&path(key));
        }
        let configuration = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nUsePAM no\n\
             StrictModes no\nPermitRootLogin prohibit-password\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nPrintMotd no\nPrintLastLog no\nForceCommand {command}\n{configuration}",
            path("host_key").display(),
            path("user_key.pub").display(),
        );
        std::fs::write(path("sshd_config"), configuration).unwrap();
        let mut command = Command::new("/usr/sbin/sshd");
        let mut server = Server::start(command.args(["-D", "-e", "-f"]).arg(path("sshd_config")));
        let first = Some(server.wait_until(|| greeted(port)));
        Self { port, _server: server, first, folder }
    }

    /// The key that the server lets in.
    pub(crate) fn user_key(&self) -> PathBuf {
        self.folder.path().join("user_key")
    }

    /// The server's line in a file of known hosts.
    pub(crate) fn known_host(&self) -> String {
        self.known_by(self)
    }

    /// Such a line with the key of another server.
    pub(crate) fn known_by(&self, other: &Self) -> String {
        let key = std::fs::read_to_string(other.folder.path().join("host_key.pub")).unwrap();
        format!("[127.0.0.1]:{} {key}", self.port)
    }
}

fn make_key(file: &Path) {
    output_of(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(file));
}

/// A connection on which the server has begun to speak SSH.
fn greeted(port: u16) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(loopback(port))?;
    stream.set_read_timeout(Some(LIMIT))?;
    let mut greeting = [0; 4];
    stream.read_exact(&mut greeting)?;
    if &greeting == b"SSH-" { Ok(stream) } else { Err(io::Error::other("no greeting")) }
}
