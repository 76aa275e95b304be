//! The TCP connection under SSH and telnet.

use crate::poll::PollError;
use crate::race::{Attempts, Failure, Race};
use crate::resolve::Resolver;
use crate::source::Source;
use linecrew_core::cx::{Cx, Interruption};
use linecrew_core::transport::{ErrorKind, Phase, Target, TransportError};
use rustix::net::sockopt;
use std::io;
use std::net::TcpStream;
use std::time::Duration;

/// A peer that is gone is noticed after two minutes: 60 s idle, then four probes 15 s apart.
const KEEPALIVE_IDLE: Duration = Duration::from_mins(1);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(15);
const KEEPALIVE_PROBES: u32 = 4;

/// Connects to the first address of `target` that answers, from `source`. The stream is non-blocking.
///
/// Every address is tried, IPv6 and IPv4 in turn, each 250 ms after the one before it or as soon as that one fails;
/// all of them run until `cx` ends.
pub(crate) fn connect(
    target: &Target,
    usual_port: u16,
    source: Source<'_>,
    resolver: &Resolver,
    cx: &Cx,
) -> Result<TcpStream, TransportError> {
    let peer = target.peer(usual_port);
    let port = target.port.unwrap_or(usual_port);
    let shown = source.shown();
    let source = source.resolved().map_err(|error| no_source(&shown, error, &peer))?;
    let mut addresses = resolver.resolve(&target.host, port, &peer, cx)?;
    addresses.retain(|address| source.fits(address));
    if addresses.is_empty() {
        let what = format!("no address of the host is of the family of {shown}");
        return Err(TransportError::new(ErrorKind::Configuration, Phase::Connect, &peer, what)
            .hint("give a source address of the other family, or none"));
    }
    let stream = Race::new(addresses, &source).run(cx).map_err(|failure| told(failure, &shown, &peer, cx))?;
    set_options(&stream).map_err(|source| {
        TransportError::new(ErrorKind::Io, Phase::Connect, &peer, "cannot set up the socket").source(source)
    })?;
    Ok(stream)
}

/// Has all that is sent from now on leave with the end of the connection, in one packet, where the system can: Linux holds it
/// back for 200 ms at most.
pub(crate) fn hold_back(stream: &TcpStream) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // Fails on a jump host's stream, which is no TCP.
    let _ = sockopt::set_tcp_cork(stream, true);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = stream;
}

fn told(failure: Failure, source: &str, peer: &str, cx: &Cx) -> TransportError {
    match failure {
        Failure::All(attempts) => all_failed(attempts, peer),
        Failure::Wait(error @ PollError::Interrupted(Interruption::TimedOut), attempts) => {
            let error = error
                .into_transport_error(Phase::Connect, peer, cx)
                .expected("an answer to the TCP connection")
                .hint("the host is down, or a firewall drops the packets");
            with(error, attempts.told())
        }
        Failure::Wait(error, _) => error.into_transport_error(Phase::Connect, peer, cx),
        Failure::Source(error) => no_source(source, error, peer),
    }
}

/// The error of a source that this machine cannot connect from.
fn no_source(source: &str, error: io::Error, peer: &str) -> TransportError {
    let what = format!("cannot connect from {source}");
    TransportError::new(ErrorKind::Configuration, Phase::Connect, peer, what)
        .source(error)
        .hint("check the source address and the source interface; this machine must have them")
}

fn all_failed(attempts: Attempts, peer: &str) -> TransportError {
    let (kind, what, hint) = match attempts.kind() {
        io::ErrorKind::ConnectionRefused => {
            (ErrorKind::Refused, "connection refused", "nothing listens there; check the port")
        }
        io::ErrorKind::TimedOut => (ErrorKind::TimedOut, "no answer", "the host is down, or a firewall"),
        io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::AddrNotAvailable => {
            (ErrorKind::Unreachable, "unreachable", "check the address and the route to it")
        }
        _ => (ErrorKind::Io, "cannot connect", "see the system's error"),
    };
    let error = TransportError::new(kind, Phase::Connect, peer, what).hint(hint);
    // The system's refusal would only say it again.
    with(error, attempts.told().filter(|source| source.kind() != io::ErrorKind::ConnectionRefused))
}

fn with(error: TransportError, source: Option<io::Error>) -> TransportError {
    match source {
        Some(source) => error.source(source),
        None => error,
    }
}

