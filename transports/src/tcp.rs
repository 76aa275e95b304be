//! The TCP connection under SSH and telnet.

use crate::poll::{Interest, PollError, poll};
use crate::resolve::Resolver;
use linecrew_core::cx::{Cx, Interruption};
use linecrew_core::transport::{ErrorKind, Phase, Target, TransportError};
use rustix::net::{AddressFamily, SocketType, sockopt};
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

/// How long an address has the line for itself before the next one is tried beside it (RFC 8305, section 5).
const HEAD_START: Duration = Duration::from_millis(250);
/// A peer that is gone is noticed after two minutes: 60 s idle, then four probes 15 s apart.
const KEEPALIVE_IDLE: Duration = Duration::from_mins(1);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(15);
const KEEPALIVE_PROBES: u32 = 4;

/// Connects to the first address of `target` that answers. The stream is non-blocking.
///
/// Every address is tried, IPv6 and IPv4 in turn, each 250 ms after the one before it or as soon as that one fails;
/// all of them run until `cx` ends.
pub(crate) fn connect(
    target: &Target,
    usual_port: u16,
    resolver: &Resolver,
    cx: &Cx,
) -> Result<TcpStream, TransportError> {
    let peer = target.peer(usual_port);
    let port = target.port.unwrap_or(usual_port);
    let addresses = alternate(resolver.resolve(&target.host, port, &peer, cx)?);
    let stream = Race::new(addresses).run(cx).map_err(|failure| failure.told(&peer, cx))?;
    set_options(&stream).map_err(|source| {
        TransportError::new(ErrorKind::Io, Phase::Connect, &peer, "cannot set up the socket").source(source)
    })?;
    Ok(stream)
}

/// The families in turn, beginning with the family that the system prefers.
fn alternate(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let prefers_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (preferred, other): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == prefers_v6);
    let (mut preferred, mut other) = (preferred.into_iter(), other.into_iter());
    let mut mixed = Vec::new();
    loop {
        let (one, two) = (preferred.next(), other.next());
        if one.is_none() && two.is_none() {
            return mixed;
        }
        mixed.extend(one.into_iter().chain(two));
    }
}

/// Connection attempts to several addresses, the first of which to succeed wins.
struct Race {
    waiting: std::vec::IntoIter<SocketAddr>,
    pending: Vec<TcpStream>,
    /// The most telling error so far.
    error: Option<io::Error>,
}

enum Failure {
    Refused(io::Error),
    Wait(PollError),
}

impl Race {
    fn new(addresses: Vec<SocketAddr>) -> Self {
        Self { waiting: addresses.into_iter(), pending: Vec::new(), error: None }
    }

    fn run(mut self, cx: &Cx) -> Result<TcpStream, Failure> {
        loop {
            self.start_next();
            if self.pending.is_empty() {
                let none = || io::ErrorKind::AddrNotAvailable.into();
                return Err(Failure::Refused(self.error.unwrap_or_else(none)));
            }
            if let Some(stream) = self.wait(cx)? {
                return Ok(stream);
            }
        }
    }

    /// Starts attempts until one is under way or no address is left.
    fn start_next(&mut self) {
        while let Some(address) = self.waiting.next() {
            match start(&address) {
                Ok(stream) => return self.pending.push(stream),
                Err(error) => self.note(error),
            }
        }
    }

    /// Waits until an attempt ends or the next address has its turn.
    fn wait(&mut self, cx: &Cx) -> Result<Option<TcpStream>, Failure> {
        let turn = if self.waiting.len() > 0 { cx.within(HEAD_START, "head start") } else { cx.clone() };
        let sockets: Vec<_> = self.pending.iter().map(|stream| (stream.as_fd(), Interest::Write)).collect();
        match poll(&sockets, &turn) {
            Ok(ended) => Ok(self.finish(ended)),
            Err(PollError::Interrupted(Interruption::TimedOut)) if cx.interruption().is_none() => Ok(None),
            Err(error) => Err(Failure::Wait(error)),
        }
    }

    fn finish(&mut self, ended: usize) -> Option<TcpStream> {
        let stream = self.pending.swap_remove(ended);
        match stream.take_error() {
            Ok(None) => return Some(stream),
            Ok(Some(error)) | Err(error) => self.note(error),
        }
        None
    }

    /// Keeps the error that tells most of the host; of several such, the last.
    fn note(&mut self, error: io::Error) {
        if self.error.as_ref().is_none_or(|kept| weight(error.kind()) >= weight(kept.kind())) {
            self.error = Some(error);
        }
    }
}

/// How much an error tells of the host: that it answered, that it did not, or only that it was never asked.
fn weight(kind: io::ErrorKind) -> u8 {
    match kind {
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted => 2,
        io::ErrorKind::TimedOut => 1,
        _ => 0,
    }
}

impl Failure {
    fn told(self, peer: &str, cx: &Cx) -> TransportError {
        let source = match self {
            Self::Wait(error @ PollError::Interrupted(Interruption::TimedOut)) => {
                return error
                    .into_transport_error(Phase::Connect, peer, cx)
                    .expected("an answer to the TCP connection")
                    .hint("the host is down, or a firewall drops the packets");
            }
            Self::Wait(error) => return error.into_transport_error(Phase::Connect, peer, cx),
            // The system's error would only say it again.
            Self::Refused(source) if source.kind() == io::ErrorKind::ConnectionRefused => {
                return TransportError::new(ErrorKind::Refused, Phase::Connect, peer, "connection refused")
                    .hint("nothing listens there; check the port");
            }
            Self::Refused(source) => source,
        };
        let (kind, what, hint) = match source.kind() {
            io::ErrorKind::TimedOut => (ErrorKind::TimedOut, "no answer", "the host is down, or a firewall"),
            io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable => {
                (ErrorKind::Unreachable, "unreachable", "check the address and the route to it")
            }
            _ => (ErrorKind::Io, "cannot connect", "see the system's error"),
        };
        TransportError::new(kind, Phase::Connect, peer, what).source(source).hint(hint)
    }
}

