//! Connections in memory: one that answers with a long reply, and one that counts the client's waits.

use linecrew_core::cx::{Cx, Interruption};
use linecrew_core::transport::{Connector, Phase, Target, Transport, TransportError};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A device in memory, privileged from the start, that echoes and answers `show big` with so many lines.
#[derive(Clone, Copy, Debug)]
pub struct LongReply {
    /// The line, with its end.
    pub line: &'static str,
    /// How often it comes.
    pub lines: usize,
}

impl Connector for LongReply {
    fn connect(&self, _: &Target, _: &Cx) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(Device { reply: *self, said: b"R1#".to_vec(), given: 0, lines_left: 0 }))
    }
}

struct Device {
    reply: LongReply,
    /// What it says before the lines, and behind them.
    said: Vec<u8>,
    given: usize,
    lines_left: usize,
}

impl Device {
    /// A piece of the lines, as large as one read takes.
    fn lines(&mut self, buf: &mut [u8]) -> usize {
        let line = self.reply.line.as_bytes();
        let count = self.lines_left.min(buf.len() / line.len());
        for place in buf.chunks_exact_mut(line.len()).take(count) {
            place.copy_from_slice(line);
        }
        self.lines_left -= count;
        count * line.len()
    }
}

impl Transport for Device {
    fn read(&mut self, buf: &mut [u8], cx: &Cx) -> Result<usize, TransportError> {
        if self.given == self.said.len() && self.lines_left > 0 {
            let count = self.lines(buf);
            if self.lines_left == 0 {
                self.said.extend_from_slice(b"R1#");
            }
            return Ok(count);
        }
        let rest = &self.said[self.given..];
        if rest.is_empty() {
            return Err(TransportError::interrupted(Interruption::TimedOut, Phase::Read, "R1", cx));
        }
        let count = rest.len().min(buf.len());
        buf[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }

    fn write_all(&mut self, bytes: &[u8], _: &Cx) -> Result<(), TransportError> {
        self.said.clear();
        self.given = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.said.extend_from_slice(line);
            if line == b"show big\n" {
                self.lines_left = self.reply.lines;
            } else {
                self.said.extend_from_slice(b"R1#");
            }
        }
        Ok(())
    }

    fn close(&mut self, _: &Cx) {}
}

/// Counts how often a client waits for the device: once for its greeting, and once behind each turn of the client's own.
pub struct CountingWaits<C> {
    connector: C,
    waits: Arc<AtomicUsize>,
}

impl<C> CountingWaits<C> {
    /// Counts the waits on what this opens.
    pub fn new(connector: C) -> Self {
        Self { connector, waits: Arc::default() }
    }

    /// How many there were so far.
    pub fn waits(&self) -> usize {
        self.waits.load(Ordering::Relaxed)
    }
}

impl<C: Connector> Connector for CountingWaits<C> {
    fn connect(&self, target: &Target, cx: &Cx) -> Result<Box<dyn Transport>, TransportError> {
        let transport = self.connector.connect(target, cx)?;
        Ok(Box::new(Counted { transport, waits: Arc::clone(&self.waits), client_spoke: true }))
    }

    fn asks_permit(&self) -> bool {
        self.connector.asks_permit()
    }
}

struct Counted {
    transport: Box<dyn Transport>,
    waits: Arc<AtomicUsize>,
    client_spoke: bool,
}

impl Transport for Counted {
    fn read(&mut self, buf: &mut [u8], cx: &Cx) -> Result<usize, TransportError> {
        let count = self.transport.read(buf, cx)?;
        if std::mem::take(&mut self.client_spoke) {
            self.waits.fetch_add(1, Ordering::Relaxed);
        }
        Ok(count)
    }

    fn write_all(&mut self, bytes: &[u8], cx: &Cx) -> Result<(), TransportError> {
        self.client_spoke = true;
        self.transport.write_all(bytes, cx)
    }

    fn hold_back(&mut self) {
        self.transport.hold_back();
    }

    fn close(&mut self, cx: &Cx) {
        self.transport.close(cx);
    }
}
