//! Inventories of real devices, and the binary run over them.

use super::frr::{ENABLE, PASSWORD, Router};
use super::openssh::Sshd;
use serde_json::Value;
use std::ffi::OsString;
use std::fmt::Write;
use std::fs::Permissions;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_linecrew");
const WRONG: &str = "this-is-wr0ng";
const PASSWORD_VARIABLE: &str = "LINECREW_TEST_VTY_PASSWORD";

/// The hosts of a run, in order.
pub(crate) struct Crew {
    folder: TempDir,
    hosts: String,
    credentials: String,
    known_hosts: String,
}

/// What became of a run.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) errors: String,
}

impl Crew {
    /// No host yet; the credentials `right`, `wrong_password` and `wrong_enable`.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let crew =
            Self { folder, hosts: String::new(), credentials: String::new(), known_hosts: String::new() };
        crew.write_secret("enable", ENABLE);
        crew.write_secret("wrong", WRONG);
        crew
    }

    /// Adds a VTY over telnet.
    pub(crate) fn telnet(self, name: &str, port: u16) -> Self {
        self.telnet_as(name, port, "right")
    }

    /// Adds a VTY over telnet with one of the credentials.
    pub(crate) fn telnet_as(mut self, name: &str, port: u16, credential: &str) -> Self {
        let settings = format!("hostname: 127.0.0.1, port: {port}, transport: telnet");
        writeln!(self.hosts, "  {name}: {{{settings}, credential: {credential}}}").unwrap();
        self
    }

    /// Adds what a server's forced command is, over SSH; its host key is known.
    pub(crate) fn ssh(mut self, name: &str, sshd: &Sshd) -> Self {
        self.known_hosts.push_str(&sshd.known_host());
        self.ssh_unknown(name, sshd)
    }

    /// The same where the key of another server is known in its place.
    pub(crate) fn ssh_with_key_of(mut self, name: &str, sshd: &Sshd, other: &Sshd) -> Self {
        self.known_hosts.push_str(&sshd.known_by(other));
        self.ssh_unknown(name, sshd)
    }

    /// The same without its host key.
    pub(crate) fn ssh_unknown(mut self, name: &str, sshd: &Sshd) -> Self {
        let (port, key) = (sshd.port, sshd.user_key());
        writeln!(self.hosts, "  {name}: {{hostname: 127.0.0.1, port: {port}, credential: {name}}}").unwrap();
        writeln!(self.credentials, "  {name}: {{username: root, private_key: {}}}", key.display()).unwrap();
        self
    }

    /// Runs commands and gives the hosts as JSON, with the exit code.
    pub(crate) fn json(&self, arguments: &[&str]) -> (Hosts, Option<i32>) {
        let ran = self.run(&[arguments, &["--format", "json"]].concat());
        let hosts = serde_json::from_str(&ran.out)
            .unwrap_or_else(|error| panic!("{error}: {} {}", ran.out, ran.errors));
        (Hosts(hosts), ran.code)
    }

    /// Runs the binary over all hosts.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(BINARY);
        command.args(self.arguments(arguments)).envs(self.environment());
        Ran::new(&command.output().unwrap())
    }

    /// The same on a terminal; gives the exit code, what a user sees at the end, and all that was sent to get there.
    pub(crate) fn run_on_a_terminal(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let (mut pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(pty_process::Size::new(24, 160)).unwrap();
        let command = pty_process::blocking::Command::new(BINARY).args(self.arguments(arguments));
        let mut child = command.envs(self.environment()).env("TERM", "xterm").spawn(pts).unwrap();
        let mut sent = Vec::new();
        // On Linux, to read from a terminal that its last process has left is an error.
        let _ = pty.read_to_end(&mut sent);
        let mut screen = vt100::Parser::new(200.try_into().unwrap(), 160.try_into().unwrap(), 0);
        screen.process(&sent);
        let sent = String::from_utf8(sent).unwrap();
        (child.wait().unwrap().code(), screen.screen().contents(), sent)
    }

    fn environment(&self) -> [(&'static str, OsString); 2] {
        let runs = self.folder.path().join("runs");
        [("LINECREW_RUNS", runs.into()), (PASSWORD_VARIABLE, PASSWORD.into())]
    }

    /// Those of a run over all hosts, whose inventory is written.
    fn arguments(&self, arguments: &[&str]) -> Vec<OsString> {
        let inventory = format!(
            "defaults: {{platform: frr, known_hosts: known_hosts, limit_logins: false}}\n\
             credentials:\n\
             \x20 right: {{password: {{env: {PASSWORD_VARIABLE}}}, enable: {{file: enable}}}}\n\
             \x20 wrong_password: {{password: {{file: wrong}}, enable: {{file: enable}}}}\n\
             \x20 wrong_enable: {{password: {{env: {PASSWORD_VARIABLE}}}, enable: {{file: wrong}}}}\n\
             {}hosts:\n{}",
            self.credentials, self.hosts
        );
        self.write("inventory.yaml", &inventory);
        self.write("known_hosts", &self.known_hosts);
        let words = [&["run"], arguments, &["--retry-delays", "0", "--inventory"]].concat();
        let path = self.folder.path().join("inventory.yaml");
        words.into_iter().map(OsString::from).chain([path.into()]).collect()
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.folder.path().join(file), text).unwrap();
    }

    fn write_secret(&self, file: &str, secret: &str) {
        self.write(file, &format!("{secret}\n"));
        std::fs::set_permissions(self.folder.path().join(file), Permissions::from_mode(0o600)).unwrap();
    }
}

