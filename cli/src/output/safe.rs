//! Text of devices, made safe for a terminal.

use std::borrow::Cow;

/// Replaces control characters, other than line ends and tabs, by a visible stand-in.
pub(crate) fn safe(text: &str) -> Cow<'_, str> {
    let harmful = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.contains(harmful) {
        Cow::Owned(text.chars().map(|c| if harmful(c) { '\u{fffd}' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_does_not_reach_the_terminal() {
        assert_eq!(safe("a\u{1b}[2Jb\tc\n"), "a\u{fffd}[2Jb\tc\n");
        assert_eq!(safe("\u{9b}31m\u{85}\u{7f}"), "\u{fffd}31m\u{fffd}\u{fffd}");
        assert!(matches!(safe("plain"), Cow::Borrowed("plain")));
    }
}
