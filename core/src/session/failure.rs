//! How a device refused a command.

use crate::channel;
use crate::platform::{Indicators, Pattern};
use serde::{Deserialize, Serialize};

/// The words with which a device refused a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failure {
    /// Why the reply counts as a refusal.
    pub cause: FailureCause,
    /// The words that gave it away: the platform's indicator, or the caller's.
    pub indicator: String,
    /// The line that they stand on, without white space around; its first 400 characters where it is longer.
    pub line: String,
    /// Which line of the text that is, counted from 1.
    pub line_number: usize,
}

/// Why a reply counts as a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FailureCause {
    /// The device did not understand the command, or would not carry it out.
    Refused,
    /// The user may not give the command: AAA, a role, a privilege level.
    Unauthorized,
    /// The text holds what the caller said no good reply holds.
    Contained,
    /// In configuration mode, a line that begins with `%` and says nothing known, where the caller wants those to fail.
    Warning,
}

/// How much of a long reply's head, and of its tail, is looked at for a refusal.
const LOOKED_AT: usize = 8 << 10;

/// How many characters of a refusal are told: a line may be as long as a reply.
const LONGEST_LINE: usize = 400;

/// What says on any platform that the user may not give the command.
static UNAUTHORIZED: Pattern = Pattern::ours(
    r"(command )?authorization (failed|denied|fail\b|error)|(this )?command (is )?not authorized|((this )?(user|command) is )?not authorized|permission denied|privilege level .{0,20}not enough|you do not have (the )?(required |sufficient )?(permission|privilege|right)s?\b",
);

/// One of these words stands in all of that, and few replies have one: they are found in less time.
static HINT: Pattern = Pattern::ours("authoriz|permission|privilege|you do not have");

/// Compiles them now, if they are not.
pub(super) fn warm() {
    HINT.warm();
    UNAUTHORIZED.warm();
}

impl Failure {
    /// The first refusal in the reply to a command. An indicator counts at the start of a line, white space and signs aside,
    /// behind words of the command itself (`'sho' is ambiguous`), and behind the name of whoever speaks (`bash: foo: `). In
    /// the middle of a line it is a quotation, as in a log, and in the middle of a long reply it is one too: only its first and
    /// last 8 KiB are looked at.
    pub(super) fn find(indicators: &Indicators, command: &str, text: &str) -> Option<Self> {
        let head = &text[..text.floor_char_boundary(LOOKED_AT)];
        let find = |part: &str| Self::find_in(indicators, command, part);
        if text.len() <= 2 * LOOKED_AT {
            return find(text);
        }
        let start = text.ceil_char_boundary(text.len() - LOOKED_AT);
        let lines_before = || text[..start].matches('\n').count();
        let later = |failure: Self| Self { line_number: failure.line_number + lines_before(), ..failure };
        find(head).or_else(|| find(&text[start..]).map(later))
    }

    fn find_in(indicators: &Indicators, command: &str, text: &str) -> Option<Self> {
        let refused = indicators.find_all(text).find(|(at, _)| is_said(command, text, *at));
        let unauthorized = unauthorized(command, text);
        let unauthorized =
            unauthorized.map(|found| Self::at(FailureCause::Unauthorized, found.1, text, found.0));
        let refused = refused.map(|(at, indicator)| Self::at(FailureCause::Refused, indicator, text, at));
        match (refused, unauthorized) {
            // The platform's own words for it count as its cause.
            (Some(refused), Some(unauthorized)) if refused.line_number < unauthorized.line_number => {
                Some(refused)
            }
            (refused, unauthorized) => unauthorized.or(refused),
        }
    }

    /// The first of the caller's own words, wherever they stand.
    pub(super) fn contained(words: &[String], text: &str) -> Option<Self> {
        let found = words.iter().filter_map(|word| Some((text.find(word.as_str())?, word)));
        let (at, word) = found.min_by_key(|(at, _)| *at)?;
        Some(Self::at(FailureCause::Contained, word, text, at))
    }

    /// A warning taken for a refusal.
    pub(super) fn warning(warning: &str, text: &str) -> Option<Self> {
        Some(Self::at(FailureCause::Warning, "%", text, text.find(warning)?))
    }

    fn at(cause: FailureCause, indicator: &str, text: &str, at: usize) -> Self {
        // A match may begin with white space that ends the line before.
        let at = at + (text[at..].len() - text[at..].trim_start().len());
        let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        Self {
            cause,
            indicator: indicator.trim().to_owned(),
            line: text[start..]
                .lines()
                .next()
                .unwrap_or_default()
                .trim()
                .chars()
                .take(LONGEST_LINE)
                .collect(),
            line_number: text[..start].matches('\n').count() + 1,
        }
    }
}

/// Whether the device itself says in its reply that the user may not do what was asked for.
pub(super) fn is_unauthorized(text: &str) -> bool {
    unauthorized("", text).is_some()
}

