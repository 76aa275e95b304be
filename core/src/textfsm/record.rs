//! The record that rules fill, and the rows that were made of it.

use super::engine::Failure;
use super::error::ParseErrorKind;
use super::python_re::{Allowance, Line, Matcher, Regex};
use super::table::Value;
use super::value::{ValueDef, ValueOption};
use std::collections::VecDeque;

/// What the values hold between two records, and the rows so far.
#[derive(Debug)]
pub(super) struct Record<'t> {
    values: &'t [ValueDef],
    cells: Vec<Cell>,
    rows: VecDeque<Vec<Value>>,
    /// For the groups within a `List` value.
    matcher: Matcher,
}

/// What one value holds.
#[derive(Clone, Debug, Default)]
struct Cell {
    value: Value,
    /// What `Filldown` restores after a record.
    kept: Value,
    /// What `List` has collected.
    items: Vec<Value>,
}

impl<'t> Record<'t> {
    pub(super) fn new(values: &'t [ValueDef]) -> Self {
        let cells = vec![Cell::default(); values.len()];
        Self { values, cells, rows: VecDeque::new(), matcher: Matcher::default() }
    }

    pub(super) fn rows(&mut self) -> &mut VecDeque<Vec<Value>> {
        &mut self.rows
    }

    /// How many of the rows are final: up to the last one that has something in each `Fillup` column.
    pub(super) fn settled(&self) -> usize {
        let fills = self.values.iter().enumerate().filter(|(_, value)| value.has(ValueOption::Fillup));
        fills
            .map(|(index, _)| {
                self.rows.iter().rposition(|row| !row[index].is_empty()).map_or(0, |last| last + 1)
            })
            .min()
            .unwrap_or(self.rows.len())
    }

    /// Gives the value at `index` what its group matched.
    pub(super) fn assign(
        &mut self,
        index: usize,
        text: Option<&str>,
        allowance: &mut Allowance,
    ) -> Result<(), Failure> {
        let (value, cell) = (&self.values[index], &mut self.cells[index]);
        set(&mut cell.value, text);
        for option in &value.options {
            match option {
                ValueOption::Filldown => cell.kept.clone_from(&cell.value),
                ValueOption::Fillup => fill_up(&mut self.rows, index, &cell.value),
                ValueOption::List => cell.items.push(item(value, text, &mut self.matcher, allowance)?),
                ValueOption::Required | ValueOption::Key => {}
            }
        }
        Ok(())
    }

    /// Adds the record to the rows and clears it. A record that holds nothing at all is not added, nor cleared.
    pub(super) fn save(&mut self) {
        if !self.commit() {
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
        self.rows.push_back(row.collect());
        self.clear();
    }

    /// Lets each value's options act on the record; false if a `Required` one refuses it.
    fn commit(&mut self) -> bool {
        for (value, cell) in self.values.iter().zip(&mut self.cells) {
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

    pub(super) fn clear(&mut self) {
        for (value, cell) in self.values.iter().zip(&mut self.cells) {
            // `kept` is nothing unless the value fills down.
            cell.value.clone_from(&cell.kept);
            if !value.has(ValueOption::Filldown) {
                cell.items.clear();
            }
        }
    }

    pub(super) fn clear_all(&mut self) {
        self.cells.fill(Cell::default());
    }
}

/// Keeps the room of a text that is replaced.
fn set(value: &mut Value, text: Option<&str>) {
    match (value, text) {
        (Value::Text(old), Some(text)) => {
            old.clear();
            old.push_str(text);
        }
        (value, text) => *value = optional(text),
    }
}

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::None, |text| Value::Text(text.to_owned()))
}

/// Copies a value up the column, to the last row that has one.
fn fill_up(rows: &mut VecDeque<Vec<Value>>, index: usize, value: &Value) {
    if value.is_empty() {
        return;
    }
    for cell in rows.iter_mut().rev().map(|row| &mut row[index]).take_while(|cell| cell.is_empty()) {
        cell.clone_from(value);
    }
}

/// What a `List` value adds for `text`: a map where its expression has named groups of its own.
fn item(
    value: &ValueDef,
    text: Option<&str>,
    matcher: &mut Matcher,
    allowance: &mut Allowance,
) -> Result<Value, Failure> {
    let Some(nested) = &value.nested else { return Ok(optional(text)) };
    let text = text.ok_or_else(|| Failure {
        kind: ParseErrorKind::Unmatched,
        reason: format!("the List value '{}' has groups but took no part in the match", value.name),
    })?;
    let found = nested.matches(Line::new(text), matcher, allowance).map_err(Failure::limit)?;
    let map = if found { named_groups(nested, text, matcher) } else { Vec::new() };
    Ok(if map.is_empty() { optional(Some(text)) } else { Value::Map(map) })
}

fn named_groups(nested: &Regex, text: &str, matcher: &Matcher) -> Vec<(String, Value)> {
    let named = nested.groups().iter().zip(1..).filter_map(|(name, group)| Some((name.clone()?, group)));
    named.map(|(name, group)| (name, optional(matcher.span(group).map(|span| &text[span])))).collect()
}
