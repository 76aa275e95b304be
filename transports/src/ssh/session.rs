//! A libssh2 session that waits in the shared poll.

use super::algorithms::{Algorithms, Mismatch};
use super::greeting::{Greeting, before_banner};
use super::keepalive::{Keepalive, Next, silent};
use super::watch::Watch;
use crate::carrier::{Link, hung_up};
use crate::dial::Connection;
use crate::poll::{Interest, PollError, poll, retry};
use crate::tcp;
use linecrew_core::cx::{Cx, Interruption};
use linecrew_core::transport::{ErrorKind, Phase, SshOptions, TransportError};
use ssh2::{BlockDirections, Error, ErrorCode};
use std::cell::Cell;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How much text a server may send before its banner.
const PREAMBLE_LIMIT: usize = 64 * 1024;
/// How long the rest of a banner is waited for that was cut within its first four bytes.
const CUT_WAIT: Duration = Duration::from_millis(5);

/// libssh2's error codes that are told apart here (`libssh2.h`).
pub(super) mod code {
    pub(in crate::ssh) const BANNER_RECV: i32 = -2;
    pub(in crate::ssh) const KEX_FAILURE: i32 = -5;
    pub(in crate::ssh) const SOCKET_SEND: i32 = -7;
    pub(in crate::ssh) const SOCKET_DISCONNECT: i32 = -13;
    pub(in crate::ssh) const PASSWORD_EXPIRED: i32 = -15;
    pub(in crate::ssh) const FILE: i32 = -16;
    pub(in crate::ssh) const METHOD_NONE: i32 = -17;
    pub(in crate::ssh) const AUTHENTICATION_FAILED: i32 = -18;
    pub(in crate::ssh) const PUBLICKEY_UNVERIFIED: i32 = -19;
    pub(in crate::ssh) const UNSUPPORTED: i32 = -33;
    pub(in crate::ssh) const INVAL: i32 = -34;
    pub(in crate::ssh) const PUBLICKEY_PROTOCOL: i32 = -36;
    pub(in crate::ssh) const EAGAIN: i32 = -37;
    pub(in crate::ssh) const SOCKET_RECV: i32 = -43;
    pub(in crate::ssh) const KEYFILE_AUTH_FAILED: i32 = -48;
    pub(in crate::ssh) const ALGO_UNSUPPORTED: i32 = -51;
}

/// One SSH connection. It may carry several channels, all used by one thread.
///
/// Dropping it ends the connection at once: libssh2, when it frees a session, would else try to take leave of the
/// server, and give up half way with its memory kept.
pub(super) struct Session {
    pub(super) ssh: ssh2::Session,
    /// Shared with libssh2, which needs the file descriptor for as long as it lives.
    socket: Arc<TcpStream>,
    pub(super) peer: String,
    /// This side's banner, which is yet to be sent.
    banner: Vec<u8>,
    keepalive: Cell<Option<Keepalive>>,
    /// The jump host's connection that carries this one.
    link: Option<Link>,
    pub(super) watch: Watch,
}

/// Why a step failed.
#[derive(Debug)]
pub(super) enum Fault {
    Wait(PollError),
    Ssh(Error),
    /// So many questions whether the server is still there were not answered.
    Silent(u32),
}

impl Fault {
    /// libssh2's code, where it is libssh2's error.
    pub(super) fn code(&self) -> Option<i32> {
        match self {
            Self::Ssh(error) => Some(code_of(error)),
            Self::Wait(_) | Self::Silent(_) => None,
        }
    }
}

impl Session {
    /// A session on a connected, non-blocking socket.
    pub(super) fn new(connection: &Connection, peer: String) -> Result<Self, TransportError> {
        let (socket, link) = (&connection.socket, connection.link.clone());
        let mut ssh = ssh2::Session::new().map_err(|source| {
            TransportError::new(ErrorKind::Io, Phase::Handshake, &peer, "cannot start SSH").source(source)
        })?;
        ssh.set_blocking(false);
        let (socket, banner) = begin(&mut ssh, socket).map_err(|source| {
            TransportError::new(ErrorKind::Io, Phase::Handshake, &peer, "cannot start SSH").source(source)
        })?;
        let socket = Arc::new(socket);
        ssh.set_tcp_stream(Arc::clone(&socket));
        let watch = Watch::new(&socket);
        Ok(Self { ssh, socket, peer, banner, keepalive: Cell::new(None), link, watch })
    }

