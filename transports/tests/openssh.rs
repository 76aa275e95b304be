//! SSH against the system's sshd, one process for each connection.
#![cfg(all(feature = "ssh", feature = "telnet"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failure fails the test")]

mod common;

use common::{cx, refused, target, until, within};
use linecrew_core::transport::{
    Connector, Credentials, ErrorKind, Exec, Exit, HostKeyCheck, Phase, SshOptions, Target, Transport,
};
use linecrew_testkit::{Device, Lab, Service};
use linecrew_transports::ssh::{Jump, SshConnector};
use linecrew_transports::telnet::TelnetConnector;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// A server with keys of its own, which lets the present user in with the key `id` in its folder.
struct Sshd {
    folder: tempfile::TempDir,
    addr: SocketAddr,
    stop: Arc<AtomicBool>,
    server: Option<JoinHandle<()>>,
    /// The processes of its connections, each the leader of its group.
    processes: Arc<Mutex<Vec<u32>>>,
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
        let processes = Arc::<Mutex<Vec<u32>>>::default();
        let started = Arc::clone(&processes);
        let server = std::thread::spawn(move || serve(&listener, &config, &stopped, &started));
        Self { folder, addr, stop, server: Some(server), processes }
    }

    fn known_hosts(&self, key: &str) -> std::path::PathBuf {
        let public = std::fs::read_to_string(self.folder.path().join(format!("{key}.pub"))).unwrap();
        let file = self.folder.path().join("known_hosts");
        std::fs::write(&file, format!("[127.0.0.1]:{} {public}", self.addr.port())).unwrap();
        file
    }

    fn connector(&self) -> SshConnector {
        SshConnector::new().known_hosts([self.known_hosts("host_ed25519")])
    }

    /// A further key, which may log in too.
    fn authorize(&self, name: &str) -> std::path::PathBuf {
        let file = self.folder.path().join(name);
        run(Command::new("ssh-keygen").args(["-q", "-N", "", "-t", "ecdsa", "-f"]).arg(&file));
        let keys = ["id.pub", &format!("{name}.pub")]
            .map(|name| std::fs::read_to_string(self.folder.path().join(name)).unwrap());
        std::fs::write(self.folder.path().join("id.pub"), keys.concat()).unwrap();
        file
    }

    fn target(&self) -> Target {
        let user = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
        let key = self.folder.path().join("id");
        target(self.addr).credentials(Credentials::user(user.trim()).private_key(key))
    }
}

impl Sshd {
    /// This server as a jump host.
    fn jump(&self, connector: SshConnector) -> Jump {
        Jump::new(connector.known_hosts([self.known_hosts("host_ed25519")]), self.target().name("bastion"))
    }

