//! What is wrong with a template, or with a text for it.

use crate::seen::Seen;
use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;

/// A template that cannot be used: the file, the line and the reason.
///
/// ```
/// use linecrew_core::textfsm::Template;
///
/// let error = Template::parse("Value X (\\d+)\n\nStart\n  ^${Y} -> Record\n").unwrap_err();
/// assert_eq!(error.line(), Some(4));
/// assert_eq!(error.to_string(), "template line 4: no Value is named 'Y'");
/// ```
#[derive(Debug)]
pub struct TemplateError {
    origin: Option<String>,
    line: Option<usize>,
    reason: String,
    source: Option<io::Error>,
}

impl TemplateError {
    pub(super) fn at(line: usize, reason: impl Into<String>) -> Self {
        Self { origin: None, line: Some(line), reason: reason.into(), source: None }
    }

    pub(super) fn whole(reason: impl Into<String>) -> Self {
        Self { origin: None, line: None, reason: reason.into(), source: None }
    }

    pub(super) fn unreadable(source: io::Error) -> Self {
        Self { source: Some(source), ..Self::whole("the file cannot be read") }
    }

    pub(super) fn of(mut self, origin: Option<&str>) -> Self {
        self.origin = origin.map(str::to_owned);
        self
    }

    /// The file that the template came from.
    pub fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    /// The line, counted from 1; None if it is the whole template's fault.
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// The reason alone.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        place(f, self.origin.as_deref(), self.line)?;
        write!(f, ": {}", self.reason)?;
        self.source.as_ref().map_or(Ok(()), |source| write!(f, ": {source}"))
    }
}

impl Error for TemplateError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source as &(dyn Error + 'static))
    }
}

/// Why a text was not parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// A rule with the action `Error` matched: the template does not know this text.
    Refused,
    /// A rule's expression is too large to compile, or took too many steps; or the rows take too much memory.
    Limit,
    /// A `List` value with groups of its own was part of a match without taking part in it, which Python's textfsm
    /// does not survive either.
    Unmatched,
}

/// A text that a template could not be run over: the rule, the line of the text and the reason.
#[derive(Debug)]
pub struct ParseError {
    pub(super) kind: ParseErrorKind,
    pub(super) origin: Option<Arc<str>>,
    pub(super) rule_line: Option<usize>,
    pub(super) text_line: usize,
    pub(super) reason: String,
    pub(super) seen: Seen,
}

impl ParseError {
    /// What kind of failure it was.
    pub fn kind(&self) -> ParseErrorKind {
        self.kind
    }

    /// The line of the template that the rule stands on, counted from 1; None at the end of the text.
    pub fn rule_line(&self) -> Option<usize> {
        self.rule_line
    }

    /// The line of the text, counted from 1.
    pub fn text_line(&self) -> usize {
        self.text_line
    }

    /// The reason alone; for [`ParseErrorKind::Refused`] the message that the template gives, if any.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        place(f, self.origin.as_deref(), self.rule_line)?;
        write!(f, ": {}; line {} of the text: {}", self.reason, self.text_line, self.seen)
    }
}

impl Error for ParseError {}

fn place(f: &mut fmt::Formatter<'_>, origin: Option<&str>, line: Option<usize>) -> fmt::Result {
    match (origin, line) {
        (Some(origin), Some(line)) => write!(f, "{origin}:{line}"),
        (Some(origin), None) => f.write_str(origin),
        (None, Some(line)) => write!(f, "template line {line}"),
        (None, None) => f.write_str("template"),
    }
}