fn set_options(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    sockopt::set_socket_keepalive(stream, true)?;
    sockopt::set_tcp_keepidle(stream, KEEPALIVE_IDLE)?;
    sockopt::set_tcp_keepintvl(stream, KEEPALIVE_INTERVAL)?;
    sockopt::set_tcp_keepcnt(stream, KEEPALIVE_PROBES)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::race::tests::closed_address;
    use linecrew_core::cancel::CancelToken;
    use linecrew_core::deadline::Deadline;
    use std::net::{IpAddr, SocketAddr, TcpListener};

    fn cx() -> Cx {
        Cx::new(Deadline::after(Duration::from_mins(10), "connect"), CancelToken::new())
    }

    fn open(target: &Target, resolver: &Resolver) -> Result<TcpStream, TransportError> {
        connect(target, 23, Source::of(target), resolver, &cx())
    }

    fn target(address: SocketAddr) -> Target {
        Target::new(address.ip().to_string()).name("r1").port(address.port())
    }

    fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    #[test]
    fn a_wait_that_the_system_refuses_says_nothing_of_the_host() {
        let failure = Race::new(vec![closed_address()], &Source::default()).run(&cx()).unwrap_err();
        let Failure::All(attempts) = failure else { panic!("{failure:?}") };
        let failure = Failure::Wait(PollError::Io(rustix::io::Errno::MFILE.into()), attempts);
        let error = told(failure, "", "r1", &cx());
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(!error.to_string().contains("firewall"), "{error}");
    }

    #[test]
    fn a_closed_port_is_refused() {
        let address = closed_address();
        let error = open(&target(address), &Resolver::system()).unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Refused, Phase::Connect));
        let expected =
            format!("r1 ({address}): connect: connection refused; nothing listens there; check the port");
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn each_of_several_addresses_is_told_with_its_reason() {
        let port = closed_address().port();
        let resolver = Resolver::new(move |_, _| {
            let v4 = |last| SocketAddr::from(([127, 0, 0, last], port));
            Ok(vec![v4(1), v4(2)])
        });
        let error = open(&Target::new("r1.example").port(port), &resolver).unwrap_err();
        let shown = error.to_string();
        let refused = "Connection refused (os error 111)";
        let each = format!("connection refused: 127.0.0.1: {refused}, 127.0.0.2: {refused}; nothing");
        assert!(cfg!(not(target_os = "linux")) || shown.contains(&each), "{shown}");
        assert_eq!(error.kind(), ErrorKind::Refused);
    }

    #[test]
    fn a_cancelled_token_ends_the_connection() {
        let (_listener, address) = listener();
        let cx = cx();
        cx.cancel().cancel();
        let error = connect(&target(address), 23, Source::default(), &Resolver::system(), &cx).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_past_deadline_names_its_limit() {
        let (address, _queue) = crate::race::tests::silent_address();
        let cx = cx().within(Duration::from_millis(20), "connect");
        let error = connect(&target(address), 23, Source::default(), &Resolver::system(), &cx).unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::TimedOut, Phase::Connect));
        let shown = error.to_string();
        assert!(shown.contains("timed out (connect limit)"), "{shown}");
        assert!(shown.contains("the host is down, or a firewall drops the packets"), "{shown}");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_connection_comes_from_the_source_address() {
        let (listener, address) = listener();
        let source: IpAddr = [127, 0, 0, 2].into();
        let stream = open(&target(address).source_address(source), &Resolver::system()).unwrap();
        assert_eq!(listener.accept().unwrap().1.ip(), source);
        assert_eq!(stream.local_addr().unwrap().ip(), source);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_connection_goes_through_the_source_interface() {
        let (_listener, address) = listener();
        open(&target(address).source_interface("lo"), &Resolver::system()).unwrap();
    }

    #[test]
    fn a_source_that_this_machine_has_not_is_told_as_such() {
        let (_listener, address) = listener();
        let foreign = target(address).source_address([192, 0, 2, 99].into());
        for (target, source) in [
            (foreign, "192.0.2.99"),
            (target(address).source_interface("none-such"), "none-such"),
            (target(address).source_interface("a name of more bytes"), "a name of more bytes"),
        ] {
            let error = open(&target, &Resolver::system()).unwrap_err();
            assert_eq!((error.kind(), error.phase()), (ErrorKind::Configuration, Phase::Connect));
            assert!(error.to_string().contains(&format!("cannot connect from {source}: ")), "{error}");
        }
    }

    #[test]
    fn a_source_address_of_the_other_family_is_told_as_such() {
        let (_listener, address) = listener();
        let error = open(&target(address).source_address("::1".parse().unwrap()), &Resolver::system());
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains("of the family of ::1; give a source"), "{error}");
    }
}
