//! Patterns as definitions write them: PCRE2, caseless, `^` and `$` at every line.
//!
//! They run on byte programs without Unicode classes, as PCRE2's do unless told otherwise: `[\w.-]{1,63}` then
//! compiles in microseconds rather than milliseconds. What the `regex` crate refuses or reads in another way is
//! rewritten first; only look-around, back-references and possessive repetitions that change what matches go to a
//! backtracking engine.

mod rewrite;

use regex::bytes;
use rewrite::{Rewritten, rewrite};
use std::borrow::Cow;
use std::sync::OnceLock;

/// What finds something in a text. A pattern of our own is compiled when it is first used: a session needs few of them.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    source: Cow<'static, str>,
    /// Once it is compiled: none where a pattern of our own does not, which a test would tell.
    program: OnceLock<Option<Program>>,
}

#[derive(Clone, Debug)]
enum Program {
    Exact(String),
    Plain(bytes::Regex),
    Backtracking(fancy_regex::Regex),
}

impl Pattern {
    /// Compiles a PCRE2 pattern; the error is one line.
    pub(crate) fn regex(source: &str) -> Result<Self, String> {
        let program = compile(source)?;
        Ok(Self { source: Cow::Owned(source.to_owned()), program: OnceLock::from(Some(program)) })
    }

    /// A pattern of this program, which is known to compile.
    pub(crate) const fn ours(source: &'static str) -> Self {
        Self { source: Cow::Borrowed(source), program: OnceLock::new() }
    }

    /// The same, of an embedded definition.
    pub(crate) fn embedded(source: &str) -> Self {
        Self { source: Cow::Owned(source.to_owned()), program: OnceLock::new() }
    }

    /// A text that the line ends in.
    pub(crate) fn exact(text: &str) -> Self {
        let program = Program::Exact(text.trim_end().to_owned());
        // It has no pattern, and takes one line.
        Self { source: Cow::Borrowed(""), program: OnceLock::from(Some(program)) }
    }

    /// Compiles it now, if it is not.
    pub(crate) fn warm(&self) {
        self.program();
    }

    #[cfg(test)]
    pub(crate) fn is_compiled(&self) -> bool {
        self.program.get().is_some()
    }

    /// Whether the pattern names a line end, so that a match may take two lines.
    pub(crate) fn spans_lines(&self) -> bool {
        self.source.contains(r"\n")
    }

    /// Where a match begins that reaches the end of `text`, white space aside.
    ///
    /// Many definitions leave the `$` out, and would find a prompt at the head of a line that goes on; others end in a
    /// `$` right behind the sharp sign, where the device adds a blank.
    pub(crate) fn find_at_end(&self, text: &str) -> Option<usize> {
        let trimmed = text.trim_end();
        let found = self.find_reaching(text, trimmed.len());
        if found.is_some() || trimmed.len() == text.len() {
            return found;
        }
        self.find_reaching(trimmed, trimmed.len())
    }

    /// Whether the pattern matches anywhere in `text`.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.program().is_some_and(|program| match program {
            Program::Exact(exact) => text.contains(exact.as_str()),
            Program::Plain(regex) => regex.is_match(text.as_bytes()),
            Program::Backtracking(regex) => regex.is_match(text).unwrap_or(false),
        })
    }

    /// Where the pattern first matches, and what.
    pub(crate) fn find<'t>(&self, text: &'t str) -> Option<(usize, &'t str)> {
        let range = match self.program()? {
            Program::Exact(exact) => text.find(exact.as_str()).map(|at| at..at + exact.len())?,
            Program::Plain(regex) => regex.find(text.as_bytes())?.range(),
            Program::Backtracking(regex) => regex.find(text).ok()??.range(),
        };
        // A byte program may cut a character; such a match is none.
        Some((range.start, text.get(range)?))
    }

    /// The text of the first group where the pattern matches, empty where it has none.
    pub(crate) fn first_group(&self, text: &str) -> Option<String> {
        let group = match self.program()? {
            Program::Exact(exact) => return text.contains(exact.as_str()).then(String::new),
            Program::Plain(regex) => regex.captures(text.as_bytes())?.get(1).map(|group| group.range()),
            Program::Backtracking(regex) => regex.captures(text).ok()??.get(1).map(|group| group.range()),
        };
        // A byte program may cut a character; such a group is none.
        Some(group.and_then(|range| text.get(range)).unwrap_or_default().to_owned())
    }

    /// Where a match begins that ends at `end` or behind it.
    fn find_reaching(&self, text: &str, end: usize) -> Option<usize> {
        match self.program()? {
            Program::Exact(exact) => text[..end].strip_suffix(exact.as_str()).map(str::len),
            Program::Plain(regex) => {
                regex.find_iter(text.as_bytes()).find(|found| found.end() >= end).map(|found| found.start())
            }
            // A pattern that hits the backtracking limit has found nothing.
            Program::Backtracking(regex) => regex
                .find_iter(text)
                .map_while(Result::ok)
                .find(|found| found.end() >= end)
                .map(|found| found.start()),
        }
    }

    fn program(&self) -> Option<&Program> {
        self.program.get_or_init(|| compile(&self.source).ok()).as_ref()
    }
}

fn compile(source: &str) -> Result<Program, String> {
    let Rewritten { text, is_possessive } = rewrite(source);
    if is_possessive || has_look_around(source) {
        backtracking(&text)
    } else {
        plain(&text).or_else(|reason| backtracking(&text).map_err(|_| reason))
    }
}

