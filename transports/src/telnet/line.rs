//! Line ends, which telnet has rules of its own for (RFC 854; RFC 1123, section 3.3.1; RFC 856 for binary).

use linecrew_core::transport::LineEnd;

/// Appends `text` to `wire`: `\n` and `\r\n` as this line end, a CR alone as `lone_cr`.
pub(super) fn encode(end: LineEnd, lone_cr: &[u8], text: &[u8], wire: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
        let (plain, after) = rest.split_at(at);
        wire.extend_from_slice(plain);
        rest = if let Some(after) = after.strip_prefix(b"\r\n").or(after.strip_prefix(b"\n")) {
            wire.extend_from_slice(bytes(end));
            after
        } else {
            wire.extend_from_slice(lone_cr);
            &after[1..]
        };
    }
    wire.extend_from_slice(rest);
}

fn bytes(end: LineEnd) -> &'static [u8] {
    match end {
        LineEnd::CrLf => b"\r\n",
        LineEnd::CrNul => b"\r\0",
        LineEnd::Cr => b"\r",
        LineEnd::Lf => b"\n",
    }
}

/// Takes the NUL away that follows a CR in arriving text, also where the two arrive apart.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    after_cr: bool,
}

impl Decoder {
    /// Appends `data` to `text`. Binary data is left as it is.
    pub(super) fn decode(&mut self, data: &[u8], binary: bool, text: &mut Vec<u8>) {
        if binary {
            self.after_cr = false;
            return text.extend_from_slice(data);
        }
        for part in data.split_inclusive(|byte| *byte == b'\r') {
            text.extend_from_slice(part.strip_prefix(b"\0").filter(|_| self.after_cr).unwrap_or(part));
            self.after_cr = part.ends_with(b"\r");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(end: LineEnd, text: &[u8]) -> Vec<u8> {
        let mut wire = Vec::new();
        encode(end, b"\r\0", text, &mut wire);
        wire
    }

    #[test]
    fn a_newline_becomes_the_line_end_of_the_network() {
        assert_eq!(encoded(LineEnd::CrLf, b"a\nb\r\n\n"), b"a\r\nb\r\n\r\n");
        assert_eq!(encoded(LineEnd::CrNul, b"a\nb\r\n"), b"a\r\0b\r\0");
        assert_eq!(encoded(LineEnd::Cr, b"a\nb\r\n"), b"a\rb\r");
        assert_eq!(encoded(LineEnd::Lf, b"a\nb\r\n"), b"a\nb\n");
    }

    #[test]
    fn a_carriage_return_alone_is_followed_by_nul() {
        assert_eq!(encoded(LineEnd::CrLf, b"a\rb\r"), b"a\r\0b\r\0");
    }

    #[test]
    fn only_the_nul_after_a_carriage_return_is_taken_away() {
        let (mut decoder, mut text) = (Decoder::default(), Vec::new());
        for part in [&b"a\r"[..], b"\0\0b\0"] {
            decoder.decode(part, false, &mut text);
        }
        assert_eq!(text, b"a\r\0b\0");
        text.clear();
        for part in [&b"\r"[..], b"", b"\0", b"\0\r\0\r", b"\0c"] {
            decoder.decode(part, false, &mut text);
        }
        assert_eq!(text, b"\r\0\r\rc");
    }
}
