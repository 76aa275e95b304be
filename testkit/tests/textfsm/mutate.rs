//! Small changes to templates and texts.

use proptest::prelude::Rng;
use proptest::test_runner::TestRng;

/// One of `items`.
pub(crate) fn pick<'i, T>(items: &'i [T], chance: &mut TestRng) -> &'i T {
    &items[below(items.len(), chance)]
}

fn below(limit: usize, chance: &mut TestRng) -> usize {
    usize::try_from(chance.next_u32()).unwrap() % limit.max(1)
}

/// What is put in, in place of what was there or beside it.
const FRAGMENTS_OF_TEMPLATES: &[&str] = &[
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "#",
    "$",
    "$$",
    "${",
    "}",
    "(",
    ")",
    "(?:",
    "(?P<n>",
    "(?=",
    "(?!",
    "(?<=",
    "(?<!",
    "(?>",
    "(?i)",
    "(?i:",
    "(?-i:",
    "(?x:",
    "(?a:",
    "(?#c)",
    "(?P=n)",
    "(?(1)a|b)",
    "[",
    "]",
    "[^",
    "[^]",
    "-",
    "|",
    "*",
    "+",
    "?",
    "*?",
    "+?",
    "??",
    "*+",
    "++",
    "?+",
    "{2}",
    "{,3}",
    "{2,}",
    "{1,2}?",
    "{0}",
    "{",
    "}",
    "\\",
    "\\<",
    "\\b",
    "\\B",
    "\\A",
    "\\Z",
    "\\d",
    "\\D",
    "\\w",
    "\\W",
    "\\s",
    "\\S",
    "\\1",
    "\\2",
    "\\x41",
    "\\u00e9",
    "\\101",
    "\\0",
    "\\N",
    "^",
    ".",
    "é",
    "\u{301}",
    "ſ",
    "0",
    "9",
    "a",
    "Value ",
    "List ",
    "Required ",
    "Filldown ",
    "Fillup ",
    "Key ",
    "Filldown,List ",
    "List,Required ",
    "Fillup,Filldown ",
    " -> ",
    "->",
    " -> Continue",
    " -> Record",
    " -> Next",
    " -> Error",
    " -> Error \"x\"",
    " -> Clear",
    " -> Clearall",
    " -> Continue.Record",
    " -> Next.Clearall Start",
    " -> EOF",
    " -> End",
    " -> Start",
    "\n\nEOF\n",
    "\n\nEnd\n",
    "\n\nStart\n",
    "\n  ^",
    "\n ^",
    "\n   ^",
    "\n\t^",
    "\u{a0}",
    "\x0b",
    "\u{1c}",
];

const FRAGMENTS_OF_TEXTS: &[&str] = &[
    " ", "  ", "\t", "\n", "\r\n", "\r", "\x0b", "\x0c", "\u{1c}", "\u{1f}", "\u{85}", "\u{a0}", "\u{2028}",
    "\u{301}", "é", "İ", "ſ", "K", "\u{660}", "²", "漢", "𝟙", ":", ",", "-", "/", "0", "9", "a", "Z", "_",
    "up", "down", "\0", "\u{1b}", "\u{7f}", "\u{feff}",
];

/// `text` with one to four changes.
pub(crate) fn text(text: &str, chance: &mut TestRng) -> String {
    changed(text, FRAGMENTS_OF_TEXTS, chance)
}

/// A template with one to four changes, most of which make it another template, not a malformed one.
pub(crate) fn template(text: &str, chance: &mut TestRng) -> String {
    changed(text, FRAGMENTS_OF_TEMPLATES, chance)
}

fn changed(text: &str, fragments: &[&str], chance: &mut TestRng) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=below(4, chance) {
        let at = below(chars.len() + 1, chance);
        match below(8, chance) {
            0 => chars.truncate(chars.len().max(1) - below(chars.len().min(3), chance)),
            1 | 2 if at < chars.len() => {
                chars.remove(at);
            }
            3 => duplicate_line(&mut chars, at),
            4 if at + 1 < chars.len() => chars.swap(at, at + 1),
            _ => {
                chars.splice(at..at, pick(fragments, chance).chars());
            }
        }
    }
    chars.into_iter().collect()
}

fn duplicate_line(chars: &mut Vec<char>, at: usize) {
    let start = chars[..at].iter().rposition(|c| *c == '\n').map_or(0, |before| before + 1);
    let end = chars[at..].iter().position(|c| *c == '\n').map_or(chars.len(), |after| at + after + 1);
    let line: Vec<char> = chars[start..end].to_vec();
    chars.splice(start..start, line);
}
