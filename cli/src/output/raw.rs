//! The text of the devices as it is, under a heading per host and command.

use super::safe::safe;
use crate::record::HostRecord;
use std::io::{self, Write};

pub(super) fn host(out: &mut impl Write, record: &HostRecord) -> io::Result<()> {
    for reply in &record.replies {
        writeln!(out, "=== {}: {}", safe(&record.host), safe(&reply.command))?;
        writeln!(out, "{}", safe(&reply.text))?;
    }
    if record.replies.is_empty() {
        writeln!(out, "=== {}: {}", safe(&record.host), record.status.word())?;
    }
    if let Some(error) = &record.error {
        writeln!(out, "{}", safe(error))?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use crate::output::testing::{failed, reply};
    use crate::record::HostRecord;

    #[test]
    fn neither_a_reply_nor_an_error_controls_the_terminal() {
        let sent = "a\u{1b}[2J\u{9b}31mb";
        let error = Some(format!("refused: {sent}"));
        let record = HostRecord { error, replies: vec![reply("show x", sent)], ..failed("r1") };
        let mut out = Vec::new();
        super::host(&mut out, &record).unwrap();
        let shown = "a\u{fffd}[2J\u{fffd}31mb";
        assert_eq!(String::from_utf8(out).unwrap(), format!("=== r1: show x\n{shown}\nrefused: {shown}\n"));
    }
}
