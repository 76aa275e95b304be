//! Output that is shown a page at a time.

use crate::platform::PagerStyle;

/// Text of which a part has been shown.
#[derive(Debug)]
pub(crate) struct Paged {
    text: Vec<u8>,
    shown: usize,
}

impl Paged {
    pub(crate) fn new(text: Vec<u8>) -> Self {
        Self { text, shown: 0 }
    }

    /// The next lines, as many as are asked for.
    pub(crate) fn take(&mut self, lines: usize) -> &[u8] {
        let rest = &self.text[self.shown..];
        let ends = rest.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        let length = ends.take(lines).nth(lines.saturating_sub(1)).unwrap_or(rest.len());
        self.shown += length;
        &rest[..length]
    }

    /// What asks for a key before the next page.
    pub(crate) fn question(&self, style: Option<&PagerStyle>) -> String {
        let percent = self.shown * 100 / self.text.len().max(1);
        style.map(|style| style.prompt.replace("{percent}", &percent.to_string())).unwrap_or_default()
    }

    pub(crate) fn is_done(&self) -> bool {
        self.shown == self.text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_until_none_is_left() {
        let mut paged = Paged::new(b"1\r\n2\r\n3\r\nend".to_vec());
        assert_eq!(paged.take(2), b"1\r\n2\r\n");
        assert_eq!(paged.take(1), b"3\r\n");
        assert!(!paged.is_done());
        assert_eq!(paged.take(24), b"end");
        assert!(paged.is_done());
    }

    #[test]
    fn a_text_of_exactly_one_page_needs_no_second_one() {
        let mut paged = Paged::new(b"1\n2\n".to_vec());
        paged.take(2);
        assert!(paged.is_done());
    }
}
