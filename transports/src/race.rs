//! Connection attempts to the addresses of one host (RFC 8305, in a form that blocks its caller).

use crate::poll::{Interest, PollError, poll};
use crate::source::Source;
use linecrew_core::cx::{Cx, Interruption};
use rustix::net::{AddressFamily, SocketType};
use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

/// How long an address has the line for itself before the next one is tried beside it (RFC 8305, section 5).
const HEAD_START: Duration = Duration::from_millis(250);
/// How many addresses an error tells of.
const MOST_TOLD: usize = 8;

/// Connection attempts to several addresses, the first of which to succeed wins; the others are then closed.
pub(crate) struct Race<'a> {
    source: &'a Source<'a>,
    waiting: std::vec::IntoIter<SocketAddr>,
    pending: Vec<(SocketAddr, TcpStream)>,
    failed: Vec<(SocketAddr, io::Error)>,
}

/// Why nobody won.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Every attempt failed.
    All(Attempts),
    /// The wait ended before.
    Wait(PollError, Attempts),
    /// The connection cannot be made from where it should be.
    Source(io::Error),
}

/// What became of each address.
#[derive(Debug)]
pub(crate) struct Attempts(Vec<(SocketAddr, Option<io::Error>)>);

impl<'a> Race<'a> {
    /// A race over `addresses`, in which the families take turns, beginning with the first one's.
    pub(crate) fn new(addresses: Vec<SocketAddr>, source: &'a Source<'a>) -> Self {
        let waiting = alternate(addresses).into_iter();
        Self { source, waiting, pending: Vec::new(), failed: Vec::new() }
    }

    /// Connects, and returns the winner, which is non-blocking.
    pub(crate) fn run(mut self, cx: &Cx) -> Result<TcpStream, Failure> {
        loop {
            self.start_next().map_err(Failure::Source)?;
            if self.pending.is_empty() {
                return Err(Failure::All(self.attempts()));
            }
            match self.wait(cx) {
                Ok(Some(stream)) => return Ok(stream),
                Ok(None) => {}
                Err(error) => return Err(Failure::Wait(error, self.attempts())),
            }
        }
    }

    /// Starts attempts until one is under way or no address is left.
    fn start_next(&mut self) -> io::Result<()> {
        for address in self.waiting.by_ref() {
            let stream = match socket(&address) {
                Ok(stream) => stream,
                Err(error) => {
                    self.failed.push((address, error));
                    continue;
                }
            };
            self.source.bind(&stream, &address)?;
            match begin(&stream, &address) {
                Ok(()) => {
                    self.pending.push((address, stream));
                    break;
                }
                Err(error) => self.failed.push((address, error)),
            }
        }
        Ok(())
    }

    /// Waits until an attempt ends or the next address has its turn.
    fn wait(&mut self, cx: &Cx) -> Result<Option<TcpStream>, PollError> {
        let turn = if self.waiting.len() > 0 { cx.within(HEAD_START, "head start") } else { cx.clone() };
        let sockets: Vec<_> =
            self.pending.iter().map(|(_, stream)| (stream.as_fd(), Interest::Write)).collect();
        match poll(&sockets, &turn) {
            Ok(ended) => Ok(self.finish(ended)),
            Err(PollError::Interrupted(Interruption::TimedOut)) if cx.interruption().is_none() => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn finish(&mut self, ended: usize) -> Option<TcpStream> {
        let (address, stream) = self.pending.swap_remove(ended);
        match stream.take_error() {
            Ok(None) => return Some(stream),
            Ok(Some(error)) | Err(error) => self.failed.push((address, error)),
        }
        None
    }

    fn attempts(self) -> Attempts {
        let failed = self.failed.into_iter().map(|(address, error)| (address, Some(error)));
        let unanswered = self.pending.into_iter().map(|(address, _)| (address, None));
        Attempts(failed.chain(unanswered).collect())
    }
}

impl Attempts {
    /// The kind of the error that tells most of the host; of several such, the last.
    pub(crate) fn kind(&self) -> io::ErrorKind {
        let kinds = self.0.iter().filter_map(|(_, error)| Some(error.as_ref()?.kind()));
        kinds.max_by_key(|&kind| weight(kind)).unwrap_or(io::ErrorKind::AddrNotAvailable)
    }

    /// What the system said of the only address, or what became of each of several.
    pub(crate) fn told(mut self) -> Option<io::Error> {
        if self.0.len() > 1 {
            return Some(io::Error::other(self));
        }
        self.0.pop()?.1
    }
}

impl fmt::Display for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (address, error)) in self.0.iter().take(MOST_TOLD).enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            match error {
                Some(error) => write!(f, "{comma}{}: {error}", address.ip())?,
                None => write!(f, "{comma}{}: no answer", address.ip())?,
            }
        }
        match self.0.len().saturating_sub(MOST_TOLD) {
            0 => Ok(()),
            more => write!(f, ", and {more} more"),
        }
    }
}

impl std::error::Error for Attempts {}

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

/// A socket of the address's family.
fn socket(address: &SocketAddr) -> io::Result<TcpStream> {
    let family = if address.is_ipv6() { AddressFamily::INET6 } else { AddressFamily::INET };
    let stream = TcpStream::from(closed_on_exec(family)?);
    stream.set_nonblocking(true)?;
    Ok(stream)
}

