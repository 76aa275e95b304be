//! A table for people: a row per host, or per row of its parsed replies; what failed stands below it in full.

use super::safe::safe;
use crate::record::{HostRecord, ReplyRecord, Status};
use comfy_table::Table as Grid;
use comfy_table::TableStyle;
use linecrew_core::textfsm::{Row, Value};
use std::io::{self, Write};

/// What a pipe gets, where nobody says how wide it is.
const WIDTH_OF_A_PIPE: u16 = 160;
/// A cell is cut here: longer ones are for `--format json`.
const WIDEST_CELL: usize = 40;

pub(super) fn hosts(out: &mut impl Write, records: &[HostRecord], columns: &[String]) -> io::Result<()> {
    let parsed = records.iter().flat_map(|record| &record.replies).any(|reply| reply.parsed.is_some());
    let rows = if parsed { parsed_rows(records, columns) } else { plain_rows(records) };
    let left_out = print(out, rows, columns.is_empty())?;
    if left_out > 0 {
        writeln!(out, "({left_out} more columns: choose with --columns, or see all with --format json)")?;
    }
    let failed: Vec<_> = records.iter().filter(|record| record.status == Status::Failed).collect();
    writeln!(out, "\nok {}   failed {}", records.len() - failed.len(), failed.len())?;
    for error in failed.iter().filter_map(|record| record.error.as_ref()) {
        writeln!(out, "{}", safe(error))?;
    }
    Ok(())
}

/// The heading, then the rows.
type Rows = Vec<Vec<String>>;

fn plain_rows(records: &[HostRecord]) -> Rows {
    let mut rows = vec![["HOST", "STATUS", "TIME", "COMMAND", "REPLY"].map(str::to_owned).to_vec()];
    for record in records {
        let host = [record.host.clone(), status(record).to_owned(), time(record.elapsed_ms)];
        let replies = record.replies.iter().map(|reply| [reply.command.clone(), summary(reply)].to_vec());
        let mut replies: Vec<_> = replies.collect();
        if replies.is_empty() {
            replies.push(vec![String::new(), record.phase.clone().unwrap_or_default()]);
        }
        rows.extend(replies.into_iter().map(|reply| host.iter().cloned().chain(reply).collect()));
    }
    rows
}

/// How the command failed, or the first line that says something, and how many follow.
fn summary(reply: &ReplyRecord) -> String {
    if let Some(error) = &reply.error {
        return error.clone();
    }
    let mut lines = reply.text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or_default().trim().to_owned();
    match lines.count() {
        0 => first,
        1 => format!("{} (+1 line)", cut(&first)),
        more => format!("{} (+{more} lines)", cut(&first)),
    }
}

fn parsed_rows(records: &[HostRecord], columns: &[String]) -> Rows {
    let chosen = if columns.is_empty() { columns_with_content(records) } else { columns.to_vec() };
    let heading = ["HOST", "STATUS"].map(str::to_owned).into_iter().chain(chosen.iter().cloned());
    let mut rows = vec![heading.collect::<Vec<_>>()];
    for record in records {
        let host = [record.host.clone(), status(record).to_owned()];
        let cells = |row: &Row| -> Vec<String> {
            let cells = chosen.iter().map(|column| row.get(column).map(cell).unwrap_or_default());
            host.iter().cloned().chain(cells).collect()
        };
        let before = rows.len();
        rows.extend(all_rows(record).map(cells));
        if rows.len() == before {
            rows.push(host.iter().cloned().chain(chosen.iter().map(|_| String::new())).collect());
        }
    }
    rows
}

fn all_rows(record: &HostRecord) -> impl Iterator<Item = &Row> {
    record.replies.iter().filter_map(|reply| reply.parsed.as_ref()).flatten()
}

/// The columns of all templates in their order, without those that are empty everywhere.
fn columns_with_content(records: &[HostRecord]) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for (name, value) in records.iter().flat_map(all_rows).flat_map(Row::iter) {
        if !value.is_empty() && !columns.iter().any(|column| column == name) {
            columns.push(name.to_owned());
        }
    }
    columns
}

fn cell(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::None => String::new(),
        Value::List(items) => items.iter().map(cell).collect::<Vec<_>>().join(" "),
        Value::Map(entries) => {
            entries.iter().map(|(key, value)| format!("{key}={}", cell(value))).collect::<Vec<_>>().join(" ")
        }
    }
}

/// Prints as many columns as fit where nobody chose them, and tells how many do not.
fn print(out: &mut impl Write, mut rows: Rows, fit: bool) -> io::Result<usize> {
    for text in rows.iter_mut().flatten() {
        *text = cut(&safe(text).replace(['\n', '\t'], " "));
    }
    let columns = rows.first().map_or(0, Vec::len);
    let shown = if fit { columns_that_fit(&rows) } else { columns };
    let mut grid = Grid::new();
    grid.load_style(TableStyle::new()).set_content_arrangement(comfy_table::ContentArrangement::Disabled);
    for (index, mut row) in rows.into_iter().enumerate() {
        row.truncate(shown);
        if index == 0 {
            grid.set_header(row)
        } else {
            grid.add_row(row)
        };
    }
    for line in grid.lines() {
        writeln!(out, "{}", line.trim())?;
    }
    Ok(columns - shown)
}

fn columns_that_fit(rows: &Rows) -> usize {
    let width = Grid::new().width().unwrap_or(WIDTH_OF_A_PIPE);
    let columns = rows.first().map_or(0, Vec::len);
    let widest = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let mut used = 0;
    // Each column is followed by two spaces; the host and its status are always shown.
    let fits = |column: &usize| {
        used += widest(*column) + 2;
        *column < 2 || used <= usize::from(width)
    };
    (0..columns).take_while(fits).count()
}

fn cut(text: &str) -> String {
    if text.chars().count() <= WIDEST_CELL {
        return text.to_owned();
    }
    text.chars().take(WIDEST_CELL - 3).chain("...".chars()).collect()
}

fn status(record: &HostRecord) -> &'static str {
    match record.status {
        Status::Ok => "ok",
        Status::Failed => "failed",
    }
}

fn time(millis: u64) -> String {
    format!("{}.{:02} s", millis / 1000, millis % 1000 / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_summed_up_by_its_first_line_that_says_something() {
        let summary_of = |text: &str| {
            let (command, text) = ("show x".to_owned(), text.to_owned());
            summary(&ReplyRecord { command, ok: true, elapsed_ms: 0, text, parsed: None, error: None })
        };
        assert_eq!(summary_of("\none\ntwo\n"), "one (+1 line)");
        assert_eq!(summary_of("one\ntwo\nthree"), "one (+2 lines)");
        assert_eq!(summary_of(""), "");
    }
}