    /// Repeats `step` until it no longer asks to wait. A step that was given up leaves the session unusable.
    ///
    /// Past the deadline it is tried once more, with what has arrived: bytes that keep coming would else win over the
    /// deadline every time.
    pub(super) fn run<T>(&self, cx: &Cx, mut step: impl FnMut() -> Result<T, Error>) -> Result<T, Fault> {
        let _hook = self.watch.cancelled_by(cx.cancel());
        let mut late = false;
        loop {
            match self.watch.over(cx, &mut step) {
                Err(error) if code_of(&error) == code::EAGAIN => {
                    let why = cx.interruption();
                    if late && let Some(why) = why {
                        return Err(Fault::Wait(PollError::Interrupted(why)));
                    }
                    late = why.is_some();
                    self.wait(cx)?;
                }
                Err(_) if self.watch.has_cut() => {
                    let why = cx.interruption().unwrap_or(Interruption::TimedOut);
                    return Err(Fault::Wait(PollError::Interrupted(why)));
                }
                other => return other.map_err(Fault::Ssh),
            }
        }
    }

    /// Repeats `step` until all of it is sent; what the server answers is not waited for.
    pub(super) fn send(&self, cx: &Cx, mut step: impl FnMut() -> Result<(), Error>) -> Result<(), Fault> {
        self.run(cx, || match step() {
            Err(error) if code_of(&error) == code::EAGAIN && !self.has_more_to_send() => Ok(()),
            other => other,
        })
    }

    /// Whether a packet is half sent.
    pub(super) fn has_more_to_send(&self) -> bool {
        matches!(self.ssh.block_directions(), BlockDirections::Outbound | BlockDirections::Both)
    }

    /// Asks the server from now on whether it is still there, where the options want it.
    pub(super) fn keep_alive(&self, options: &SshOptions) {
        self.keepalive.set(Keepalive::start(&self.ssh, options));
    }

    fn wait(&self, cx: &Cx) -> Result<(), Fault> {
        let interest = match self.ssh.block_directions() {
            // None: what is missing can only come from the server.
            BlockDirections::Inbound | BlockDirections::None => Interest::Read,
            BlockDirections::Outbound => Interest::Write,
            BlockDirections::Both => Interest::Both,
        };
        match self.keepalive.get() {
            // While a packet is half sent libssh2 takes no other one.
            Some(keepalive) if interest == Interest::Read => self.wait_alive(keepalive, cx),
            _ => poll(&[(self.socket.as_fd(), interest)], cx).map(drop).map_err(Fault::Wait),
        }
    }

    /// Waits for the server, and asks it now and then whether it is still there. The deadline stays what it is.
    fn wait_alive(&self, mut keepalive: Keepalive, cx: &Cx) -> Result<(), Fault> {
        loop {
            match keepalive.next(Instant::now()) {
                Next::GiveUp(asked) => return Err(Fault::Silent(asked)),
                Next::Ask => {
                    self.ssh.keepalive_send().map_err(Fault::Ssh)?;
                    keepalive.asked(Instant::now());
                }
                Next::Wait(left) => {
                    let until = cx.within(left, "keepalive");
                    match poll(&[(self.socket.as_fd(), Interest::Read)], &until) {
                        Err(PollError::Interrupted(Interruption::TimedOut))
                            if cx.interruption().is_none() => {}
                        Err(error) => return Err(Fault::Wait(error)),
                        Ok(_) => {
                            keepalive.heard(Instant::now());
                            self.keepalive.set(Some(keepalive));
                            return Ok(());
                        }
                    }
                }
            }
            self.keepalive.set(Some(keepalive));
        }
    }

    /// The error of a stream's read or write, which `std::io` has taken the code from.
    pub(super) fn stream_error(&self, error: &io::Error) -> Error {
        if error.kind() == io::ErrorKind::WouldBlock {
            return Error::new(ErrorCode::Session(code::EAGAIN), "would block");
        }
        Error::last_session_error(&self.ssh).unwrap_or_else(Error::eof)
    }

    /// Agrees on encryption, and tells what the server said before.
    pub(super) fn handshake(&self, algorithms: &Algorithms, cx: &Cx) -> Result<Greeting, TransportError> {
        let mut greeting = Greeting::default();
        let introduced = self.introduce(cx).and_then(|()| self.skip_preamble(&mut greeting, cx));
        match introduced {
            // Any other error of the socket shows again in libssh2's own calls.
            Ok(()) | Err(PollError::Io(_)) => {}
            Err(error) => return Err(self.handshake_failure(Fault::Wait(error), &greeting, algorithms, cx)),
        }
        if greeting.preamble() > PREAMBLE_LIMIT {
            let what = "too much text before the banner";
            return Err(TransportError::new(ErrorKind::Protocol, Phase::Handshake, &self.peer, what)
                .expected("an SSH banner")
                .seen(greeting.text())
                .hint("another service may have this port"));
        }
        let mut ssh = self.ssh.clone();
        let agreed = self.run(cx, || {
            greeting.note(&self.socket);
            ssh.handshake()
        });
        match agreed {
            Ok(()) => Ok(greeting),
            Err(fault) => {
                greeting.take_rest(&self.socket);
                greeting.note_line(self.ssh.banner_bytes());
                Err(self.handshake_failure(fault, &greeting, algorithms, cx))
            }
        }
    }

