//! Commands, one or several.

use super::prompt::PromptFinder;
use super::{Failure, MultiReply, Phase, Reply, SendOptions, Session, SessionError, failure};
use crate::channel::{Answer, CutShort, Exchange};
use crate::cx::Cx;
use crate::platform::Tail;
use std::path::Path;
use std::time::Duration;

/// How many bytes may be under way of which the device has not shown that it took them: well within what devices buffer.
const WINDOW: usize = 2048;

/// An error, and the answers to the first of several lines that were complete before it.
pub(super) struct Unfinished {
    error: SessionError,
    answers: Vec<Answer>,
}

impl From<Unfinished> for SessionError {
    fn from(unfinished: Unfinished) -> Self {
        unfinished.error
    }
}

impl Session {
    /// Sends one command and waits for its reply, at most for the `command` limit.
    ///
    /// That the device refused the command is told by [`Reply::failure`], not by an error. A command is one line. One that
    /// asks back ends in an error of kind [`ErrorKind::Question`](super::ErrorKind::Question):
    /// [`send_interactive`](Self::send_interactive) answers.
    ///
    /// The reply ends at the prompt. A line of output that begins as one does not end it where more follows at once, or within
    /// 300 ms where the line came in pieces, as over a slow console; a piece of output that is the last prompt to the letter,
    /// behind which the device then pauses, cannot be told from the prompt.
    pub fn send_command(&mut self, command: &str) -> Result<Reply, SessionError> {
        self.send_command_with(command, &SendOptions::default())
    }

    /// As [`send_command`](Self::send_command), with options.
    pub fn send_command_with(&mut self, command: &str, options: &SendOptions) -> Result<Reply, SessionError> {
        let replies = self.send_commands_with([command], options)?;
        // One command gives one reply.
        Ok(replies.into_iter().next().unwrap_or_default())
    }

