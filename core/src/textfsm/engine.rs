//! Running a template over the lines of a text.

use super::error::{ParseError, ParseErrorKind};
use super::python_re::{Allowance, Line, Matcher};
use super::record::Record;
use super::rule::{LineOp, NextState, RecordOp, Rule};
use super::template::Template;
use crate::seen::Seen;

/// A template on its way through a text.
#[derive(Debug)]
pub(super) struct Run<'t> {
    template: &'t Template,
    state: usize,
    /// How the text ended, if a rule ended it.
    ended: Option<NextState>,
    lines: usize,
    matcher: Matcher,
    record: Record<'t>,
    allowance: Allowance<'t>,
}

/// A line that could not be parsed.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) kind: ParseErrorKind,
    pub(super) reason: String,
}

impl<'t> Run<'t> {
    pub(super) fn new(template: &'t Template) -> Self {
        Self {
            template,
            state: template.start,
            ended: None,
            lines: 0,
            matcher: Matcher::default(),
            record: Record::new(&template.values),
            allowance: Allowance::new(&template.budget),
        }
    }

    /// Takes the next line; false if a rule ended the text.
    pub(super) fn line(&mut self, text: &str) -> Result<bool, ParseError> {
        self.lines += 1;
        self.allowance.line(text.len());
        match self.rules(Line::new(text)).map_err(|(rule, failure)| self.error(Some(rule), failure, text))? {
            NextState::Same => {}
            NextState::State(state) => self.state = state,
            end @ (NextState::Eof | NextState::End) => self.ended = Some(end),
        }
        Ok(self.ended.is_none())
    }

    /// The end of the text.
    pub(super) fn end(&mut self) -> Result<(), ParseError> {
        if self.ended == Some(NextState::End) || self.template.has_eof {
            return Ok(());
        }
        self.record.save().map_err(|failure| self.error(None, failure, ""))
    }

    /// The rows that were recorded and not taken yet.
    pub(super) fn record(&mut self) -> &mut Record<'t> {
        &mut self.record
    }

    /// Tries the rules of the state in order, up to the first that matches and does not continue.
    fn rules(&mut self, line: Line<'_>) -> Result<NextState, (&'t Rule, Failure)> {
        let template = self.template;
        for rule in &template.states[self.state].rules {
            if self.matches(rule, line).map_err(|failure| (rule, failure))? {
                match rule.line_op {
                    LineOp::Next => return Ok(rule.next),
                    LineOp::Continue => {}
                    LineOp::Error => return Err((rule, Failure::refused(rule))),
                }
            }
        }
        Ok(NextState::Same)
    }

    /// Tries one rule; one that matches fills its values and does with the record what it says.
    fn matches(&mut self, rule: &Rule, line: Line<'_>) -> Result<bool, Failure> {
        let found = rule.regex.matches(line, &mut self.matcher, &mut self.allowance);
        if !found.map_err(Failure::limit)? {
            return Ok(false);
        }
        for target in &rule.targets {
            let text = self.matcher.span(target.group).map(|span| &line.text[span]);
            self.record.assign(target.value, text, &mut self.allowance)?;
        }
        match rule.record_op {
            RecordOp::NoRecord => {}
            RecordOp::Record => self.record.save()?,
            RecordOp::Clear => self.record.clear(),
            RecordOp::Clearall => self.record.clear_all(),
        }
        Ok(true)
    }

    fn error(&self, rule: Option<&Rule>, failure: Failure, text: &str) -> ParseError {
        let Failure { kind, reason } = failure;
        let (origin, seen) = (self.template.origin.clone(), Seen::tail(text.as_bytes()));
        ParseError {
            kind,
            origin,
            rule_line: rule.map(|rule| rule.line),
            text_line: self.lines,
            reason,
            seen,
        }
    }
}

impl Failure {
    pub(super) fn limit(reason: String) -> Self {
        Self { kind: ParseErrorKind::Limit, reason }
    }

    fn refused(rule: &Rule) -> Self {
        let message = rule.operand.as_deref().map(|message| message.trim_matches('"'));
        let reason = message.unwrap_or("the template does not know this line").to_owned();
        Self { kind: ParseErrorKind::Refused, reason }
    }
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
