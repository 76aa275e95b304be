//! A rule: an expression, and what is done when a line matches it.

use super::python_re::{Regex, is_space, is_word};
use super::value::ValueDef;

/// What happens with the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineOp {
    Next,
    Continue,
    Error,
}

/// What happens with the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordOp {
    NoRecord,
    Record,
    Clear,
    Clearall,
}

/// Where a rule leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NextState {
    Same,
    /// By its place in the template.
    State(usize),
    /// Stops, and records what there is.
    Eof,
    /// Stops, and records nothing.
    End,
}

/// A rule of a state.
#[derive(Debug)]
pub(super) struct Rule {
    /// The line of the template, counted from 1.
    pub(super) line: usize,
    pub(super) regex: Regex,
    /// Which group gives which value, in the order of the groups.
    pub(super) targets: Vec<Target>,
    pub(super) line_op: LineOp,
    pub(super) record_op: RecordOp,
    /// The next state, or the message of `Error`.
    pub(super) operand: Option<String>,
    /// What the operand means; known once all states are.
    pub(super) next: NextState,
}

/// A group of the expression that fills a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) group: usize,
    pub(super) value: usize,
}

impl Rule {
    /// Reads a rule without the white space around it.
    pub(super) fn parse(text: &str, line: usize, values: &[ValueDef]) -> Result<Self, String> {
        let (source, action) = split_action(text);
        let source = if values.is_empty() { source.to_owned() } else { substituted(source, values)? };
        let regex = Regex::parse(&source).map_err(|reason| format!("{reason} in '{source}'"))?;
        let Action { line_op, record_op, operand } = match action {
            Some(action) => {
                Action::parse(action).ok_or_else(|| format!("the action '->{action}' is malformed"))?
            }
            None => Action::default(),
        };
        check_operand(line_op, operand.as_deref())?;
        let targets = targets(&regex, values);
        Ok(Self { line, regex, targets, line_op, record_op, operand, next: NextState::Same })
    }
}

/// Whether `name` may name a state.
pub(super) fn is_state_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_word)
}

/// Whether `name` is a keyword of actions.
pub(super) fn is_keyword(name: &str) -> bool {
    line_op(name).is_some() || record_op(name).is_some()
}

struct Action {
    line_op: LineOp,
    record_op: RecordOp,
    operand: Option<String>,
}

impl Default for Action {
    fn default() -> Self {
        Self { line_op: LineOp::Next, record_op: RecordOp::NoRecord, operand: None }
    }
}

impl Action {
    /// Reads what stands after `->`: `LINE.RECORD STATE`, each part optional.
    fn parse(text: &str) -> Option<Self> {
        let trimmed = text.trim_start_matches(is_space);
        if trimmed.is_empty() {
            return Some(Self::default());
        }
        if trimmed.len() == text.len() {
            return None;
        }
        let (first, rest) = trimmed.split_once(is_space).unwrap_or((trimmed, ""));
        let Some((line_op, record_op)) = operators(first) else {
            let operand = operand(trimmed)?;
            return Some(Self { operand: Some(operand), ..Self::default() });
        };
        let rest = rest.trim_start_matches(is_space);
        let operand = if rest.is_empty() { None } else { Some(operand(rest)?) };
        Some(Self { line_op, record_op, operand })
    }
}

fn operators(text: &str) -> Option<(LineOp, RecordOp)> {
    match text.split_once('.') {
        Some((line, record)) => Some((line_op(line)?, record_op(record)?)),
        None => line_op(text)
            .map(|line| (line, RecordOp::NoRecord))
            .or_else(|| record_op(text).map(|record| (LineOp::Next, record))),
    }
}

fn line_op(name: &str) -> Option<LineOp> {
    Some(match name {
        "Next" => LineOp::Next,
        "Continue" => LineOp::Continue,
        "Error" => LineOp::Error,
        _ => return None,
    })
}

fn record_op(name: &str) -> Option<RecordOp> {
    Some(match name {
        "NoRecord" => RecordOp::NoRecord,
        "Record" => RecordOp::Record,
        "Clear" => RecordOp::Clear,
        "Clearall" => RecordOp::Clearall,
        _ => return None,
    })
}

/// A state's name, or a text in double quotes.
fn operand(text: &str) -> Option<String> {
    let quoted = text.len() >= 2 && text.starts_with('"') && text.ends_with('"');
    (quoted || is_state_name(text)).then(|| text.to_owned())
}

