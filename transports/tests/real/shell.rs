//! A user at a shell.

use crate::common::{cx, until};
use linecrew_core::transport::Transport;

/// Runs a line and returns what it writes.
pub(crate) fn run(transport: &mut dyn Transport, line: &str) -> Vec<u8> {
    const BEGIN: &[u8] = b"begin\r\n";
    const END: &[u8] = b"end\r\n";
    // The marks are put together by the shell, so that its echo of the line is not taken for them; and it prompts
    // again only once it is told to.
    let line =
        format!("stty -echo -onlcr; printf 'be''gin\\r\\n'; {line}; printf 'e''nd\\r\\n'; read next\n");
    transport.write_all(line.as_bytes(), &cx()).unwrap();
    let shown = until(transport, END, &cx()).unwrap();
    transport.write_all(b"\n", &cx()).unwrap();
    let from = shown.windows(BEGIN.len()).position(|seen| seen == BEGIN).unwrap() + BEGIN.len();
    shown[from..shown.len() - END.len()].to_vec()
}

/// The same for a line that writes text.
pub(crate) fn text(transport: &mut dyn Transport, line: &str) -> String {
    String::from_utf8(run(transport, line)).unwrap()
}
