//! Comma-separated values: a row per reply, or per row of the parsed replies. Each host has at least one.

use super::rows::csv_cell;
use super::safe::safe;
use crate::record::{HostRecord, ReplyRecord};
use linecrew_core::native::Data;
use linecrew_core::textfsm::{Row, Table};
use std::io::{self, Write};

const PLAIN: [&str; 7] = ["host", "status", "command", "ok", "elapsed_ms", "text", "error"];
/// What stands before the columns of the templates.
const PARSED: [&str; 5] = ["host", "status", "command", "parser", "error"];

/// The heading; `columns` are those of parsed replies, where there are any.
pub(super) fn heading(out: &mut impl Write, columns: Option<&[String]>) -> io::Result<()> {
    match columns {
        None => record(out, PLAIN),
        Some(columns) => record(out, PARSED.into_iter().chain(columns.iter().map(String::as_str))),
    }
}

/// The rows of a host.
pub(super) fn host(out: &mut impl Write, of: &HostRecord, columns: Option<&[String]>) -> io::Result<()> {
    let mut rows: Vec<Vec<String>> = match columns {
        None => of.replies.iter().map(|reply| plain(of, reply)).collect(),
        Some(columns) => of.replies.iter().flat_map(|reply| parsed(of, reply, columns)).collect(),
    };
    if rows.is_empty() {
        rows.push(nothing(of, columns));
    }
    rows.iter().try_for_each(|row| record(out, row.iter().map(|cell| safe(cell).into_owned())))
}

/// The columns of all templates, in the order in which they come.
pub(super) fn all_columns(records: &[HostRecord]) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for header in records.iter().flat_map(|of| &of.replies).filter_map(table).map(Table::header) {
        let new: Vec<String> = header.iter().filter(|column| !columns.contains(column)).cloned().collect();
        columns.extend(new);
    }
    columns
}

fn table(reply: &ReplyRecord) -> Option<&Table> {
    if let Some(Data::Table(table)) = &reply.parsed { Some(table) } else { None }
}

fn plain(of: &HostRecord, reply: &ReplyRecord) -> Vec<String> {
    let error = reply.error.clone().unwrap_or_default();
    let (ok, elapsed) = (reply.ok.to_string(), reply.elapsed_ms.to_string());
    vec![
        of.host.clone(),
        of.status.word().to_owned(),
        reply.command.clone(),
        ok,
        elapsed,
        reply.text.clone(),
        error,
    ]
}

fn parsed(of: &HostRecord, reply: &ReplyRecord, columns: &[String]) -> Vec<Vec<String>> {
    let head = |error: String| {
        let parser = reply.parser.clone().unwrap_or_default();
        vec![of.host.clone(), of.status.word().to_owned(), reply.command.clone(), parser, error]
    };
    let row = |row: &Row| {
        let cells = columns.iter().map(|column| row.get(column).map(csv_cell).unwrap_or_default());
        head(String::new()).into_iter().chain(cells).collect()
    };
    let mut rows: Vec<Vec<String>> = table(reply).into_iter().flatten().map(row).collect();
    if rows.is_empty() {
        let cells = columns.iter().map(|_| String::new());
        rows.push(head(reply.error.clone().unwrap_or_default()).into_iter().chain(cells).collect());
    }
    rows
}

/// A host that replied to nothing.
fn nothing(of: &HostRecord, columns: Option<&[String]>) -> Vec<String> {
    let error = of.error.clone().unwrap_or_default();
    let mut row = vec![of.host.clone(), of.status.word().to_owned()];
    match columns {
        None => row.extend(["", "false", &of.elapsed_ms.to_string(), "", &error].map(str::to_owned)),
        Some(columns) => {
            row.extend([String::new(), String::new(), error]);
            row.extend(columns.iter().map(|_| String::new()));
        }
    }
    row
}

fn record(out: &mut impl Write, cells: impl IntoIterator<Item = impl AsRef<[u8]>>) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(cells)?;
    writer.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::{failed, parsed_reply, record_of, reply};

    fn printed(records: &[HostRecord], columns: Option<&[String]>) -> String {
        let mut out = Vec::new();
        heading(&mut out, columns).unwrap();
        records.iter().try_for_each(|record| host(&mut out, record, columns)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_reply_is_a_row_and_so_is_a_host_without_one() {
        let records =
            [record_of("r1", vec![reply("show a", "one\n\"two\"\u{1b}"), reply("show b", "")]), failed("r2")];
        assert_eq!(
            printed(&records, None),
            "host,status,command,ok,elapsed_ms,text,error\nr1,ok,show a,true,0,\"one\n\"\"two\"\"\u{fffd}\",\n\
             r1,ok,show b,true,0,,\nr2,failed,,false,0,,r2: it failed\n"
        );
    }

    #[test]
    fn every_parsed_row_is_a_row_under_the_columns_of_all_templates() {
        let records = [
            record_of("r1", vec![parsed_reply("show a", "A", "x 1\nx 2\n"), parsed_reply("show b", "B", "")]),
            failed("r2"),
        ];
        let columns = all_columns(&records);
        assert_eq!(columns, ["A", "ITEMS", "B"]);
        assert_eq!(
            printed(&records, Some(&columns)),
            "host,status,command,parser,error,A,ITEMS,B\nr1,ok,show a,a template,,x,\"[\"\"1\"\"]\",\n\
             r1,ok,show a,a template,,x,\"[\"\"2\"\"]\",\n\
             r1,ok,show b,a template,,,,\nr2,failed,,,r2: it failed,,,\n"
        );
    }
}
