//! Telnet against inetutils' telnetd, which greets only when its options are answered, and a real login behind it.

use crate::common::{cx, target, until};
use crate::inetd::Inetd;
use crate::machine::{Machine, guest, impostor};
use crate::shell::{run, text};
use linecrew_core::transport::{Connector, Credentials, ErrorKind, TelnetOptions, Transport};
use linecrew_transports::telnet::TelnetConnector;

/// The server and its users.
struct Telnetd {
    // Ends before its files go.
    inetd: Inetd,
    _machine: Machine,
}

impl Telnetd {
    fn new() -> Self {
        let machine = Machine::new();
        let folder = machine.path().to_owned();
        let inetd = Inetd::start(move || Machine::command(&folder, "/usr/sbin/telnetd"));
        Self { inetd, _machine: machine }
    }

    fn login(&self, connector: &TelnetConnector, who: &Credentials) -> Box<dyn Transport> {
        let mut transport = connector.connect(&target(self.inetd.addr), &cx()).unwrap();
        for (prompt, answer) in [
            ("login: ", who.username.as_deref().unwrap()),
            ("Password: ", who.password.as_ref().unwrap().expose()),
        ] {
            until(&mut *transport, prompt.as_bytes(), &cx()).unwrap();
            transport.write_all(format!("{answer}\n").as_bytes(), &cx()).unwrap();
        }
        transport
    }

    fn shell(&self, connector: &TelnetConnector) -> Box<dyn Transport> {
        let mut transport = self.login(connector, &guest());
        until(&mut *transport, b"$ ", &cx()).unwrap();
        transport
    }
}

#[test]
#[ignore = "needs inetutils-telnetd"]
fn a_login_leads_to_a_shell_that_carries_megabytes() {
    let telnetd = Telnetd::new();
    let mut transport = telnetd.shell(&TelnetConnector::new());
    assert_eq!(text(&mut *transport, "id -un"), "guest\n");
    let lines = text(&mut *transport, "yes 0123456789 | head -n 200000");
    assert!(lines == "0123456789\n".repeat(200_000), "{} bytes", lines.len());
}

#[test]
#[ignore = "needs inetutils-telnetd"]
fn terminal_type_and_window_are_told() {
    let telnetd = Telnetd::new();
    let mut transport = telnetd.shell(&TelnetConnector::new());
    assert_eq!(text(&mut *transport, "stty size; echo $TERM"), "1000 500\nvt100\n");
    let mut options = TelnetOptions::default();
    (options.columns, options.rows, options.terminal) = (Some(511), Some(255), Some("vt220".into()));
    let mut transport = telnetd.shell(&TelnetConnector::new().options(options));
    assert_eq!(text(&mut *transport, "stty size; echo $TERM"), "255 511\nvt220\n");
}

#[test]
#[ignore = "needs inetutils-telnetd"]
fn every_byte_comes_as_it_was_written() {
    let telnetd = Telnetd::new();
    let mut transport = telnetd.shell(&TelnetConnector::new());
    let octal = |byte: u8| format!("\\{byte:03o}");
    let all: Vec<u8> = (1..=255).chain([255; 9]).collect();
    let printf: String = all.iter().map(|&byte| octal(byte)).collect();
    assert_eq!(run(&mut *transport, &format!("printf '{printf}'")), all);
}

#[test]
#[ignore = "needs inetutils-telnetd"]
fn a_wrong_password_is_told_by_the_login_and_the_end_of_the_shell_by_the_transport() {
    let telnetd = Telnetd::new();
    let mut impostor = telnetd.login(&TelnetConnector::new(), &impostor());
    // It asks again.
    let shown = until(&mut *impostor, b"login: ", &cx()).unwrap();
    assert!(String::from_utf8(shown).unwrap().contains("Login incorrect"));
    let mut transport = telnetd.shell(&TelnetConnector::new());
    transport.write_all(b"exit\n", &cx()).unwrap();
    let error = until(&mut *transport, b"never", &cx()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed, "{error}");
}
