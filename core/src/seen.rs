//! The last bytes that a device sent, bounded and made safe to print.

use std::fmt;

/// How many of the last bytes an error shows.
const KEPT: usize = 120;

/// The tail of what a device sent: at most 120 bytes, shown on one line with control characters and bytes outside
/// of UTF-8 escaped, so that an error can quote them to a terminal or a log.
///
/// ```
/// use linecrew_core::seen::Seen;
///
/// assert_eq!(Seen::tail(b"Username: \xff\r\n").to_string(), r#""Username: \xff\r\n""#);
/// assert_eq!(Seen::tail(b"").to_string(), "nothing");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    tail: Vec<u8>,
    cut: bool,
}

impl Seen {
    /// Keeps the end of `bytes`.
    pub fn tail(bytes: &[u8]) -> Self {
        let from = bytes.len().saturating_sub(KEPT);
        Self { tail: bytes[from..].to_vec(), cut: from > 0 }
    }

    /// Whether nothing was seen at all.
    pub fn is_empty(&self) -> bool {
        self.tail.is_empty()
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing");
        }
        f.write_str(if self.cut { "\"..." } else { "\"" })?;
        for chunk in self.tail.utf8_chunks() {
            for c in chunk.valid().chars() {
                if c.is_control() || c == '"' {
                    write!(f, "{}", c.escape_default())?;
                } else {
                    write!(f, "{c}")?;
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        f.write_str("\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_at_its_head() {
        let shown = Seen::tail(&[b'x'; 5000]).to_string();
        assert_eq!(shown.len(), KEPT + 5);
        assert!(shown.starts_with("\"...x"));
    }

    #[test]
    fn terminal_escapes_are_not_passed_on() {
        let shown = Seen::tail(b"\x1b[2Jboo\0").to_string();
        assert!(!shown.contains('\x1b') && !shown.contains('\0'), "{shown}");
    }
}