fn plain(rewritten: &str) -> Result<Program, String> {
    let built =
        bytes::RegexBuilder::new(rewritten).case_insensitive(true).multi_line(true).unicode(false).build();
    built.map(Program::Plain).map_err(|error| one_line(&error.to_string()))
}

fn backtracking(rewritten: &str) -> Result<Program, String> {
    let built = fancy_regex::Regex::new(&format!("(?im){rewritten}"));
    built.map(Program::Backtracking).map_err(|error| one_line(&error.to_string()))
}

/// `regex` draws its errors over several lines; the last one says what is wrong.
fn one_line(error: &str) -> String {
    let reason = error.lines().last().unwrap_or_default();
    format!("bad pattern: {}", reason.trim_start_matches("error: "))
}

fn has_look_around(source: &str) -> bool {
    ["(?=", "(?!", "(?<=", "(?<!", "(?>"].iter().any(|group| source.contains(group))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ends(source: &str, text: &str) -> bool {
        Pattern::regex(source).unwrap().find_at_end(text).is_some()
    }

    #[test]
    fn patterns_are_caseless_and_anchor_at_lines() {
        assert!(ends("^password:$", "Password:"));
        assert!(ends("^b>$", "a\nb>"));
    }

    #[test]
    fn a_pattern_of_ours_is_compiled_when_it_is_first_used() {
        static OURS: Pattern = Pattern::ours("^b>$");
        assert!(!OURS.is_compiled());
        assert!(OURS.find_at_end("a\nb>").is_some());
        assert!(OURS.is_compiled());

        let embedded = Pattern::embedded("^b>$");
        embedded.warm();
        assert!(matches!(embedded.program.get(), Some(Some(Program::Plain(_)))));
        assert!(!Pattern::embedded("(").is_match("("));
    }

    #[test]
    fn a_match_that_the_line_goes_beyond_does_not_count() {
        assert!(ends(r"^[a-z0-9]+[>#]\s*", "r1> "));
        assert!(!ends(r"^[a-z0-9]+[>#]\s*", "r1> show"));
    }

    #[test]
    fn a_blank_behind_the_prompt_does_not_hide_it() {
        assert!(ends(r"^\w+#$", "r1# "));
        assert!(ends(r"^\w+# $", "r1# "));
    }

    #[test]
    fn a_possessive_repetition_gives_nothing_back() {
        assert!(!ends("^a++a$", "aaa"));
        assert!(ends(r"^\w++#\s?+$", "r1# "));
    }

    #[test]
    fn a_back_reference_works() {
        assert!(ends(r"^(\w+)@\1>$", "r1@r1>"));
        assert!(!ends(r"^(\w+)@\1>$", "r1@r2>"));
    }

    #[test]
    fn a_match_anywhere_and_its_first_group_are_found() {
        let pattern = Pattern::regex(r"^banner \S+ (\S)").unwrap();
        assert_eq!(pattern.first_group("banner motd ^"), Some("^".to_owned()));
        assert_eq!(pattern.first_group("banner motd"), None);
        assert!(pattern.is_match("x\nbanner motd ^C hello") && !pattern.is_match("no banner motd ^"));
        assert_eq!(pattern.find("x\nbanner motd ^C hello"), Some((2, "banner motd ^")));
        assert_eq!(Pattern::exact("end").first_group("the end"), Some(String::new()));
    }

    #[test]
    fn look_around_works_where_it_is_asked_for() {
        let source = r"^(?!\[V\d{3}R\d{3}.*\])(?=\[~?[a-z0-9.\-]{1,64}\]$).*$";
        assert!(ends(source, "[~HUAWEI]"));
        assert!(!ends(source, "[V200R009C00]"));
    }

    proptest! {
        #[test]
        fn no_pattern_and_no_text_panics(source in pattern_source(), text in "[ -~\\n\u{e9}\u{1f600}]{0,40}") {
            if let Ok(pattern) = Pattern::regex(&source) {
                let start = pattern.find_at_end(&text);
                prop_assert!(start.is_none_or(|start| start <= text.len()));
                prop_assert_eq!(pattern.find(&text).is_some(), pattern.is_match(&text) && pattern.find(&text).is_some());
                pattern.first_group(&text);
            }
        }
    }

    /// What patterns are made of, in any order.
    fn pattern_source() -> impl Strategy<Value = String> {
        let pieces = proptest::sample::select(vec![
            "^",
            "$",
            "(",
            ")",
            "[",
            "]",
            "[^",
            "{",
            "}",
            "{,3}",
            "{2}",
            "?",
            "+",
            "*",
            "|",
            "\\",
            "\\w",
            "\\s",
            "\\n",
            "\\1",
            "(?=",
            "(?!",
            "(?:",
            "a-z",
            "-",
            ".",
            "#",
            ">",
            "\\>",
            "&&",
            "[:alpha:]",
            "\u{e9}",
        ]);
        proptest::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
    }

    #[test]
    fn a_bad_pattern_is_told_on_one_line() {
        for source in ["(", "(?=", "[a", "a{99999999}", "(?P<"] {
            let error = Pattern::regex(source).unwrap_err();
            assert!(error.starts_with("bad pattern: ") && !error.contains('\n'), "{source}: {error}");
        }
    }
}
