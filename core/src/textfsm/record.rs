//! The record that rules fill, and the rows that were made of it.

use super::engine::Failure;
use super::error::ParseErrorKind;
use super::python_re::{Allowance, Line, Matcher, Regex};
use super::table::Value;
use super::value::{ValueDef, ValueOption};
use std::collections::VecDeque;

/// What the rows and the record may take together, in bytes. A value that fills down is copied into each row, so
/// that a small text can make large rows.
const MOST_BYTES: usize = 1 << 30;

/// What the values hold between two records, and the rows so far.
#[derive(Debug)]
pub(super) struct Record<'t> {
    values: &'t [ValueDef],
    cells: Vec<Cell>,
    rows: VecDeque<Vec<Value>>,
    /// How many bytes all of it takes, and how many it may.
    bytes: usize,
    pub(super) most_bytes: usize,
    /// Each `Fillup` column, and how many rows up to the last that has something there.
    filled: Vec<(usize, usize)>,
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
    /// The bytes of the items.
    items_size: usize,
}

impl<'t> Record<'t> {
    pub(super) fn new(values: &'t [ValueDef]) -> Self {
        let fills = values.iter().enumerate().filter(|(_, value)| value.has(ValueOption::Fillup));
        let cells = vec![Cell::default(); values.len()];
        Self {
            values,
            rows: VecDeque::new(),
            bytes: cells.iter().map(Cell::size).sum(),
            cells,
            most_bytes: MOST_BYTES,
            filled: fills.map(|(index, _)| (index, 0)).collect(),
            matcher: Matcher::default(),
        }
    }

    /// Takes all rows.
    pub(super) fn take_rows(&mut self) -> VecDeque<Vec<Value>> {
        std::mem::take(&mut self.rows)
    }

    /// Takes the first row.
    pub(super) fn pop(&mut self) -> Option<Vec<Value>> {
        let row = self.rows.pop_front()?;
        self.bytes -= row.iter().map(Value::size).sum::<usize>();
        self.filled.iter_mut().for_each(|(_, rows)| *rows = rows.saturating_sub(1));
        Some(row)
    }

    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// How many of the rows are final: up to the last one that has something in each `Fillup` column.
    pub(super) fn settled(&self) -> usize {
        self.filled.iter().map(|(_, rows)| *rows).min().unwrap_or(self.rows.len())
    }

    /// Gives the value at `index` what its group matched.
    pub(super) fn assign(
        &mut self,
        index: usize,
        text: Option<&str>,
        allowance: &mut Allowance<'_>,
    ) -> Result<(), Failure> {
        let (value, cell) = (&self.values[index], &mut self.cells[index]);
        self.bytes -= cell.value.size() + cell.kept.size();
        set(&mut cell.value, text);
        for option in &value.options {
            match option {
                ValueOption::Filldown => cell.kept.clone_from(&cell.value),
                ValueOption::List => {
                    let item = item(value, text, &mut self.matcher, allowance)?;
                    cell.items_size += item.size();
                    self.bytes += item.size();
                    cell.items.push(item);
                }
                ValueOption::Fillup | ValueOption::Required | ValueOption::Key => {}
            }
        }
        self.bytes += cell.value.size() + cell.kept.size();
        if value.has(ValueOption::Fillup) {
            self.fill_up(index)?;
        }
        self.check(0)
    }

    /// Copies a value up the column, to the last row that has one.
    fn fill_up(&mut self, index: usize) -> Result<(), Failure> {
        let value = &self.cells[index].value;
        if value.is_empty() {
            return Ok(());
        }
        let empty = self.rows.iter().rev().take_while(|row| row[index].is_empty()).count();
        let added = empty * (value.size() - Value::default().size());
        self.check(added)?;
        self.bytes += added;
        for row in self.rows.iter_mut().rev().take(empty) {
            row[index].clone_from(value);
        }
        let rows = self.rows.len();
        self.filled.iter_mut().filter(|(at, _)| *at == index).for_each(|(_, filled)| *filled = rows);
        Ok(())
    }