/// The first place at which the device itself says that the user may not give the command, and its words.
fn unauthorized<'t>(command: &str, text: &'t str) -> Option<(usize, &'t str)> {
    if !HINT.is_match(text) {
        return None;
    }
    let mut from = 0;
    loop {
        let (at, words) = UNAUTHORIZED.find(&text[from..])?;
        if is_said(command, text, from + at) {
            return Some((from + at, words));
        }
        from += at + words.len();
    }
}

/// The lines with which a device warns in configuration mode: those that begin with `%` and are no log messages.
pub(super) fn warnings(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| line.starts_with('%') && !channel::is_log(line));
    lines.map(str::to_owned).collect()
}

/// Whether the device itself says what stands at a place of its reply.
fn is_said(command: &str, text: &str, at: usize) -> bool {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    text[start..at].split_whitespace().all(|word| {
        let core = word.trim_matches(|c: char| !c.is_alphanumeric());
        let speaks = word.ends_with(':') && !word.starts_with(['%', '*']);
        core.is_empty() || speaks || command.contains(core)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Platform;

    fn find(command: &str, text: &str) -> Option<Failure> {
        let indicators =
            "'% Invalid input detected', is ambiguous, command not found, 'Command authorization failed'";
        let definition = format!(
            "{{prompt_pattern: x, default_mode: a, modes: [{{name: a, prompt_exact: a}}], \
             failure_indicators: [{indicators}]}}"
        );
        Failure::find(&Platform::parse(&definition, "t.yaml").unwrap().failure_indicators, command, text)
    }

    #[test]
    fn a_refusal_begins_its_line() {
        let failure = find("show foo", "     ^\n% Invalid input detected at '^' marker.\n").unwrap();
        assert_eq!((failure.cause, failure.line_number), (FailureCause::Refused, 2));
        assert_eq!(failure.indicator, "% Invalid input detected");
        assert_eq!(failure.line, "% Invalid input detected at '^' marker.");
    }

    #[test]
    fn a_refusal_may_quote_the_command_and_name_who_speaks() {
        assert_eq!(find("sho int", "      ^\n'sho' is ambiguous.").unwrap().line, "'sho' is ambiguous.");
        assert_eq!(find("foo -x", "-bash: foo: command not found").unwrap().line_number, 1);
    }

    #[test]
    fn a_log_that_quotes_a_refusal_is_none() {
        for line in [
            "*Mar 1: %PARSER-5: said % Invalid input detected",
            "%PARSER-5-CFGLOG: % Invalid input detected",
            "last error was % Invalid input detected",
            "the hostname is ambiguous",
        ] {
            assert_eq!(find("show logging", line), None, "{line}");
        }
    }

    #[test]
    fn a_refusal_stands_at_the_head_or_at_the_tail_of_a_long_reply() {
        let filler = "a line of a configuration, \u{e9}\n".repeat(2000);
        let refused = "% Invalid input detected at '^' marker.\n";
        assert_eq!(find("show run", &format!("{filler}{refused}{filler}")), None);
        assert_eq!(find("show run", &format!("{refused}{filler}")).unwrap().line_number, 1);
        let last = find("show run", &format!("{filler}{refused}")).unwrap();
        assert_eq!((last.line_number, last.line.as_str()), (2001, refused.trim()));
    }

    #[test]
    fn a_refusal_is_told_in_a_bounded_line() {
        let failure =
            find("show foo", &format!("% Invalid input detected {}", "\u{e9}".repeat(5000))).unwrap();
        assert_eq!(failure.line.chars().count(), LONGEST_LINE);
    }

    #[test]
    fn a_command_that_the_user_may_not_give_has_a_cause_of_its_own() {
        for line in [
            "% Authorization failed.",
            "Command authorization failed.",
            "% Permission denied for the role",
            "error: permission denied: set system",
            "% This command is not authorized",
            "Command is not authorized by the server",
            "This user is not authorized",
            "Privilege level 1 is not enough",
            "You do not have the required permissions for it",
            "You do not have sufficient rights",
        ] {
            let failure = find("show run", &format!("\n{line}\n")).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((failure.cause, failure.line.as_str()), (FailureCause::Unauthorized, line));
            assert_eq!(failure.line_number, 2);
        }
        assert_eq!(find("show logging", "12:00 sshd: permission denied for root"), None);
    }

    #[test]
    fn the_first_of_the_callers_words_counts_wherever_it_stands() {
        let words = ["down".to_owned(), "error".to_owned()];
        let failure = Failure::contained(&words, "Gi1 up\nGi2 error-disabled, down").unwrap();
        assert_eq!((failure.indicator.as_str(), failure.line_number), ("error", 2));
        assert_eq!(Failure::contained(&words, "all up"), None);
    }

    #[test]
    fn a_line_that_begins_with_a_percent_sign_is_a_warning_and_a_log_message_is_not() {
        let text =
            "% Access VLAN does not exist. Creating vlan 10\n%SYS-5-CONFIG_I: Configured\n 100 % done\n";
        assert_eq!(warnings(text), ["% Access VLAN does not exist. Creating vlan 10"]);
    }
}
