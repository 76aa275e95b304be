//! An SSH connection to a jump host, and the thread that carries devices' bytes through it.

use super::line::{Answer, Line, Request, Told};
use super::tube::{CHUNK, Failed, Tube, failed};
use crate::carrier::{Carrier, Link};
use crate::dial::Connection;
use crate::poll::{Interest, PollError, poll_each};
use crate::ssh::keepalive::{Keepalive, Next, silent};
use crate::ssh::session::Session;
use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::transport::{ErrorKind, Phase, SshOptions, TransportError};
use ssh2::{BlockDirections, Channel, Error};
use std::io;
use std::net::TcpStream;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a tunnel is kept for the next device.
const LINGER: Duration = Duration::from_secs(30);
/// A wait with nothing to wait for but the sockets; the loop then looks around and waits again.
const LONG: Duration = Duration::from_hours(1);
/// How long one pass over the devices may take: a server that sends without end would else keep it for ever.
const LONGEST_PASS: Duration = Duration::from_mins(1);
/// libssh2's code for a reply that did not come within a minute, and for a host name that holds a NUL.
const TIMEOUT: i32 = -9;
const INVALID: i32 = -34;

/// Starts the thread of a tunnel on a session that is logged in.
pub(super) fn start(session: Session, options: &SshOptions, line: &Arc<Line>) -> Result<(), TransportError> {
    let peer = session.peer.clone();
    let failed = |source: io::Error| {
        TransportError::new(ErrorKind::Io, Phase::Connect, &peer, "cannot start the tunnel").source(source)
    };
    let tunnel = Arc::new(Carrier::new(peer.clone()).map_err(failed)?);
    let keepalive = Keepalive::start(&session.ssh, options);
    let pump = Pump {
        tubes: Vec::new(),
        opening: None,
        session,
        tunnel: Arc::clone(&tunnel),
        line: Arc::clone(line),
        space: vec![0; CHUNK],
        idle_since: Instant::now(),
        deaf: false,
        keepalive,
    };
    line.add(Arc::clone(&tunnel));
    let thread = std::thread::Builder::new().name("linecrew-jump".into()).spawn(move || pump.run());
    thread.map(drop).map_err(|source| {
        line.remove(&tunnel, None, &Told::lost(&peer));
        failed(source)
    })
}

struct Pump {
    // Before the session, which must outlive its channels.
    tubes: Vec<Tube>,
    /// The one channel that is being opened: libssh2 opens one at a time.
    opening: Option<Opening>,
    session: Session,
    tunnel: Arc<Carrier>,
    line: Arc<Line>,
    space: Vec<u8>,
    idle_since: Instant,
    /// Whether the server has sent something that only the next channel's calls will take.
    deaf: bool,
    keepalive: Option<Keepalive>,
}

struct Opening {
    request: Request,
    since: Instant,
    /// Until when the jump host is not to be asked: others have to leave first.
    held: Option<Instant>,
    asked: bool,
}

/// Why a tunnel ends.
enum End {
    /// Nobody needs it.
    Unused,
    /// It was lost.
    Lost(String),
}

impl Pump {
    fn run(mut self) {
        let why = loop {
            if let Err(end) = self.turn() {
                break end;
            }
        };
        self.end(why);
    }

    /// Moves what can be moved, and waits once nothing can.
    fn turn(&mut self) -> Result<(), End> {
        while self.pass()? {}
        // Once more where something arrived for a channel that had its turn already; if it cannot be taken even then, it
        // waits for the socket.
        if self.tubes.iter().any(Tube::has_arrived) && self.pass()? {
            return Ok(());
        }
        if self.is_unused() {
            return Err(End::Unused);
        }
        self.wait()
    }

    fn pass(&mut self) -> Result<bool, End> {
        let watch = self.session.watch.clone();
        watch.until(Instant::now() + LONGEST_PASS, || self.advance()).map_err(End::Lost)
    }

    /// The opening comes last: what it takes from the socket for a tube shows in `has_arrived`, and its own answer would
    /// not show if a tube's call took it.
    fn advance(&mut self) -> Result<bool, String> {
        let mut moved = self.advance_tubes()?;
        if self.opening.as_ref().is_none_or(|opening| !opening.asked && opening.request.is_abandoned()) {
            let opening = |request| Opening { request, since: Instant::now(), held: None, asked: false };
            self.opening = self.line.next(&self.tunnel).map(opening);
            if self.opening.is_some() {
                moved |= self.close_ended()?;
            }
        }
        moved |= self.open()?;
        if self.is_busy() {
            (self.idle_since, self.deaf) = (Instant::now(), false);
        }
        Ok(moved)
    }

    /// Closes those that have ended on this side, whether the poll has told of it or not: whoever asks for a connection may be
    /// let in only since another one has left, and the jump host is to see it in this order.
    fn close_ended(&mut self) -> Result<bool, String> {
        self.tubes.iter_mut().for_each(|tube| tube.woken = true);
        // Once for what it said last, and once for its end.
        Ok(self.advance_tubes()? | self.advance_tubes()?)
    }

