//! Cells in columns, cut to a width that people can read.

use super::cell::Cell;
use comfy_table::{ContentArrangement, Table, TableStyle};
use linecrew_core::textfsm::Value;
use std::io::{self, Write};

/// What a pipe gets, where nobody says how wide it is.
const WIDTH_OF_A_PIPE: u16 = 160;
/// A cell is cut here: longer ones are for `--format json`.
pub(super) const WIDEST_CELL: usize = 40;
/// Between two columns.
const GAP: usize = 2;

/// The heading, then the rows.
pub(super) struct Sheet(Vec<Vec<Cell>>);

impl Sheet {
    pub(super) fn new<'h>(heading: impl IntoIterator<Item = &'h str>) -> Self {
        Self(vec![heading.into_iter().map(Cell::new).collect()])
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.0.push(cells.into_iter().collect());
    }

    /// How many rows there are below the heading.
    pub(super) fn len(&self) -> usize {
        self.0.len() - 1
    }

    fn columns(&self) -> usize {
        self.0.first().map_or(0, Vec::len)
    }

    /// Prints the first so many columns, the last of all no wider than `last`, and tells how many are not shown.
    pub(super) fn print(&self, out: &mut impl Write, shown: usize, last: usize) -> io::Result<usize> {
        let columns = self.columns();
        let limit = |column: usize| if column + 1 == columns { last } else { WIDEST_CELL };
        let mut grid = Table::new();
        grid.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Disabled);
        for (index, row) in self.0.iter().enumerate() {
            let row = row.iter().take(shown).enumerate().map(|(column, cell)| cell.within(limit(column)));
            if index == 0 {
                grid.set_header(row)
            } else {
                grid.add_row(row)
            };
        }
        for line in grid.lines() {
            writeln!(out, "{}", line.trim())?;
        }
        Ok(columns.saturating_sub(shown))
    }

    /// How many columns fit into `width`; the first `always` are shown in any case.
    pub(super) fn columns_that_fit(&self, width: usize, always: usize) -> usize {
        let mut used = 0;
        let fits = |column: &usize| {
            used += self.widest(*column) + GAP;
            *column < always || used <= width
        };
        (0..self.columns()).take_while(fits).count()
    }

    /// What the other columns leave of the width to the last one, at least `narrowest`.
    pub(super) fn width_of_last(&self, width: usize, narrowest: usize) -> usize {
        let others: usize =
            (0..self.columns().saturating_sub(1)).map(|column| self.widest(column) + GAP).sum();
        width.saturating_sub(others + GAP).clamp(narrowest, WIDEST_CELL)
    }

    /// How wide the widest cell of a column is shown.
    fn widest(&self, column: usize) -> usize {
        self.0.iter().map(|row| row[column].width().min(WIDEST_CELL)).max().unwrap_or_default()
    }
}

/// How wide the output is.
pub(super) fn width() -> usize {
    usize::from(Table::new().width().unwrap_or(WIDTH_OF_A_PIPE))
}

/// A value on one line.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::None => String::new(),
        Value::List(items) => items.iter().map(text_of).collect::<Vec<_>>().join(" "),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{key}={}", text_of(value)));
            entries.collect::<Vec<_>>().join(" ")
        }
    }
}
