//! What a line is: in a text as Python's `str.splitlines` has it, in a file as Python reads it.

/// The lines of a file, without their ends: carriage return, line feed, and both of them, which Python calls universal
/// newlines.
pub(super) fn lines_of_file(text: &str) -> impl Iterator<Item = &str> {
    text.split_terminator('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// The lines of `text`, without their ends: besides line feed and carriage return also the vertical tab, form feed,
/// the separators 0x1c to 0x1e, NEL and Unicode's line and paragraph separators end a line, as they do in Python.
pub(super) fn lines(text: &str) -> Lines<'_> {
    Lines { rest: text }
}

/// An iterator over lines.
pub(super) struct Lines<'t> {
    rest: &'t str,
}

impl<'t> Iterator for Lines<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = match end_of_line(self.rest.as_bytes()) {
            // What ends a line is a whole character.
            Some((at, length)) => (&self.rest[..at], &self.rest[at + length..]),
            None => (self.rest, ""),
        };
        self.rest = rest;
        Some(line)
    }
}

/// Where the first line ends, and how long its end is.
pub(super) fn end_of_line(text: &[u8]) -> Option<(usize, usize)> {
    let mut at = 0;
    loop {
        at += plain_blocks(&text[at..]);
        match text[at..] {
            [] => return None,
            [b'\r', b'\n', ..] | [0xc2, 0x85, ..] => return Some((at, 2)),
            [b'\n'..=b'\r' | 0x1c..=0x1e, ..] => return Some((at, 1)),
            [0xe2, 0x80, 0xa8 | 0xa9, ..] => return Some((at, 3)),
            [..] => at += 1,
        }
    }
}

/// The length of the blocks at the start that hold nothing which could end a line.
fn plain_blocks(text: &[u8]) -> usize {
    let is_plain = |block: &[u8; 16]| block.iter().all(|byte| (0x20..0x80).contains(byte));
    16 * text.as_chunks().0.iter().take_while(|block| is_plain(block)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_the_line_ends_of_any_system() {
        let split = |text| lines_of_file(text).collect::<Vec<_>>();
        assert_eq!(split(""), Vec::<&str>::new());
        assert_eq!(split("a\r\nb\rc\n\nd"), ["a", "b", "c", "", "d"]);
        assert_eq!(split("a\r\r\nb\r"), ["a", "", "b"]);
        assert_eq!(split("a\x0bb\u{85}c\n"), ["a\x0bb\u{85}c"]);
    }

    #[test]
    fn lines_end_where_python_ends_them() {
        let split = |text| lines(text).collect::<Vec<_>>();
        assert_eq!(split(""), Vec::<&str>::new());
        assert_eq!(split("\n"), [""]);
        assert_eq!(split("a\r\nb\rc\n\nd"), ["a", "b", "c", "", "d"]);
        assert_eq!(
            split("a\x0bb\x0cc\x1cd\x1de\x1ef\u{85}g\u{2028}h\u{2029}"),
            ["a", "b", "c", "d", "e", "f", "g", "h"]
        );
        assert_eq!(split("a\r\r\nb\x1fc"), ["a", "", "b\x1fc"]);
        let long = "x".repeat(40);
        assert_eq!(
            split(&format!("{long}\u{2027}\u{86}\n{long}\u{2029}b")),
            [&format!("{long}\u{2027}\u{86}"), &long, "b"]
        );
    }
}
