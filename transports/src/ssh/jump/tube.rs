//! One device's connection within a tunnel.

use crate::carrier::Rider;
use crate::poll::Interest;
use crate::ssh::session::{Fault, Session};
use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::transport::{ErrorKind, Phase};
use ssh2::{Channel, Error};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// The most that is moved at once: libssh2 makes no longer packets.
pub(super) const CHUNK: usize = 32 * 1024;
/// libssh2's codes for faults of one channel, from `LIBSSH2_ERROR_CHANNEL_EOF_SENT` to `LIBSSH2_ERROR_CHANNEL_FAILURE`.
const OF_A_CHANNEL: std::ops::RangeInclusive<i32> = -27..=-21;
const EAGAIN: i32 = -37;

/// A channel on the jump host's side, a socket on this side, and what waits between them.
pub(super) struct Tube {
    channel: Channel,
    pub(super) rider: Rider,
    /// The far end of the device's socket pair; none once either side has ended.
    local: Option<UnixStream>,
    /// Whether the socket may have something to read.
    pub(super) woken: bool,
    to_device: Pending,
    from_device: Pending,
    device_ended: bool,
    end: End,
}

/// How much of the channel's end has been said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Unsaid,
    Said,
    Confirmed,
}

/// How a call on a channel failed.
pub(super) enum Failed {
    /// It would block.
    Wait,
    /// The channel is of no more use.
    Channel(i32),
    /// The tunnel is of no more use, and why.
    Tunnel(String),
}

/// Bytes that could not be written yet.
#[derive(Default)]
struct Pending {
    bytes: Vec<u8>,
    written: usize,
}

impl Tube {
    pub(super) fn new(channel: Channel, rider: Rider, local: UnixStream) -> Self {
        Self {
            channel,
            rider,
            local: Some(local),
            woken: true,
            to_device: Pending::default(),
            from_device: Pending::default(),
            device_ended: false,
            end: End::Unsaid,
        }
    }

    /// Moves what can be moved, both ways; whether anything was. An error is the tunnel's.
    pub(super) fn advance(&mut self, session: &Session, space: &mut [u8]) -> Result<bool, String> {
        let mut moved = self.take(space);
        moved |= self.send(session)?;
        moved |= self.receive(session, space)?;
        moved |= self.give();
        if self.local.is_none() && self.to_device.is_empty() {
            moved |= self.close(session)?;
        }
        Ok(moved)
    }

    /// Whether something is left in libssh2 that arrived while it served another channel.
    pub(super) fn has_arrived(&self) -> bool {
        self.wants_device() && (self.channel.eof() || self.channel.read_window().available > 0)
    }

    /// Whether it would take something from the jump host.
    pub(super) fn wants_tunnel(&self) -> bool {
        self.local.is_none() || self.wants_device()
    }

    /// Whether the device has left, and the jump host is yet to be told.
    pub(super) fn is_leaving(&self) -> bool {
        self.rider.has_left() && self.end == End::Unsaid
    }

    pub(super) fn is_closed(&self) -> bool {
        self.end == End::Confirmed
    }

    /// This side's socket and what to wait for there, if for anything.
    pub(super) fn interest(&self) -> Option<(&UnixStream, Interest)> {
        let interest = match (self.to_device.is_empty(), self.from_device.is_empty()) {
            (true, true) => Interest::Read,
            (true, false) => Interest::Both,
            (false, false) => Interest::Write,
            (false, true) => return None,
        };
        Some((self.local.as_ref()?, interest))
    }

    /// Hands on what is left for this side, which cannot be waited for any more.
    pub(super) fn finish(&mut self) {
        self.give();
    }

    fn wants_device(&self) -> bool {
        self.local.is_some() && !self.device_ended && self.from_device.is_empty()
    }

