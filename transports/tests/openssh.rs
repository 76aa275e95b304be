//! SSH against the system's sshd, one process for each connection.
#![cfg(feature = "ssh")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failure fails the test")]

mod common;

use common::{cx, refused, target, until};
use linecrew_core::transport::{Connector, Credentials, ErrorKind, HostKeyCheck, Target, Transport};
use linecrew_transports::ssh::SshConnector;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// A server with keys of its own, which lets the present user in with the key `id` in its folder.
struct Sshd {
    folder: tempfile::TempDir,
    addr: SocketAddr,
    stop: Arc<AtomicBool>,
    server: Option<JoinHandle<()>>,
}

impl Sshd {
    fn new(options: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, kind) in [("id", "ed25519"), ("host_ed25519", "ed25519"), ("host_rsa", "rsa")] {
            let file = folder.path().join(name);
            run(Command::new("ssh-keygen").args(["-q", "-N", "", "-t", kind, "-f"]).arg(file));
        }
        // sshd wants it, and has it only where the service has run.
        std::fs::create_dir_all("/run/sshd").unwrap();
        let path = folder.path().display();
        let config = format!(
            "HostKey {path}/host_ed25519\nHostKey {path}/host_rsa\nAuthorizedKeysFile {path}/id.pub\n\
             StrictModes no\nUsePAM no\nPermitRootLogin yes\n{options}"
        );
        std::fs::write(folder.path().join("config"), config).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, config) = (Arc::clone(&stop), folder.path().join("config"));
        let server = std::thread::spawn(move || serve(&listener, &config, &stopped));
        Self { folder, addr, stop, server: Some(server) }
    }

    fn known_hosts(&self, key: &str) -> std::path::PathBuf {
        let public = std::fs::read_to_string(self.folder.path().join(format!("{key}.pub"))).unwrap();
        let file = self.folder.path().join("known_hosts");
        std::fs::write(&file, format!("[127.0.0.1]:{} {public}", self.addr.port())).unwrap();
        file
    }

    fn target(&self) -> Target {
        let user = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
        let key = self.folder.path().join("id");
        target(self.addr).credentials(Credentials::user(user.trim()).private_key(key))
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.addr);
        let _ = self.server.take().map(JoinHandle::join);
    }
}

/// Gives each connection a process, and waits for all of them in the end.
fn serve(listener: &TcpListener, config: &Path, stop: &AtomicBool) {
    let mut children = Vec::new();
    while let Ok((socket, _)) = listener.accept() {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let socket = OwnedFd::from(socket);
        let mut sshd = Command::new("/usr/sbin/sshd");
        sshd.args(["-i", "-e", "-f"]).arg(config).stdin(socket.try_clone().unwrap());
        children.push(sshd.stdout(socket).stderr(Stdio::null()).spawn().unwrap());
    }
    for mut child in children {
        child.wait().unwrap();
    }
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a line in the shell and returns what it writes between two marks.
fn shell(transport: &mut dyn Transport, line: &str) -> String {
    let cx = cx();
    // The marks are put together by the shell, so that its echo of the line is not taken for them; and it prompts
    // again only once it is told to.
    let line = format!("stty -echo; printf 'be''gin\\n'; {line}; printf 'e''nd\\n'; read next\n");
    transport.write_all(line.as_bytes(), &cx).unwrap();
    let shown = String::from_utf8(until(transport, b"end\r\n", &cx).unwrap()).unwrap();
    transport.write_all(b"\n", &cx).unwrap();
    let from = shown.find("begin\r\n").unwrap() + "begin\r\n".len();
    shown[from..shown.len() - "end\r\n".len()].replace('\r', "")
}

#[test]
#[ignore = "needs openssh"]
fn a_key_opens_a_wide_shell_that_carries_megabytes() {
    let sshd = Sshd::new("");
    let connector = SshConnector::new().known_hosts([sshd.known_hosts("host_ed25519")]);
    let mut transport = connector.connect(&sshd.target(), &cx()).unwrap();
    assert_eq!(shell(&mut *transport, "stty size; echo $TERM"), "1000 511\nvt100\n");
    assert_eq!(shell(&mut *transport, "yes 0123456789 | head -n 500000"), "0123456789\n".repeat(500_000));
    transport.close(&cx());
}

#[test]
#[ignore = "needs openssh"]
fn the_host_key_that_is_known_is_the_one_asked_for() {
    let sshd = Sshd::new("");
    for key in ["host_ed25519", "host_rsa"] {
        let connector = SshConnector::new().known_hosts([sshd.known_hosts(key)]);
        connector.connect(&sshd.target(), &cx()).unwrap();
    }
}

#[test]
#[ignore = "needs openssh"]
fn every_modern_cipher_works() {
    for cipher in
        ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes256-ctr"]
    {
        let sshd = Sshd::new(&format!("Ciphers {cipher}\n"));
        let connector = SshConnector::new().known_hosts([sshd.known_hosts("host_ed25519")]);
        let mut transport = connector.connect(&sshd.target(), &cx()).unwrap();
        assert_eq!(shell(&mut *transport, "yes | head -n 50000"), "y\n".repeat(50_000), "{cipher}");
    }
}

#[test]
#[ignore = "needs openssh"]
fn a_server_of_legacy_algorithms_is_served_on_request() {
    let sshd = Sshd::new(
        "KexAlgorithms diffie-hellman-group1-sha1\nHostKeyAlgorithms ssh-rsa\nCiphers aes128-cbc\nMACs hmac-sha1\n",
    );
    let connector = SshConnector::new().known_hosts([sshd.known_hosts("host_rsa")]);
    let error = refused(connector.connect(&sshd.target(), &cx()));
    assert!(matches!(error.kind(), ErrorKind::Negotiation | ErrorKind::Closed), "{error}");
    assert!(error.to_string().contains("legacy"), "{error}");
    let mut transport = connector.legacy(true).connect(&sshd.target(), &cx()).unwrap();
    assert_eq!(shell(&mut *transport, "echo hello"), "hello\n");
}

#[test]
#[ignore = "needs openssh"]
fn a_key_that_the_server_does_not_know_is_refused() {
    let sshd = Sshd::new("");
    let connector = SshConnector::new().host_key_check(HostKeyCheck::Off);
    std::fs::write(sshd.folder.path().join("id.pub"), "").unwrap();
    let error = refused(connector.connect(&sshd.target(), &cx()));
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(
        error.to_string().contains("public key refused; check the credentials of user ")
            && error.to_string().contains("; the server takes publickey"),
        "{error}"
    );
}