fn check_operand(line_op: LineOp, operand: Option<&str>) -> Result<(), String> {
    match (line_op, operand) {
        (LineOp::Continue, Some(state)) => {
            Err(format!("Continue stays on the line, so it cannot go to state {state}"))
        }
        (LineOp::Next, Some(text)) if text.starts_with('"') => {
            Err(format!("{text} is no state; only Error takes a text"))
        }
        _ => Ok(()),
    }
}

/// Splits at the last ` ->`.
fn split_action(text: &str) -> (&str, Option<&str>) {
    let arrows = text.match_indices("->").filter_map(|(at, _)| {
        let space = text[..at].chars().next_back().filter(|c| is_space(*c))?;
        Some((at - space.len_utf8(), at + 2))
    });
    arrows.last().map_or((text, None), |(end, start)| (&text[..end], Some(&text[start..])))
}

/// Replaces `$NAME` and `${NAME}` by the values' expressions, and `$$` by `$`.
fn substituted(source: &str, values: &[ValueDef]) -> Result<String, String> {
    let mut text = String::with_capacity(source.len() * 2);
    let mut rest = source;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            text.push('$');
            rest = after;
            continue;
        }
        let (name, after) = placeholder(after)
            .ok_or_else(|| format!("a single '$' in '{source}'; write '$$' for the end of the line"))?;
        let value = values.iter().find(|value| value.name == name);
        text.push_str(&value.ok_or_else(|| format!("no Value is named '{name}'"))?.template);
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

/// The name after a `$`, and what follows it.
fn placeholder(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('{').unwrap_or(text);
    let end = inner.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    let (name, after) = inner.split_at(end);
    let after = if inner.len() == text.len() { after } else { after.strip_prefix('}')? };
    let valid = name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic());
    valid.then_some((name, after))
}

fn targets(regex: &Regex, values: &[ValueDef]) -> Vec<Target> {
    let named =
        regex.groups().iter().enumerate().filter_map(|(index, name)| Some((index + 1, name.as_ref()?)));
    named
        .filter_map(|(group, name)| {
            let value = values.iter().position(|value| value.name == *name)?;
            Some(Target { group, value })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::textfsm::python_re::{Allowance, Budget, Line, Matcher};

    fn rule(text: &str) -> Result<Rule, String> {
        Rule::parse(text, 1, &[ValueDef::parse("Value X (\\d+)").unwrap()])
    }

    #[test]
    fn actions_are_read() {
        for (text, line_op, record_op, operand) in [
            ("^a", LineOp::Next, RecordOp::NoRecord, None),
            ("^a ->", LineOp::Next, RecordOp::NoRecord, None),
            ("^a -> Continue", LineOp::Continue, RecordOp::NoRecord, None),
            ("^a -> Next.Record Other", LineOp::Next, RecordOp::Record, Some("Other")),
            ("^a -> Clearall", LineOp::Next, RecordOp::Clearall, None),
            ("^a -> Other", LineOp::Next, RecordOp::NoRecord, Some("Other")),
            ("^a -> b -> Record", LineOp::Next, RecordOp::Record, None),
            ("^a->Record", LineOp::Next, RecordOp::NoRecord, None),
            ("^a -> Error \"no good\"", LineOp::Error, RecordOp::NoRecord, Some("\"no good\"")),
        ] {
            let rule = rule(text).expect(text);
            assert_eq!(
                (rule.line_op, rule.record_op, rule.operand.as_deref()),
                (line_op, record_op, operand)
            );
        }
    }

    #[test]
    fn malformed_rules_are_refused() {
        for text in [
            "^a -> Continue Other",
            "^a -> Next \"text\"",
            "^a -> Next.Record Other More",
            "^a -> Record.Next",
            "^a ->Record",
            "^a -> b.c",
            "^a$",
            "^${X",
            "^${Y}",
            "^${X}${X}",
            "^(a",
        ] {
            assert!(rule(text).is_err(), "{text}");
        }
    }

    #[test]
    fn dollars_are_substituted_only_where_there_are_values() {
        let matches = |rule: &Rule, text| {
            rule.regex.matches(Line::new(text), &mut Matcher::default(), &mut Allowance::new(&Budget::new()))
        };
        assert_eq!(matches(&rule("^${X}$$").unwrap(), "12"), Ok(true));
        assert_eq!(matches(&Rule::parse("^a$", 1, &[]).unwrap(), "ab"), Ok(false));
    }
}
