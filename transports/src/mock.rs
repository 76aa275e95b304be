//! A transport in memory, for tests and simulated devices: no socket, no thread, no clock.

use linecrew_core::cx::{Cx, Interruption};
use linecrew_core::transport::{Connector, ErrorKind, Phase, Target, Transport, TransportError};
use std::collections::VecDeque;

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
}

/// A connection to a [`Peer`].
///
/// Time is virtual: since the peer speaks only when spoken to, a read with nothing to deliver can only time out, and
/// does so at once, whatever its deadline.
///
/// ```
/// use linecrew_core::{cancel::CancelToken, cx::Cx, deadline::Deadline, transport::Transport};
/// use linecrew_transports::mock::{MockTransport, Peer};
///
/// struct Echo;
/// impl Peer for Echo {
///     fn greet(&mut self) -> Vec<u8> { b"hello".to_vec() }
///     fn answer(&mut self, input: &[u8]) -> Vec<u8> { input.to_vec() }
///     fn is_closed(&self) -> bool { false }
/// }
///
/// let cx = Cx::new(Deadline::after(std::time::Duration::from_secs(1), "test"), CancelToken::new());
/// let mut transport = MockTransport::new("r1", Echo);
/// let mut buf = [0; 64];
/// assert_eq!(transport.read(&mut buf, &cx)?, 5);
/// # Ok::<(), linecrew_core::transport::TransportError>(())
/// ```
pub struct MockTransport {
    name: String,
    peer: Box<dyn Peer>,
    arriving: VecDeque<u8>,
    closed: bool,
}

impl MockTransport {
    /// Connects to `peer`; `name` is what errors call it.
    pub fn new(name: impl Into<String>, mut peer: impl Peer + 'static) -> Self {
        let arriving = peer.greet().into();
        Self { name: name.into(), peer: Box::new(peer), arriving, closed: false }
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
        TransportError::refuse(self.closed, Phase::Read, &self.name, cx)?;
        if self.arriving.is_empty() {
            self.arriving.extend(self.peer.more());
        }
        let count = buf.len().min(self.arriving.len()).min(self.peer.chunk());
        for (slot, byte) in buf.iter_mut().zip(self.arriving.drain(..count)) {
            *slot = byte;
        }
        match count {
            0 if self.peer.is_closed() => Err(self.hung_up(Phase::Read)),
            0 => Err(self.failure(Phase::Read, Interruption::TimedOut, cx)),
            _ => Ok(count),
        }
    }

    fn write_all(&mut self, bytes: &[u8], cx: &Cx) -> Result<(), TransportError> {
        TransportError::refuse(self.closed, Phase::Write, &self.name, cx)?;
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
        if let Some(why) = cx.interruption() {
            return Err(TransportError::interrupted(why, Phase::Connect, &target.name, cx));
        }
        let mut peer = (self.peers)(target)?;
        let arriving = peer.greet().into();
        Ok(Box::new(MockTransport { name: target.name.clone(), peer, arriving, closed: false }))
    }

    /// Nothing of the credentials is sent here.
    fn asks_permit(&self) -> bool {
        true
    }
}
