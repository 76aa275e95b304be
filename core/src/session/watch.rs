//! Who follows a session, and may forbid it to write.

use super::{ErrorKind, Phase, Reply, Session, SessionError};
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Follows a session, on the thread that uses it. Each method does nothing unless told otherwise.
pub trait Watch: Send + Sync {
    /// Called before the first byte is sent that is not known to only read: a command that the platform does not list among
    /// its reads, a line of configuration, an opening step that the device keeps. Called once a session. An error is the
    /// session's: then nothing is sent.
    fn about_to_write(&self, command: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
        let _ = command;
        Ok(())
    }

    /// Called with each reply to a command.
    fn replied(&self, reply: &Reply) {
        let _ = reply;
    }
}

/// What a session has of those who follow it.
#[derive(Clone, Default)]
pub(super) struct Watched {
    pub(super) by: Option<Arc<dyn Watch>>,
    pub(super) read_only: bool,
    wrote: bool,
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched")
            .field("is_watched", &self.by.is_some())
            .field("read_only", &self.read_only)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Whether anything was sent that is not known to only read.
    pub fn has_written(&self) -> bool {
        self.watched.wrote
    }

    /// To be called before anything is sent that may change the device.
    pub(super) fn about_to_write(&mut self, command: &str, phase: Phase) -> Result<(), SessionError> {
        if self.watched.wrote {
            return Ok(());
        }
        if self.watched.read_only {
            let what = format!("not sent: `{command}` is not known to only read");
            let error = self.error(ErrorKind::ReadOnly, phase, what);
            return Err(error.hint("allow writing, or list it among the reads of the platform"));
        }
        if let Some(watch) = &self.watched.by {
            watch.about_to_write(command).map_err(|why| {
                self.error(ErrorKind::Watch, phase, format!("not sent: `{command}`: {why}"))
            })?;
        }
        self.watched.wrote = true;
        Ok(())
    }

    /// The same for commands of which some may only read.
    pub(super) fn about_to_send(&mut self, commands: &[&str], phase: Phase) -> Result<(), SessionError> {
        match commands.iter().find(|command| !self.platform.is_read(command)) {
            Some(command) => self.about_to_write(command, phase),
            None => Ok(()),
        }
    }

    pub(super) fn told(&self, reply: Reply) -> Reply {
        if let Some(watch) = &self.watched.by {
            watch.replied(&reply);
        }
        reply
    }
}
