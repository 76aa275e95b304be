//! What a device says that is no part of a command's reply.

use super::Fault;
use crate::facts::Draw;

/// Bytes that no UTF-8 text has: a byte of no meaning, sequences that break off, one that is too long.
const BROKEN: &[&[u8]] = &[b"\xff", b"\xc3(", b"\xe2\x82", b"\xf0\x9f\x92", b"\x80", b"\xc0\xaf"];

const GREEN: &[u8] = b"\x1b[1;32m";
const PLAIN: &[u8] = b"\x1b[0m";

/// How many lines of an endless reply come at a time.
const BLOCK: u64 = 64;

/// The noise of one session.
#[derive(Clone, Debug)]
pub(crate) struct Noise {
    draw: Draw,
    /// Lines of an endless reply so far.
    lines: u64,
}

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self { draw: Draw(seed.rotate_left(32)), lines: 0 }
    }

    /// A reply as the faults change it. Lines end in `\r\n`.
    pub(crate) fn spoil(&mut self, reply: Vec<u8>, faults: &[Fault]) -> Vec<u8> {
        faults.iter().rev().fold(reply, |reply, fault| match fault {
            Fault::Garbage(bytes) => [&bytes[..], b"\r\n", &reply[..]].concat(),
            Fault::Ones(count) => [&vec![0xff; *count][..], b"\r\n", &reply[..]].concat(),
            Fault::RandomBytes(count) => [&self.bytes(*count)[..], b"\r\n", &reply].concat(),
            Fault::HugeLine(count) => [&vec![b'x'; *count][..], b"\r\n", &reply[..]].concat(),
            Fault::InvalidUtf8 => self.each_line(&reply, |noise, line| {
                let broken = *noise.draw.one_of(BROKEN);
                [line, broken].concat()
            }),
            Fault::SplitEscapes => self.each_line(&reply, |_, line| [GREEN, line, PLAIN].concat()),
            Fault::Syslog(every) => self.with_messages(&reply, (*every).max(1)),
            _ => reply,
        })
    }

    /// The next lines of a reply without end.
    pub(crate) fn endless(&mut self) -> Vec<u8> {
        let lines = self.lines..self.lines + BLOCK;
        self.lines = lines.end;
        lines.flat_map(|line| format!("line {line} of a reply without end\r\n").into_bytes()).collect()
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.draw.next().to_le_bytes()[0]).collect()
    }

    fn each_line(&mut self, reply: &[u8], change: impl Fn(&mut Self, &[u8]) -> Vec<u8>) -> Vec<u8> {
        let mut changed = Vec::with_capacity(reply.len() * 2);
        for line in reply.split_inclusive(|byte| *byte == b'\n') {
            let text = line.strip_suffix(b"\r\n").unwrap_or(line);
            changed.extend(change(self, text));
            changed.extend_from_slice(&line[text.len()..]);
        }
        changed
    }

    fn with_messages(&mut self, reply: &[u8], every: usize) -> Vec<u8> {
        let mut changed = Vec::with_capacity(reply.len() * 2);
        for (at, line) in reply.split_inclusive(|byte| *byte == b'\n').enumerate() {
            changed.extend_from_slice(line);
            if (at + 1) % every == 0 && line.ends_with(b"\n") {
                changed.extend(self.message().into_bytes());
            }
        }
        changed
    }

    /// A log message as IOS words it.
    fn message(&mut self) -> String {
        let state = *self.draw.one_of(&["up", "down"]);
        let (minute, port) = (self.draw.below(60), self.draw.below(4));
        format!(
            "*Nov 22 14:{minute:02}:12.123: %LINK-3-UPDOWN: Interface GigabitEthernet0/0/{port}, changed state to {state}\r\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoil(faults: &[Fault], seed: u64) -> Vec<u8> {
        Noise::new(seed).spoil(b"one\r\ntwo\r\nthree".to_vec(), faults)
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let faults = [Fault::RandomBytes(32), Fault::InvalidUtf8, Fault::Syslog(1)];
        assert_eq!(spoil(&faults, 5), spoil(&faults, 5));
        assert_ne!(spoil(&faults, 5), spoil(&faults, 6));
    }

    #[test]
    fn lines_of_their_own_come_first_in_the_order_of_the_faults() {
        let faults = [Fault::Garbage(b"\xfe".to_vec()), Fault::Ones(2), Fault::HugeLine(3)];
        assert_eq!(spoil(&faults, 1), b"\xfe\r\n\xff\xff\r\nxxx\r\none\r\ntwo\r\nthree");
    }

    #[test]
    fn messages_stand_between_whole_lines() {
        let text = String::from_utf8(spoil(&[Fault::Syslog(1)], 1)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines[0], lines[2], lines[4]), ("one", "two", "three"));
        assert!(lines[1].contains("%LINK-3-UPDOWN") && lines.len() == 5, "{text}");
    }

    #[test]
    fn broken_text_and_colours_stay_within_their_lines() {
        let broken = spoil(&[Fault::InvalidUtf8], 1);
        assert!(broken.split(|byte| *byte == b'\n').all(|line| std::str::from_utf8(line).is_err()));
        let coloured = spoil(&[Fault::SplitEscapes], 1);
        assert!(coloured.starts_with(b"\x1b[1;32mone\x1b[0m\r\n\x1b[1;32mtwo\x1b[0m\r\n"));
    }
}
