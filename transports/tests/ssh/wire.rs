//! SSH servers that say what no decent one would: each ends in an error, in time.

use crate::common::{cx, refused, serve, target};
use crate::server::{IGNORE, Server, USERAUTH_SUCCESS, string};
use linecrew_core::transport::{Connector, Credentials, ErrorKind, HostKeyCheck, Phase, TransportError};
use linecrew_transports::ssh::SshConnector;
use std::io;
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// `SSH_MSG_USERAUTH_PASSWD_CHANGEREQ` (RFC 4252, section 8).
const PASSWD_CHANGEREQ: u8 = 60;
const DISCONNECT: u8 = 1;
const USERAUTH_BANNER: u8 = 53;
/// Only a hang takes as long.
const HANG: Duration = Duration::from_secs(30);

/// What becomes of a login with a password to a server that goes on like this.
fn login(server: impl FnOnce(TcpStream) -> io::Result<()> + Send + 'static) -> TransportError {
    login_with(SshConnector::new(), server)
}

/// The same with limits that are to be met.
fn login_with(
    connector: SshConnector,
    server: impl FnOnce(TcpStream) -> io::Result<()> + Send + 'static,
) -> TransportError {
    let (addr, server) = serve(server);
    let target = target(addr).credentials(Credentials::user("admin").password("s3cret"));
    let start = Instant::now();
    let error = refused(connector.host_key_check(HostKeyCheck::Off).connect(&target, &cx()));
    assert!(start.elapsed() < HANG, "{error} took {:?}", start.elapsed());
    // Whether it could say all that it wanted does not matter.
    let _ = server.join().unwrap();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("s3cret"), "{shown}");
    error
}

fn handshake_limit(millis: u64) -> SshConnector {
    SshConnector::new().handshake_limit(Duration::from_millis(millis))
}

fn authentication_limit(millis: u64) -> SshConnector {
    SshConnector::new().authentication_limit(Duration::from_millis(millis))
}

/// The message that means nothing (RFC 4253, section 11.2).
fn ignore() -> Vec<u8> {
    [&[IGNORE][..], &string(b"")].concat()
}

#[test]
fn a_demand_for_a_new_password_is_told_as_such() {
    let error = login(|socket| {
        let mut server = Server::until_login(socket)?;
        server.refuse(b"password")?;
        let request = server.receive()?;
        assert!(request.ends_with(&string(b"s3cret")));
        server.send(&[&[PASSWD_CHANGEREQ][..], &string(b"Choose another"), &string(b"")].concat())?;
        server.until_gone();
        Ok(())
    });
    assert_eq!((error.kind(), error.phase()), (ErrorKind::PasswordExpired, Phase::Authentication));
    assert!(error.to_string().contains("the password has expired; log in by hand"), "{error}");
}

#[test]
fn messages_that_mean_nothing_do_not_hold_up_the_limit_of_the_handshake() {
    let error = login_with(handshake_limit(100), |socket| {
        let mut server = Server::greet(socket)?;
        server.offer()?;
        server.flood(&ignore());
        Ok(())
    });
    assert_eq!((error.kind(), error.phase()), (ErrorKind::TimedOut, Phase::Handshake));
    assert!(error.to_string().contains("timed out (handshake limit)"), "{error}");
}

#[test]
fn messages_that_mean_nothing_do_not_hold_up_the_limit_of_the_login() {
    let error = login_with(authentication_limit(300), |socket| {
        let mut server = Server::until_login(socket)?;
        server.flood(&ignore());
        Ok(())
    });
    assert_eq!((error.kind(), error.phase()), (ErrorKind::TimedOut, Phase::Authentication));
    assert!(error.to_string().contains("timed out (authentication limit)"), "{error}");
}

#[test]
fn messages_that_mean_nothing_do_not_hold_up_a_cancel() {
    let (addr, server) = serve(|socket| {
        let mut server = Server::until_login(socket)?;
        server.flood(&ignore());
        io::Result::Ok(())
    });
    let (target, cx) = (target(addr).credentials(Credentials::user("admin").password("s3cret")), cx());
    cx.cancel().cancel_after(Duration::from_millis(300)).unwrap();
    let connector = SshConnector::new().host_key_check(HostKeyCheck::Off);
    let error = refused(connector.connect(&target, &cx));
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
    let _ = server.join().unwrap();
}

#[test]
fn a_login_that_is_not_answered_meets_its_limit() {
    let error = login_with(authentication_limit(300), |socket| {
        Server::until_login(socket)?.until_gone();
        Ok(())
    });
    assert_eq!((error.kind(), error.phase()), (ErrorKind::TimedOut, Phase::Authentication));
    assert!(error.to_string().contains("timed out (authentication limit)"), "{error}");
}

#[test]
fn a_server_that_takes_its_leave_has_closed_the_connection() {
    let error = login(|socket| {
        let mut server = Server::until_login(socket)?;
        let why = [&[DISCONNECT][..], &11_u32.to_be_bytes(), &string(b"too many users"), &string(b"")];
        server.send(&why.concat())?;
        server.until_gone();
        Ok(())
    });
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Closed, Phase::Authentication), "{error}");
}

#[test]
fn a_list_of_methods_that_is_no_text_is_an_error() {
    let error = login(|socket| {
        let mut server = Server::until_login(socket)?;
        server.refuse(b"pass\xffword")?;
        server.until_gone();
        Ok(())
    });
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Protocol, Phase::Authentication), "{error}");
    assert!(error.to_string().contains("the list of methods is not text"), "{error}");
}

#[test]
fn a_success_that_nobody_asked_for_is_believed_as_the_protocol_has_it_and_no_shell_comes_of_it() {
    let error = login_with(authentication_limit(1000), |socket| {
        let mut server = Server::until_login(socket)?;
        server.send(&[USERAUTH_SUCCESS])?;
        server.until_gone();
        Ok(())
    });
    assert_eq!((error.kind(), error.phase()), (ErrorKind::TimedOut, Phase::Shell), "{error}");
}

#[test]
fn a_banner_of_any_bytes_harms_nothing() {
    let error = login(|socket| {
        let mut server = Server::until_login(socket)?;
        server.send(&[&[USERAUTH_BANNER][..], &string(&vec![0xff; 20_000]), &string(b"\xff")].concat())?;
        loop {
            server.refuse(b"password")?;
            server.receive()?;
        }
    });
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Authentication, Phase::Authentication), "{error}");
    assert!(error.to_string().contains("password refused; check"), "{error}");
}

#[test]
fn bytes_that_are_no_packet_are_an_error_in_every_state() {
    let states: [fn(TcpStream) -> io::Result<Server>; 3] = [
        Server::greet,
        |socket| {
            let mut server = Server::greet(socket)?;
            server.offer()?;
            Ok(server)
        },
        Server::until_login,
    ];
    for reach in states {
        for bytes in [&[0xff; 64][..], &[0; 64], b"\0\0\0\x0c\xff\x14aaaaaaaaaa", b"\0\0\0\x01\0"] {
            let error = login_with(
                authentication_limit(500).handshake_limit(Duration::from_millis(500)),
                move |socket| {
                    let mut server = reach(socket)?;
                    server.send_raw(bytes)?;
                    server.until_gone();
                    Ok(())
                },
            );
            assert!(
                matches!(
                    error.kind(),
                    ErrorKind::Protocol | ErrorKind::Closed | ErrorKind::TimedOut | ErrorKind::Negotiation
                ),
                "{}: {error}",
                bytes.escape_ascii()
            );
            assert!(matches!(error.phase(), Phase::Handshake | Phase::Authentication), "{error}");
        }
    }
}
