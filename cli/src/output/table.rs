//! A table for people: a row per host, or per row of its parsed replies; what failed stands below it in full.

use super::cell::Cell;
use super::safe::safe;
use super::sheet::{Sheet, WIDEST_CELL, text_of, width};
use crate::record::{HostRecord, ReplyRecord, Status};
use linecrew_core::native::Data;
use linecrew_core::textfsm::Row;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// A reply is not cut shorter than this, however narrow the terminal is.
const NARROWEST_REPLY: usize = 20;
/// So many hosts of a found platform are named.
const MOST_NAMED: usize = 5;

pub(super) fn hosts(out: &mut impl Write, records: &[HostRecord], columns: &[String]) -> io::Result<()> {
    hosts_within(out, records, columns, width())
}

fn hosts_within(
    out: &mut impl Write,
    records: &[HostRecord],
    columns: &[String],
    width: usize,
) -> io::Result<()> {
    let parsed = records.iter().flat_map(|record| &record.replies).any(|reply| reply.parsed.is_some());
    let left_out = if parsed {
        let rows = parsed_rows(records, columns);
        // The host and its status are always shown.
        let shown = if columns.is_empty() { rows.columns_that_fit(width, 2) } else { usize::MAX };
        rows.print(out, shown, WIDEST_CELL)?
    } else {
        let rows = plain_rows(records);
        rows.print(out, usize::MAX, rows.width_of_last(width, NARROWEST_REPLY))?
    };
    if left_out > 0 {
        writeln!(out, "({left_out} more columns: choose with --columns, or see all with --format json)")?;
    }
    let failed: Vec<_> = records.iter().filter(|record| record.status == Status::Failed).collect();
    writeln!(out, "\nok {}   failed {}", records.len() - failed.len(), failed.len())?;
    for error in failed.iter().filter_map(|record| record.error.as_ref()) {
        writeln!(out, "{}", safe(error))?;
    }
    platforms_found(out, records)
}

