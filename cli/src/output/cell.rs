//! One cell of a table: a text that may be cut, and an end that may not.

use super::safe::safe;

/// What stands for the rest of a text that was cut.
const CUT: &str = "...";

/// A line of text that is safe for a terminal.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    text: String,
    end: String,
}

impl Cell {
    pub(super) fn new(text: &str) -> Self {
        Self { text: safe(text).replace(['\n', '\t'], " "), end: String::new() }
    }

    /// With an end that survives every cut.
    pub(super) fn ending(mut self, end: String) -> Self {
        self.end = end;
        self
    }

    /// How wide it is where it is not cut.
    pub(super) fn width(&self) -> usize {
        self.text.chars().count() + self.end.chars().count()
    }

    /// The text, cut so that it is no wider than this with its end.
    pub(super) fn within(&self, width: usize) -> String {
        if self.width() <= width {
            return format!("{}{}", self.text, self.end);
        }
        let left = width.saturating_sub(self.end.chars().count() + CUT.len());
        let text: String = self.text.chars().take(left).collect();
        format!("{text}{CUT}{}", self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_leaves_the_end() {
        let cell = Cell::new("Interface  Status\tand more").ending(" (+55 lines)".to_owned());
        assert_eq!(cell.within(40), "Interface  Status and more (+55 lines)");
        assert_eq!(cell.within(20), "Inter... (+55 lines)");
        assert_eq!(Cell::new("abcdef").within(5), "ab...");
    }

    #[test]
    fn what_a_device_sends_is_made_safe() {
        assert_eq!(Cell::new("a\u{1b}[2J\nb").within(40), "a\u{fffd}[2J b");
    }
}