/// Begins to connect without waiting.
fn begin(stream: &TcpStream, address: &SocketAddr) -> io::Result<()> {
    match rustix::net::connect(stream, address) {
        Ok(()) | Err(rustix::io::Errno::INPROGRESS | rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn closed_on_exec(family: AddressFamily) -> io::Result<OwnedFd> {
    use rustix::net::{SocketFlags, socket_with};
    Ok(socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, None)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn closed_on_exec(family: AddressFamily) -> io::Result<OwnedFd> {
    let socket = rustix::net::socket(family, SocketType::STREAM, None)?;
    rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
    Ok(socket)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use linecrew_core::cancel::CancelToken;
    use linecrew_core::deadline::Deadline;
    use std::net::TcpListener;

    fn cx() -> Cx {
        Cx::new(Deadline::after(Duration::from_mins(10), "connect"), CancelToken::new())
    }

    fn run(addresses: &[SocketAddr]) -> Result<TcpStream, Failure> {
        Race::new(addresses.to_vec(), &Source::default()).run(&cx())
    }

    fn parse(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    /// An address that nobody listens at: its listener is gone.
    pub(crate) fn closed_address() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
    }

    /// An address whose listener has its queue full: it answers to no further connection.
    #[cfg(target_os = "linux")]
    pub(crate) fn silent_address() -> (SocketAddr, impl Sized) {
        let address = parse("127.0.0.1:0");
        let listener = socket(&address).unwrap();
        rustix::net::bind(&listener, &address).unwrap();
        rustix::net::listen(&listener, 0).unwrap();
        let listener = TcpListener::from(OwnedFd::from(listener));
        let address = listener.local_addr().unwrap();
        let waiting = [(); 2].map(|()| {
            let stream = socket(&address).unwrap();
            begin(&stream, &address).unwrap();
            stream
        });
        (address, (listener, waiting))
    }

    #[test]
    fn families_take_turns() {
        let [a, b, c, d] = ["[::1]:1", "[::1]:2", "127.0.0.1:3", "127.0.0.1:4"].map(parse);
        assert_eq!(alternate(vec![a, b, c, d]), [a, c, b, d]);
        assert_eq!(alternate(vec![c, a, b]), [c, a, b]);
    }

    #[test]
    fn the_next_address_is_tried_when_one_refuses() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let open = listener.local_addr().unwrap();
        let stream = run(&[closed_address(), open]).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);
    }

    #[test]
    fn an_ipv6_address_that_fails_gives_way_to_ipv4_and_the_other_way_round() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let open = listener.local_addr().unwrap();
        // Refused where this machine has IPv6, else no socket; documentation prefix (RFC 3849): no route, or no answer.
        for dead in
            [SocketAddr::new("::1".parse().unwrap(), closed_address().port()), parse("[2001:db8::1]:9")]
        {
            assert_eq!(run(&[dead, open]).unwrap().peer_addr().unwrap(), open);
        }
        let Ok(listener) = TcpListener::bind("[::1]:0") else { return };
        let open = listener.local_addr().unwrap();
        assert_eq!(run(&[closed_address(), open]).unwrap().peer_addr().unwrap(), open);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_next_address_is_tried_beside_one_that_says_nothing() {
        let (silent, _queue) = silent_address();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let open = listener.local_addr().unwrap();
        let stream = run(&[silent, open]).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);
    }

    #[test]
    fn a_refusal_tells_more_than_a_missing_route() {
        // Nothing can be connected to the broadcast address; that fails at once and without a word to anybody.
        let nowhere = parse("255.255.255.255:9");
        for addresses in [[closed_address(), nowhere], [nowhere, closed_address()]] {
            match run(&addresses) {
                Err(Failure::All(attempts)) => assert_eq!(attempts.kind(), io::ErrorKind::ConnectionRefused),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn errors_are_weighed_by_what_they_tell_of_the_host() {
        use io::ErrorKind::{ConnectionRefused, ConnectionReset, HostUnreachable, TimedOut};
        let kept = |kinds: &[io::ErrorKind]| {
            let attempts = kinds.iter().map(|&kind| (parse("192.0.2.1:22"), Some(kind.into())));
            Attempts(attempts.collect()).kind()
        };
        assert_eq!(kept(&[ConnectionReset, TimedOut, HostUnreachable]), ConnectionReset);
        assert_eq!(kept(&[HostUnreachable, TimedOut]), TimedOut);
        assert_eq!(kept(&[TimedOut, ConnectionRefused]), ConnectionRefused);
        assert_eq!(kept(&[HostUnreachable]), HostUnreachable);
    }

    #[test]
    fn a_long_list_of_attempts_is_cut() {
        let silent = |n| (SocketAddr::from(([192, 0, 2, n], 22)), None);
        let attempts = Attempts((0..11).map(silent).collect());
        let told = attempts.to_string();
        assert!(told.starts_with("192.0.2.0: no answer, 192.0.2.1: no answer, "), "{told}");
        assert!(told.ends_with("192.0.2.7: no answer, and 3 more"), "{told}");
    }
}
