//! JSON, as one array or as one object per line.

use crate::record::HostRecord;
use std::io::{self, Write};

pub(super) fn line(out: &mut impl Write, record: &HostRecord) -> io::Result<()> {
    serde_json::to_writer(&mut *out, record)?;
    out.write_all(b"\n")?;
    // A reader of lines wants each host as it completes.
    out.flush()
}

pub(super) fn array(out: &mut impl Write, records: &[HostRecord]) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, records)?;
    out.write_all(b"\n")
}
