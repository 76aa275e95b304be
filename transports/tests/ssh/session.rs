//! SSH against simulated devices, and against servers written by hand for what comes before encryption.

use crate::bench::{Bench, admin, key, public, r1};
use crate::common::{cx, refused, serve, target, until, until_gone, within};
use linecrew_core::cx::Cx;
use linecrew_core::secret::Secret;
use linecrew_core::transport::{
    Connector, Credentials, ErrorKind, HostKeyCheck, Phase, Transport, TransportError,
};
use linecrew_testkit::{Fault, SshAlgorithms};
use linecrew_transports::ssh::SshConnector;
use linecrew_transports::ssh::known_hosts::{KnownHosts, fingerprint};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

/// Connects to a server written by hand, whose key would not matter.
fn dial(addr: std::net::SocketAddr, cx: &Cx) -> Result<Box<dyn Transport>, TransportError> {
    let target = target(addr).credentials(admin());
    SshConnector::new().host_key_check(HostKeyCheck::Off).connect(&target, cx)
}

#[test]
fn a_password_opens_a_shell() {
    let bench = Bench::new(r1());
    let cx = cx();
    let mut transport = bench.connect(&cx).unwrap();
    until(&mut *transport, b"R1>", &cx).unwrap();
    transport.write_all(b"show clock\n", &cx).unwrap();
    let reply = until(&mut *transport, b"R1>", &cx).unwrap();
    assert!(reply.starts_with(b"show clock\r\n"), "{}", reply.escape_ascii());
    transport.close(&cx);
    transport.close(&cx);
    assert_eq!(transport.read(&mut [0; 8], &cx).unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(transport.write_all(b"x", &cx).unwrap_err().kind(), ErrorKind::Closed);
}

#[test]
fn a_device_that_hangs_up_is_closed_after_its_last_words() {
    let bench = Bench::new(r1());
    let cx = cx();
    let mut transport = bench.connect(&cx).unwrap();
    until(&mut *transport, b"R1>", &cx).unwrap();
    transport.write_all(b"exit\n", &cx).unwrap();
    assert_eq!(until(&mut *transport, b"exit\r\n", &cx).unwrap(), b"exit\r\n");
    assert_eq!(transport.read(&mut [0; 8], &cx).unwrap_err().kind(), ErrorKind::Closed);
}

#[test]
fn a_private_key_opens_a_shell() {
    let bench = Bench::new(r1().authorized_key(public("key")));
    let credentials = Credentials::user("admin").private_key(key("key"));
    let cx = cx();
    let mut transport = bench.connector().connect(&bench.target().credentials(credentials), &cx).unwrap();
    until(&mut *transport, b"R1>", &cx).unwrap();
}

#[test]
fn a_locked_private_key_needs_its_passphrase() {
    let bench = Bench::new(r1().authorized_key(public("locked_key")));
    for (passphrase, fits) in [(None, false), (Some("wrong"), false), (Some("correct horse"), true)] {
        let mut credentials = Credentials::user("admin").private_key(key("locked_key"));
        credentials.passphrase = passphrase.map(Secret::new);
        let opened = bench.connector().connect(&bench.target().credentials(credentials), &cx());
        match opened {
            Ok(_) => assert!(fits, "{passphrase:?}"),
            Err(error) => {
                assert!(!fits, "{passphrase:?}: {error}");
                assert_eq!(error.kind(), ErrorKind::Configuration);
                assert!(error.to_string().contains("locked_key"), "{error}");
            }
        }
    }
}

#[test]
fn a_password_is_tried_after_a_refused_key() {
    let bench = Bench::new(r1());
    let credentials = admin().private_key(key("key"));
    bench.connector().connect(&bench.target().credentials(credentials), &cx()).unwrap();
}

#[test]
fn a_wrong_password_is_told_at_once_and_costs_one_rejection() {
    let bench = Bench::new(r1());
    let target = bench.target().credentials(Credentials::user("admin").password("wr0ng"));
    let error = refused(bench.connector().connect(&target, &cx()));
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Authentication, Phase::Authentication));
    let shown = format!("{error} {error:?}");
    assert!(
        shown.contains("password refused; check the credentials of user admin; the server takes password"),
        "{shown}"
    );
    assert!(!shown.contains("wr0ng"), "{shown}");
    assert_eq!(bench.lab.counters().logins_refused, 1);
}

