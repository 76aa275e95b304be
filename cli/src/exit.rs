//! The exit codes.
//!
//! | code | meaning                                                                                             |
//! |------|-----------------------------------------------------------------------------------------------------|
//! | 0    | every host did what it was asked to                                                                 |
//! | 1    | some host failed, was skipped or refused a command; a definition has an error; a template refuses a text |
//! | 2    | usage: arguments, an inventory, a template or a password file that cannot be used                   |
//! | 3    | some host may have been changed, and nobody knows what became of it                                 |
//! | 130  | interrupted by Ctrl-C or SIGTERM                                                                    |
//!
//! Where the reader of the output went away, as `head` does, the run ends early and in silence; the code tells of the
//! hosts up to then: 1 if one of them failed, else 0.

use std::io;
use std::process::ExitCode;

/// How a command ended that could be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Every host did well.
    Well,
    /// Some host did not.
    SomeFailed,
    /// Of some host nobody knows the state.
    SomeUnknown,
    /// Somebody interrupted it.
    Interrupted,
}

/// Why a command could not be carried out at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Usage {
    /// Something that was given cannot be used.
    #[error("{0}")]
    Told(String),
    /// Somebody interrupted it before it began.
    #[error("interrupted")]
    Interrupted,
}

impl Usage {
    pub(crate) fn new(what: impl std::fmt::Display) -> Self {
        Self::Told(what.to_string())
    }
}

impl From<io::Error> for Usage {
    fn from(error: io::Error) -> Self {
        Self::Told(error.to_string())
    }
}

/// A reader that went away is no fault of whoever wrote to it.
pub(crate) fn written(result: io::Result<()>) -> Result<(), Usage> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Says something on one line beside the output.
#[allow(clippy::print_stderr, reason = "the one place where the program speaks beside its output")]
pub(crate) fn say(what: impl std::fmt::Display) {
    eprintln!("linecrew: {what}");
}

/// Says why a command could not be carried out, and chooses the exit code.
pub(crate) fn report(result: Result<Ended, Usage>) -> ExitCode {
    match result {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::SomeFailed) => ExitCode::from(1),
        Ok(Ended::SomeUnknown) => ExitCode::from(3),
        Ok(Ended::Interrupted) | Err(Usage::Interrupted) => ExitCode::from(130),
        Err(usage) => {
            say(usage);
            ExitCode::from(2)
        }
    }
}
