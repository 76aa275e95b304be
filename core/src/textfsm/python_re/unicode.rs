//! What Python's `str` methods say of characters.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};
use std::sync::OnceLock;

/// `str.isalnum`, and the underscore.
pub(in crate::textfsm) fn is_word(c: char) -> bool {
    if c.is_ascii() { c == '_' || c.is_ascii_alphanumeric() } else { holds(words(), c) }
}

/// `str.isdecimal`.
pub(super) fn is_digit(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { holds(digits(), c) }
}

/// `str.isspace`, which also counts the separators 0x1c to 0x1f.
pub(in crate::textfsm) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// `str.isidentifier`.
pub(super) fn is_identifier(name: &str) -> bool {
    static STARTS: OnceLock<ClassUnicode> = OnceLock::new();
    static REST: OnceLock<ClassUnicode> = OnceLock::new();
    let starts = |c: char| {
        c == '_' || c.is_ascii_alphabetic() || holds(STARTS.get_or_init(|| class(r"\p{XID_Start}")), c)
    };
    let rest = |c: char| {
        c == '_' || c.is_ascii_alphanumeric() || holds(REST.get_or_init(|| class(r"\p{XID_Continue}")), c)
    };
    name.starts_with(starts) && name.chars().all(rest)
}

/// The characters of `\w`. Letters and numbers: unlike `char::is_alphanumeric` without combining marks.
pub(super) fn words() -> &'static ClassUnicode {
    static WORDS: OnceLock<ClassUnicode> = OnceLock::new();
    WORDS.get_or_init(|| class(r"[\p{L}\p{N}_]"))
}

/// The characters of `\d`.
pub(super) fn digits() -> &'static ClassUnicode {
    static DIGITS: OnceLock<ClassUnicode> = OnceLock::new();
    DIGITS.get_or_init(|| class(r"\p{Nd}"))
}

/// The characters of `\s`.
pub(super) fn spaces() -> &'static ClassUnicode {
    static SPACES: OnceLock<ClassUnicode> = OnceLock::new();
    SPACES.get_or_init(|| class(r"[\s\x1c-\x1f]"))
}

/// `c` and all that differ from it in case alone.
pub(super) fn equivalents(c: char) -> ClassUnicode {
    let mut same = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
    fold(&mut same);
    same
}

/// Adds what differs from a member in case alone.
pub(super) fn fold(class: &mut ClassUnicode) {
    // The tables of the crate are compiled in: it can always fold.
    let _ = class.try_case_fold_simple();
    // Python lowers the dotted capital I to i, and counts the dotless i among its cases.
    let of_i = ['i', 'I', 'İ', 'ı'];
    if of_i.iter().any(|c| holds(class, *c)) {
        class.union(&ClassUnicode::new(of_i.map(|c| ClassUnicodeRange::new(c, c))));
    }
}

pub(super) fn holds(class: &ClassUnicode, c: char) -> bool {
    let at = class.ranges().partition_point(|range| range.end() < c);
    class.ranges().get(at).is_some_and(|range| range.start() <= c)
}

fn class(pattern: &str) -> ClassUnicode {
    match regex_syntax::parse(pattern).map(regex_syntax::hir::Hir::into_kind) {
        Ok(HirKind::Class(Class::Unicode(class))) => class,
        // The patterns are those above.
        _ => ClassUnicode::empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_what_python_says() {
        assert!(['é', '²', '漢', '٣', '½'].into_iter().all(is_word));
        assert!(!['\u{301}', 'ⓐ', '€', '‿'].into_iter().any(is_word));
        assert!(['٣', '𝟙'].into_iter().all(is_digit) && !['²', '½', 'Ⅷ'].into_iter().any(is_digit));
        assert!(['\x1f', '\u{85}', '\u{3000}'].into_iter().all(is_space) && !is_space('\u{200b}'));
    }

    #[test]
    fn identifiers_are_python_s() {
        assert!(["a", "_1", "é", "e\u{301}", "漢字"].into_iter().all(is_identifier));
        assert!(!["", "1a", "\u{301}e", "a-b", "a²", "²"].into_iter().any(is_identifier));
    }

    #[test]
    fn cases_are_python_s() {
        let same = |c: char, other: char| holds(&equivalents(c), other);
        assert!(same('k', 'K') && same('ſ', 'S') && same('İ', 'i') && same('ı', 'I') && same('µ', 'μ'));
        assert!(!same('ß', 's') && !same('a', 'b'));
    }
}