#[test]
fn no_credential_is_no_login() {
    let bench = Bench::new(r1().authorized_key(public("key")));
    for (credentials, kind) in [
        (Credentials::default(), ErrorKind::Configuration),
        (Credentials::user("admin"), ErrorKind::MissingCredential),
        (Credentials::user("admin").private_key("/nowhere/key"), ErrorKind::Configuration),
    ] {
        let error = refused(bench.connector().connect(&bench.target().credentials(credentials), &cx()));
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[test]
fn an_unknown_host_key_is_refused_before_any_login() {
    let bench = Bench::new(r1());
    std::fs::write(bench.file("known_hosts"), "").unwrap();
    let error = bench.refused();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::HostKey, Phase::HostKey));
    assert!(error.to_string().contains("the host key ssh-ed25519 SHA256:"), "{error}");
    assert_eq!(bench.lab.counters().logins_refused, 0);
}

#[test]
fn a_changed_host_key_is_refused_with_both_fingerprints() {
    let bench = Bench::new(r1());
    let addr = bench.lab.devices()[0].addr();
    std::fs::write(bench.file("known_hosts"), format!("\n[127.0.0.1]:{} {}", addr.port(), public("key")))
        .unwrap();
    for check in [HostKeyCheck::Strict, HostKeyCheck::AcceptNew] {
        let error = refused(bench.connector().host_key_check(check).connect(&bench.target(), &cx()));
        assert_eq!(error.kind(), ErrorKind::HostKey);
        let shown = error.to_string();
        assert_eq!(shown.matches("SHA256:").count(), 2, "{shown}");
        assert!(shown.contains(&format!("{}:2", bench.file("known_hosts").display())), "{shown}");
    }
}

#[test]
fn a_new_host_is_accepted_once_where_asked_for() {
    let bench = Bench::new(r1());
    let listed = std::fs::read_to_string(bench.file("known_hosts")).unwrap();
    std::fs::remove_file(bench.file("known_hosts")).unwrap();
    let connector = bench.connector().host_key_check(HostKeyCheck::AcceptNew);
    for _ in 0..2 {
        connector.connect(&bench.target(), &cx()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(bench.file("known_hosts")).unwrap(), listed);
    bench.connect(&cx()).unwrap();
}

#[test]
fn a_legacy_device_is_told_and_served_on_request() {
    let bench = Bench::new(r1().ssh_algorithms(SshAlgorithms::Legacy));
    // A server that hangs up at once may do so before its offer was seen; the error is then that of a closed
    // connection, with the same hint.
    let errors = std::iter::repeat_with(|| bench.refused()).take(20);
    let mut errors = errors.inspect(|error| assert!(error.to_string().contains("legacy"), "{error}"));
    let error = errors.find(|error| error.kind() != ErrorKind::Closed).unwrap();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Negotiation, Phase::Handshake));
    assert!(error.to_string().contains("legacy"), "{error}");
    let cx = cx();
    let mut transport = bench.connector().legacy(true).connect(&bench.target(), &cx).unwrap();
    until(&mut *transport, b"R1>", &cx).unwrap();
}

#[test]
fn single_bytes_are_understood() {
    let bench = Bench::new(r1().fault(Fault::Chunks(1)));
    let cx = cx();
    until(&mut *bench.connect(&cx).unwrap(), b"R1>", &cx).unwrap();
}

#[test]
fn a_reply_of_five_megabytes_is_whole() {
    let line = "interface GigabitEthernet0/0/1 description uplink\n";
    let reply = line.repeat(5_000_000 / line.len());
    let bench = Bench::new(r1().command("show everything", &reply));
    let cx = cx();
    let mut transport = bench.connect(&cx).unwrap();
    until(&mut *transport, b"R1>", &cx).unwrap();
    transport.write_all(b"terminal length 0\n", &cx).unwrap();
    until(&mut *transport, b"R1>", &cx).unwrap();
    transport.write_all(b"show everything\n", &cx).unwrap();
    let shown = until(&mut *transport, b"R1>", &cx).unwrap();
    let text = String::from_utf8(shown).unwrap().replace('\r', "");
    assert_eq!(text, format!("show everything\n{reply}R1>"));
}

#[test]
fn a_closed_port_is_refused() {
    let addr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = refused(dial(addr, &cx()));
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Refused, Phase::Connect));
}

