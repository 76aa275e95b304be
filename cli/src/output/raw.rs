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
        writeln!(out, "{}", safe(error))?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use crate::record::{HostRecord, ReplyRecord};
    use linecrew_core::fleet::Status;

    #[test]
    fn neither_a_reply_nor_an_error_controls_the_terminal() {
        let sent = "a\u{1b}[2J\u{9b}31mb".to_owned();
        let record = HostRecord {
            host: "r1".to_owned(),
            status: Status::Failed,
            cause: None,
            attempts: 1,
            elapsed_ms: 0,
            address: None,
            detected: None,
            out_of_band: false,
            phase: Some("command".to_owned()),
            error: Some(format!("refused: {sent}")),
            replies: vec![ReplyRecord {
                command: "show x".to_owned(),
                ok: false,
                elapsed_ms: 0,
                text: sent,
                parsed: None,
                parser: None,
                error: None,
            }],
        };
        let mut out = Vec::new();
        super::host(&mut out, &record).unwrap();
        let shown = "a\u{fffd}[2J\u{fffd}31mb";
        assert_eq!(String::from_utf8(out).unwrap(), format!("=== r1: show x\n{shown}\nrefused: {shown}\n"));
    }
}
