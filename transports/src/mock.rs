//! A transport in memory, for tests and simulated devices: no socket, no thread, and a clock that only waits move.

use linecrew_core::cx::{Cx, Interruption};
use linecrew_core::transport::{Connector, ErrorKind, Phase, Target, Transport, TransportError};
use std::collections::VecDeque;
use std::time::Duration;

/// The far end of a connection in memory: says what a device would say.
pub trait Peer: Send {
    /// What it says first.
    fn greet(&mut self) -> Vec<u8>;

    /// What it answers to `input`, which may be any part of a line.
    fn answer(&mut self, input: &[u8]) -> Vec<u8>;

    /// What it says of its own accord, asked for when all that it said before was read; nothing unless overridden.
    fn more(&mut self) -> Vec<u8> {
        Vec::new()
    }

    /// Whether it has hung up. What it said before is still delivered.
    fn is_closed(&self) -> bool;

    /// How many bytes at most arrive at a time, at least one; without limit unless overridden.
    fn chunk(&self) -> usize {
        usize::MAX
    }

    /// Tells it the time since the connection began, before anything else is asked of it; it does nothing unless overridden.
    fn at(&mut self, _time: Duration) {}

    /// When [`more`](Self::more) will give something, or the connection end, though nobody speaks to it: a time since the
    /// connection began. None, unless overridden: it only ever answers, and at once.
    fn next(&self) -> Option<Duration> {
        None
    }
}

/// A connection to a [`Peer`], in virtual time.
///
/// Time passes only where a read waits, by as much as it would have waited: until the peer says more, or until the deadline.
/// That takes no real time, and whoever is slow, machine or debugger, changes nothing: the same calls give the same results.
/// The connection stops the [clock](Cx::clock) of each operation, and moves it on with its own. A limit that is set before,
/// by the machine's clock, has begun by then; where the last microsecond matters, stop the clock first.
///
/// ```
/// use linecrew_core::transport::{ErrorKind, Transport};
/// use linecrew_core::{cancel::CancelToken, cx::Cx, deadline::Deadline};
/// use linecrew_transports::mock::{MockTransport, Peer};
/// use std::time::Duration;
///
/// /// Answers after ten seconds.
/// #[derive(Default)]
/// struct Slow { time: Duration, answers: Option<Duration> }
///
/// impl Peer for Slow {
///     fn greet(&mut self) -> Vec<u8> { b"hello".to_vec() }
///     fn at(&mut self, time: Duration) { self.time = time; }
///     fn answer(&mut self, _: &[u8]) -> Vec<u8> {
///         self.answers = Some(self.time + Duration::from_secs(10));
///         Vec::new()
///     }
///     fn next(&self) -> Option<Duration> { self.answers }
///     fn more(&mut self) -> Vec<u8> {
///         match self.answers.take_if(|due| *due <= self.time) {
///             Some(_) => b"at last".to_vec(),
///             None => Vec::new(),
///         }
///     }
///     fn is_closed(&self) -> bool { false }
/// }
///
/// let cx = Cx::new(Deadline::after(Duration::from_secs(60), "host"), CancelToken::new());
/// let mut transport = MockTransport::new("r1", Slow::default());
/// let mut buf = [0; 64];
/// assert_eq!(transport.read(&mut buf, &cx)?, 5);
/// transport.write_all(b"hello?", &cx)?;
/// let error = transport.read(&mut buf, &cx.within(Duration::from_secs(4), "command")).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::TimedOut);
/// assert_eq!(transport.read(&mut buf, &cx)?, 7);
/// assert_eq!(transport.time(), Duration::from_secs(10));
/// # Ok::<(), linecrew_core::transport::TransportError>(())
/// ```
pub struct MockTransport {
    name: String,
    peer: Box<dyn Peer>,
    arriving: VecDeque<u8>,
    /// Since the connection began.
    time: Duration,
    closed: bool,
}

impl MockTransport {
    /// Connects to `peer`; `name` is what errors call it.
    pub fn new(name: impl Into<String>, peer: impl Peer + 'static) -> Self {
        Self::with(name.into(), Box::new(peer))
    }

