//! A process of the binary, on a pseudo-terminal.

use super::{PATIENCE, wait_until};
use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{LocalModes, tcgetattr};
use std::io::{Read, Write};
use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

/// A terminal with its process, which is killed and reaped when this is dropped.
pub(crate) struct Terminal {
    pty: Arc<Pty>,
    child: Child,
    output: Receiver<Vec<u8>>,
    seen: String,
}

impl Terminal {
    /// Starts the binary with no password in its environment.
    pub(crate) fn start(args: &[&str]) -> Self {
        Self::start_sized(args, 160, &[])
    }

    /// Starts it on a terminal of so many columns, with these variables and no password but theirs.
    pub(crate) fn start_sized(args: &[&str], columns: u16, variables: &[(&str, &str)]) -> Self {
        let (pty, pts) = open().unwrap();
        pty.resize(Size::new(24, columns)).unwrap();
        let command = Command::new(env!("CARGO_BIN_EXE_linecrew")).args(args).env("TERM", "xterm");
        let command = command.env("LINECREW_RUNS", super::process::runs()).env("LINECREW_CONFIG", "none");
        let command = super::process::OF_THE_USER.into_iter().fold(command, Command::env_remove);
        let command = variables.iter().fold(command, |command, (name, value)| command.env(name, value));
        let child = command.spawn(pts).unwrap();
        let pty = Arc::new(pty);
        let output = chunks(Arc::clone(&pty));
        Self { pty, child, output, seen: String::new() }
    }

    /// Waits for a prompt, then types a secret once the terminal does not show what is typed.
    pub(crate) fn answer(&mut self, prompt: &str, secret: &str) {
        self.wait_for(prompt);
        (&*self.pty).write_all(format!("{secret}\n").as_bytes()).unwrap();
    }

    /// Waits for a prompt that hides what is typed, and presses Ctrl-C there.
    pub(crate) fn interrupt_at(&mut self, prompt: &str) {
        self.wait_for(prompt);
        (&*self.pty).write_all(b"\x03").unwrap();
    }

    /// Whether the terminal shows what is typed.
    pub(crate) fn echoes(&self) -> bool {
        tcgetattr(&*self.pty).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    /// Waits for a prompt that hides what is typed, and ends the process as a service manager does.
    pub(crate) fn terminate_at(&mut self, prompt: &str) {
        self.wait_for(prompt);
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
    }

    fn wait_for(&mut self, prompt: &str) {
        self.wait_until_seen(prompt, |seen| seen.ends_with(prompt));
        wait_until("the terminal hides what is typed", || !self.echoes());
    }

    /// Waits until all of these have been shown.
    pub(crate) fn wait_to_show(&mut self, texts: &[&str]) {
        self.wait_until_seen(&texts.join(", "), |seen| texts.iter().all(|text| seen.contains(text)));
    }

    fn wait_until_seen(&mut self, what: &str, is_there: impl Fn(&str) -> bool) {
        while !is_there(&self.seen) {
            let more = self.output.recv_timeout(PATIENCE);
            let more = more.unwrap_or_else(|error| panic!("{error}: no {what:?} in {:?}", self.seen));
            self.seen.push_str(&String::from_utf8_lossy(&more));
        }
    }

    /// Waits for the end; gives how it came, and whether the terminal then shows what is typed.
    pub(crate) fn ended(mut self) -> (ExitStatus, bool) {
        let status = self.child.wait().unwrap();
        (status, self.echoes())
    }

    /// Waits for the end; gives the exit code and all that was shown.
    pub(crate) fn finish(mut self) -> (Option<i32>, String) {
        loop {
            match self.output.recv_timeout(PATIENCE) {
                Ok(more) => self.seen.push_str(&String::from_utf8_lossy(&more)),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(error) => panic!("{error} after {:?}", self.seen),
            }
        }
        let code = self.child.wait().unwrap().code();
        (code, std::mem::take(&mut self.seen))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads on a thread of its own, until the last process has closed the terminal.
fn chunks(pty: Arc<Pty>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut buf = [0; 4096];
        while let Ok(count @ 1..) = (&*pty).read(&mut buf) {
            if sender.send(buf[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    receiver
}
