//! A program on a pseudo-terminal as a byte stream.

use crate::wait::{Alarm, Stop};
use linecrew_core::cx::{Cx, Interruption};
use linecrew_core::transport::{ErrorKind, Phase, Transport, TransportError};
use pty_process::blocking::Pty;
use rustix::event::PollFlags;
use rustix::io::Errno;
use std::io::{self, Read, Write};
use std::process::Child;

/// A program on a pseudo-terminal, made by a [`PtyConnector`](crate::PtyConnector). It is killed when this is dropped
/// or closed.
pub struct PtyTransport {
    peer: String,
    pty: Pty,
    child: Child,
    alarm: Alarm,
    closed: bool,
}

impl PtyTransport {
    pub(crate) fn new(pty: Pty, mut child: Child, peer: String) -> Result<Self, TransportError> {
        match Alarm::new() {
            Ok(alarm) => Ok(Self { peer, pty, child, alarm, closed: false }),
            Err(source) => {
                end(&mut child);
                let error = TransportError::new(ErrorKind::Io, Phase::Connect, peer, "no pipe to wait with");
                Err(error.source(source))
            }
        }
    }

    /// Tries `call` until it does not block, waiting for the terminal in between.
    fn retry(
        &self,
        phase: Phase,
        events: PollFlags,
        cx: &Cx,
        mut call: impl FnMut() -> io::Result<usize>,
    ) -> Result<usize, TransportError> {
        loop {
            match call() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.wait(phase, events, cx)?;
                }
                // The last process has closed its side of the terminal (pty(7) calls it a hang-up).
                Ok(0) => return Err(self.hung_up(phase)),
                Err(error) if Errno::from_io_error(&error) == Some(Errno::IO) => {
                    return Err(self.hung_up(phase));
                }
                Ok(count) => return Ok(count),
                Err(error) => return Err(self.failed(phase, error)),
            }
        }
    }

    fn wait(&self, phase: Phase, events: PollFlags, cx: &Cx) -> Result<PollFlags, TransportError> {
        self.alarm.wait(&self.pty, events, cx).map_err(|stop| match stop {
            Stop::Interrupted(why) => TransportError::interrupted(why, phase, &self.peer, cx),
            Stop::Io(source) => self.failed(phase, source),
        })
    }

    fn failed(&self, phase: Phase, source: io::Error) -> TransportError {
        TransportError::new(ErrorKind::Io, phase, &self.peer, "the terminal failed").source(source)
    }

    fn hung_up(&self, phase: Phase) -> TransportError {
        TransportError::new(ErrorKind::Closed, phase, &self.peer, "the program has ended")
    }
}

impl Transport for PtyTransport {
    fn read(&mut self, buf: &mut [u8], cx: &Cx) -> Result<usize, TransportError> {
        TransportError::refuse(self.closed, Phase::Read, &self.peer, cx)?;
        self.retry(Phase::Read, PollFlags::IN, cx, || (&self.pty).read(buf))
    }

    fn write_all(&mut self, bytes: &[u8], cx: &Cx) -> Result<(), TransportError> {
        TransportError::refuse(self.closed, Phase::Write, &self.peer, cx)?;
        let mut rest = bytes;
        while !rest.is_empty() {
            // A terminal takes bytes for which no process is left, and says so in a hang-up only.
            if self.wait(Phase::Write, PollFlags::OUT, cx)?.contains(PollFlags::HUP) {
                return Err(self.hung_up(Phase::Write));
            }
            let count = self.retry(Phase::Write, PollFlags::OUT, cx, || (&self.pty).write(rest))?;
            rest = &rest[count..];
            if let (false, Some(why @ Interruption::TimedOut)) = (rest.is_empty(), cx.interruption()) {
                // A program that reads on and on does not put off the deadline.
                return Err(TransportError::interrupted(why, Phase::Write, &self.peer, cx));
            }
        }
        Ok(())
    }

    fn close(&mut self, _cx: &Cx) {
        if !self.closed {
            self.closed = true;
            end(&mut self.child);
        }
    }
}

impl Drop for PtyTransport {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Kills and reaps a program. One that has ended is reaped only.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
