//! Commands without a terminal.

use super::TransportError;
use crate::cx::Cx;

/// An open connection that runs single commands without a terminal: no echo, no prompt, no paging, and an exit status.
///
/// It is beside [`Transport`](super::Transport), not above it: a device's command line keeps its mode from one command
/// to the next, here each command begins anew. Not every device offers it, and few let configuration through.
///
/// ```
/// use linecrew_core::cx::Cx;
/// use linecrew_core::transport::{Exec, TransportError};
///
/// fn kernel(machine: &mut dyn Exec, cx: &Cx) -> Result<String, TransportError> {
///     let output = machine.exec("uname -r", 4096, cx)?;
///     Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
/// }
/// ```
pub trait Exec: Send {
    /// Runs a command, with nothing on its standard input, until it has ended.
    ///
    /// More than `limit` bytes of output are an error of kind [`ErrorKind::TooLong`](super::ErrorKind::TooLong). A
    /// command that fails is none: its status tells. After an error the connection is of no more use.
    fn exec(&mut self, command: &str, limit: usize, cx: &Cx) -> Result<ExecOutput, TransportError>;

    /// Says goodbye as the protocol has it, within the deadline, and closes. Later calls do nothing.
    fn close(&mut self, cx: &Cx);
}

/// What a command wrote, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecOutput {
    /// What it wrote to its standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to its standard error.
    pub stderr: Vec<u8>,
    /// How it ended.
    pub exit: Exit,
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exit {
    /// With this status; 0 is success.
    Status(i32),
    /// By this signal, named without its `SIG`: `KILL` (RFC 4254, section 6.10).
    Signal(String),
}

impl Exit {
    /// Whether it ended with the status 0.
    pub fn is_success(&self) -> bool {
        *self == Self::Status(0)
    }
}
