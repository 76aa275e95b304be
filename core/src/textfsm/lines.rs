//! Python's `str.splitlines`.

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
        let (line, rest) = match self.rest.char_indices().find(|(_, c)| ends_line(*c)) {
            Some((at, '\r')) => {
                let rest = &self.rest[at + 1..];
                (&self.rest[..at], rest.strip_prefix('\n').unwrap_or(rest))
            }
            Some((at, c)) => (&self.rest[..at], &self.rest[at + c.len_utf8()..]),
            None => (self.rest, ""),
        };
        self.rest = rest;
        Some(line)
    }
}

fn ends_line(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
