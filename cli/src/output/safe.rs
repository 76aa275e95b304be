//! Text of devices, made safe for a terminal.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a terminal would obey it: control characters other than line ends and tabs, and those that change the
/// direction of writing, by which a text shows as another one.
fn is_harmful(c: char) -> bool {
    let turns =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || c.is_control() && c != '\n' && c != '\t'
}

/// Whether any of a text is harmful. Most texts are plain ASCII, which is told many bytes at a time.
fn has_harm(text: &str) -> bool {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    let are_plain = |chunk: &[u8]| chunk.iter().fold(true, |all, byte| all & is_plain(byte));
    !text.as_bytes().chunks(64).all(are_plain) && text.contains(is_harmful)
}

/// Replaces what a terminal would obey by a visible stand-in.
pub(crate) fn safe(text: &str) -> Cow<'_, str> {
    if has_harm(text) {
        Cow::Owned(text.chars().map(|c| if is_harmful(c) { '\u{fffd}' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// The same JSON, with such characters escaped: JSON itself asks for it only for some of them, and has them only
/// within its texts.
pub(super) fn safe_json(json: &str) -> Cow<'_, str> {
    if !has_harm(json) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_harmful(c) {
            let _ = write!(escaped, "\\u{:04x}", u32::from(c)); // a String takes all that is written to it
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_does_not_reach_the_terminal() {
        assert_eq!(safe("a\u{1b}[2Jb\tc\n"), "a\u{fffd}[2Jb\tc\n");
        assert_eq!(safe("\u{9b}31m\u{85}\u{7f}"), "\u{fffd}31m\u{fffd}\u{fffd}");
        assert_eq!(safe("no \u{202e}pu"), "no \u{fffd}pu");
        assert!(matches!(safe("plain"), Cow::Borrowed("plain")));
        for place in [0, 63, 64, 65, 200] {
            let before = "x".repeat(place);
            assert_eq!(safe(&format!("{before}\u{7f}y")), format!("{before}\u{fffd}y"));
        }
    }

    #[test]
    fn json_stays_the_same_json() {
        let text = "a\u{1b}[2J\u{9b}31m\u{7f}\u{202e}\n\"é\\";
        let json = serde_json::to_string_pretty(&[text]).unwrap();
        let escaped = safe_json(&json);
        assert!(
            !escaped.contains(is_harmful) && escaped.contains("\\u009b31m\\u007f\\u202e\\n"),
            "{escaped}"
        );
        assert_eq!(serde_json::from_str::<Vec<String>>(&escaped).unwrap(), [text]);
        assert!(matches!(safe_json("[\"é\"]"), Cow::Borrowed(_)));
    }
}
