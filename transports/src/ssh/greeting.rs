//! What a server says before encryption begins: its banner, and the algorithms it offers.
//!
//! libssh2 keeps neither where the handshake fails. So what arrives is looked at on the socket, without being taken,
//! before libssh2 takes it.

use std::net::TcpStream;

/// A banner (255 bytes), the lines that may precede it, and the offer of algorithms (some 2 KB).
const KEPT: usize = 8 * 1024;

/// The type of the message that offers algorithms (RFC 4253, section 7.1).
const KEXINIT: u8 = 20;

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
        let mut buf = [0; KEPT];
        let room = KEPT - self.kept.len();
        // An error shows again in libssh2's own read.
        let count = socket.peek(&mut buf[..room]).unwrap_or(0);
        self.kept.extend_from_slice(&buf[..count]);
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

    /// The server's key exchange, host key and cipher algorithms, where its offer has arrived.
    pub(super) fn offer(&self) -> Option<String> {
        let (length, packet) = self.kept[self.after_banner()?..].split_first_chunk::<4>()?;
        let packet = packet.get(..u32::from_be_bytes(*length).try_into().ok()?)?;
        // Length of the padding (1 byte), the message's type (1), a cookie (16).
        if *packet.get(1)? != KEXINIT {
            return None;
        }
        let (kex, rest) = name_list(packet.get(18..)?)?;
        let (host_key, rest) = name_list(rest)?;
        let (cipher, _) = name_list(rest)?;
        Some(format!("key exchange {kex}; host key {host_key}; cipher {cipher}"))
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

/// A name-list (RFC 4251, section 5), bounded and fit to be printed, and what follows it.
fn name_list(bytes: &[u8]) -> Option<(String, &[u8])> {
    const SHOWN: usize = 300;
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (list, rest) = rest.split_at_checked(u32::from_be_bytes(*length).try_into().ok()?)?;
    let shown = &list[..list.len().min(SHOWN)];
    Some((shown.escape_ascii().to_string(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeting(bytes: &[u8]) -> Greeting {
        Greeting { kept: bytes.to_vec(), preamble: 0 }
    }

    fn offer(lists: &[&[u8]]) -> Vec<u8> {
        let mut packet = vec![6, KEXINIT];
        packet.extend([7; 16]);
        for list in lists {
            packet.extend(u32::try_from(list.len()).unwrap().to_be_bytes());
            packet.extend(*list);
        }
        packet.extend([0; 6]);
        let length = u32::try_from(packet.len()).unwrap().to_be_bytes();
        [b"hello\r\nSSH-2.0-x\r\n".as_slice(), &length, &packet].concat()
    }

    #[test]
    fn the_offer_is_read() {
        let bytes = offer(&[b"group1-sha1", b"ssh-rsa", b"3des-cbc"]);
        let expected = "key exchange group1-sha1; host key ssh-rsa; cipher 3des-cbc";
        assert_eq!(greeting(&bytes).offer().as_deref(), Some(expected));
        assert_eq!(greeting(&bytes).text(), b"hello\r\nSSH-2.0-x\r\n");
    }

    #[test]
    fn an_offer_cut_anywhere_is_none_and_no_panic() {
        let bytes = offer(&[b"group1-sha1", b"ssh-rsa", b"3des-cbc"]);
        for end in 0..bytes.len() {
            assert_eq!(greeting(&bytes[..end]).offer(), None, "{end}");
        }
    }

    #[test]
    fn a_list_longer_than_its_packet_is_none() {
        let mut bytes = offer(&[b"group1-sha1", b"ssh-rsa", b"3des-cbc"]);
        let list = bytes.windows(11).position(|window| window == b"group1-sha1").unwrap();
        bytes[list - 4..list].fill(0xff);
        assert_eq!(greeting(&bytes).offer(), None);
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
