//! A readable log of a session.

use crate::secret::Secret;
use std::io::{self, Write};
use std::time::SystemTime;

/// What was said and typed, a line each, as a person would have seen it on a terminal; no secret is in it.
///
/// Lines are written whole, so that a secret is found however its bytes arrived. A log that cannot be written any more ends:
/// the session goes on.
pub(crate) struct Log {
    out: Option<Box<dyn Write + Send>>,
    secrets: Vec<Secret>,
    /// How much of the terminal's text was written.
    logged: usize,
    /// What was typed and is not written yet, since a secret may go on behind it.
    held: Vec<u8>,
}

/// Who said a line.
#[derive(Clone, Copy)]
enum Speaker {
    Device,
    Client,
}

impl Log {
    pub(crate) fn new(out: Box<dyn Write + Send>, secrets: Vec<Secret>) -> Self {
        let mut log = Self { out: Some(out), secrets: Vec::new(), logged: 0, held: Vec::new() };
        for secret in secrets {
            log.hide(secret);
        }
        log
    }

    /// Hides a further secret.
    pub(super) fn hide(&mut self, secret: Secret) {
        if !secret.expose().is_empty() && !self.secrets.contains(&secret) {
            self.secrets.push(secret);
            // The longest first: one may begin with another.
            self.secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        }
    }

    /// Writes the lines of the terminal's text that have ended since.
    pub(super) fn lines(&mut self, text: &str) {
        let end = text.rfind('\n').map_or(0, |at| at + 1);
        for line in text[self.logged.min(end)..end].lines() {
            self.write(Speaker::Device, line);
        }
        self.logged = self.logged.max(end);
    }

    /// Writes what is typed: at once, but for a line that may end within a secret.
    pub(super) fn typed(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
        let line = self.held.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let known = if self.ends_in_secret(&self.held[line..]) { line } else { self.held.len() };
        let typed: Vec<u8> = self.held.drain(..known).collect();
        for line in String::from_utf8_lossy(&typed).lines() {
            self.write(Speaker::Client, line);
        }
    }

    /// Whether the last bytes are the first of a secret.
    fn ends_in_secret(&self, typed: &[u8]) -> bool {
        self.secrets.iter().any(|secret| {
            let secret = secret.expose().as_bytes();
            (1..=secret.len()).any(|length| typed.ends_with(&secret[..length]))
        })
    }

    /// The terminal has forgotten its text.
    pub(super) fn forget(&mut self) {
        self.logged = 0;
    }

    /// The terminal has forgotten the head of its text.
    pub(super) fn forget_head(&mut self, end: usize) {
        self.logged = self.logged.saturating_sub(end);
    }

    /// Writes what stands on the last line, which has not ended.
    pub(super) fn finish(&mut self, line: &str) {
        if !std::mem::take(&mut self.held).is_empty() {
            self.write(Speaker::Client, "***");
        }
        if !line.trim().is_empty() {
            self.write(Speaker::Device, line);
        }
    }

    fn write(&mut self, speaker: Speaker, line: &str) {
        let Some(out) = &mut self.out else { return };
        let hide = |line: String, secret: &Secret| line.replace(secret.expose(), "***");
        let line = self.secrets.iter().fold(line.to_owned(), hide);
        if record(out, speaker, &line).is_err() {
            self.out = None;
        }
    }
}

/// One line: the time, `<` for the device and `>` for what is typed, and the text, in which no control character controls a
/// terminal.
fn record(out: &mut impl Write, speaker: Speaker, line: &str) -> io::Result<()> {
    let now = SystemTime::UNIX_EPOCH.max(SystemTime::now());
    let sign = match speaker {
        Speaker::Device => '<',
        Speaker::Client => '>',
    };
    let shown: String = line
        .trim_end()
        .chars()
        .map(|c| if c.is_control() && c != '\t' { c.escape_default().to_string() } else { c.to_string() })
        .collect();
    out.write_all(format!("{} {sign} {shown}\n", humantime::format_rfc3339_millis(now)).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Paper {
        /// The lines without their times.
        fn lines(&self) -> Vec<String> {
            let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
            text.lines().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
        }
    }

    #[test]
    fn lines_are_written_once_and_whole_with_who_said_them() {
        let paper = Paper::default();
        let mut log = Log::new(Box::new(paper.clone()), Vec::new());
        log.lines("Username: ");
        log.typed(b"admin\n");
        log.lines("Username: admin\nWel");
        log.lines("Username: admin\nWelcome  \n");
        log.forget();
        log.lines("\n");
        log.finish("r1#");
        assert_eq!(paper.lines(), ["> admin", "< Username: admin", "< Welcome", "< ", "< r1#"]);
    }

    #[test]
    fn no_secret_is_written_and_no_control_character() {
        let paper = Paper::default();
        let secrets = ["pw-1", "pw-1-enable", ""].map(Secret::new);
        let mut log = Log::new(Box::new(paper.clone()), secrets.to_vec());
        log.hide(Secret::new("later"));
        log.lines("a pw-1-enable, a pw-1 and a later one\n\u{9b}31m\u{7}\n");
        assert_eq!(paper.lines(), ["< a ***, a *** and a *** one", "< \\u{9b}31m\\u{7}"]);
    }

    #[test]
    fn a_secret_that_is_typed_in_pieces_is_not_written() {
        let paper = Paper::default();
        let secrets = ["pw-1", "pw-1-enable", "clé"].map(Secret::new);
        let mut log = Log::new(Box::new(paper.clone()), secrets.to_vec());
        for piece in
            [&b"set p"[..], b"w-", b"1\n", b"pw", b"d\n", b"show ver", b"sion\n", b"cl\xc3", b"\xa9\ny"]
        {
            log.typed(piece);
        }
        log.typed(b"pw-1-en");
        log.finish("r1#");
        let written = ["> set ***", "> pwd", "> show ver", "> sion", "> ***", "> y", "> ***", "< r1#"];
        assert_eq!(paper.lines(), written);
    }

    #[test]
    fn a_log_that_cannot_be_written_ends_and_nothing_else_does() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::Error::from(io::ErrorKind::StorageFull))
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut log = Log::new(Box::new(Full), Vec::new());
        log.lines("one\ntwo\n");
        assert!(log.out.is_none());
    }
}
