//! The far end of a connection under test, which follows a script.

use linecrew_transports::mock::Peer;
use std::convert::Infallible;
use std::fmt;
use std::io::{self, Read, Write};
use std::str::FromStr;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How long a slow reader rests after each byte: it never keeps up with a writer.
const SIP: Duration = Duration::from_millis(1);

/// What the far end of a connection does: says something, then listens, ignores or hangs up.
///
/// It can be written as a text and read back, for far ends that are processes of their own:
///
/// ```
/// use linecrew_testkit::contract::Script;
///
/// let script: Script = "says=3 chunk=1 then=hang-up avoids=0a0d".parse().unwrap();
/// assert_eq!(script.to_string(), "says=3 chunk=1 then=hang-up avoids=0a0d");
/// let mut said = Vec::new();
/// script.play(std::io::Cursor::new(&mut said)).unwrap();
/// assert_eq!(said.len(), 3);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    says: usize,
    chunk: usize,
    then: Then,
    avoids: Vec<u8>,
}

/// What follows the first words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// Ends the connection.
    HangUp,
    /// Takes all that comes, until the other side is gone.
    Listen,
    /// Takes nothing.
    Ignore,
    /// Takes a byte now and then.
    Sip,
    /// Sends back what came, each time that so many bytes are there.
    Return(usize),
}

/// A text that is no [`Script`].
#[derive(Debug, thiserror::Error)]
#[error("not a script: {0:?}; expected says=BYTES chunk=BYTES then=WHAT avoids=HEX")]
pub struct BadScript(String);

impl Script {
    /// Says so many bytes, in one piece, none of them one of `avoids`.
    pub(super) fn new(says: usize, then: Then, avoids: &[u8]) -> Self {
        Self { says, chunk: usize::MAX, then, avoids: avoids.to_vec() }
    }

    /// Says it in pieces of so many bytes.
    pub(super) fn in_chunks_of(mut self, bytes: usize) -> Self {
        self.chunk = bytes;
        self
    }

    /// The bytes that it says.
    pub(super) fn said(&self) -> Vec<u8> {
        payload(self.says, &self.avoids)
    }

    /// Plays the part on a connected stream, to the end: until it has hung up or the other side has. A script that
    /// takes nothing ends only with its process, or by an error of the stream while it speaks.
    pub fn play(&self, stream: impl Read + Write) -> io::Result<()> {
        let (far_end, _watch) = FarEnd::new(self.clone());
        far_end.play(stream)
    }
}

/// A text of every byte that is not to be avoided, with many 0xFF, NUL, CR and LF in it, which protocols trip over. It
/// is always the same.
pub(super) fn payload(len: usize, avoids: &[u8]) -> Vec<u8> {
    // Marsaglia's xorshift; any odd start will do.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let bytes = std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let [kind, byte, ..] = state.to_be_bytes();
        *[0xff, 0xff, 0, b'\r', b'\n'].get(usize::from(kind % 32)).unwrap_or(&byte)
    });
    bytes.filter(|byte| !avoids.contains(byte)).take(len).collect()
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "says={} chunk={} then=", self.says, self.chunk)?;
        match self.then {
            Then::HangUp => f.write_str("hang-up")?,
            Then::Listen => f.write_str("listen")?,
            Then::Ignore => f.write_str("ignore")?,
            Then::Sip => f.write_str("sip")?,
            Then::Return(bytes) => write!(f, "return:{bytes}")?,
        }
        f.write_str(" avoids=")?;
        self.avoids.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Script {
    type Err = BadScript;

    fn from_str(text: &str) -> Result<Self, BadScript> {
        parse(text).ok_or_else(|| BadScript(text.into()))
    }
}

fn parse(text: &str) -> Option<Script> {
    let mut words = text.split(' ');
    let mut value = |name: &str| words.next()?.strip_prefix(name)?.strip_prefix('=');
    let says = value("says")?.parse().ok()?;
    let chunk = value("chunk")?.parse().ok().filter(|&bytes| bytes > 0)?;
    let then = match value("then")? {
        "hang-up" => Then::HangUp,
        "listen" => Then::Listen,
        "ignore" => Then::Ignore,
        "sip" => Then::Sip,
        other => Then::Return(other.strip_prefix("return:")?.parse().ok().filter(|&bytes| bytes > 0)?),
    };
    let hex = value("avoids")?;
    let pairs = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok());
    let avoids = pairs.collect::<Option<_>>()?;
    words.next().is_none().then_some(Script { says, chunk, then, avoids })
}

