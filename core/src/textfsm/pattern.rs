//! A rule's expression: read at load, compiled when a line first reaches it.

use super::python_re::{Alphabet, Translated, translate};
use std::ops::Range;
use std::sync::OnceLock;

/// The most memory that one compiled expression may take. The largest of real templates stay under 1 MB.
const SIZE_LIMIT: usize = 8 << 20;

/// How many steps a backtracking match may take: at first, where that was not enough, and at most. The first are too
/// few to matter; the last take some tenths of a second.
const STEP_LIMITS: [usize; 3] = [2_000, 50_000, 1_000_000];

/// How many steps all matches beyond the first limit may take together while one text is parsed, a few seconds.
const STEPS_PER_TEXT: usize = 16_000_000;

/// What is left of the steps that the matches of one text may take together.
///
/// The engine does not tell how many it took. A match that needs more than the first limit is charged the limit that
/// it is then given, so that the same text always meets the same end.
#[derive(Debug)]
pub(super) struct Allowance(usize);

impl Allowance {
    /// What a text may take.
    pub(super) fn new() -> Self {
        Self(STEPS_PER_TEXT)
    }

    fn charge(&mut self, steps: usize) -> Result<(), String> {
        self.0 = self
            .0
            .checked_sub(steps)
            .ok_or("the match was given up: the text takes too many steps of backtracking")?;
        Ok(())
    }
}

/// An expression in Python's syntax, matched from the start of a line as `re.match` does.
///
/// Lines of ASCII have a program of their own, in which `\w` and its like are small: with Unicode's tables it would
/// cost ten times as much to compile. Few devices ever make the other one necessary.
#[derive(Debug)]
pub(super) struct Pattern {
    source: String,
    prefix: String,
    groups: Vec<Option<String>>,
    ascii: OnceLock<Result<Program, String>>,
    unicode: OnceLock<Result<Program, String>>,
}

/// Where each group matched; the first is the whole match.
pub(super) type Spans = Vec<Option<Range<usize>>>;

impl Pattern {
    /// Checks the syntax, without compiling.
    pub(super) fn parse(source: &str) -> Result<Self, String> {
        let Translated { groups, prefix, .. } = translate(source, Alphabet::Ascii)?;
        let (ascii, unicode) = (OnceLock::new(), OnceLock::new());
        Ok(Self { source: source.to_owned(), prefix, groups, ascii, unicode })
    }

    /// The name of each group, if it has one; the first is group 1.
    pub(super) fn groups(&self) -> &[Option<String>] {
        &self.groups
    }

    /// Matches `line` from its start. An error is a limit that was passed.
    pub(super) fn spans(&self, line: &str, allowance: &mut Allowance) -> Result<Option<Spans>, String> {
        if !line.starts_with(&self.prefix) {
            return Ok(None);
        }
        let (slot, alphabet) =
            if line.is_ascii() { (&self.ascii, Alphabet::Ascii) } else { (&self.unicode, Alphabet::Unicode) };
        match slot.get_or_init(|| Program::compile(&self.source, alphabet)) {
            Ok(program) => program.spans(line, allowance),
            Err(reason) => Err(reason.clone()),
        }
    }
}

#[derive(Debug)]
enum Program {
    Linear(regex::bytes::Regex),
    Backtracking(Box<Backtracking>),
}

impl Program {
    fn compile(source: &str, alphabet: Alphabet) -> Result<Self, String> {
        let Translated { text, backtracks, .. } = translate(source, alphabet)?;
        if backtracks {
            return Backtracking::compile(text).map(|program| Self::Backtracking(Box::new(program)));
        }
        regex::bytes::RegexBuilder::new(&text)
            // A set with a character beyond ASCII needs Unicode even where the line has none.
            .unicode(alphabet == Alphabet::Unicode || !text.is_ascii())
            .size_limit(SIZE_LIMIT)
            .build()
            .map(Self::Linear)
            .map_err(|error| too_large(&error))
    }

    fn spans(&self, line: &str, allowance: &mut Allowance) -> Result<Option<Spans>, String> {
        match self {
            Self::Linear(regex) => {
                let mut found = regex.capture_locations();
                let matched = regex.captures_read(&mut found, line.as_bytes()).is_some();
                let span = |group| found.get(group).map(|(start, end)| start..end);
                Ok(matched.then(|| (0..found.len()).map(span).collect()))
            }
            Self::Backtracking(program) => program.spans(line, allowance),
        }
    }
}

/// An expression once for each limit of steps, compiled when a match first needs it.
#[derive(Debug)]
struct Backtracking {
    text: String,
    limited: [OnceLock<Result<fancy_regex::Regex, String>>; STEP_LIMITS.len()],
}

impl Backtracking {
    fn compile(text: String) -> Result<Self, String> {
        let limited = [const { OnceLock::new() }; STEP_LIMITS.len()];
        let program = Self { text, limited };
        program.limited(0)?;
        Ok(program)
    }