    fn advance_tubes(&mut self) -> Result<bool, String> {
        let mut moved = false;
        for tube in &mut self.tubes {
            moved |= tube.advance(&self.session, &mut self.space)?;
        }
        for closed in self.tubes.extract_if(.., |tube| tube.is_closed()) {
            self.line.left(&closed.rider);
        }
        Ok(moved)
    }

    /// Whether the jump host can be asked for the connection: it is to know first of all that have ended.
    fn may_ask(&mut self) -> bool {
        let Some(opening) = self.opening.as_mut().filter(|opening| !opening.asked) else { return true };
        let unsaid = self.tubes.iter().any(Tube::is_leaving);
        opening.held = self.line.hold(&self.tunnel, unsaid, opening.since);
        opening.asked = opening.held.is_none();
        opening.asked
    }

    fn open(&mut self) -> Result<bool, String> {
        if !self.may_ask() {
            return Ok(false);
        }
        let Some(Opening { request, .. }) = &self.opening else { return Ok(false) };
        let opened = self.session.ssh.channel_direct_tcpip(&request.host, request.port, None);
        let answer = match opened {
            Ok(channel) => self.connect(channel),
            Err(error) => {
                let told = refusal(&error, &self.session.peer);
                match (failed(&self.session, error), told) {
                    (Failed::Wait, _) => return Ok(false),
                    (_, Some(told)) => Answer::Failed(told),
                    (Failed::Tunnel(why), None) => return Err(why),
                    (Failed::Channel(code), None) => return Err(format!("SSH failed: code {code}")),
                }
            }
        };
        if let Some(opening) = self.opening.take() {
            opening.request.answer(answer);
        }
        Ok(true)
    }

    /// Joins a channel with a socket pair, the near end of which is the device's connection.
    fn connect(&mut self, channel: Channel) -> Answer {
        match pair() {
            Ok((near, far)) => {
                let link = Link::new(&self.tunnel);
                self.line.joined(&self.tunnel, link.rider());
                self.tubes.push(Tube::new(channel, link.rider(), far));
                // Reads, writes and polls are the same on both kinds of stream.
                let socket = TcpStream::from(OwnedFd::from(near));
                Answer::Opened(Connection { socket, link: Some(link) })
            }
            Err(error) => Answer::Failed(Told {
                kind: ErrorKind::Io,
                what: format!("through {}: no socket for the connection: {error}", self.session.peer),
                hint: Some("raise the limit on open files (ulimit -n)"),
            }),
        }
    }

    fn is_busy(&self) -> bool {
        self.opening.is_some() || !self.tubes.is_empty()
    }

    /// Whether nobody needs it: an opening that nobody waits for is cut off where no other device is served.
    fn is_unused(&self) -> bool {
        let wanted = self.opening.as_ref().is_some_and(|opening| !opening.request.is_abandoned());
        let lingers = self.opening.is_none() && !self.line.is_closed() && self.idle_since.elapsed() < LINGER;
        self.tubes.is_empty() && !wanted && !lingers
    }

    fn wait(&mut self) -> Result<(), End> {
        let of_server = self.interest();
        let wait = match self.keep_alive(of_server)? {
            Some(wait) => wait,
            None if self.is_busy() => LONG,
            None => LINGER.saturating_sub(self.idle_since.elapsed()),
        };
        let held = self.opening.as_ref().and_then(|opening| opening.held);
        let wait = held.map_or(wait, |until| wait.min(until.saturating_duration_since(Instant::now())));
        let cx = Cx::new(Deadline::after(wait, "tunnel"), CancelToken::new());
        let mut sockets = vec![(self.tunnel.alarm().as_fd(), Interest::Read)];
        sockets.extend(of_server.map(|interest| (self.session.socket().as_fd(), interest)));
        let first = sockets.len();
        let interests: Vec<_> = self.tubes.iter().map(Tube::interest).collect();
        sockets.extend(interests.iter().flatten().map(|(local, interest)| (local.as_fd(), *interest)));
        let ready = match poll_each(&sockets, &cx) {
            Ok(ready) => ready,
            Err(PollError::Interrupted(_)) => return Ok(()),
            Err(PollError::Io(error)) => return Err(End::Lost(format!("cannot wait: {error}"))),
        };
        let watched: Vec<_> = interests.iter().map(Option::is_some).collect();
        let tubes = self.tubes.iter_mut().zip(watched).filter(|(_, watched)| *watched);
        for ((tube, _), &ready) in tubes.zip(&ready[first..]) {
            tube.woken |= ready;
        }
        if ready[0] {
            self.tunnel.alarm().silence();
        }
        if of_server.is_none() || !ready[1] {
            return Ok(());
        }
        if let Some(keepalive) = &mut self.keepalive {
            keepalive.heard(Instant::now());
        }
        if self.is_busy() { Ok(()) } else { self.listen() }
    }