    /// Ends all connections as a crash does.
    fn kill(&self) {
        for process in self.processes.lock().unwrap().drain(..) {
            run(Command::new("kill").args(["-9", "--", &format!("-{process}")]));
        }
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
fn serve(listener: &TcpListener, config: &Path, stop: &AtomicBool, started: &Mutex<Vec<u32>>) {
    let mut children = Vec::new();
    while let Ok((socket, _)) = listener.accept() {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let socket = OwnedFd::from(socket);
        let mut sshd = Command::new("/usr/sbin/sshd");
        sshd.args(["-i", "-e", "-f"]).arg(config).stdin(socket.try_clone().unwrap());
        let child = sshd.stdout(socket).stderr(Stdio::null()).process_group(0).spawn().unwrap();
        started.lock().unwrap().push(child.id());
        children.push(child);
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
fn a_shell_behind_one_and_two_jump_hosts_carries_megabytes() {
    let (outer, inner, device) = (Sshd::new(""), Sshd::new(""), Sshd::new(""));
    let one = outer.jump(SshConnector::new());
    let two = inner.jump(SshConnector::new().jump(one.clone()));
    for jump in [one, two] {
        let connector = SshConnector::new().known_hosts([device.known_hosts("host_ed25519")]).jump(jump);
        let mut transport = connector.connect(&device.target(), &cx()).unwrap();
        let shown = shell(&mut *transport, "yes 0123456789 | head -n 500000");
        assert!(shown == "0123456789\n".repeat(500_000), "{} bytes", shown.len());
        let long = "x".repeat(3000);
        assert_eq!(shell(&mut *transport, &format!("echo {long}")), format!("{long}\n"));
        transport.close(&cx());
    }
    assert_eq!(outer.processes.lock().unwrap().len(), 1, "one connection to the outer jump host serves both");
}

#[test]
#[ignore = "needs openssh"]
fn telnet_goes_through_a_jump_host() {
    let bastion = Sshd::new("");
    let lab = Lab::builder().device(Device::cisco_iosxe("R1"), Service::Telnet).start().unwrap();
    let connector = TelnetConnector::new().jump(bastion.jump(SshConnector::new()));
    let mut transport = connector.connect(&target(lab.devices()[0].addr()), &cx()).unwrap();
    until(&mut *transport, b"Username: ", &cx()).unwrap();
    transport.write_all(b"admin\n", &cx()).unwrap();
    until(&mut *transport, b"Password: ", &cx()).unwrap();
}

#[test]
#[ignore = "needs openssh"]
fn a_jump_host_that_is_killed_is_told_by_every_device_and_connected_to_anew() {
    let (bastion, device) = (Sshd::new(""), Sshd::new(""));
    let jump = bastion.jump(SshConnector::new());
    let connector = SshConnector::new().known_hosts([device.known_hosts("host_ed25519")]).jump(jump.clone());
    let open = || connector.connect(&device.target(), &cx()).unwrap();
    let open_shells: Vec<_> = (0..5).map(|_| open()).collect();
    bastion.kill();
    for mut transport in open_shells {
        let error = until(&mut *transport, b"never", &cx()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Closed);
        assert!(error.to_string().contains("the connection through bastion (127.0.0.1:"), "{error}");
    }
    assert_eq!(shell(&mut *open(), "echo hello"), "hello\n");
}

#[test]
#[ignore = "needs openssh"]
fn a_jump_host_that_forbids_forwarding_is_told_as_such() {
    let (bastion, device) = (Sshd::new("AllowTcpForwarding no\n"), Sshd::new(""));
    let connector = SshConnector::new().jump(bastion.jump(SshConnector::new()));
    let error = refused(connector.connect(&device.target(), &cx()));
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("(administratively prohibited); in its sshd_config"), "{error}");
}

#[test]
#[ignore = "needs openssh"]
fn each_hop_s_host_key_is_checked() {
    let (bastion, device) = (Sshd::new(""), Sshd::new(""));
    let stranger =
        Jump::new(SshConnector::new().known_hosts(["/dev/null"]), bastion.target().name("bastion"));
    let error = refused(SshConnector::new().jump(stranger).connect(&device.target(), &cx()));
    assert_eq!(error.kind(), ErrorKind::HostKey);
    assert!(error.to_string().contains("through bastion (127.0.0.1:"), "{error}");
    let connector = SshConnector::new().known_hosts(["/dev/null"]).jump(bastion.jump(SshConnector::new()));
    let error = refused(connector.connect(&device.target(), &cx()));
    assert_eq!(error.kind(), ErrorKind::HostKey);
    assert!(error.to_string().starts_with("r1 (127.0.0.1:"), "{error}");
}

#[test]
#[ignore = "needs openssh"]
fn a_server_of_legacy_algorithms_is_served_on_request() {
    let sshd = Sshd::new(
        "KexAlgorithms diffie-hellman-group1-sha1\nHostKeyAlgorithms ssh-rsa\nCiphers aes128-cbc\nMACs hmac-sha1\n",
    );
    let connector = SshConnector::new().known_hosts([sshd.known_hosts("host_rsa")]);
    let error = refused(connector.connect(&sshd.target(), &cx()));
    assert_eq!(error.kind(), ErrorKind::Negotiation, "{error}");
    let shown = error.to_string();
    let offered = "the server's: key exchange diffie-hellman-group1-sha1";
    assert!(shown.contains(offered) && shown.contains("legacy_algorithms would serve it"), "{shown}");
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

fn options(change: impl FnOnce(&mut SshOptions)) -> SshOptions {
    let mut options = SshOptions::default();
    options.identity_agent = Some("none".into());
    change(&mut options);
    options
}

#[test]
#[ignore = "needs openssh"]
fn every_kind_of_key_opens_a_shell_from_a_file_and_from_memory() {
    let sshd = Sshd::new("");
    for (kind, format) in
        [("ed25519", None), ("ecdsa", None), ("ecdsa", Some("PEM")), ("rsa", None), ("rsa", Some("PEM"))]
    {
        for passphrase in ["", "correct horse"] {
            let file = sshd.folder.path().join(format!("{kind}{format:?}{}", passphrase.len()));
            let mut keygen = Command::new("ssh-keygen");
            keygen.args(["-q", "-a", "1", "-N", passphrase, "-t", kind, "-f"]).arg(&file);
            run(keygen.args(format.into_iter().flat_map(|format| ["-m", format])));
            let public = std::fs::read_to_string(file.with_extension("pub")).unwrap();
            std::fs::write(sshd.folder.path().join("id.pub"), public).unwrap();
            let user = sshd.target().credentials.username.unwrap();
            let text = std::fs::read_to_string(&file).unwrap();
            for credentials in [
                Credentials::user(&user).private_key(&file).passphrase(passphrase),
                Credentials::user(&user).private_key_text(text).passphrase(passphrase),
            ] {
                let target = sshd.target().credentials(credentials);
                let connection = sshd.connector().open(&target, &cx());
                assert!(connection.is_ok(), "{kind} {format:?} {passphrase}: {:?}", connection.err());
            }
            if !passphrase.is_empty() {
                let wrong = Credentials::user(&user).private_key(&file).passphrase("wrong");
                let error = sshd.connector().open(&sshd.target().credentials(wrong), &cx()).err().unwrap();
                assert!(error.to_string().contains("wrong passphrase"), "{kind} {format:?}: {error}");
            }
        }
    }
}

#[test]
#[ignore = "needs openssh"]
fn two_keys_are_two_factors() {
    let sshd = Sshd::new("AuthenticationMethods publickey,publickey\n");
    let second = sshd.authorize("second");
    let error = sshd.connector().open(&sshd.target(), &cx()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Authentication, "{error}");
    let target = sshd.target().ssh(options(|options| options.identity_files = Some(vec![second])));
    sshd.connector().open(&target, &cx()).unwrap();
}

#[test]
#[ignore = "needs openssh"]
fn a_server_that_hangs_up_after_too_many_keys_has_refused_them() {
    let sshd = Sshd::new("MaxAuthTries 2\n");
    let files = ["one", "two", "three"].map(|name| sshd.authorize(name));
    std::fs::write(sshd.folder.path().join("id.pub"), "").unwrap();
    let target = sshd.target().ssh(options(|options| options.identity_files = Some(files.to_vec())));
    let error = sshd.connector().open(&target, &cx()).err().unwrap();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Authentication, Phase::Authentication), "{error}");
    assert!(error.to_string().contains("refused, and the server closed the connection"), "{error}");
}

#[test]
#[ignore = "needs openssh"]
fn lists_of_algorithms_are_the_hosts_own() {
    let sshd = Sshd::new("Ciphers aes256-ctr\nMACs hmac-sha2-512\n");
    let ciphers = |list: &[&str]| {
        let list = list.iter().map(|&name| name.to_owned()).collect();
        sshd.target().ssh(options(|options| options.ciphers = Some(list)))
    };
    sshd.connector().open(&ciphers(&["aes128-ctr", "aes256-ctr"]), &cx()).unwrap();
    let error = sshd.connector().open(&ciphers(&["aes128-ctr"]), &cx()).err().unwrap();
    let told = "no algorithm in common for cipher; expected another offer than the server's: cipher aes256-ctr; \
                add one of the server's to ciphers";
    assert!(error.to_string().ends_with(told), "{error}");
    let error = sshd.connector().open(&ciphers(&["rot13"]), &cx()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
}

#[test]
#[ignore = "needs openssh"]
fn the_terminal_is_the_hosts_own() {
    let sshd = Sshd::new("");
    let target = sshd.target().ssh(options(|options| {
        options.terminal = Some("ansi".into());
        (options.columns, options.rows) = (Some(80), Some(24));
    }));
    let mut transport = sshd.connector().connect(&target, &cx()).unwrap();
    assert_eq!(shell(&mut *transport, "stty size; echo $TERM"), "24 80\nansi\n");
}

#[test]
#[ignore = "needs openssh"]
fn commands_run_one_after_the_other_and_a_shell_after_them() {
    let sshd = Sshd::new("");
    let cx = cx();
    let mut connection = sshd.connector().open(&sshd.target(), &cx).unwrap();
    let output = connection.exec("echo out; echo err >&2; exit 3", 100, &cx).unwrap();
    assert_eq!((&*output.stdout, &*output.stderr), (&b"out\n"[..], &b"err\n"[..]));
    assert_eq!(output.exit, Exit::Status(3));
    assert_eq!(connection.exec("kill -KILL $$", 100, &cx).unwrap().exit, Exit::Signal("KILL".into()));
    // Both streams at once, each larger than a window.
    let both = "head -c 5000000 /dev/zero & head -c 4000000 /dev/zero >&2; wait";
    let output = connection.exec(both, 10_000_000, &cx).unwrap();
    assert_eq!((output.stdout.len(), output.stderr.len()), (5_000_000, 4_000_000));
    // The end of the output is not yet that of the command.
    let output = connection.exec("exec >&- 2>&-; sleep 0.2; exit 4", 100, &cx).unwrap();
    assert_eq!((output.stdout.len(), output.exit), (0, Exit::Status(4)));
    assert!(connection.exec("cat", 100, &cx).unwrap().exit.is_success(), "there is no standard input");
    let mut transport = connection.into_shell(&cx).unwrap();
    assert_eq!(shell(&mut transport, "echo hello"), "hello\n");
}

#[test]
#[ignore = "needs openssh"]
fn a_command_is_held_to_its_deadline_its_limit_and_its_connection() {
    let sshd = Sshd::new("");
    let failed = |command: &str, cx: &linecrew_core::cx::Cx| {
        let mut connection = sshd.connector().open(&sshd.target(), &common::cx()).unwrap();
        let error = connection.exec(command, 1000, cx).unwrap_err();
        assert_eq!(connection.exec("true", 1000, cx).unwrap_err().kind(), ErrorKind::Closed);
        assert_eq!(error.phase(), Phase::Exec, "{error}");
        error.kind()
    };
    assert_eq!(failed("sleep 60", &within(Duration::from_millis(100))), ErrorKind::TimedOut);
    assert_eq!(failed("yes", &cx()), ErrorKind::TooLong);
    assert_eq!(failed("kill -KILL $PPID", &cx()), ErrorKind::Closed);
}

#[test]
#[ignore = "needs openssh, takes seconds"]
fn a_silent_server_is_given_up_and_one_that_answers_is_not() {
    let sshd = Sshd::new("");
    let target = sshd.target().ssh(options(|options| {
        (options.server_alive_interval, options.server_alive_count_max) = (Some(2), Some(1));
    }));
    let cx = cx();
    let mut connection = sshd.connector().open(&target, &cx).unwrap();
    assert_eq!(connection.exec("sleep 5; echo done", 100, &cx).unwrap().stdout, b"done\n");
    // The server is stopped for longer than two intervals, and then goes on, so that it can end.
    let error = connection.exec("P=$PPID; kill -STOP $P; sleep 8; kill -CONT $P", 100, &cx).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert!(error.to_string().contains("the server is silent: 1 keepalive was not answered"), "{error}");
}