impl Ran {
    fn new(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self { code: output.status.code(), out: text(&output.stdout), errors: text(&output.stderr) }
    }

    /// Asserts that nothing that logs in to a VTY was shown.
    pub(crate) fn shows_no_secret(&self) {
        for secret in [PASSWORD, ENABLE, WRONG] {
            assert!(!self.out.contains(secret) && !self.errors.contains(secret), "{secret}: {}", self.out);
        }
    }
}

/// What was told of each host.
#[derive(Debug)]
pub(crate) struct Hosts(Vec<Value>);

impl Hosts {
    pub(crate) fn names(&self) -> Vec<&str> {
        self.0.iter().map(|host| text(&host["host"])).collect()
    }

    /// The last reply of a host that did all it was asked to.
    pub(crate) fn reply(&self, name: &str) -> &str {
        let host = self.get(name);
        assert_eq!(host["status"], "ok", "{host:#}");
        text(&last(&host["replies"])["text"])
    }

    /// The only row of the last reply.
    pub(crate) fn row(&self, name: &str) -> &Value {
        let parsed = &last(&self.get(name)["replies"])["parsed"];
        assert_eq!(parsed.as_array().map(Vec::len), Some(1), "{:#}", self.get(name));
        last(parsed)
    }

    /// The phase in which a host failed, and the line about it.
    pub(crate) fn failure(&self, name: &str) -> (&str, &str) {
        let host = self.get(name);
        assert_eq!(host["status"], "failed", "{host:#}");
        (text(&host["phase"]), text(&host["error"]))
    }

    fn get(&self, name: &str) -> &Value {
        self.0.iter().find(|host| host["host"] == name).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }
}

fn last(array: &Value) -> &Value {
    array.as_array().and_then(|items| items.last()).unwrap_or_else(|| panic!("nothing in {array}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// A router with its daemons and the way to its vtysh.
pub(crate) struct Site {
    pub(crate) router: Router,
    pub(crate) sshd: Sshd,
}

impl Site {
    pub(crate) fn new(router: Router) -> Self {
        Self::with(router, "")
    }

    /// With more lines of the server's configuration.
    pub(crate) fn with(router: Router, sshd: &str) -> Self {
        let sshd = Sshd::start(&router.vtysh(), sshd);
        Self { router, sshd }
    }
}