    /// Sends commands and gives all replies; an error ends it, and has the [replies](SessionError::replies) before it.
    ///
    /// Where the platform allows it, commands that only read go out together, up to 2 KiB at a time, so that a batch of
    /// them costs a round trip or two.
    ///
    /// ```
    /// use linecrew_core::session::{SendOptions, Session, SessionError};
    ///
    /// fn check(session: &mut Session) -> Result<(), SessionError> {
    ///     for reply in session.send_commands(["show version", "show clock", "show ip route"])? {
    ///         println!("{}: {:?}", reply.command, reply.elapsed);
    ///     }
    ///     let careful = SendOptions::default().stop_on_failed();
    ///     let replies = session.send_commands_with(["clear counters Gi1", "clear counters Gi2"], &careful)?;
    ///     if let Some((at, reply)) = replies.first_failed() {
    ///         println!("command {at} was refused: {:?}", reply.failure);
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub fn send_commands<I>(&mut self, commands: I) -> Result<MultiReply, SessionError>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        self.send_commands_with(commands, &SendOptions::default())
    }

    /// As [`send_commands`](Self::send_commands), with options.
    pub fn send_commands_with<I>(
        &mut self,
        commands: I,
        options: &SendOptions,
    ) -> Result<MultiReply, SessionError>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        if let Some(mode) = &options.mode {
            self.enter_mode(mode)?;
        }
        let commands: Vec<String> = commands.into_iter().map(|command| command.as_ref().to_owned()).collect();
        let mut done = MultiReply { replies: Vec::with_capacity(commands.len()), ..MultiReply::default() };
        while done.len() < commands.len() {
            let rest: Vec<&str> = commands[done.len()..].iter().map(String::as_str).collect();
            let together = self.head(&rest, options, |session, command| session.platform.is_read(command));
            match self.send_together(&rest[..together], Phase::Command, options) {
                Ok(replies) => done.replies.extend(replies),
                Err(error) => return Err(error.after(done.replies)),
            }
            if options.stop_on_failed && done.last().is_some_and(|reply| !reply.ok()) {
                done.not_sent = commands[done.len()..].to_vec();
                break;
            }
        }
        Ok(done)
    }

    /// Sends the commands of a file, one on each line that is not blank; one that cannot be read is an error of kind
    /// [`ErrorKind::Input`](super::ErrorKind::Input).
    pub fn send_commands_from_file(
        &mut self,
        path: impl AsRef<Path>,
        options: &SendOptions,
    ) -> Result<MultiReply, SessionError> {
        let text = self.read_file(path.as_ref())?;
        self.send_commands_with(text.lines().filter(|line| !line.trim().is_empty()), options)
    }

    pub(super) fn read_file(&self, path: &Path) -> Result<String, SessionError> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            let what = format!("{}: cannot be read: {error}", path.display());
            self.error(super::ErrorKind::Input, Phase::Command, what)
        })?;
        // Some editors put it there; no device knows it.
        match text.strip_prefix('\u{feff}') {
            Some(rest) => Ok(rest.to_owned()),
            None => Ok(text),
        }
    }

    /// How many lines at the head of `rest` go out in one write: one, or as many as fit into the window where lines are
    /// pipelined and each of them `may`.
    pub(super) fn head(
        &self,
        rest: &[&str],
        options: &SendOptions,
        may: impl Fn(&Self, &str) -> bool,
    ) -> usize {
        let pipelines = self.platform.pipelines_reads
            && self.channel.echoes()
            && options.pipelined != Some(false)
            && !options.stop_on_failed;
        let mut left = WINDOW;
        let fitting = rest.iter().take_while(|line| {
            let fits = line.len() < left && may(self, line);
            left = left.saturating_sub(line.len() + 1);
            pipelines && fits
        });
        fitting.count().max(1)
    }

    /// Sends commands in one write and gives their replies. Inputs that were put off go out before them.
    pub(super) fn send_together(
        &mut self,
        commands: &[&str],
        phase: Phase,
        options: &SendOptions,
    ) -> Result<Vec<Reply>, SessionError> {
        self.check(commands, phase)?;
        self.about_to_send(commands, phase)?;
        let all_read = commands.iter().all(|command| self.platform.is_read(command));
        if !all_read || options.pipelined == Some(false) {
            self.send_put_off(&self.command_cx(options))?;
        }
        let put_off = std::mem::take(&mut self.put_off);
        let all: Vec<&str> = put_off.iter().map(String::as_str).chain(commands.iter().copied()).collect();
        let replies = |session: &Self, answers: Vec<Answer>| -> Vec<Reply> {
            let answered = commands.iter().zip(answers.into_iter().skip(put_off.len()));
            // Of one reply a vector that grows would make four.
            let mut replies = Vec::with_capacity(commands.len());
            replies.extend(answered.map(|(command, answer)| session.reply(command, answer, options)));
            replies
        };
        let cx = self.cx.clone();
        match self.exchange(&all, phase, &cx, self.limit(options)) {
            Ok(Some(answers)) => Ok(replies(self, answers)),
            Ok(None) if all_read => self.send_one_by_one(commands, phase, options),
            Ok(None) => Err(self.indistinct(commands.len(), phase)),
            Err(Unfinished { error, answers }) => Err(error.after(replies(self, answers))),
        }
    }

    /// Sends commands that only read once more: that does no harm.
    fn send_one_by_one(
        &mut self,
        commands: &[&str],
        phase: Phase,
        options: &SendOptions,
    ) -> Result<Vec<Reply>, SessionError> {
        let mut replies = Vec::with_capacity(commands.len());
        for command in commands {
            match self.send_alone(command, phase, options) {
                Ok(reply) => replies.push(reply),
                Err(error) => return Err(error.after(replies)),
            }
        }
        Ok(replies)
    }

    fn send_alone(
        &mut self,
        command: &str,
        phase: Phase,
        options: &SendOptions,
    ) -> Result<Reply, SessionError> {
        let answers = self.exchange(&[command], phase, &self.cx.clone(), self.limit(options))?;
        let answer = answers.into_iter().flatten().next().ok_or_else(|| self.indistinct(1, phase))?;
        Ok(self.reply(command, answer, options))
    }

    /// Sends what was put off until the first command.
    pub(super) fn send_put_off(&mut self, cx: &Cx) -> Result<(), SessionError> {
        let put_off = std::mem::take(&mut self.put_off);
        if put_off.is_empty() {
            return Ok(());
        }
        let inputs: Vec<&str> = put_off.iter().map(String::as_str).collect();
        self.exchange(&inputs, Phase::Open, cx, self.timeouts.command)?;
        Ok(())
    }

    /// Sends lines in one write and waits for all replies, at most so long for each; `None` where they cannot be told apart.
    pub(super) fn exchange(
        &mut self,
        lines: &[&str],
        phase: Phase,
        cx: &Cx,
        each: Duration,
    ) -> Result<Option<Vec<Answer>>, Unfinished> {
        let finder = PromptFinder::new(self);
        let find_prompt = |tail: Tail<'_>| finder.find(tail);
        let exchange = Exchange::new(&self.channel, lines, &find_prompt, &self.prompt).each_within(each);
        let answers = exchange.run(&mut self.channel, cx).map_err(|CutShort { trouble, answers }| {
            Unfinished { error: self.trouble(trouble, phase, "the prompt"), answers }
        })?;
        let prompt = answers.as_ref().and_then(|answers| answers.last()).map(|answer| answer.prompt.clone());
        self.note_prompt(None);
        if let Some(prompt) = prompt.filter(|_| self.prompt.is_empty()) {
            self.take_prompt(&prompt);
        }
        Ok(answers)
    }

    pub(super) fn command_cx(&self, options: &SendOptions) -> Cx {
        self.cx.within(self.limit(options), "command")
    }

    fn limit(&self, options: &SendOptions) -> Duration {
        options.timeout.unwrap_or(self.timeouts.command)
    }

    pub(super) fn reply(&self, command: &str, answer: Answer, options: &SendOptions) -> Reply {
        let Answer { text, raw, prompt, start, elapsed } = answer;
        let mode = if prompt == self.prompt { self.mode } else { self.mode_of(&prompt) };
        let mode = mode.map(|mode| self.platform.modes.get(mode).name.clone());
        let configures = options.configures || mode.as_ref().is_some_and(|mode| mode.starts_with("config"));
        let failure = Failure::find(&self.platform.failure_indicators, command, &text)
            .or_else(|| Failure::contained(&options.failed_when_contains, &text));
        let is_known = |line: &String| failure.as_ref().is_some_and(|failure| failure.line == *line);
        let warnings = if configures { failure::warnings(&text) } else { Vec::new() };
        let warnings: Vec<_> = warnings.into_iter().filter(|line| !is_known(line)).collect();
        let warned = warnings.first().filter(|_| options.fail_on_warning);
        let failure = failure.or_else(|| Failure::warning(warned?, &text));
        let text = framed(command, text, &prompt, options);
        let command = command.to_owned();
        self.told(Reply { command, text, raw, prompt, mode, start, elapsed, failure, warnings })
    }
}

/// The text with what the caller wants to keep around it.
fn framed(command: &str, text: String, prompt: &str, options: &SendOptions) -> String {
    let (echo, prompt) = (options.keep_echo.then_some(command), options.keep_prompt.then_some(prompt));
    if echo.is_none() && prompt.is_none() {
        return text;
    }
    let text = Some(text.as_str()).filter(|text| !text.is_empty());
    echo.into_iter().chain(text).chain(prompt).collect::<Vec<_>>().join("\n")
}