    /// Adds the record to the rows and clears it. A record that holds nothing at all is not added, nor cleared.
    pub(super) fn save(&mut self) -> Result<(), Failure> {
        let fields = || self.values.iter().zip(&self.cells);
        if fields().any(|(value, cell)| cell.is_refused(value)) {
            self.clear();
            return Ok(());
        }
        if fields().all(|(value, cell)| cell.holds_nothing(value)) {
            return Ok(());
        }
        self.check(fields().map(|(value, cell)| cell.copied(value)).sum())?;
        let mut row = Vec::with_capacity(self.values.len());
        for (value, cell) in self.values.iter().zip(&mut self.cells) {
            let before = cell.size();
            let field = cell.take(value);
            cell.clear(value);
            self.bytes = self.bytes + field.size() + cell.size() - before;
            row.push(field);
        }
        self.rows.push_back(row);
        let (row, rows) = (&self.rows[self.rows.len() - 1], self.rows.len());
        self.filled.iter_mut().filter(|(at, _)| !row[*at].is_empty()).for_each(|(_, filled)| *filled = rows);
        Ok(())
    }

    pub(super) fn clear(&mut self) {
        for (value, cell) in self.values.iter().zip(&mut self.cells) {
            let before = cell.size();
            cell.clear(value);
            self.bytes = self.bytes + cell.size() - before;
        }
    }

    pub(super) fn clear_all(&mut self) {
        for cell in &mut self.cells {
            self.bytes -= cell.size();
            *cell = Cell::default();
            self.bytes += cell.size();
        }
    }

    /// Whether there is room for so many bytes more.
    fn check(&self, more: usize) -> Result<(), Failure> {
        if self.bytes.saturating_add(more) <= self.most_bytes {
            return Ok(());
        }
        Err(Failure::limit(format!("the rows take more than {} bytes", self.most_bytes)))
    }
}

impl Cell {
    fn size(&self) -> usize {
        self.value.size() + self.kept.size() + self.items_size
    }

    /// Whether the options, in their order, refuse the record.
    fn is_refused(&self, value: &ValueDef) -> bool {
        let mut is_list = false;
        value.options.iter().any(|option| {
            is_list |= *option == ValueOption::List;
            let is_empty = || if is_list { self.items.is_empty() } else { self.value.is_empty() };
            *option == ValueOption::Required && is_empty()
        })
    }

    fn holds_nothing(&self, value: &ValueDef) -> bool {
        if value.has(ValueOption::List) { self.items.is_empty() } else { self.value == Value::None }
    }

    /// How many bytes a row makes of it beyond what it holds already.
    fn copied(&self, value: &ValueDef) -> usize {
        let fills_down = value.has(ValueOption::Filldown);
        self.value.size() + self.kept.size() + if fills_down { self.items_size } else { 0 }
    }

    /// What goes into the row.
    fn take(&mut self, value: &ValueDef) -> Value {
        if !value.has(ValueOption::List) {
            return match std::mem::take(&mut self.value) {
                Value::None => Value::Text(String::new()),
                value => value,
            };
        }
        if value.has(ValueOption::Filldown) {
            return Value::List(self.items.clone());
        }
        self.items_size = 0;
        Value::List(std::mem::take(&mut self.items))
    }

    fn clear(&mut self, value: &ValueDef) {
        // `kept` is nothing unless the value fills down.
        self.value.clone_from(&self.kept);
        if !value.has(ValueOption::Filldown) {
            self.items.clear();
            self.items_size = 0;
        }
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

/// What a `List` value adds for `text`: a map where its expression has named groups of its own.
fn item(
    value: &ValueDef,
    text: Option<&str>,
    matcher: &mut Matcher,
    allowance: &mut Allowance<'_>,
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
