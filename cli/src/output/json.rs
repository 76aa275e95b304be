//! JSON, as one array or as one object per line; `docs/output.md` says what it holds.

use super::safe::safe_json;
use crate::record::HostRecord;
use serde::Serialize;
use std::io::{self, Write};

/// The number of the form that is printed; it changes where a field goes away or means something else.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Line<'r> {
    schema: u32,
    #[serde(flatten)]
    record: &'r HostRecord,
}

impl<'r> Line<'r> {
    fn new(record: &'r HostRecord) -> Self {
        Self { schema: SCHEMA, record }
    }
}

pub(super) fn line(out: &mut impl Write, record: &HostRecord) -> io::Result<()> {
    value(out, &Line::new(record))?;
    // A reader of lines wants each host as it completes.
    out.flush()
}

pub(super) fn array(out: &mut impl Write, records: &[HostRecord]) -> io::Result<()> {
    let lines: Vec<Line<'_>> = records.iter().map(Line::new).collect();
    pretty(out, &lines)
}

/// One host by itself, for people too.
pub(super) fn object(out: &mut impl Write, record: &HostRecord) -> io::Result<()> {
    pretty(out, &Line::new(record))
}

/// Anything, on one line.
pub(super) fn value(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    unended(out, value)?;
    out.write_all(b"\n")
}

/// The same without the end of the line.
pub(super) fn unended(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    out.write_all(safe_json(&serde_json::to_string(value)?).as_bytes())
}

fn pretty(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    writeln!(out, "{}", safe_json(&serde_json::to_string_pretty(value)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::{failed, parsed_reply};
    use crate::record::ReplyRecord;
    use std::collections::BTreeSet;

    const DOCUMENT: &str = include_str!("../../docs/output.md");

    /// The fields that the table under this heading names.
    fn documented(heading: &str) -> BTreeSet<&str> {
        let (_, table) = DOCUMENT.split_once(heading).unwrap();
        let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
        rows.map(|row| row.split('`').nth(1).unwrap()).collect()
    }

    fn fields(value: &serde_json::Value) -> BTreeSet<&str> {
        value.as_object().unwrap().keys().map(String::as_str).collect()
    }

    #[test]
    fn the_document_names_every_field() {
        let reply = ReplyRecord {
            error: Some("no".to_owned()),
            warnings: vec!["% no".to_owned()],
            ..parsed_reply("show x", "A", "x 1\n")
        };
        let record = HostRecord {
            address: Some("192.0.2.1".to_owned()),
            out_of_band: true,
            cause: Some(linecrew_core::fleet::Cause::CommandFailed),
            replies: vec![reply],
            ..failed("r1")
        };
        let host = serde_json::to_value(Line::new(&record)).unwrap();
        let mut of_host = fields(&host);
        // Only a session can make one.
        of_host.insert("detected");
        assert_eq!(of_host, documented("| field of a host |"));
        let mut of_reply = fields(&host["replies"][0]);
        // As this one.
        of_reply.insert("failure");
        assert_eq!(of_reply, documented("| field of a reply |"));
    }

    #[test]
    fn the_example_of_the_document_is_a_line() {
        let (_, example) = DOCUMENT.split_once("```json\n").unwrap();
        let example: serde_json::Value = serde_json::from_str(example.lines().next().unwrap()).unwrap();
        assert_eq!(example["schema"], SCHEMA);
        assert!(fields(&example).is_subset(&documented("| field of a host |")));
    }
}
