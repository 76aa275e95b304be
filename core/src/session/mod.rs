//! A command line session with a device.
//!
//! A [`Session`] connects, logs in where the device asks for it in the stream, walks to the platform's default mode,
//! switches paging off, and then sends commands and tells their replies apart. Each wait ends: by the limits of
//! [`Timeouts`], by the caller's [`Cx`], or as soon as its token is cancelled. Two waits per command are never needed:
//! command and line end go out in one write, and the reply is known by its echo and its prompt.

mod builder;
mod error;
mod instructions;
mod reply;
#[cfg(test)]
mod scripted;
#[cfg(test)]
mod tests;

pub use builder::{SessionBuilder, Timeouts};
pub use error::{ErrorKind, Phase, SessionError};
pub use reply::{Failure, Reply};

use crate::channel::{Answer, AtPrompt, Channel, Exchange, Trouble};
use crate::cx::Cx;
use crate::platform::{Platform, Tail};
use crate::transport::Credentials;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long the goodbye may take.
const CLOSE: Duration = Duration::from_secs(5);

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
    channel: Channel,
    platform: Arc<Platform>,
    timeouts: Timeouts,
    credentials: Credentials,
    host: String,
    cx: Cx,
    mode: Option<usize>,
    prompt: String,
    /// What an earlier error left the session in.
    broken: bool,
}

impl Session {
    /// Begins a session with a device of a platform.
    pub fn builder(platform: Arc<Platform>) -> SessionBuilder {
        SessionBuilder::new(platform)
    }

    /// Sends one command and waits for its reply, at most for the `command` limit.
    ///
    /// That the device refused the command is told by [`Reply::failure`], not by an error. A command is one line.
    pub fn send_command(&mut self, command: &str) -> Result<Reply, SessionError> {
        let cx = self.cx.within(self.timeouts.command, "command");
        self.send(command, Phase::Command, &cx)
    }

    /// Sends commands one after the other and gives all replies; an error ends it.
    pub fn send_commands<'a>(
        &mut self,
        commands: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<Reply>, SessionError> {
        commands.into_iter().map(|command| self.send_command(command)).collect()
    }

    /// Walks to a mode by the shortest way; does nothing in that mode already.
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
        let platform = Arc::clone(&self.platform);
        for instruction in &platform.on_close {
            // No secret is sent to say goodbye, and what went wrong with one instruction does not stop the next.
            if !self.broken && !self.needs_secret(instruction) {
                let _ = self.run(&[instruction], Phase::Close, &cx);
            }
        }
        self.channel.close(&cx);
    }

    fn send(&mut self, command: &str, phase: Phase, cx: &Cx) -> Result<Reply, SessionError> {
        let mut replies = self.send_all(&[command], phase, cx)?;
        // One command gives one reply.
        replies.pop().ok_or_else(|| self.error(ErrorKind::Closed, phase, "no reply"))
    }

    /// Sends all commands in one write and gives their replies.
    fn send_all(&mut self, commands: &[&str], phase: Phase, cx: &Cx) -> Result<Vec<Reply>, SessionError> {
        self.check(commands, phase)?;
        let (platform, likely, stem) = (Arc::clone(&self.platform), self.mode, stem(&self.prompt).to_owned());
        let is_prompt = |tail: Tail<'_>| find_prompt(&platform, tail, likely, &stem);
        let answers = Exchange::new(&self.channel, commands, &is_prompt).run(&mut self.channel, cx);
        let answers = answers.map_err(|trouble| self.trouble(trouble, phase, "the prompt"))?;
        self.note_prompt(None);
        let replies = commands.iter().zip(answers);
        Ok(replies.map(|(command, answer)| self.reply(command, answer)).collect())
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

    fn reply(&self, command: &str, answer: Answer) -> Reply {
        Reply {
            command: command.to_owned(),
            failure: Failure::find(&self.platform.failure_indicators, &answer.text),
            text: answer.text,
            raw: answer.raw,
            prompt: self.prompt.clone(),
            mode: self.mode().map(str::to_owned),
            elapsed: answer.elapsed,
        }
    }

    /// Takes the prompt and the mode from the current line; of modes that look alike `likely` counts, else the mode
    /// before.
    fn note_prompt(&mut self, likely: Option<usize>) {
        let likely = likely.or(self.mode);
        let modes = &self.platform.modes;
        self.mode = self.channel.at_end(|tail| modes.recognise(tail, likely)).map(|(mode, _)| mode);
        self.channel.line().trim_end().clone_into(&mut self.prompt);
    }

    /// The error of a wait that ended early; the session is of no use any more.
    fn trouble(
        &mut self,
        trouble: Trouble,
        phase: Phase,
        expected: impl Into<Cow<'static, str>>,
    ) -> SessionError {
        self.broken = true;
        SessionError::from_trouble(trouble, phase, &self.host).expected(expected).seen(self.channel.seen())
    }

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

/// The prompt that the output ends in: that of a mode, or one of no known mode that still names the device as the last
/// prompt did. The platform's loose pattern alone would take many a line of output for a prompt.
fn find_prompt(platform: &Platform, tail: Tail<'_>, likely: Option<usize>, stem: &str) -> Option<AtPrompt> {
    let familiar = tail.line.contains(stem);
    let known = platform.modes.recognise(tail, likely).map(|(_, two_lines)| two_lines);
    let two_lines = known.or_else(|| {
        let same_device = !stem.is_empty() && familiar;
        same_device.then(|| platform.prompt.find(tail)).flatten()
    });
    two_lines.map(|two_lines| AtPrompt { two_lines, familiar })
}

/// The part of a prompt that names the device: the longest word before the parentheses that name a mode.
fn stem(prompt: &str) -> &str {
    let head = prompt.split('(').next().filter(|head| !head.trim().is_empty()).unwrap_or(prompt);
    let words = head.split(|c: char| !c.is_alphanumeric() && !"._-".contains(c));
    words.max_by_key(|word| word.len()).unwrap_or_default()
}
