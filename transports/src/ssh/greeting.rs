//! What a server says before encryption begins: its banner, and the algorithms it offers.
//!
//! libssh2 keeps neither where the handshake fails. So what arrives is looked at on the socket, without being taken,
//! before libssh2 takes it.

use super::offer::Offer;
use std::io::Read;
use std::net::TcpStream;

/// A banner (255 bytes), the lines that may precede it, and the offer of algorithms (some 2 KB).
const KEPT: usize = 8 * 1024;

/// The first bytes of a connection.
#[derive(Debug, Default)]
pub(super) struct Greeting {
    kept: Vec<u8>,
    /// How many bytes came before the banner.
    preamble: usize,
}

impl Greeting {
    /// Notes what `socket` has now.
    pub(super) fn note(&mut self, socket: &TcpStream) {
        let before = self.kept.len();
        // Not on the stack, whose pages stay with the thread.
        self.kept.resize(KEPT, 0);
        // An error shows again in libssh2's own read.
        let count = socket.peek(&mut self.kept[before..]).unwrap_or(0);
        self.kept.truncate(before + count);
    }

    /// Takes what `socket` still has of a connection that has failed: a server that has hung up is seen to have done so only
    /// when all it said was read.
    pub(super) fn take_rest(&mut self, mut socket: &TcpStream) {
        let mut rest = Vec::new();
        // Whatever ends it is not the error to tell. A server that goes on past the limit has not hung up.
        let _ = socket.by_ref().take(KEPT as u64).read_to_end(&mut rest);
        rest.truncate(KEPT.saturating_sub(self.kept.len()));
        self.kept.append(&mut rest);
    }

    /// Notes text before the banner that was taken from the socket: all of it while it is short, then its end.
    pub(super) fn note_preamble(&mut self, text: &[u8]) {
        self.preamble += text.len();
        if self.kept.len() + text.len() > KEPT / 2 {
            self.kept.clear();
            // So that what follows is not taken for the beginning of a line.
            self.kept.extend_from_slice(b"... ");
        }
        self.kept.extend_from_slice(text);
    }

    /// How many bytes of text before the banner were noted.
    pub(super) fn preamble(&self) -> usize {
        self.preamble
    }

    /// Notes the last line that libssh2 took, where it was too quick for [`note`](Self::note).
    pub(super) fn note_line(&mut self, line: Option<&[u8]>) {
        if let Some(line) = line
            && self.kept.is_empty()
        {
            self.kept.extend_from_slice(line);
            self.kept.push(b'\n');
        }
    }

    /// The text, up to and with the banner.
    pub(super) fn text(&self) -> &[u8] {
        &self.kept[..self.after_banner().unwrap_or(self.kept.len())]
    }

    /// Whether the server has shown itself to speak SSH.
    pub(super) fn has_banner(&self) -> bool {
        self.after_banner().is_some()
    }

    /// The algorithms that the server offers, where they have arrived.
    pub(super) fn offer(&self) -> Option<Offer> {
        Offer::parse(&self.kept[self.after_banner()?..])
    }

    /// Where the line that begins with `SSH-` ends.
    fn after_banner(&self) -> Option<usize> {
        let mut end = 0;
        for line in self.kept.split_inclusive(|&byte| byte == b'\n') {
            end += line.len();
            if line.starts_with(b"SSH-") && line.ends_with(b"\n") {
                return Some(end);
            }
        }
        None
    }
}

/// How many of `bytes` come before the line that begins with `SSH-`, or that is too short to tell. `at_start` says
/// whether a line begins with them.
pub(super) fn before_banner(bytes: &[u8], mut at_start: bool) -> usize {
    let mut end = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        if at_start && (line.starts_with(b"SSH-") || b"SSH-".starts_with(line)) {
            return end;
        }
        end += line.len();
        at_start = line.ends_with(b"\n");
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeting(bytes: &[u8]) -> Greeting {
        Greeting { kept: bytes.to_vec(), preamble: 0 }
    }

    #[test]
    fn text_ends_with_the_banner() {
        let greeting = greeting(b"hello\r\nSSH-2.0-x\r\n\0\0\x01");
        assert_eq!(greeting.text(), b"hello\r\nSSH-2.0-x\r\n");
        assert_eq!(greeting.offer(), None);
    }

    #[test]
    fn the_lines_before_a_banner_are_told_from_it() {
        assert_eq!(before_banner(b"hello\r\nSSH-2.0-x\r\n", true), 7);
        assert_eq!(before_banner(b"SSH-2.0-x\r\n", true), 0);
        assert_eq!(before_banner(b"SSH-2.0-x\r\nSSH", false), 11);
        assert_eq!(before_banner(b"a\nSS", true), 2);
        assert_eq!(before_banner(b"hello SSH-2.0", true), 13);
        assert_eq!(before_banner(b"", true), 0);
    }

    #[test]
    fn text_in_place_of_a_banner_is_kept() {
        let greeting = greeting(b"Exceeded MaxStartups\r\n");
        assert!(!greeting.has_banner());
        assert_eq!(greeting.text(), b"Exceeded MaxStartups\r\n");
    }
}