    /// Sends this side's banner.
    fn introduce(&self, cx: &Cx) -> Result<(), PollError> {
        let mut rest = &self.banner[..];
        while !rest.is_empty() {
            let sent = retry(&self.socket, Interest::Write, cx, || (&*self.socket).write(rest))?;
            rest = &rest[sent..];
        }
        Ok(())
    }

    /// Takes the lines before the server's banner, up to the limit. libssh2 would skip them in a loop of its own, which
    /// ends only when nothing comes.
    fn skip_preamble(&self, greeting: &mut Greeting, cx: &Cx) -> Result<(), PollError> {
        let mut buf = [0; 512];
        let mut at_start = true;
        while greeting.preamble() <= PREAMBLE_LIMIT {
            let count = retry(&self.socket, Interest::Read, cx, || self.socket.peek(&mut buf))?;
            let skipped = before_banner(&buf[..count], at_start);
            // The end, the banner, or something that libssh2 refuses at once.
            if count == 0 || buf[..count].starts_with(b"SSH-") && at_start || buf[..skipped].contains(&0) {
                return Ok(());
            }
            if skipped > 0 {
                let taken = (&*self.socket).read(&mut buf[..skipped]).map_err(PollError::Io)?;
                greeting.note_preamble(&buf[..taken]);
                at_start = buf[..taken].ends_with(b"\n");
            } else {
                // The socket is ready all the time, so that there is nothing to wait for but the clock.
                match poll(&[], &cx.within(CUT_WAIT, "banner")) {
                    Err(PollError::Interrupted(Interruption::TimedOut)) | Ok(_) => {}
                    Err(error) => return Err(error),
                }
            }
            if let Some(why) = cx.interruption() {
                return Err(PollError::Interrupted(why));
            }
        }
        Ok(())
    }

    fn handshake_failure(
        &self,
        fault: Fault,
        greeting: &Greeting,
        algorithms: &Algorithms,
        cx: &Cx,
    ) -> TransportError {
        // Where both see that nothing fits, the server may hang up first.
        if fault.code().is_some()
            && let Some(error) = self.negotiation_failure(&fault, greeting, algorithms)
        {
            return error;
        }
        let not_ssh = fault.code() == Some(code::BANNER_RECV);
        let error = self.failure(fault, Phase::Handshake, cx).seen(greeting.text());
        match (greeting.has_banner(), not_ssh, error.kind()) {
            (true, _, ErrorKind::Closed) => error.expected("the key exchange").hint(
                "the server is too busy, or refuses this address; an old device may need the legacy algorithms",
            ),
            (true, ..) => error.expected("the key exchange"),
            (false, true, _) => error.expected("an SSH banner").hint("another service may have this port"),
            (false, false, _) => error.expected("an SSH banner"),
        }
    }

    /// The error for two sides that have nothing in common, if that is what happened.
    fn negotiation_failure(
        &self,
        fault: &Fault,
        greeting: &Greeting,
        algorithms: &Algorithms,
    ) -> Option<TransportError> {
        let failed =
            |what: String| TransportError::new(ErrorKind::Negotiation, Phase::Handshake, &self.peer, what);
        match greeting.offer() {
            Some(offer) => {
                let Mismatch { kinds, offered, hint } = algorithms.mismatch(&offer)?;
                let error = failed(format!("no algorithm in common for {kinds}"));
                Some(error.expected(format!("another offer than the server's: {offered}")).hint(hint))
            }
            None if fault.code() == Some(code::KEX_FAILURE) && !self.is_at_end() => Some(
                failed("no algorithm in common".into())
                    .hint("an old device may need legacy_algorithms, which are off unless asked for"),
            ),
            None => None,
        }
    }

    /// The socket, for a wait of its owner's.
    pub(super) fn socket(&self) -> &TcpStream {
        &self.socket
    }

    /// Whether the server has ended the connection and all it sent was read.
    pub(super) fn is_at_end(&self) -> bool {
        match self.socket.peek(&mut [0]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        }
    }

    /// A fault as the failure of a phase.
    #[cold]
    pub(super) fn failure(&self, fault: Fault, phase: Phase, cx: &Cx) -> TransportError {
        match fault {
            Fault::Wait(error) => error.into_transport_error(phase, &self.peer, cx),
            Fault::Silent(asked) => TransportError::new(ErrorKind::Closed, phase, &self.peer, silent(asked)),
            Fault::Ssh(error) if is_end(code_of(&error)) => self.hung_up(phase),
            // libssh2 often tells only which step the end of the connection has broken.
            Fault::Ssh(error) if self.is_at_end() => self.hung_up(phase).source(error),
            Fault::Ssh(error) => {
                TransportError::new(ErrorKind::Protocol, phase, &self.peer, "SSH failed").source(error)
            }
        }
    }