/// The far end of one connection. What it is dropped with tells the suite that the connection has ended there, so a
/// fixture keeps it for as long as the connection lives.
#[derive(Debug)]
pub struct FarEnd {
    script: Script,
    /// What came and is to be returned.
    kept: Vec<u8>,
    stop: Receiver<Infallible>,
    _ended: Sender<Infallible>,
}

/// The suite's view of a far end.
pub(super) struct Watch {
    _stop: Sender<Infallible>,
    ended: Receiver<Infallible>,
}

impl Watch {
    /// Whether the far end was let go within so long a time.
    pub(super) fn ends_within(&self, wait: Duration) -> bool {
        matches!(self.ended.recv_timeout(wait), Err(RecvTimeoutError::Disconnected))
    }
}

impl FarEnd {
    pub(super) fn new(script: Script) -> (Self, Watch) {
        let ((stop_sender, stop), (ended_sender, ended)) = (channel(), channel());
        let far_end = Self { script, kept: Vec::new(), stop, _ended: ended_sender };
        (far_end, Watch { _stop: stop_sender, ended })
    }

    /// What it is to do, for a far end that is another process.
    pub fn script(&self) -> &Script {
        &self.script
    }

    /// Plays its part on a connected stream, to the end: until it has hung up, the other side has, or the test is over.
    pub fn play(mut self, mut stream: impl Read + Write) -> io::Result<()> {
        for chunk in self.script.said().chunks(self.script.chunk) {
            stream.write_all(chunk)?;
            stream.flush()?;
        }
        match self.script.then {
            Then::HangUp => Ok(()),
            Then::Ignore => {
                // Only ever ends by the other half being dropped.
                let _ = self.stop.recv();
                Ok(())
            }
            Then::Listen | Then::Return(_) => self.listen(&mut stream, &mut [0; 16 * 1024]),
            Then::Sip => self.listen(&mut stream, &mut [0]),
        }
    }

    fn listen(&mut self, stream: &mut (impl Read + Write), buf: &mut [u8]) -> io::Result<()> {
        loop {
            match stream.read(buf) {
                Ok(0) => return Ok(()),
                Ok(count) => {
                    let answer = self.take(&buf[..count]);
                    stream.write_all(&answer)?;
                    stream.flush()?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if self.script.then == Then::Sip && self.is_over_after(SIP) {
                return Ok(());
            }
        }
    }

    fn is_over_after(&self, rest: Duration) -> bool {
        matches!(self.stop.recv_timeout(rest), Err(RecvTimeoutError::Disconnected))
    }

    /// What it answers to an input.
    fn take(&mut self, input: &[u8]) -> Vec<u8> {
        let Then::Return(size) = self.script.then else { return Vec::new() };
        self.kept.extend_from_slice(input);
        let whole = self.kept.len() - self.kept.len() % size;
        self.kept.drain(..whole).collect()
    }
}

/// In memory: the far end of a [`MockTransport`](linecrew_transports::mock::MockTransport).
impl Peer for FarEnd {
    fn greet(&mut self) -> Vec<u8> {
        self.script.said()
    }

    fn answer(&mut self, input: &[u8]) -> Vec<u8> {
        self.take(input)
    }

    fn is_closed(&self) -> bool {
        self.script.then == Then::HangUp
    }

    fn chunk(&self) -> usize {
        self.script.chunk
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_survives_its_text_and_other_texts_are_refused() {
        for then in [Then::HangUp, Then::Listen, Then::Ignore, Then::Sip, Then::Return(9)] {
            for avoids in [&b""[..], b"\r\n\xff"] {
                let script = Script::new(7, then, avoids).in_chunks_of(2);
                assert_eq!(script.to_string().parse::<Script>().unwrap(), script);
            }
        }
        for text in ["", "says=1", "says=1 chunk=0 then=sip avoids=", "says=1 chunk=1 then=sip avoids=0"] {
            assert!(text.parse::<Script>().unwrap_err().to_string().contains("not a script"), "{text}");
        }
    }

    #[test]
    fn a_payload_has_every_byte_but_those_to_avoid() {
        let said = payload(20_000, b"\r\n");
        for byte in 0..=255 {
            assert_eq!(said.contains(&byte), !b"\r\n".contains(&byte), "{byte}");
        }
        assert!(said.windows(3).any(|run| run == [0xff; 3]));
    }
}
