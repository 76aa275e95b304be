//! Running a template over a text, line by line.

use super::error::{ParseError, ParseErrorKind};
use super::lines::lines;
use super::pattern::{Allowance, Pattern};
use super::rule::{LineOp, NextState, RecordOp, Rule};
use super::table::{Table, Value};
use super::template::Template;
use super::value::{ValueDef, ValueOption};
use crate::seen::Seen;

/// Runs `template` over `text`.
pub(super) fn run(template: &Template, text: &str) -> Result<Table, ParseError> {
    let mut run = Run::new(template);
    let mut end = NextState::Eof;
    for (line, number) in lines(text).zip(1..) {
        let next = run.line(line).map_err(|failure| failure.at(template, line, number))?;
        match next {
            NextState::Same => {}
            NextState::State(state) => run.state = state,
            NextState::Eof | NextState::End => {
                end = next;
                break;
            }
        }
    }
    if end == NextState::Eof && !template.has_eof {
        run.record();
    }
    Ok(Table::new(template.header.clone(), run.rows))
}

struct Run<'t> {
    template: &'t Template,
    state: usize,
    cells: Vec<Cell>,
    rows: Vec<Vec<Value>>,
    allowance: Allowance,
}

/// What a value holds between two records.
#[derive(Clone, Default)]
struct Cell {
    value: Value,
    /// What `Filldown` restores after a record.
    kept: Value,
    /// What `List` has collected.
    items: Vec<Value>,
}

/// A line that could not be parsed.
struct Failure {
    kind: ParseErrorKind,
    rule_line: usize,
    reason: String,
}

impl<'t> Run<'t> {
    fn new(template: &'t Template) -> Self {
        let cells = vec![Cell::default(); template.values.len()];
        Self { template, state: template.start, cells, rows: Vec::new(), allowance: Allowance::new() }
    }

    /// Tries the rules of the state in order, up to the first that matches and does not continue.
    fn line(&mut self, line: &str) -> Result<NextState, Failure> {
        let template = self.template;
        for rule in &template.states[self.state].rules {
            let limit = |reason| Failure::new(ParseErrorKind::Limit, rule, reason);
            let Some(spans) = rule.pattern.spans(line, &mut self.allowance).map_err(limit)? else { continue };
            for target in &rule.targets {
                let text = spans.get(target.group).cloned().flatten().map(|span| &line[span]);
                self.assign(target.value, text).map_err(|(kind, reason)| Failure::new(kind, rule, reason))?;
            }
            match rule.record_op {
                RecordOp::NoRecord => {}
                RecordOp::Record => self.record(),
                RecordOp::Clear => self.clear(),
                RecordOp::Clearall => self.clear_all(),
            }
            match rule.line_op {
                LineOp::Next => return Ok(rule.next),
                LineOp::Continue => {}
                LineOp::Error => return Err(Failure::refused(rule)),
            }
        }
        Ok(NextState::Same)
    }

    fn assign(&mut self, index: usize, text: Option<&str>) -> Result<(), (ParseErrorKind, String)> {
        let (value, cell) = (&self.template.values[index], &mut self.cells[index]);
        cell.value = optional(text);
        for option in &value.options {
            match option {
                ValueOption::Filldown => cell.kept.clone_from(&cell.value),
                ValueOption::Fillup => fill_up(&mut self.rows, index, &cell.value),
                ValueOption::List => cell.items.push(item(value, text, &mut self.allowance)?),
                ValueOption::Required | ValueOption::Key => {}
            }
        }
        Ok(())
    }

    /// Adds the record to the rows and clears it. A record that holds nothing at all is not added, nor cleared.
    fn record(&mut self) {
        if !self.save() {
            return self.clear();
        }
        let nothing = |cell: &Cell| match &cell.value {
            Value::None => true,
            Value::List(items) => items.is_empty(),
            _ => false,
        };
        if self.cells.iter().all(nothing) {
            return;
        }
        let row = self.cells.iter_mut().map(|cell| match std::mem::take(&mut cell.value) {
            Value::None => Value::Text(String::new()),
            value => value,
        });
        self.rows.push(row.collect());
        self.clear();
    }

    /// Lets each value's options act on the record; false if a `Required` one refuses it.
    fn save(&mut self) -> bool {
        for (value, cell) in self.template.values.iter().zip(&mut self.cells) {
            for option in &value.options {
                match option {
                    ValueOption::Required if cell.value.is_empty() => return false,
                    ValueOption::List => cell.value = Value::List(cell.items.clone()),
                    _ => {}
                }
            }
        }
        true
    }

    fn clear(&mut self) {
        for (value, cell) in self.template.values.iter().zip(&mut self.cells) {
            // `kept` is nothing unless the value fills down.
            cell.value.clone_from(&cell.kept);
            if !value.has(ValueOption::Filldown) {
                cell.items.clear();
            }
        }
    }

    fn clear_all(&mut self) {
        self.cells.fill(Cell::default());
    }
}

/// Copies a value up the column, to the last row that has one.
fn fill_up(rows: &mut [Vec<Value>], index: usize, value: &Value) {
    if value.is_empty() {
        return;
    }
    for cell in rows.iter_mut().rev().map(|row| &mut row[index]).take_while(|cell| cell.is_empty()) {
        cell.clone_from(value);
    }
}

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::None, |text| Value::Text(text.to_owned()))
}

/// What a `List` value adds for `text`: a map where its expression has named groups of its own.
fn item(
    value: &ValueDef,
    text: Option<&str>,
    allowance: &mut Allowance,
) -> Result<Value, (ParseErrorKind, String)> {
    let Some(nested) = &value.nested else { return Ok(optional(text)) };
    let text = text.ok_or_else(|| {
        let reason = format!("the List value '{}' has groups but took no part in the match", value.name);
        (ParseErrorKind::Unmatched, reason)
    })?;
    let map = map(nested, text, allowance).map_err(|reason| (ParseErrorKind::Limit, reason))?;
    Ok(map.unwrap_or_else(|| optional(Some(text))))
}

/// The named groups of a match of the whole expression on `text`; None without a match or such groups.
fn map(nested: &Pattern, text: &str, allowance: &mut Allowance) -> Result<Option<Value>, String> {
    let Some(spans) = nested.spans(text, allowance)? else { return Ok(None) };
    let named = nested
        .groups()
        .iter()
        .zip(spans.iter().skip(1))
        .filter_map(|(name, span)| Some((name.clone()?, span)));
    let entries: Vec<_> =
        named.map(|(name, span)| (name, optional(span.clone().map(|span| &text[span])))).collect();
    Ok(Some(entries).filter(|entries| !entries.is_empty()).map(Value::Map))
}

impl Failure {
    fn new(kind: ParseErrorKind, rule: &Rule, reason: String) -> Self {
        Self { kind, rule_line: rule.line, reason }
    }

    fn refused(rule: &Rule) -> Self {
        let message = rule.operand.as_deref().map(|message| message.trim_matches('"'));
        let reason = message.unwrap_or("the template does not know this line");
        Self::new(ParseErrorKind::Refused, rule, reason.to_owned())
    }

    fn at(self, template: &Template, line: &str, number: usize) -> ParseError {
        let Self { kind, rule_line, reason } = self;
        let (origin, seen) = (template.origin.clone(), Seen::tail(line.as_bytes()));
        ParseError { kind, origin, rule_line, text_line: number, reason, seen }
    }
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
