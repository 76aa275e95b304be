//! A command line session with a device.
//!
//! A [`Session`] connects, logs in where the device asks for it in the stream, walks to the platform's default mode,
//! switches paging off, and then sends commands and tells their replies apart. Each wait ends: by the limits of
//! [`Timeouts`], by the caller's [`Cx`], or as soon as its token is cancelled. Two waits per command are never needed:
//! command and line end go out in one write, and the reply is known by its echo and its prompt.

mod as_text;
mod builder;
mod config;
mod detect;
mod dialogue;
mod error;
mod expect;
mod failure;
mod instructions;
mod interactive;
mod log_file;
mod multi_reply;
mod opening;
mod options;
mod prompt;
mod reply;
#[cfg(test)]
mod scripted;
mod self_test;
mod send;
#[cfg(test)]
mod tests;
mod watch;

pub use builder::{SessionBuilder, Timeouts};
pub use detect::Detection;
pub use dialogue::{Dialogue, Reaction};
pub use error::{ErrorKind, Phase, SessionError};
pub use expect::Expect;
pub use failure::{Failure, FailureCause};
pub use log_file::file_name;
pub use multi_reply::MultiReply;
pub use options::SendOptions;
pub use reply::Reply;
pub use self_test::{Check, CheckOutcome, SelfTest};
pub use watch::Watch;

use crate::channel::{Channel, Trouble};
use crate::cx::Cx;
use crate::platform::{Instruction, Platform, Platforms, Tail};
use crate::transport::Credentials;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use watch::Watched;

/// How long the goodbye may take.
const CLOSE: Duration = Duration::from_secs(5);

#[allow(clippy::struct_excessive_bools, reason = "each is a setting or a fact of its own")]
/// An open session with one device: logged in, in a known mode, paging off.
///
/// It is used by one thread at a time and can be sent to another. Dropping it aborts the connection; [`close`](Self::close)
/// says goodbye first. After an error the reply of the command may still be under way, so the session accepts no
/// further command: open a new one.
///
/// ```
/// use linecrew_core::cx::Cx;
/// use linecrew_core::platform::Platform;
/// use linecrew_core::session::{Session, SessionError};
/// use linecrew_core::transport::{Connector, Target};
///
/// fn version(connector: &dyn Connector, target: &Target, cx: &Cx) -> Result<String, SessionError> {
///     let platform = Platform::builtin("cisco_iosxe")?;
///     let mut session = Session::builder(platform).open(connector, target, cx)?;
///     let reply = session.send_command("show version")?;
///     session.close();
///     Ok(reply.text)
/// }
/// ```
pub struct Session {
    /// In a box, since sessions are moved through several frames, of which their thread keeps the pages.
    channel: Box<Channel>,
    platform: Arc<Platform>,
    timeouts: Timeouts,
    /// In a box as well.
    credentials: Box<Credentials>,
    host: String,
    cx: Cx,
    mode: Option<usize>,
    prompt: String,
    /// Inputs that prepare the command line: they only read, and go out together with the first command.
    put_off: Vec<String>,
    detection: Option<Detection>,
    /// Whether steps that change what the device keeps are taken too.
    persistent: bool,
    /// The opening is left out.
    skips_opening: bool,
    /// What an earlier error left the session in.
    broken: bool,
    /// It stays where the login leads to, if the way to the default mode asks for a secret.
    unprivileged: bool,
    watched: Watched,
}

impl Session {
    /// Begins a session with a device of a platform.
    pub fn builder(platform: Arc<Platform>) -> SessionBuilder {
        SessionBuilder::new(platform)
    }

    /// Begins a session with a device of a platform that is to be found out among these: from its banner, its prompt, and at
    /// most its reply to `show version`. [`detection`](Self::detection) tells what was found, and how sure that is; where
    /// nothing is sure, opening ends in an error of kind [`ErrorKind::Platform`].
    pub fn detect_platform(platforms: &Platforms) -> Result<SessionBuilder, SessionError> {
        Ok(SessionBuilder::detecting(Platform::builtin("generic")?, platforms.clone()))
    }

    /// What the device was found to be, where that was asked for.
    pub fn detection(&self) -> Option<&Detection> {
        self.detection.as_ref()
    }