    /// How long it has been open, in its own time: the sum of all waits.
    pub fn time(&self) -> Duration {
        self.time
    }

    fn with(name: String, mut peer: Box<dyn Peer>) -> Self {
        peer.at(Duration::ZERO);
        let arriving = peer.greet().into();
        Self { name, peer, arriving, time: Duration::ZERO, closed: false }
    }

    /// How each call begins.
    fn begin(&mut self, phase: Phase, cx: &Cx) -> Result<(), TransportError> {
        cx.clock().stop();
        TransportError::refuse(self.closed, phase, &self.name, cx)?;
        self.peer.at(self.time);
        Ok(())
    }

    /// Takes what the peer says by now.
    fn take_in(&mut self) {
        if self.arriving.is_empty() {
            self.arriving.extend(self.peer.more());
        }
    }

    /// Waits until the peer says more; an error where the deadline comes first.
    fn wait(&mut self, cx: &Cx) -> Result<(), TransportError> {
        let left = cx.remaining();
        // What is due is there already: a peer that says otherwise is waited for in vain.
        let due = self.peer.next().and_then(|due| due.checked_sub(self.time)).filter(|wait| !wait.is_zero());
        let wait = due.map_or(left, |wait| wait.min(left));
        self.time = self.time.saturating_add(wait);
        cx.clock().advance(wait);
        if due.is_none_or(|due| due > left) {
            return Err(self.failure(Phase::Read, Interruption::TimedOut, cx));
        }
        self.peer.at(self.time);
        Ok(())
    }

    fn failure(&self, phase: Phase, why: Interruption, cx: &Cx) -> TransportError {
        TransportError::interrupted(why, phase, &self.name, cx)
    }

    fn hung_up(&self, phase: Phase) -> TransportError {
        TransportError::new(ErrorKind::Closed, phase, &self.name, "closed by the other side")
    }
}

impl Transport for MockTransport {
    fn read(&mut self, buf: &mut [u8], cx: &Cx) -> Result<usize, TransportError> {
        self.begin(Phase::Read, cx)?;
        self.take_in();
        while self.arriving.is_empty() {
            if self.peer.is_closed() {
                return Err(self.hung_up(Phase::Read));
            }
            self.wait(cx)?;
            self.take_in();
        }
        let count = buf.len().min(self.arriving.len()).min(self.peer.chunk());
        for (slot, byte) in buf.iter_mut().zip(self.arriving.drain(..count)) {
            *slot = byte;
        }
        Ok(count)
    }

    fn write_all(&mut self, bytes: &[u8], cx: &Cx) -> Result<(), TransportError> {
        self.begin(Phase::Write, cx)?;
        if let Some(why) = cx.interruption() {
            return Err(self.failure(Phase::Write, why, cx));
        }
        if self.peer.is_closed() {
            return Err(self.hung_up(Phase::Write));
        }
        self.arriving.extend(self.peer.answer(bytes));
        Ok(())
    }

    fn close(&mut self, _cx: &Cx) {
        self.closed = true;
        self.arriving.clear();
    }
}

/// Makes a [`MockTransport`] for each target.
pub struct MockConnector {
    #[allow(clippy::type_complexity, reason = "a closure's type, written once")]
    peers: Box<dyn Fn(&Target) -> Result<Box<dyn Peer>, TransportError> + Send + Sync>,
}

impl MockConnector {
    /// Connects each target to the peer that `peers` makes for it, or fails as it says.
    pub fn new(
        peers: impl Fn(&Target) -> Result<Box<dyn Peer>, TransportError> + Send + Sync + 'static,
    ) -> Self {
        Self { peers: Box::new(peers) }
    }
}

impl Connector for MockConnector {
    fn connect(&self, target: &Target, cx: &Cx) -> Result<Box<dyn Transport>, TransportError> {
        cx.clock().stop();
        if let Some(why) = cx.interruption() {
            return Err(TransportError::interrupted(why, Phase::Connect, &target.name, cx));
        }
        Ok(Box::new(MockTransport::with(target.name.clone(), (self.peers)(target)?)))
    }

    /// Nothing of the credentials is sent here.
    fn asks_permit(&self) -> bool {
        true
    }
}
