//! A recording as a device.

use crate::device::Device;
use crate::recording::{Event, Recording, Speaker};
use std::sync::Arc;

impl Device {
    /// Serves a recording in place of its own command line, in memory, on telnet or over SSH, which then takes any password.
    ///
    /// It goes on with each turn of the client, whatever was typed: after as many line ends as were sent in the
    /// recording before the device spoke again, or as many bytes where it was no line. At the end it hangs up. Its
    /// answers take its [latency](Self::latency), not the time that they took when they were recorded.
    ///
    /// ```
    /// use linecrew_core::{cancel::CancelToken, cx::Cx, deadline::Deadline, transport::Transport};
    /// use linecrew_testkit::{Device, Recording};
    ///
    /// let recording = Recording::parse("0.1 < \"R1>\"\n0.2 > \"show clock\\n\"\n0.3 < \"show clock\\r\\nnoon\\r\\nR1>\"\n")?;
    /// let mut transport = Device::cisco_iosxe("R1").replay(recording).connect_in_memory();
    /// let cx = Cx::new(Deadline::after(std::time::Duration::from_secs(1), "example"), CancelToken::new());
    /// let mut buf = [0; 64];
    /// assert_eq!(transport.read(&mut buf, &cx)?, 3);
    /// transport.write_all(b"sh clock\n", &cx)?;
    /// assert_eq!(transport.read(&mut buf, &cx)?, 21);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn replay(mut self, recording: impl Into<Arc<Recording>>) -> Self {
        self.recording = Some(recording.into());
        self
    }
}

/// One session with a recorded device.
#[derive(Debug)]
pub(crate) struct Replay {
    recording: Arc<Recording>,
    /// The next event.
    at: usize,
    /// What the client typed in its present turn.
    typed: Amount,
}

/// How much was typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Amount {
    lines: usize,
    bytes: usize,
    /// Whether the last byte was a CR, so that an LF or a NUL belongs to the same line end.
    after_cr: bool,
}

impl Amount {
    fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let ends_crlf = self.after_cr && matches!(byte, b'\n' | 0);
            self.after_cr = byte == b'\r';
            if !ends_crlf {
                self.lines += usize::from(matches!(byte, b'\n' | b'\r'));
                self.bytes += 1;
            }
        }
    }

    fn covers(self, needed: Self) -> bool {
        if needed.lines > 0 { self.lines >= needed.lines } else { self.bytes >= needed.bytes }
    }

    /// Nothing, of which the last byte was the same.
    fn anew(self) -> Self {
        Self { after_cr: self.after_cr, ..Self::default() }
    }
}

impl Replay {
    pub(crate) fn new(recording: &Arc<Recording>) -> Self {
        Self { recording: Arc::clone(recording), at: 0, typed: Amount::default() }
    }

    /// What the device says from here to the client's next turn.
    pub(crate) fn say(&mut self) -> Vec<u8> {
        let said: Vec<_> = self.rest().take_while(|event| event.from == Speaker::Device).collect();
        let (count, bytes) =
            (said.len(), said.into_iter().flat_map(|event| event.bytes.iter().copied()).collect());
        self.at += count;
        bytes
    }

    /// What the device says to `input`, which may be any part of a line.
    pub(crate) fn answer(&mut self, input: &[u8]) -> Vec<u8> {
        let mut said = Vec::new();
        for byte in input {
            self.typed.add(std::slice::from_ref(byte));
            let (needed, events) = self.turn();
            if events > 0 && self.typed.covers(needed) {
                self.typed = self.typed.anew();
                self.at += events;
                said.extend(self.say());
            }
        }
        said
    }

    /// Whether all was said.
    pub(crate) fn is_over(&self) -> bool {
        self.at == self.recording.events().len()
    }

    /// How much the client typed in its turn, and how many events that were.
    fn turn(&self) -> (Amount, usize) {
        let mut amount = Amount::default();
        let events = self.rest().take_while(|event| event.from == Speaker::Client);
        let count = events.map(|event| amount.add(&event.bytes)).count();
        (amount, count)
    }

    fn rest(&self) -> impl Iterator<Item = &Event> {
        self.recording.events()[self.at..].iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_end_is_one_however_it_is_sent() {
        let text = "0 > \"a\\n\"\n0 < \"1\"\n0 > \"b\\n\"\n0 < \"2\"\n0 > \"c\\n\"\n0 < \"3\"\n";
        let recording = Arc::new(Recording::parse(text).unwrap());
        for typed in [&b"a\nb\nc\n"[..], b"a\r\nb\r\nc\r\n", b"a\r\0b\r\0c\r\0"] {
            let mut replay = Replay::new(&recording);
            assert_eq!(replay.say(), b"");
            let said: Vec<u8> = typed.iter().flat_map(|byte| replay.answer(&[*byte])).collect();
            assert_eq!((&said[..], replay.is_over()), (&b"123"[..], true), "{}", typed.escape_ascii());
        }
    }
}