    fn limited(&self, tier: usize) -> Result<&fancy_regex::Regex, String> {
        let compiled = self.limited[tier].get_or_init(|| backtracking(&self.text, STEP_LIMITS[tier]));
        compiled.as_ref().map_err(Clone::clone)
    }

    fn spans(&self, line: &str, allowance: &mut Allowance) -> Result<Option<Spans>, String> {
        let mut tier = 0;
        loop {
            match self.limited(tier)?.captures(line) {
                Err(error) if is_limit(&error) && tier + 1 < STEP_LIMITS.len() => {
                    tier += 1;
                    allowance.charge(STEP_LIMITS[tier])?;
                }
                Err(error) => return Err(format!("the match was given up: {error}")),
                Ok(found) => {
                    let spans = |found: fancy_regex::Captures<'_, str>| {
                        found.iter().map(|group| group.map(|group| group.range())).collect()
                    };
                    return Ok(found.map(spans));
                }
            }
        }
    }
}

fn is_limit(error: &fancy_regex::Error) -> bool {
    use fancy_regex::{Error, RuntimeError};
    matches!(error, Error::RuntimeError(RuntimeError::BacktrackLimitExceeded))
}

fn backtracking(text: &str, steps: usize) -> Result<fancy_regex::Regex, String> {
    fancy_regex::RegexBuilder::new(text)
        .backtrack_limit(steps)
        .delegate_size_limit(SIZE_LIMIT)
        .max_prog_size(SIZE_LIMIT / 64)
        .build()
        .map_err(|error| too_large(&error))
}

fn too_large(error: &dyn std::fmt::Display) -> String {
    format!("the expression cannot be compiled: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups<'l>(pattern: &str, line: &'l str) -> Option<Vec<Option<&'l str>>> {
        let spans =
            Pattern::parse(pattern).expect(pattern).spans(line, &mut Allowance::new()).expect(line)?;
        Some(spans.into_iter().map(|span| span.map(|span| &line[span])).collect())
    }

    #[test]
    fn matching_starts_at_the_start_and_may_end_early() {
        assert_eq!(groups("b", "ab"), None);
        assert_eq!(groups("a|ab", "abc"), Some(vec![Some("a")]));
        assert_eq!(groups("(x)?(a)", "abc"), Some(vec![Some("a"), None, Some("a")]));
    }

    #[test]
    fn classes_know_unicode_as_python_does() {
        assert_eq!(groups(r"\w+", "Zürich1"), Some(vec![Some("Zürich1")]));
        // A combining mark is no letter for Python.
        assert_eq!(groups(r"\w+", "e\u{301}"), Some(vec![Some("e")]));
        assert_eq!(groups(r"e\b", "e\u{301}"), Some(vec![Some("e")]));
        assert_eq!(groups(r"\s+x", "\u{1f}\u{a0}x"), Some(vec![Some("\u{1f}\u{a0}x")]));
        assert_eq!(groups(r"(?a)\w+", "Zürich"), Some(vec![Some("Z")]));
        assert_eq!(groups("(?i)[^é]", "É"), None);
        assert_eq!(groups("[^é]", "e"), Some(vec![Some("e")]));
    }

    #[test]
    fn look_around_and_references_work() {
        assert_eq!(groups(r"(?!foo)\w+", "foobar"), None);
        assert_eq!(groups(r"\w+(?<=r)", "foobarx"), Some(vec![Some("foobar")]));
        assert_eq!(
            groups(r"(?P<Q>['\x22])(\w+)(?P=Q)", "'a'"),
            Some(vec![Some("'a'"), Some("'"), Some("a")])
        );
        assert_eq!(groups("(<)?a(?(1)>|$)", "<a>"), Some(vec![Some("<a>"), Some("<")]));
        assert_eq!(groups("(<)?a(?(1)>|$)", "a>"), None);
        assert_eq!(groups("((?(1)b(c)|a))(d)", "ad"), Some(vec![Some("ad"), Some("a"), None, Some("d")]));
        assert_eq!(groups("(a){0}(b)", "b"), Some(vec![Some("b"), None, Some("b")]));
        assert_eq!(groups("a++a", "aaa"), None);
        assert_eq!(groups("(?:(?=a))*(?!)", "aaa"), None);
    }

    #[test]
    fn a_match_without_end_is_an_error() {
        let endless = Pattern::parse(r"(?:a*)*(?=b)(a)\1$").unwrap();
        assert_eq!(endless.spans(&("a".repeat(2000) + "b"), &mut Allowance::new()), Ok(None));
        let hopeless = Pattern::parse(r"(?=((a|aa)+$))(?:a|aa)+\1c").unwrap();
        let error = hopeless.spans(&"a".repeat(2000), &mut Allowance::new()).unwrap_err();
        assert!(error.contains("given up"), "{error}");
    }

    #[test]
    fn an_expression_that_explodes_is_an_error() {
        let pattern = Pattern::parse("((a{1000}){1000}){1000}").unwrap();
        let error = pattern.spans("a", &mut Allowance::new()).unwrap_err();
        assert!(error.contains("cannot be compiled"), "{error}");
    }
}