    /// The error of a connection that the server ended.
    #[cold]
    pub(super) fn hung_up(&self, phase: Phase) -> TransportError {
        hung_up(self.link.as_ref(), phase, &self.peer)
    }

    /// Tells the server that this is the end, in one packet with the end of the connection, which has to follow.
    pub(super) fn disconnect(&self, cx: &Cx) -> Result<(), Fault> {
        tcp::hold_back(&self.socket);
        self.run(cx, || self.ssh.disconnect(None, "done", None))
    }

    /// Ends the connection without a word.
    pub(super) fn abort(&self) {
        // Fails only where the other side has closed already.
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.abort();
    }
}

/// Lets libssh2 begin without the server: returns the socket under the file descriptor that libssh2 knows, and the
/// banner that it wants sent.
///
/// Its first call sends the banner and goes on to read the server's, skipping lines for as long as they come. So it is
/// made on a socket pair, from which nothing comes; then the connection takes the pair's place.
fn begin(ssh: &mut ssh2::Session, socket: &TcpStream) -> io::Result<(TcpStream, Vec<u8>)> {
    let (near, far) = UnixStream::pair()?;
    near.set_nonblocking(true)?;
    let mut place = OwnedFd::from(near);
    ssh.set_tcp_stream(place.as_raw_fd());
    match ssh.handshake() {
        Err(error) if code_of(&error) == code::EAGAIN => {}
        Err(error) => return Err(error.into()),
        Ok(()) => return Err(io::Error::other("a handshake with nobody")),
    }
    replace(socket, &mut place)?;
    // The near end is gone, and with it the stream ends.
    let mut banner = Vec::new();
    (&far).read_to_end(&mut banner)?;
    Ok((TcpStream::from(place), banner))
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn replace(socket: &TcpStream, place: &mut OwnedFd) -> io::Result<()> {
    Ok(rustix::io::dup3(socket, place, rustix::io::DupFlags::CLOEXEC)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn replace(socket: &TcpStream, place: &mut OwnedFd) -> io::Result<()> {
    rustix::io::dup2(socket, place)?;
    Ok(rustix::io::fcntl_setfd(place, rustix::io::FdFlags::CLOEXEC)?)
}

fn code_of(error: &Error) -> i32 {
    match error.code() {
        ErrorCode::Session(code) | ErrorCode::SFTP(code) => code,
    }
}

fn is_end(code: i32) -> bool {
    matches!(code, code::SOCKET_DISCONNECT | code::SOCKET_RECV | code::SOCKET_SEND)
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecrew_core::cancel::CancelToken;
    use linecrew_core::deadline::Deadline;
    use std::net::TcpListener;
    use std::sync::mpsc;

    #[test]
    fn bytes_that_keep_coming_do_not_outlast_the_deadline() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let socket = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        socket.set_nonblocking(true).unwrap();
        let mut far = listener.accept().unwrap().0;
        // Never read, so the socket is ready all the time.
        far.write_all(b"x").unwrap();
        let (ended, end) = mpsc::channel();
        std::thread::spawn(move || {
            let session = Session::new(&Connection::direct(socket), "r1".into()).unwrap();
            let cx = Cx::new(Deadline::after(Duration::ZERO, "test"), CancelToken::new());
            let mut steps = 0;
            let result = session.run(&cx, || -> Result<(), Error> {
                steps += 1;
                Err(Error::new(ErrorCode::Session(code::EAGAIN), "would block"))
            });
            let timed_out =
                matches!(result, Err(Fault::Wait(PollError::Interrupted(Interruption::TimedOut))));
            ended.send((timed_out, steps))
        });
        assert_eq!(end.recv_timeout(Duration::from_secs(10)), Ok((true, 2)));
    }

    /// As a jump host's tunnel does it: what cannot be sent fails before what was said is read.
    #[test]
    fn a_server_that_hangs_up_within_its_offer_is_no_mismatch() {
        for said in [&b"SSH-2.0-x\r\n"[..], b"SSH-2.0-x\r\n\0\0\x01\0\x06\x14", b"SSH-2.0-x\r\n\0\0\x01"] {
            let (near, mut far) = UnixStream::pair().unwrap();
            near.set_nonblocking(true).unwrap();
            let connection = Connection::direct(TcpStream::from(OwnedFd::from(near)));
            let session = Session::new(&connection, "r1".into()).unwrap();
            far.write_all(said).unwrap();
            drop(far);
            let algorithms = Algorithms::choose(&session.ssh, &SshOptions::default(), &[]).unwrap();
            let cx = Cx::new(Deadline::after(Duration::from_secs(10), "test"), CancelToken::new());
            let error = session.handshake(&algorithms, &cx).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Closed, "{error}");
        }
    }
}
