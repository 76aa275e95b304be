//! Commands that print secrets or inventories.

use std::io::Read;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// How long a command may take: long enough for somebody to unlock a key ring.
const LIMIT: Duration = Duration::from_mins(1);
/// The largest output that is taken; a large fleet's inventory has some ten megabytes.
const LARGEST: u64 = 256 << 20;

/// What a line of the shell prints, if it ends well.
pub(super) fn output(line: &str) -> Result<String, String> {
    let mut command = Command::new("sh");
    command.args(["-c", line]);
    run(command, LIMIT)
}

/// What a program prints, if it ends well within the limit. What it says beside its output goes to this program's own
/// standard error.
pub(super) fn run(mut command: Command, limit: Duration) -> Result<String, String> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot be started: {error}"))?;
    let (sender, receiver) = channel();
    if let Some(output) = child.stdout.take() {
        thread::spawn(move || {
            let mut text = Vec::new();
            let read = output.take(LARGEST + 1).read_to_end(&mut text);
            // Nobody listens once the limit has passed.
            let _ = sender.send(read.map(|_| text));
        });
    }
    let read = receiver.recv_timeout(limit);
    if read.is_err() {
        // Its end is waited for below, whatever it does about this.
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| format!("cannot be waited for: {error}"))?;
    let text = match read {
        Ok(read) => read.map_err(|error| format!("cannot be read from: {error}"))?,
        Err(RecvTimeoutError::Timeout) => return Err(format!("did not end within {} s", limit.as_secs())),
        Err(RecvTimeoutError::Disconnected) => return Err("cannot be read from".to_owned()),
    };
    told(status)?;
    if text.len() as u64 > LARGEST {
        return Err(format!("prints more than {} MiB", LARGEST >> 20));
    }
    String::from_utf8(text).map_err(|_| "does not print UTF-8".to_owned())
}

fn told(status: ExitStatus) -> Result<(), String> {
    if status.success() { Ok(()) } else { Err(format!("failed: {status}; try it by hand")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_does_not_end_is_ended() {
        let mut command = Command::new("sleep");
        command.arg("1000");
        assert_eq!(run(command, Duration::from_millis(50)).unwrap_err(), "did not end within 0 s");
    }

    #[test]
    fn a_command_that_is_not_there_and_bytes_that_are_no_text_are_errors() {
        assert!(run(Command::new("/nowhere/at-all"), LIMIT).unwrap_err().starts_with("cannot be started: "));
        assert_eq!(output("printf '\\377'").unwrap_err(), "does not print UTF-8");
    }
}
