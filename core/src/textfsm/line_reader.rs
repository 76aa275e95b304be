//! The lines of a text that is too long to hold.

use super::lines::end_of_line;
use std::borrow::Cow;
use std::io::{self, BufRead};

/// The longest line, in bytes. It is the one thing that is held as it is.
const MAX_LINE: usize = 64 << 20;

/// How much of what a reader offers at once is taken: one that has the whole text offers all of it.
const MAX_TAKEN: usize = 64 << 10;

/// Reads lines that end as those of [`lines`](super::lines::lines) do.
#[derive(Debug)]
pub(super) struct LineReader<R> {
    reader: R,
    held: Vec<u8>,
    /// Where in `held` the next line begins.
    at: usize,
}

impl<R: BufRead> LineReader<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, held: Vec::new(), at: 0 }
    }

    /// The next line, without its end; None behind the last. Bytes outside of UTF-8 become U+FFFD.
    pub(super) fn line(&mut self) -> io::Result<Option<Cow<'_, str>>> {
        let mut searched = 0;
        let (end, next) = loop {
            let rest = &self.held[self.at..];
            if let Some((end, length)) = end_of_line(&rest[searched..]) {
                break (searched + end, searched + end + length);
            }
            let held = rest.len();
            if !self.fill()? {
                break (held, held);
            }
            // What ends a line has three bytes at most, and two of them may have been there.
            searched = held.saturating_sub(2);
        };
        if next == 0 {
            return Ok(None);
        }
        let line = self.at..self.at + end;
        self.at += next;
        Ok(Some(String::from_utf8_lossy(&self.held[line])))
    }

    /// Takes more of the text; false at its end.
    fn fill(&mut self) -> io::Result<bool> {
        let has_given_return = self.at == self.held.len() && self.held.ends_with(b"\r");
        self.held.drain(..self.at);
        self.at = 0;
        if self.held.len() >= MAX_LINE {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is longer than 64 MiB"));
        }
        let offered = offered(&mut self.reader)?;
        let taken = &offered[..offered.len().min(MAX_TAKEN)];
        // The line was given without waiting for the second half of its end.
        let more = if has_given_return { taken.strip_prefix(b"\n").unwrap_or(taken) } else { taken };
        self.held.extend_from_slice(more);
        let taken = taken.len();
        self.reader.consume(taken);
        Ok(taken > 0)
    }
}

/// What the reader has; nothing at the end of the text.
fn offered(reader: &mut impl BufRead) -> io::Result<&[u8]> {
    while let Err(error) = reader.fill_buf() {
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    // Here it has answered: this is the same answer again.
    reader.fill_buf()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_does_not_grow_with_the_lines() {
        let text = "a\r".repeat(1 << 20);
        let mut lines = LineReader::new(text.as_bytes());
        let mut count = 0;
        while let Some(line) = lines.line().unwrap() {
            assert_eq!(line, "a");
            count += 1;
        }
        assert_eq!(count, 1 << 20);
        assert!(lines.held.capacity() <= 2 * MAX_TAKEN, "{}", lines.held.capacity());
    }
}