/// Begins to connect without waiting.
fn start(address: &SocketAddr) -> io::Result<TcpStream> {
    let family = if address.is_ipv6() { AddressFamily::INET6 } else { AddressFamily::INET };
    let stream = TcpStream::from(socket(family)?);
    stream.set_nonblocking(true)?;
    match rustix::net::connect(&stream, address) {
        Ok(()) | Err(rustix::io::Errno::INPROGRESS | rustix::io::Errno::INTR) => Ok(stream),
        Err(error) => Err(error.into()),
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn socket(family: AddressFamily) -> io::Result<OwnedFd> {
    use rustix::net::{SocketFlags, socket_with};
    Ok(socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, None)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn socket(family: AddressFamily) -> io::Result<OwnedFd> {
    let socket = rustix::net::socket(family, SocketType::STREAM, None)?;
    rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
    Ok(socket)
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
    use linecrew_core::cancel::CancelToken;
    use linecrew_core::deadline::Deadline;
    use std::net::TcpListener;

    fn cx() -> Cx {
        Cx::new(Deadline::after(Duration::from_mins(10), "connect"), CancelToken::new())
    }

    /// An address that nobody listens at: its listener is gone.
    fn closed_address() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
    }

    #[test]
    fn families_take_turns() {
        let parse = |text: &str| text.parse::<SocketAddr>().unwrap();
        let (a, b, c, d) = (parse("[::1]:1"), parse("[::1]:2"), parse("127.0.0.1:3"), parse("127.0.0.1:4"));
        assert_eq!(alternate(vec![a, b, c, d]), [a, c, b, d]);
        assert_eq!(alternate(vec![c, a, b]), [c, a, b]);
    }

    #[test]
    fn the_next_address_is_tried_when_one_refuses() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let open = listener.local_addr().unwrap();
        let stream = Race::new(vec![closed_address(), open]).run(&cx()).ok().unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);
    }

    #[test]
    fn a_refusal_tells_more_than_a_missing_route() {
        // Nothing can be connected to the broadcast address; that fails at once and without a word to anybody.
        let nowhere: SocketAddr = "255.255.255.255:9".parse().unwrap();
        for addresses in [[closed_address(), nowhere], [nowhere, closed_address()]] {
            match Race::new(addresses.to_vec()).run(&cx()) {
                Err(Failure::Refused(error)) => assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused),
                _ => panic!("refused by {addresses:?}"),
            }
        }
    }

    #[test]
    fn errors_are_weighed_by_what_they_tell_of_the_host() {
        use io::ErrorKind::{ConnectionRefused, ConnectionReset, HostUnreachable, TimedOut};
        let kept = |kinds: &[io::ErrorKind]| {
            let mut race = Race::new(Vec::new());
            for &kind in kinds {
                race.note(kind.into());
            }
            race.error.map(|error| error.kind())
        };
        assert_eq!(kept(&[ConnectionReset, TimedOut, HostUnreachable]), Some(ConnectionReset));
        assert_eq!(kept(&[HostUnreachable, TimedOut]), Some(TimedOut));
        assert_eq!(kept(&[TimedOut, ConnectionRefused]), Some(ConnectionRefused));
        assert_eq!(kept(&[HostUnreachable]), Some(HostUnreachable));
    }

    #[test]
    fn a_wait_that_the_system_refuses_says_nothing_of_the_host() {
        let failure = Failure::Wait(PollError::Io(rustix::io::Errno::MFILE.into()));
        let error = failure.told("r1", &cx());
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(!error.to_string().contains("firewall"), "{error}");
    }

    #[test]
    fn a_closed_port_is_refused() {
        let address = closed_address();
        let target = Target::new("127.0.0.1").name("r1").port(address.port());
        let error = connect(&target, 23, &Resolver::system(), &cx()).unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Refused, Phase::Connect));
        let expected =
            format!("r1 ({address}): connect: connection refused; nothing listens there; check the port");
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_cancelled_token_ends_the_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = Target::new("127.0.0.1").port(listener.local_addr().unwrap().port());
        let cx = cx();
        cx.cancel().cancel();
        let error = connect(&target, 23, &Resolver::system(), &cx).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
    }

    /// An address whose listener has its queue full: it answers to no further connection.
    #[cfg(target_os = "linux")]
    fn silent_address() -> (SocketAddr, impl Sized) {
        let address: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let listener = socket(AddressFamily::INET).unwrap();
        rustix::net::bind(&listener, &address).unwrap();
        rustix::net::listen(&listener, 0).unwrap();
        let listener = TcpListener::from(listener);
        let address = listener.local_addr().unwrap();
        let waiting = [start(&address).unwrap(), start(&address).unwrap()];
        (address, (listener, waiting))
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_past_deadline_names_its_limit() {
        let (address, _queue) = silent_address();
        let target = Target::new("127.0.0.1").port(address.port());
        let cx = cx().within(Duration::from_millis(20), "connect");
        let error = connect(&target, 23, &Resolver::system(), &cx).unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::TimedOut, Phase::Connect));
        let shown = error.to_string();
        assert!(shown.contains("timed out (connect limit)"), "{shown}");
        assert!(shown.contains("the host is down, or a firewall drops the packets"), "{shown}");
    }
}
