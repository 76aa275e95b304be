//! Asks for a secret on the terminal: what is typed is not shown, and the answer is waited for within a limit.

use linecrew_core::cx::{Cx, Interruption};
use linecrew_transports::poll::{Interest, PollError, poll};
use rpassword::{ConfigBuilder, prompt_password_with_config};
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;

/// The terminal of this process, whatever its standard streams are.
const TERMINAL: &str = "/dev/tty";

/// Asks, and leaves the terminal as it was. The error is of kind `TimedOut` where nobody answers, and `Interrupted` where
/// the token is cancelled or Ctrl-C is pressed.
pub(crate) fn ask(text: &str, cx: &Cx) -> io::Result<String> {
    let terminal = OpenOptions::new().read(true).write(true).open(TERMINAL)?;
    let hidden = Hidden::new(&terminal)?;
    let input = Typed { terminal: terminal.try_clone()?, cx: cx.clone() };
    let config = ConfigBuilder::new().input_reader(input).output_writer(terminal.try_clone()?).build();
    let typed = prompt_password_with_config(text, config);
    drop(hidden);
    // The end of the line was not shown either.
    (&terminal).write_all(b"\n")?;
    typed
}

/// A terminal that gives each key as it is pressed and shows none, until this is dropped.
struct Hidden<'t> {
    terminal: &'t File,
    before: Termios,
}

impl<'t> Hidden<'t> {
    fn new(terminal: &'t File) -> io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut modes = before.clone();
        modes.local_modes -= LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG;
        modes.special_codes[SpecialCodeIndex::VMIN] = 1;
        modes.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(terminal, OptionalActions::Now, &modes)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        // A terminal that is gone has nothing to be put right.
        let _ = tcsetattr(self.terminal, OptionalActions::Now, &self.before);
    }
}

/// The keys that are pressed.
struct Typed {
    terminal: File,
    cx: Cx,
}

impl Read for Typed {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        poll(&[(self.terminal.as_fd(), Interest::Read)], &self.cx).map_err(|why| self.ended(why))?;
        match self.terminal.read(buf)? {
            // Else it would be taken for the end of an answer.
            0 => Err(io::Error::other("the terminal is gone")),
            count => Ok(count),
        }
    }
}

impl Typed {
    fn ended(&self, why: PollError) -> io::Error {
        match why {
            PollError::Io(error) => error,
            PollError::Interrupted(Interruption::TimedOut) => {
                let limit = self.cx.deadline().limit();
                let what =
                    format!("nobody answered in time ({limit} limit); raise it with --{limit}-timeout");
                io::Error::new(io::ErrorKind::TimedOut, what)
            }
            _ => io::Error::new(io::ErrorKind::Interrupted, "interrupted"),
        }
    }
}