    /// Reads from this side.
    fn take(&mut self, space: &mut [u8]) -> bool {
        let Some(local) = self.local.as_mut().filter(|_| self.woken && self.to_device.is_empty()) else {
            return false;
        };
        match local.read(space) {
            Ok(0) => self.local = None,
            Ok(count) => self.to_device.hold(&space[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.woken = false;
                return false;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => self.local = None,
        }
        true
    }

    /// Writes to the channel. A packet that was begun must be finished, also where this side has ended.
    fn send(&mut self, session: &Session) -> Result<bool, String> {
        let mut moved = false;
        while !self.to_device.is_empty() {
            let sent = self.channel.write(self.to_device.rest());
            match sent.map_err(|error| failed(session, session.stream_error(&error))) {
                Ok(count) => self.to_device.written(count),
                Err(Failed::Wait) => {
                    // Nothing was begun where the window is shut. What follows must not be sent without it.
                    let gone = self.local.is_none() || self.rider.has_left();
                    if gone && self.channel.write_window().remaining == 0 {
                        (self.local, self.to_device) = (None, Pending::default());
                        moved = true;
                    }
                    break;
                }
                Err(Failed::Channel(_)) => self.to_device = Pending::default(),
                Err(Failed::Tunnel(why)) => return Err(why),
            }
            moved = true;
        }
        Ok(moved)
    }

    /// Reads from the channel. What comes after this side has ended is dropped; but it is read, since libssh2 may have
    /// begun to send a window adjustment from there.
    fn receive(&mut self, session: &Session, space: &mut [u8]) -> Result<bool, String> {
        if self.device_ended || self.local.is_some() && !self.from_device.is_empty() {
            return Ok(false);
        }
        match self.channel.read(space).map_err(|error| failed(session, session.stream_error(&error))) {
            Ok(0) | Err(Failed::Channel(_)) => self.device_ended = true,
            Ok(count) if self.local.is_some() => self.from_device.hold(&space[..count]),
            Ok(_) => {}
            Err(Failed::Wait) => return Ok(false),
            Err(Failed::Tunnel(why)) => return Err(why),
        }
        Ok(true)
    }

    /// Writes to this side, and ends it after the device's last words.
    fn give(&mut self) -> bool {
        let mut moved = false;
        while let Some(local) = self.local.as_mut().filter(|_| !self.from_device.is_empty()) {
            match local.write(self.from_device.rest()) {
                Ok(count) => self.from_device.written(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return moved,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => self.local = None,
            }
            moved = true;
        }
        if self.device_ended && self.local.take().is_some() {
            moved = true;
        }
        moved
    }

    fn close(&mut self, session: &Session) -> Result<bool, String> {
        match self.channel.close().map_err(|error| failed(session, error)) {
            // The same shows in the middle of a key exchange, where nothing was said: the next opening may then come first.
            Err(Failed::Wait) if self.end == End::Unsaid && !session.has_more_to_send() => {
                self.end = End::Said;
            }
            Err(Failed::Wait) => return Ok(false),
            Err(Failed::Tunnel(why)) => return Err(why),
            Ok(()) | Err(Failed::Channel(_)) => self.end = End::Confirmed,
        }
        Ok(true)
    }
}

impl Pending {
    fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    fn hold(&mut self, bytes: &[u8]) {
        self.bytes = bytes.to_vec();
        self.written = 0;
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.written..]
    }

    fn written(&mut self, count: usize) {
        self.written += count;
        if self.written >= self.bytes.len() {
            *self = Self::default();
        }
    }
}

/// What a failure of one channel's call means for all.
pub(super) fn failed(session: &Session, error: Error) -> Failed {
    let fault = Fault::Ssh(error);
    match fault.code() {
        Some(EAGAIN) => Failed::Wait,
        Some(code) if OF_A_CHANNEL.contains(&code) && !session.is_at_end() => Failed::Channel(code),
        _ => {
            let cx = Cx::new(Deadline::after(Duration::ZERO, "tunnel"), CancelToken::new());
            let error = session.failure(fault, Phase::Read, &cx);
            let source = std::error::Error::source(&error).filter(|_| error.kind() != ErrorKind::Closed);
            Failed::Tunnel(match source {
                Some(source) => format!("{}: {source}", error.what()),
                None => error.what().to_owned(),
            })
        }
    }
}
