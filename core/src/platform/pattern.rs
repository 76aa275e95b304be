//! Patterns as definitions write them: PCRE2, caseless, `^` and `$` at every line.
//!
//! They run on byte programs without Unicode classes, as PCRE2's do unless told otherwise: `[\w.-]{1,63}` then
//! compiles in microseconds rather than milliseconds. What the `regex` crate refuses or reads in another way is
//! rewritten first; look-around alone goes to a backtracking engine.

use regex::bytes;
use std::fmt::Write;

#[derive(Debug)]
pub(crate) struct Pattern {
    program: Program,
    spans_lines: bool,
}

#[derive(Debug)]
enum Program {
    Exact(String),
    Plain(bytes::Regex),
    LookAround(fancy_regex::Regex),
}

impl Pattern {
    /// Compiles a PCRE2 pattern; the error is one line.
    pub(crate) fn regex(source: &str) -> Result<Self, String> {
        let rewritten = rewrite(source);
        let program = if has_look_around(source) { look_around(&rewritten)? } else { plain(&rewritten)? };
        Ok(Self { program, spans_lines: source.contains(r"\n") })
    }

    /// A text that the line ends in.
    pub(crate) fn exact(text: &str) -> Self {
        Self { program: Program::Exact(text.trim_end().to_owned()), spans_lines: false }
    }

    /// Whether the pattern names a line end, so that a match may take two lines.
    pub(crate) fn spans_lines(&self) -> bool {
        self.spans_lines
    }

    /// Whether the pattern matches anywhere in `text`.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        match &self.program {
            Program::Exact(exact) => text.contains(exact.as_str()),
            Program::Plain(regex) => regex.is_match(text.as_bytes()),
            Program::LookAround(regex) => regex.is_match(text).unwrap_or(false),
        }
    }

    /// Where the pattern first matches, and what.
    pub(crate) fn find<'t>(&self, text: &'t str) -> Option<(usize, &'t str)> {
        let range = match &self.program {
            Program::Exact(exact) => text.find(exact.as_str()).map(|at| at..at + exact.len())?,
            Program::Plain(regex) => regex.find(text.as_bytes())?.range(),
            Program::LookAround(regex) => regex.find(text).ok()??.range(),
        };
        // A byte program may cut a character; such a match is none.
        Some((range.start, text.get(range)?))
    }

    /// The text of the first group where the pattern matches, empty where it has none.
    pub(crate) fn first_group(&self, text: &str) -> Option<String> {
        let group = match &self.program {
            Program::Exact(exact) => return text.contains(exact.as_str()).then(String::new),
            Program::Plain(regex) => regex.captures(text.as_bytes())?.get(1).map(|group| group.range()),
            Program::LookAround(regex) => regex.captures(text).ok()??.get(1).map(|group| group.range()),
        };
        // A byte program may cut a character; such a group is none.
        Some(group.and_then(|range| text.get(range)).unwrap_or_default().to_owned())
    }

    /// Where a match begins that reaches the end of `text`, white space aside.
    ///
    /// Many definitions leave the `$` out, and would find a prompt at the head of a line that goes on.
    pub(crate) fn find_at_end(&self, text: &str) -> Option<usize> {
        let end = text.trim_end().len();
        match &self.program {
            Program::Exact(exact) => text[..end].strip_suffix(exact.as_str()).map(str::len),
            Program::Plain(regex) => {
                regex.find_iter(text.as_bytes()).find(|found| found.end() >= end).map(|found| found.start())
            }
            // A pattern that hits the backtracking limit has found nothing.
            Program::LookAround(regex) => regex
                .find_iter(text)
                .map_while(Result::ok)
                .find(|found| found.end() >= end)
                .map(|found| found.start()),
        }
    }
}

fn plain(rewritten: &str) -> Result<Program, String> {
    let built =
        bytes::RegexBuilder::new(rewritten).case_insensitive(true).multi_line(true).unicode(false).build();
    built.map(Program::Plain).map_err(|error| one_line(&error.to_string()))
}

fn look_around(rewritten: &str) -> Result<Program, String> {
    let built = fancy_regex::Regex::new(&format!("(?im){rewritten}"));
    built.map(Program::LookAround).map_err(|error| one_line(&error.to_string()))
}

