//! A table for people: a row per host, or per row of its parsed replies; what failed stands below it in full.

use super::cell::Cell;
use super::safe::{safe, safe_json};
use super::sheet::{Sheet, WIDEST_CELL, text_of, width};
use crate::record::{HostRecord, ReplyRecord, Status};
use linecrew_core::native::Data;
use linecrew_core::textfsm::Row;
use std::collections::{BTreeMap, BTreeSet};
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
    if records.is_empty() {
        return Ok(());
    }
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
    ending(out, records)
}

/// What parsed the replies, what failed, and what was warned of.
pub(super) fn ending(out: &mut impl Write, records: &[HostRecord]) -> io::Result<()> {
    writeln!(out)?;
    let replies = records.iter().flat_map(|record| &record.replies);
    let parsers: BTreeSet<&str> = replies.filter_map(|reply| reply.parser.as_deref()).collect();
    for parser in parsers {
        writeln!(out, "parsed by {}", safe(parser))?;
    }
    // Skipped hosts have nothing to tell but why all of them were skipped, which the summary says once.
    let told = records.iter().filter(|record| record.status != Status::Skipped);
    for error in told.filter_map(|record| record.error.as_ref()) {
        writeln!(out, "{}", safe(error))?;
    }
    warnings(out, records)?;
    platforms_found(out, records)
}

/// What devices warned of, though they took the line.
fn warnings(out: &mut impl Write, records: &[HostRecord]) -> io::Result<()> {
    for HostRecord { host, replies, .. } in records {
        for ReplyRecord { command, warnings, .. } in replies {
            for warning in warnings {
                writeln!(out, "{}", safe(&format!("{host}: command \"{command}\": warning: {warning}")))?;
            }
        }
    }
    Ok(())
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

/// The rows of one parsed reply, or its JSON; None if it was not parsed.
pub(super) fn rows_of(reply: &ReplyRecord, columns: &[String]) -> Option<String> {
    let table = match reply.parsed.as_ref()? {
        Data::Table(table) => table,
        other => return serde_json::to_string_pretty(other).ok().map(|json| safe_json(&json).into_owned()),
    };
    let columns = if columns.is_empty() { table.header() } else { columns };
    let mut sheet = Sheet::new(columns.iter().map(String::as_str));
    for row in table {
        sheet.row(columns.iter().map(|column| Cell::new(&row.get(column).map(text_of).unwrap_or_default())));
    }
    let mut out = Vec::new();
    sheet.print(&mut out, usize::MAX, WIDEST_CELL).ok()?;
    Some(String::from_utf8_lossy(&out).trim_end().to_owned())
}

fn plain_rows(records: &[HostRecord]) -> Sheet {
    let mut rows = Sheet::new(["HOST", "STATUS", "TIME", "COMMAND", "REPLY"]);
    for record in records {
        let host = [&record.host, &status(record), &time(record.elapsed_ms)].map(|text| Cell::new(text));
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
        let host = [&record.host, &status(record)].map(|text| Cell::new(text));
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

fn status(record: &HostRecord) -> String {
    let word = record.status.word();
    if record.out_of_band { format!("{word}, out of band") } else { word.to_owned() }
}

fn time(millis: u64) -> String {
    format!("{}.{:02} s", millis / 1000, millis % 1000 / 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::{failed, record_of, reply};

    #[test]
    fn the_status_tells_that_the_second_address_served() {
        let shown = |record: HostRecord, out_of_band| status(&HostRecord { out_of_band, ..record });
        assert_eq!(shown(record_of("r1", Vec::new()), false), "ok");
        assert_eq!(shown(record_of("r1", Vec::new()), true), "ok, out of band");
        assert_eq!(shown(failed("r1"), true), "failed, out of band");
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
        let record = record_of("core-1", vec![reply]);
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