#[test]
fn a_silent_host_meets_the_handshake_limit() {
    let bench = Bench::new(r1().fault(Fault::Silent));
    let connector = bench.connector().handshake_limit(Duration::from_millis(20));
    let error = refused(connector.connect(&bench.target(), &cx()));
    assert_eq!((error.kind(), error.phase()), (ErrorKind::TimedOut, Phase::Handshake));
    let shown = error.to_string();
    assert!(shown.contains("(handshake limit); expected an SSH banner; last seen nothing"), "{shown}");
}

#[test]
fn text_in_place_of_a_banner_is_shown() {
    let (addr, server) = serve(|mut socket| {
        socket.write_all(b"Exceeded MaxStartups\r\n").unwrap();
        // The client's banner, so that the end is a clean one.
        let _ = socket.read(&mut [0; 256]);
    });
    let error = refused(dial(addr, &cx()));
    server.join().unwrap();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Closed, Phase::Handshake));
    let shown = error.to_string();
    assert!(shown.contains("expected an SSH banner; last seen \"Exceeded MaxStartups\\"), "{shown}");
}

#[test]
fn lines_without_end_are_no_banner() {
    let (addr, _server) = serve(|mut socket| while socket.write_all(&b"hello\r\n".repeat(1024)).is_ok() {});
    let (ended, end) = mpsc::channel();
    std::thread::spawn(move || ended.send(refused(dial(addr, &cx()))));
    let error = end.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Protocol, Phase::Handshake));
    let shown = error.to_string();
    assert!(shown.contains("expected an SSH banner; last seen \""), "{shown}");
    assert!(shown.contains("hello"), "{shown}");
}

#[test]
fn another_protocol_is_no_ssh() {
    let (addr, server) = serve(|mut socket| {
        socket.write_all(b"\x00\xff\xfb\x01login: \n").unwrap();
        until_gone(socket);
    });
    let error = refused(dial(addr, &cx()));
    server.join().unwrap();
    assert_eq!(error.phase(), Phase::Handshake);
    assert!(error.to_string().contains("expected an SSH banner; last seen"), "{error}");
}

#[test]
fn a_close_at_any_byte_is_told_with_its_phase() {
    for bytes in (0..1380).step_by(67) {
        let bench = Bench::new(r1().fault(Fault::CloseAfter(bytes)));
        let cx = cx();
        let error = match bench.connect(&cx) {
            Ok(mut transport) => until(&mut *transport, b"never", &cx).unwrap_err(),
            Err(error) => error,
        };
        assert_eq!(error.kind(), ErrorKind::Closed, "{bytes}: {error}");
    }
}

#[test]
fn a_cancel_ends_a_handshake() {
    let (greeted, greeting) = mpsc::channel();
    let (addr, server) = serve(move |mut socket| {
        // The client is in the handshake once its banner is here.
        socket.read_exact(&mut [0; 4]).unwrap();
        greeted.send(()).unwrap();
        until_gone(socket);
    });
    let cx = cx();
    let token = cx.cancel().clone();
    let client = std::thread::spawn(move || refused(dial(addr, &cx)));
    greeting.recv().unwrap();
    token.cancel();
    let error = client.join().unwrap();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Cancelled, Phase::Handshake));
    server.join().unwrap();
}

#[test]
fn a_cancel_ends_a_read() {
    let bench = Bench::new(r1());
    let cx = cx();
    let token = cx.cancel().clone();
    let mut transport = bench.connect(&cx).unwrap();
    until(&mut *transport, b"R1>", &cx).unwrap();
    let (started, start) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        started.send(()).unwrap();
        transport.read(&mut [0; 8], &cx).unwrap_err()
    });
    start.recv().unwrap();
    token.cancel();
    let error = reader.join().unwrap();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Cancelled, Phase::Read));
}

#[test]
fn a_read_times_out_and_may_be_repeated() {
    let bench = Bench::new(r1());
    let cx = cx();
    let mut transport = bench.connect(&cx).unwrap();
    until(&mut *transport, b"R1>", &cx).unwrap();
    let error = transport.read(&mut [0; 8], &within(Duration::from_millis(5))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    transport.write_all(b"show clock\n", &cx).unwrap();
    until(&mut *transport, b"R1>", &cx).unwrap();
}

#[test]
fn the_lab_s_known_hosts_are_read() {
    let bench = Bench::new(r1());
    let known = KnownHosts::load(&[bench.file("known_hosts")]);
    let port = bench.lab.devices()[0].addr().port();
    assert_eq!(known.key_types("127.0.0.1", port), ["ssh-ed25519"]);
    assert!(fingerprint(b"").starts_with("SHA256:"));
}
