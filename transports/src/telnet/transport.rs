//! A telnet connection as a byte stream.

use super::codec::Codec;
use crate::carrier::{Link, hung_up};
use crate::dial::Connection;
use crate::poll::{Interest, PollError, retry};
use crate::tcp;
use linecrew_core::cx::Cx;
use linecrew_core::transport::{ErrorKind, Phase, TelnetOptions, Transport, TransportError};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};

/// The most that is taken from the socket at once: two pages of a terminal, more than a segment on Ethernet.
pub(super) const READ_SIZE: usize = 4 * 1024;

/// A telnet connection to a device, made by a [`TelnetConnector`](super::TelnetConnector).
///
/// Reads deliver the device's text: no commands, `IAC IAC` as one byte, CR NUL as CR. Writes take `\n` as the end of a
/// line and send the [`LineEnd`](linecrew_core::transport::LineEnd) of the options; a CR alone is sent as CR NUL; 0xFF is
/// doubled. In binary mode (RFC 856) bytes go as they are, and on a raw port all but line ends. Options are answered with
/// what is written next, or before a read waits.
pub struct TelnetTransport {
    peer: String,
    socket: TcpStream,
    /// The jump host's connection that carries this one.
    link: Option<Link>,
    codec: Codec,
    /// Text that arrived and was not read yet, from `taken` on.
    text: Vec<u8>,
    taken: usize,
    /// Bytes that wait to be sent, from `sent` on.
    leaving: Vec<u8>,
    sent: usize,
    closed: bool,
}

impl TelnetTransport {
    pub(super) fn new(connection: Connection, peer: String, options: &TelnetOptions) -> Self {
        let Connection { socket, link } = connection;
        let codec = Codec::new(options);
        let (text, leaving) = (Vec::new(), Vec::new());
        Self { peer, socket, link, codec, text, taken: 0, leaving, sent: 0, closed: false }
    }

    /// Takes what the socket has, waiting for it if there is nothing. The answers to what comes with text leave with what is
    /// written next, in one packet, or before anybody waits for more.
    fn receive(&mut self, cx: &Cx) -> Result<(), TransportError> {
        let unsent = if cx.interruption().is_none() { self.flush(Phase::Read, cx).err() } else { None };
        let arrived = retry(&self.socket, Interest::Read, cx, || take(&self.socket))
            .map_err(|error| self.failure(error, Phase::Read, cx))?;
        if arrived.is_empty() {
            // What arrived counts before it is told that the answers could not be sent.
            return Err(unsent.unwrap_or_else(|| self.hung_up(Phase::Read)));
        }
        self.text.clear();
        self.taken = 0;
        self.codec.decode(&arrived, &mut self.text).map_err(|source| self.broken(source))
    }

    /// Sends what waits to be sent.
    fn flush(&mut self, phase: Phase, cx: &Cx) -> Result<(), TransportError> {
        self.leaving.extend(self.codec.take_leaving());
        while self.sent < self.leaving.len() {
            let rest = &self.leaving[self.sent..];
            let count = retry(&self.socket, Interest::Write, cx, || (&self.socket).write(rest))
                .map_err(|error| self.failure(error, phase, cx))?;
            self.sent += count;
        }
        self.leaving.clear();
        self.sent = 0;
        Ok(())
    }

    fn failure(&self, error: PollError, phase: Phase, cx: &Cx) -> TransportError {
        match error {
            PollError::Io(source) if is_end(source.kind()) => self.hung_up(phase).source(source),
            PollError::Io(source) => {
                TransportError::new(ErrorKind::Io, phase, &self.peer, "connection failed").source(source)
            }
            interrupted @ PollError::Interrupted(_) => {
                interrupted.into_transport_error(phase, &self.peer, cx)
            }
        }
    }

    fn hung_up(&self, phase: Phase) -> TransportError {
        hung_up(self.link.as_ref(), phase, &self.peer)
    }

    fn broken(&self, source: io::Error) -> TransportError {
        TransportError::new(ErrorKind::Protocol, Phase::Read, &self.peer, "not telnet").source(source)
    }
}

impl Transport for TelnetTransport {
    fn read(&mut self, buf: &mut [u8], cx: &Cx) -> Result<usize, TransportError> {
        TransportError::refuse(self.closed, Phase::Read, &self.peer, cx)?;
        while self.taken == self.text.len() {
            self.receive(cx)?;
            // A peer that sends commands without end never lets the socket run dry, and so nothing waits.
            if self.taken == self.text.len()
                && let Some(why) = cx.interruption()
            {
                return Err(TransportError::interrupted(why, Phase::Read, &self.peer, cx));
            }
        }
        let count = buf.len().min(self.text.len() - self.taken);
        buf[..count].copy_from_slice(&self.text[self.taken..self.taken + count]);
        self.taken += count;
        Ok(count)
    }

    fn write_all(&mut self, bytes: &[u8], cx: &Cx) -> Result<(), TransportError> {
        TransportError::refuse(self.closed, Phase::Write, &self.peer, cx)?;
        self.codec.encode(bytes).map_err(|source| self.broken(source))?;
        self.flush(Phase::Write, cx)
    }

    fn hold_back(&mut self) {
        tcp::hold_back(&self.socket);
    }

    fn close(&mut self, _cx: &Cx) {
        self.closed = true;
        // Fails only where the other side has closed already.
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

/// What has arrived, in a buffer that nobody holds while nothing has: thousands of sessions may wait.
fn take(mut socket: &TcpStream) -> io::Result<Vec<u8>> {
    let mut arrived = vec![0; READ_SIZE];
    let count = socket.read(&mut arrived)?;
    arrived.truncate(count);
    Ok(arrived)
}

/// Whether the other side ended the connection, in whichever way.
fn is_end(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe
    )
}