    /// Asks a server that has said nothing for some time whether it is still there, while devices are behind it; says
    /// when the next question is due. While nothing is read from it, or a packet is half sent, it is not asked.
    fn keep_alive(&mut self, of_server: Option<Interest>) -> Result<Option<Duration>, End> {
        let listens = self.is_busy() && of_server == Some(Interest::Read);
        let Some(keepalive) = self.keepalive.as_mut().filter(|_| listens) else { return Ok(None) };
        loop {
            match keepalive.next(Instant::now()) {
                Next::Wait(left) => return Ok(Some(left)),
                Next::GiveUp(asked) => return Err(End::Lost(silent(asked))),
                Next::Ask => {
                    keepalive.asked(Instant::now());
                    match self.session.ssh.keepalive_send().map_err(|error| failed(&self.session, error)) {
                        Err(Failed::Tunnel(why)) => return Err(End::Lost(why)),
                        Ok(_) | Err(Failed::Wait | Failed::Channel(_)) => {}
                    }
                }
            }
        }
    }

    /// Something came while nobody was served: the end, or what the next opening will take.
    fn listen(&mut self) -> Result<(), End> {
        if self.session.is_at_end() {
            return Err(End::Lost("closed by the other side".into()));
        }
        self.deaf = true;
        Ok(())
    }

    /// What to wait for from the server.
    fn interest(&self) -> Option<Interest> {
        let idle = !self.is_busy() && !self.deaf;
        // Until the jump host is asked, nothing would take what it sends.
        let asked = self.opening.as_ref().is_some_and(|opening| opening.asked);
        let read = idle || asked || self.tubes.iter().any(Tube::wants_tunnel);
        let blocked = self.session.ssh.block_directions();
        let write = matches!(blocked, BlockDirections::Outbound | BlockDirections::Both);
        match (read, write && self.is_busy()) {
            (true, true) => Some(Interest::Both),
            (true, false) => Some(Interest::Read),
            (false, true) => Some(Interest::Write),
            (false, false) => None,
        }
    }

    fn end(mut self, why: End) {
        match why {
            End::Lost(why) => self.tunnel.lose(why),
            // A server that does not listen any more misses nothing.
            End::Unused if self.opening.is_none() => drop(self.session.ssh.disconnect(None, "done", None)),
            End::Unused => {}
        }
        let told = Told::lost(&self.session.peer);
        let busy = self.opening.take().map(|opening| opening.request);
        self.line.remove(&self.tunnel, busy.filter(|request| !request.is_abandoned()), &told);
        self.tubes.iter_mut().for_each(Tube::finish);
        // Before the channels are freed, which would else wait for the server.
        self.session.abort();
    }
}

fn pair() -> io::Result<(UnixStream, UnixStream)> {
    let (near, far) = UnixStream::pair()?;
    near.set_nonblocking(true)?;
    far.set_nonblocking(true)?;
    Ok((near, far))
}

/// What the jump host's refusal to connect means; none where it is no refusal (RFC 4254, section 5.1).
fn refusal(error: &Error, jump: &str) -> Option<Told> {
    let (kind, what, hint) = match error.code() {
        ssh2::ErrorCode::Session(-21) => reason(error.message()),
        ssh2::ErrorCode::Session(TIMEOUT) => {
            (ErrorKind::TimedOut, "no answer to the connection", "the device is down, or a firewall")
        }
        ssh2::ErrorCode::Session(INVALID) => {
            (ErrorKind::Configuration, "the host name cannot be sent", "check the spelling of the name")
        }
        _ => return None,
    };
    Some(Told { kind, what: format!("through {jump}: {what}"), hint: Some(hint) })
}

/// libssh2 tells the reason in its message alone.
fn reason(message: &str) -> (ErrorKind, &'static str, &'static str) {
    let is = |reason| message.contains(reason);
    if is("administratively prohibited") {
        (
            ErrorKind::Configuration,
            "the jump host lets no connection through (administratively prohibited)",
            "in its sshd_config set AllowTcpForwarding yes, and see PermitOpen; or use another jump host",
        )
    } else if is("connect failed") {
        (
            ErrorKind::Unreachable,
            "the jump host cannot connect to it",
            "check name and port as seen from the jump host, and that something listens there",
        )
    } else if is("resource shortage") {
        (ErrorKind::Io, "the jump host has no room for the connection", "run fewer hosts at a time")
    } else {
        (ErrorKind::Io, "the jump host refused the connection", "see the jump host's log")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_to_do_on_the_jump_host() {
        let told = |message: &'static str| {
            let error = Error::new(ssh2::ErrorCode::Session(-21), message);
            refusal(&error, "bastion:22").unwrap()
        };
        let prohibited = told("Channel open failure (administratively prohibited)");
        assert_eq!(prohibited.kind, ErrorKind::Configuration);
        assert!(prohibited.hint.unwrap().contains("AllowTcpForwarding"));
        let unreachable = told("Channel open failure (connect failed)");
        assert_eq!(unreachable.kind, ErrorKind::Unreachable);
        assert_eq!(unreachable.what, "through bastion:22: the jump host cannot connect to it");
        assert!(refusal(&Error::new(ssh2::ErrorCode::Session(-43), "gone"), "b").is_none());
    }
}