/// Which platforms were found out, how sure that is, and of which hosts.
fn platforms_found(out: &mut impl Write, records: &[HostRecord]) -> io::Result<()> {
    let mut found: BTreeMap<(&str, u8), Vec<&str>> = BTreeMap::new();
    for record in records {
        if let Some(detected) = &record.detected {
            found.entry((&detected.platform, detected.confidence)).or_default().push(&record.host);
        }
    }
    for ((platform, confidence), hosts) in found {
        let named = hosts[..hosts.len().min(MOST_NAMED)].join(", ");
        let more = hosts.len().saturating_sub(MOST_NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        writeln!(out, "found platform {platform}, {confidence} % sure: {named}{more}")?;
    }
    Ok(())
}

fn plain_rows(records: &[HostRecord]) -> Sheet {
    let mut rows = Sheet::new(["HOST", "STATUS", "TIME", "COMMAND", "REPLY"]);
    for record in records {
        let host = [&record.host, status(record), &time(record.elapsed_ms)].map(Cell::new);
        let replies = record.replies.iter().map(|reply| [Cell::new(&reply.command), summary(reply)]);
        let mut replies: Vec<_> = replies.collect();
        if replies.is_empty() {
            replies.push(["", record.phase.as_deref().unwrap_or_default()].map(Cell::new));
        }
        for reply in replies {
            rows.row(host.iter().cloned().chain(reply));
        }
    }
    rows
}

/// How the command failed, or the first line that says something, and how many follow.
fn summary(reply: &ReplyRecord) -> Cell {
    if let Some(error) = &reply.error {
        return Cell::new(error);
    }
    let mut lines = reply.text.lines().filter(|line| !line.trim().is_empty());
    let first = Cell::new(lines.next().unwrap_or_default().trim());
    match lines.count() {
        0 => first,
        1 => first.ending(" (+1 line)".to_owned()),
        more => first.ending(format!(" (+{more} lines)")),
    }
}

fn parsed_rows(records: &[HostRecord], columns: &[String]) -> Sheet {
    let chosen = if columns.is_empty() { columns_with_content(records) } else { columns.to_vec() };
    let mut rows = Sheet::new(["HOST", "STATUS"].into_iter().chain(chosen.iter().map(String::as_str)));
    for record in records {
        let host = [&record.host, status(record)].map(Cell::new);
        let cells = |row: &Row| -> Vec<Cell> {
            let cells = chosen.iter().map(|column| row.get(column).map(text_of).unwrap_or_default());
            host.iter().cloned().chain(cells.map(|text| Cell::new(&text))).collect()
        };
        let before = rows.len();
        for row in all_rows(record) {
            rows.row(cells(row));
        }
        if rows.len() == before {
            rows.row(host.iter().cloned().chain(chosen.iter().map(|_| Cell::default())));
        }
    }
    rows
}

fn all_rows(record: &HostRecord) -> impl Iterator<Item = &Row> {
    let tables = record.replies.iter().filter_map(|reply| match &reply.parsed {
        Some(Data::Table(table)) => Some(table),
        _ => None,
    });
    tables.flatten()
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

fn status(record: &HostRecord) -> &'static str {
    match (record.status, record.out_of_band) {
        (Status::Ok, false) => "ok",
        (Status::Ok, true) => "ok, out of band",
        (Status::Failed, false) => "failed",
        (Status::Failed, true) => "failed, out of band",
    }
}

fn time(millis: u64) -> String {
    format!("{}.{:02} s", millis / 1000, millis % 1000 / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(command: &str, text: &str) -> ReplyRecord {
        let (command, text) = (command.to_owned(), text.to_owned());
        ReplyRecord { command, ok: true, elapsed_ms: 0, text, parsed: None, parser: None, error: None }
    }

    #[test]
    fn the_status_tells_that_the_second_address_served() {
        let record = |status, out_of_band| HostRecord {
            host: "r1".to_owned(),
            status,
            elapsed_ms: 0,
            address: Some("192.0.2.1".to_owned()),
            out_of_band,
            detected: None,
            phase: None,
            error: None,
            replies: Vec::new(),
        };
        let shown = |status, out_of_band| super::status(&record(status, out_of_band));
        assert_eq!(shown(Status::Ok, false), "ok");
        assert_eq!(shown(Status::Ok, true), "ok, out of band");
        assert_eq!(shown(Status::Failed, true), "failed, out of band");
    }

    #[test]
    fn a_reply_is_summed_up_by_its_first_line_that_says_something() {
        let summary_of = |text: &str| summary(&reply("show x", text)).within(WIDEST_CELL);
        assert_eq!(summary_of("\none\ntwo\n"), "one (+1 line)");
        assert_eq!(summary_of("one\ntwo\nthree"), "one (+2 lines)");
        assert_eq!(summary_of(""), "");
    }

    #[test]
    fn a_narrow_table_shows_the_replies_with_the_number_of_their_lines() {
        let heading = "Interface              IP-Address      OK? Method Status                Protocol";
        let reply = reply("show ip interface brief", &format!("{heading}{}", "\nGi1".repeat(55)));
        let record = HostRecord {
            host: "core-1".to_owned(),
            status: Status::Ok,
            elapsed_ms: 0,
            address: None,
            out_of_band: false,
            detected: None,
            phase: None,
            error: None,
            replies: vec![reply],
        };
        for width in [60, 80, 160] {
            let mut out = Vec::new();
            hosts_within(&mut out, std::slice::from_ref(&record), &[], width).unwrap();
            let out = String::from_utf8(out).unwrap();
            let row = out.lines().nth(1).unwrap();
            assert!(row.contains("Inter") && row.ends_with("... (+55 lines)"), "{out}");
            assert!(!out.contains("--columns"), "{out}");
            assert!(width < 80 || out.lines().all(|line| line.chars().count() <= width), "{out}");
        }
    }
}