/// `regex` draws its errors over several lines; the last one says what is wrong.
fn one_line(error: &str) -> String {
    let reason = error.lines().last().unwrap_or_default();
    format!("bad pattern: {}", reason.trim_start_matches("error: "))
}

fn has_look_around(source: &str) -> bool {
    ["(?=", "(?!", "(?<=", "(?<!", "(?>"].iter().any(|group| source.contains(group))
}

/// Writes a PCRE2 pattern as `regex` reads it:
/// a possessive `x?+` as `x?` (`regex` would repeat the group), `{,n}` as `{0,n}`, a `{` that opens no repetition and
/// a `[` inside a class as themselves, `\<` and `\>` as the characters, and no set operators.
fn rewrite(source: &str) -> String {
    let mut out = String::with_capacity(source.len() + 8);
    let mut rest = source;
    let mut class = Class::Outside;
    let mut after_repetition = false;
    while let Some(c) = rest.chars().next() {
        let (taken, repetition) = match (class, c) {
            (_, '\\') => (escape(rest, &mut out), false),
            (Class::Outside, '{') => repetition(rest, &mut out),
            (Class::Outside, '+') if after_repetition => (1, false),
            (Class::Outside, '?' | '*' | '+') => (copy(c, &mut out), true),
            (Class::Outside, _) => (copy(c, &mut out), false),
            (_, '[') => (in_class_bracket(rest, &mut out), false),
            (Class::Inside, '&' | '~') => (copy_escaped(c, &mut out), false),
            _ => (copy(c, &mut out), false),
        };
        class = class.after(c);
        after_repetition = repetition;
        rest = &rest[taken..];
    }
    out
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

    fn ends(source: &str, text: &str) -> bool {
        Pattern::regex(source).unwrap().find_at_end(text).is_some()
    }

    #[test]
    fn what_pcre2_reads_in_another_way_is_rewritten() {
        for (source, written) in [
            (r"^\S{1,63}[>#$]\s?+$", r"^\S{1,63}[>#$]\s?$"),
            (r"^\S{,63}>", r"^\S{0,63}>"),
            (r"a{2}+b++c*+", "a{2}b+c*"),
            (r"^({\w+(:(\w+){0,1}\d){0,1}}\n)", r"^(\{\w+(:(\w+){0,1}\d){0,1}}\n)"),
            (r"--{(x){0,5}", r"--\{(x){0,5}"),
            ("[[>&~+?]+", r"[\[>\&\~+?]+"),
            ("[]a{1]{", r"[]a{1]\{"),
            ("[^]a]+", "[^]a]+"),
            ("[[:alpha:]_]++", "[[:alpha:]_]+"),
            (r"\<a\>\", r"<a>\"),
        ] {
            assert_eq!(rewrite(source), written, "{source}");
        }
    }

    #[test]
    fn patterns_are_caseless_and_anchor_at_lines() {
        assert!(ends("^password:$", "Password:"));
        assert!(ends("^b>$", "a\nb>"));
    }

    #[test]
    fn a_match_that_the_line_goes_beyond_does_not_count() {
        assert!(ends(r"^[a-z0-9]+[>#]\s*", "r1> "));
        assert!(!ends(r"^[a-z0-9]+[>#]\s*", "r1> show"));
    }

    #[test]
    fn a_match_anywhere_and_its_first_group_are_found() {
        let pattern = Pattern::regex(r"^banner \S+ (\S)").unwrap();
        assert_eq!(pattern.first_group("banner motd ^"), Some("^".to_owned()));
        assert_eq!(pattern.first_group("banner motd"), None);
        assert!(pattern.is_match("x\nbanner motd ^C hello") && !pattern.is_match("no banner motd ^"));
        assert_eq!(Pattern::exact("end").first_group("the end"), Some(String::new()));
    }

    #[test]
    fn look_around_works_where_it_is_asked_for() {
        let source = r"^(?!\[V\d{3}R\d{3}.*\])(?=\[~?[a-z0-9.\-]{1,64}\]$).*$";
        assert!(ends(source, "[~HUAWEI]"));
        assert!(!ends(source, "[V200R009C00]"));
    }

    #[test]
    fn a_bad_pattern_is_told_on_one_line() {
        for source in ["(", "(?=", "[a", "a{99999999}", "(?P<"] {
            let error = Pattern::regex(source).unwrap_err();
            assert!(error.starts_with("bad pattern: ") && !error.contains('\n'), "{source}: {error}");
        }
    }
}
