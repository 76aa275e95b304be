//! The text of the devices as it is, under a heading per host and command.

use super::safe::safe;
use crate::record::HostRecord;
use std::io::{self, Write};

pub(super) fn host(out: &mut impl Write, record: &HostRecord) -> io::Result<()> {
    for reply in &record.replies {
        writeln!(out, "=== {}: {}", record.host, reply.command)?;
        writeln!(out, "{}", safe(&reply.text))?;
    }
    if record.replies.is_empty() {
        writeln!(out, "=== {}: failed", record.host)?;
    }
    if let Some(error) = &record.error {
        writeln!(out, "{error}")?;
    }
    out.flush()
}
