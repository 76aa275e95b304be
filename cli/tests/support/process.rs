//! A process of the binary, in pipes.

use super::{PATIENCE, tells_a_secret};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

/// What the environment of whoever runs the tests may have, and a test has only where it says so.
pub(super) const OF_THE_USER: [&str; 8] = [
    "LINECREW_PASSWORD",
    "LINECREW_ENABLE_SECRET",
    "NET_TEXTFSM",
    "NTC_TEMPLATES_DIR",
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "CI",
];

/// The binary with these arguments, and neither a password nor templates of the machine in its environment.
pub(crate) fn linecrew(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linecrew"));
    command.args(args).stdin(Stdio::null());
    // The journals of a test are its own affair.
    command.env("LINECREW_RUNS", runs()).env("LINECREW_CONFIG", "none");
    for variable in OF_THE_USER {
        command.env_remove(variable);
    }
    command
}

/// A folder for journals, gone with the system's other temporary files.
pub(super) fn runs() -> std::path::PathBuf {
    std::env::temp_dir().join(format!("linecrew-tests-{}", std::process::id()))
}

/// A running process; it is killed and reaped when this is dropped.
pub(crate) struct Process {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

/// A process that came to its end.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
    /// What the run came to, which stands behind all else on standard error.
    pub(crate) summary: String,
}

impl Process {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, err) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        Self { child, out, err }
    }

    /// Starts it and writes to its standard input on a thread of its own.
    pub(crate) fn with_input(
        command: Command,
        write: impl FnOnce(ChildStdin) -> io::Result<()> + Send + 'static,
    ) -> Self {
        let mut process = Self::start(command);
        let input = process.child.stdin.take().unwrap();
        // A process that ends early reads no more.
        std::thread::spawn(move || write(input));
        process
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line of its output, as soon as it is there.
    pub(crate) fn line(&self) -> String {
        self.out.recv_timeout(PATIENCE).expect("one more line of output")
    }

    /// Presses Ctrl-C.
    pub(crate) fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    /// Ends it as a service manager does, with SIGTERM.
    pub(crate) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end; none of its words may be a secret.
    pub(crate) fn finish(mut self) -> Ended {
        let (out, err) = (all(&self.out), all(&self.err));
        let code = self.child.wait().unwrap().code();
        assert!(!tells_a_secret(&out) && !tells_a_secret(&err), "{out}{err}");
        // In a table it is a part of the output.
        let at = err.lines().position(|line| line.starts_with("ok ") && line.contains("   failed "));
        let (before, summary) = at.map_or((err.len(), ""), |at| {
            let before = err.lines().take(at).map(|line| line.len() + 1).sum();
            (before, &err[before..])
        });
        Ended { code, out, err: err[..before].to_owned(), summary: summary.to_owned() }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// What `--format json` printed.
    pub(crate) fn json(&self) -> Vec<Value> {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// What `--format json` printed of one host.
    pub(crate) fn host(&self, name: &str) -> Value {
        self.json().into_iter().find(|host| host["host"] == name).unwrap()
    }

    /// The line that says why the command could not be carried out: the only output there is.
    pub(crate) fn usage(&self) -> &str {
        assert_eq!((self.code, self.out.as_str()), (Some(2), ""), "{self:?}");
        let line = self.err.strip_suffix('\n').unwrap();
        assert!(!line.contains('\n'), "{line}");
        line
    }
}

/// Reads on a thread of its own, so that neither pipe ever fills up; output that is not UTF-8 is a fault.
fn lines(source: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut source = BufReader::new(source);
        let mut line = String::new();
        while source.read_line(&mut line).unwrap() > 0 && sender.send(std::mem::take(&mut line)).is_ok() {}
    });
    receiver
}

fn all(lines: &Receiver<String>) -> String {
    let mut text = String::new();
    loop {
        match lines.recv_timeout(PATIENCE) {
            Ok(line) => text.push_str(&line),
            Err(RecvTimeoutError::Disconnected) => return text,
            Err(error) => panic!("{error} after {text}"),
        }
    }
}
