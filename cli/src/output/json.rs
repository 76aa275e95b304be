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
