//! Rewrites PCRE2's dialect into the one of the `regex` crate.

use std::fmt::Write;

/// A pattern as `regex` reads it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rewritten {
    pub(super) text: String,
    /// It has a possessive repetition that changes what matches, which takes an engine that backtracks.
    pub(super) is_possessive: bool,
}

/// Writes a PCRE2 pattern as `regex` reads it: `{,n}` as `{0,n}`, a `{` that opens no repetition and a `[` inside a class
/// as themselves, `\<` and `\>` as the characters, and no set operators.
///
/// A possessive `x?+` (which `regex` would take for a repeated group) becomes `x?` at the end of the pattern, where
/// giving back what it took helps nobody.
pub(super) fn rewrite(source: &str) -> Rewritten {
    let mut out = String::with_capacity(source.len() + 8);
    let mut rest = source;
    let mut class = Class::Outside;
    let mut after_repetition = false;
    let mut is_possessive = false;
    let mut open = 0_usize;
    while let Some(c) = rest.chars().next() {
        let (taken, repetition) = match (class, c) {
            (_, '\\') => (escape(rest, &mut out), false),
            (Class::Outside, '{') => repetition(rest, &mut out),
            (Class::Outside, '+') if after_repetition && is_last(&rest[1..], open) => (1, false),
            (Class::Outside, '+') if after_repetition => {
                is_possessive = true;
                (copy(c, &mut out), false)
            }
            (Class::Outside, '?' | '*' | '+') => (copy(c, &mut out), true),
            (Class::Outside, '(') => {
                open += 1;
                (copy(c, &mut out), false)
            }
            (Class::Outside, ')') => {
                open = open.saturating_sub(1);
                (copy(c, &mut out), false)
            }
            (Class::Outside, _) => (copy(c, &mut out), false),
            (_, '[') => (in_class_bracket(rest, &mut out), false),
            (Class::Inside, '&' | '~') => (copy_escaped(c, &mut out), false),
            _ => (copy(c, &mut out), false),
        };
        class = class.after(c);
        after_repetition = repetition;
        rest = &rest[taken..];
    }
    Rewritten { text: out, is_possessive }
}

/// Whether the pattern ends here, or one of its alternatives, with at most the end of the line to be asserted. So many
/// groups are open.
fn is_last(rest: &str, open: usize) -> bool {
    let rest = rest.trim_start_matches('$');
    let behind = rest.trim_start_matches(')');
    behind.is_empty() || (behind.starts_with('|') && rest.len() - behind.len() >= open)
}

/// Whether the rewriter is in a character class; a `]` right behind the opening is a member of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Outside,
    Opening,
    Inside,
}

impl Class {
    fn after(self, c: char) -> Self {
        match (self, c) {
            (Self::Outside, '[') | (Self::Opening, '^') => Self::Opening,
            (Self::Opening, _) => Self::Inside,
            (Self::Inside, ']') => Self::Outside,
            (same, _) => same,
        }
    }
}

fn copy(c: char, out: &mut String) -> usize {
    out.push(c);
    c.len_utf8()
}

fn copy_escaped(c: char, out: &mut String) -> usize {
    out.push('\\');
    copy(c, out)
}

/// `[:alpha:]` is a class of its own, any other bracket a character.
fn in_class_bracket(rest: &str, out: &mut String) -> usize {
    match rest[1..].split_once(":]") {
        Some((name, _)) if name.starts_with(':') && !name.contains(']') => {
            out.push_str(&rest[..name.len() + 3]);
            name.len() + 3
        }
        _ => copy_escaped('[', out),
    }
}

fn escape(rest: &str, out: &mut String) -> usize {
    let Some(c) = rest[1..].chars().next() else { return copy('\\', out) };
    if !matches!(c, '<' | '>') {
        out.push('\\');
    }
    1 + copy(c, out)
}

fn repetition(rest: &str, out: &mut String) -> (usize, bool) {
    let Some((inner, _)) = rest[1..].split_once('}') else { return (copy_escaped('{', out), false) };
    let (low, high) = inner.split_once(',').unwrap_or((inner, inner));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(low) || !digits(high) || (low.is_empty() && high.is_empty()) {
        return (copy_escaped('{', out), false);
    }
    let low = if low.is_empty() { "0" } else { low };
    // Writing to a string cannot fail.
    let _ = if inner.contains(',') { write!(out, "{{{low},{high}}}") } else { write!(out, "{{{low}}}") };
    (inner.len() + 2, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pcre2_reads_in_another_way_is_rewritten() {
        for (source, written) in [
            (r"^\S{1,63}[>#$]\s?+$", r"^\S{1,63}[>#$]\s?$"),
            (r"^\S{,63}>", r"^\S{0,63}>"),
            (r"(^.*#\s?+$)|(x)", r"(^.*#\s?$)|(x)"),
            (r"^({\w+(:(\w+){0,1}\d){0,1}}\n)", r"^(\{\w+(:(\w+){0,1}\d){0,1}}\n)"),
            (r"--{(x){0,5}", r"--\{(x){0,5}"),
            ("[[>&~+?]+", r"[\[>\&\~+?]+"),
            ("[]a{1]{", r"[]a{1]\{"),
            ("[^]a]+", "[^]a]+"),
            ("[[:alpha:]_]++", "[[:alpha:]_]+"),
            (r"\<a\>\", r"<a>\"),
        ] {
            assert_eq!(
                rewrite(source),
                Rewritten { text: written.to_owned(), is_possessive: false },
                "{source}"
            );
        }
    }

    #[test]
    fn a_possessive_repetition_that_counts_stays_and_is_told() {
        for source in [r"a{2}+b", r"b++c", r"(a?+|b)a", r"(a*+)b", r"x\s?+$y"] {
            assert_eq!(
                rewrite(source),
                Rewritten { text: source.to_owned(), is_possessive: true },
                "{source}"
            );
        }
    }
}
