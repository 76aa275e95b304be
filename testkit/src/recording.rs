//! The text of a recorded session.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The first line of a recording.
pub(crate) const HEADING: &str = "# linecrew recording 1: seconds, < from the device or > to it, bytes";

/// What was said in a session, in its order.
///
/// The text has a line for each event, such as `0.013245 < "Username: "`: the seconds since the session began, `<`
/// for what the device said and `>` for what it was sent, and the bytes; those that are no printable ASCII are
/// escaped as in Rust (`\n`, `\x1b`). A line that begins with `#` is a comment.
///
/// ```
/// use linecrew_testkit::Recording;
///
/// let recording = Recording::parse("0.1 < \"R1>\"\n0.2 > \"show clock\\n\"\n0.3 < \"show clock\\r\\nnoon\\r\\nR1>\"\n")?;
/// assert_eq!(recording.events().len(), 3);
/// assert_eq!(recording.events()[1].bytes, b"show clock\n");
/// # Ok::<(), linecrew_testkit::RecordingError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    events: Vec<Event>,
}

/// One thing that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// How long after the session's begin.
    pub at: Duration,
    /// Who said it.
    pub from: Speaker,
    /// What.
    pub bytes: Vec<u8>,
}

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The device.
    Device,
    /// The client.
    Client,
}

/// Why a recording cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is no event.
    #[error("{}:{line}: expected `SECONDS < \"BYTES\"` or `SECONDS > \"BYTES\"`", path.display())]
    Line {
        /// The file; `<text>` where it was none.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
}

impl Recording {
    /// Reads a recording from a file.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        let path = path.as_ref();
        let unreadable = |source| RecordingError::Read { path: path.to_owned(), source };
        Self::parse_named(&std::fs::read_to_string(path).map_err(unreadable)?, path)
    }

    /// Reads a recording from its text.
    pub fn parse(text: &str) -> Result<Self, RecordingError> {
        Self::parse_named(text, Path::new("<text>"))
    }

    fn parse_named(text: &str, path: &Path) -> Result<Self, RecordingError> {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let event = |(at, line)| {
            event(line).ok_or_else(|| RecordingError::Line { path: path.to_owned(), line: at + 1 })
        };
        Ok(Self { events: lines.map(event).collect::<Result<_, _>>()? })
    }

    /// What was said.
    pub fn events(&self) -> &[Event] {
        &self.events
    }
}

/// An event as a line.
pub(crate) fn line(at: Duration, from: Speaker, bytes: &[u8]) -> String {
    let sign = match from {
        Speaker::Device => '<',
        Speaker::Client => '>',
    };
    format!("{}.{:06} {sign} \"{}\"\n", at.as_secs(), at.subsec_micros(), bytes.escape_ascii())
}

fn event(line: &str) -> Option<Event> {
    let (seconds, rest) = line.split_once(' ')?;
    let at = Duration::try_from_secs_f64(seconds.parse().ok()?).ok()?;
    let (sign, quoted) = rest.split_once(' ')?;
    let from = match sign {
        "<" => Speaker::Device,
        ">" => Speaker::Client,
        _ => return None,
    };
    let bytes = unescape(quoted.strip_prefix('"')?.strip_suffix('"')?)?;
    Some(Event { at, from, bytes })
}

/// The inverse of `escape_ascii`.
fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'\\' => match rest.next()? {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'x' => {
                    let mut digits = String::new();
                    write!(digits, "{}{}", char::from(rest.next()?), char::from(rest.next()?)).ok()?;
                    u8::from_str_radix(&digits, 16).ok()?
                }
                other @ (b'\\' | b'"' | b'\'') => other,
                _ => return None,
            },
            other => other,
        });
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_that_is_no_event_is_told() {
        for text in
            ["x", "0.1 ? \"a\"", "0.1 < a", "-1 < \"a\"", "0.1 < \"\\q\"", "0.1 < \"\\xg0\"", "0.1 < \""]
        {
            let error = Recording::parse(&format!("{HEADING}\n\n{text}\n")).unwrap_err();
            assert!(error.to_string().starts_with("<text>:3: expected"), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_as_they_were_written(bytes: Vec<u8>, micros in 0_u64..1 << 40) {
            let at = Duration::from_micros(micros);
            let read = Recording::parse(&line(at, Speaker::Client, &bytes)).unwrap();
            prop_assert_eq!(&read.events[0].bytes, &bytes);
        }
    }
}