    /// Asks the device for its prompt with an empty line, and gives it without white space at its end.
    pub fn find_prompt(&mut self) -> Result<&str, SessionError> {
        self.check(&[], Phase::Command)?;
        let cx = self.cx.within(self.timeouts.command, "command");
        self.send_put_off(&cx)?;
        self.exchange(&[""], Phase::Command, &cx, self.timeouts.command)?;
        Ok(&self.prompt)
    }

    /// Walks to a mode by the shortest way; does nothing in that mode already.
    #[doc(alias = "acquire_privilege")]
    #[doc(alias = "acquire_priv")]
    pub fn enter_mode(&mut self, mode: &str) -> Result<(), SessionError> {
        let cx = self.cx.within(self.timeouts.command, "command");
        self.walk_to(mode, Phase::Privilege, &cx)
    }

    /// The name of the mode that the last prompt belongs to; `None` where it is a prompt of no known mode.
    pub fn mode(&self) -> Option<&str> {
        self.mode.map(|mode| self.platform.modes.get(mode).name.as_str())
    }

    /// The last prompt, without white space at its end.
    pub fn prompt(&self) -> &str {
        &self.prompt
    }

    /// The kind of device.
    pub fn platform(&self) -> &Arc<Platform> {
        &self.platform
    }

    /// Says goodbye as the platform has it and closes, within 5 seconds. What goes wrong meanwhile is of no
    /// consequence: all replies have been given.
    pub fn close(mut self) {
        let cx = self.cx.within(CLOSE, "close");
        self.put_off.clear();
        let platform = Arc::clone(&self.platform);
        let steps = platform.closing.steps(self.persistent);
        let answered = steps.iter().rposition(|step| !matches!(step, Instruction::Write { .. }));
        for (at, instruction) in steps.into_iter().enumerate() {
            if answered.is_none_or(|last| at > last) {
                self.channel.hold_back();
            }
            // No secret is sent to say goodbye, and what went wrong with one instruction does not stop the next.
            if !self.broken && !self.needs_secret(instruction) {
                let _ = self.run(&[instruction], Phase::Close, &cx);
            }
        }
        self.channel.close(&cx);
    }

    fn check(&self, commands: &[&str], phase: Phase) -> Result<(), SessionError> {
        if self.broken {
            let error = self.error(ErrorKind::Closed, phase, "the session ended with an earlier error");
            return Err(error.hint("open a new session"));
        }
        if commands.iter().any(|command| command.contains(['\n', '\r'])) {
            let error = self.error(ErrorKind::Input, phase, "the command has more than one line");
            return Err(error.hint("send the lines one by one"));
        }
        Ok(())
    }

    /// Takes the prompt and the mode from the current line; of modes that look alike `likely` counts, else the mode
    /// before.
    fn note_prompt(&mut self, likely: Option<usize>) {
        let likely = likely.or(self.mode);
        let modes = &self.platform.modes;
        self.mode = self.channel.at_end(|tail| modes.recognise(tail, likely)).map(|(mode, _)| mode);
        self.channel.line().trim_end().clone_into(&mut self.prompt);
    }

    /// Takes a prompt that stands no more on the current line.
    fn take_prompt(&mut self, prompt: &str) {
        self.mode = self.mode_of(prompt);
        prompt.clone_into(&mut self.prompt);
    }

    fn mode_of(&self, prompt: &str) -> Option<usize> {
        let tail = Tail { previous: "", line: prompt };
        self.platform.modes.recognise(tail, self.mode).map(|(mode, _)| mode)
    }

    /// The error of a wait that ended early; the session is of no use any more.
    #[cold]
    fn trouble(
        &mut self,
        trouble: Trouble,
        phase: Phase,
        expected: impl Into<Cow<'static, str>>,
    ) -> SessionError {
        self.broken = true;
        SessionError::from_trouble(trouble, phase, &self.host).expected(expected).seen(self.channel.seen())
    }

    fn indistinct(&self, lines: usize, phase: Phase) -> SessionError {
        let what = format!("{lines} lines were taken, and their replies could not be told apart");
        self.error(ErrorKind::Indistinct, phase, what).hint("send them one by one").seen(self.channel.seen())
    }

    #[cold]
    fn error(&self, kind: ErrorKind, phase: Phase, what: impl Into<Cow<'static, str>>) -> SessionError {
        SessionError::new(kind, phase, &self.host, what)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("host", &self.host)
            .field("platform", &self.platform.name())
            .field("mode", &self.mode())
            .field("prompt", &self.prompt)
            .finish_non_exhaustive()
    }
}
