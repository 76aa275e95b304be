//! Lines of configuration.

use super::prompt::PromptFinder;
use super::{ErrorKind, MultiReply, Phase, Reply, SendOptions, Session, SessionError};
use crate::channel::{Exchange, Stop};
use crate::platform::{Instruction, Tail};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The mode that configuration goes to unless told otherwise.
pub(super) const CONFIGURATION: &str = "configuration";

/// How long a device that takes an input of several lines must be silent behind the first before it gets the rest.
const BEFORE_MORE_LINES: Duration = Duration::from_millis(300);

/// One input of a configuration: a line, and those that belong to it.
struct Input {
    first: String,
    more: Vec<String>,
}

impl Session {
    /// Sends configuration, a line on each line of the text; see [`send_configs`](Self::send_configs).
    pub fn send_config(&mut self, config: &str) -> Result<MultiReply, SessionError> {
        self.send_configs(config.lines())
    }

    /// Enters configuration, sends lines, and goes back to the mode of before.
    ///
    /// Blank lines are left out. An input of several lines, such as a banner up to its delimiter, gives one reply. A refused
    /// line is told by its reply; the lines behind it are sent all the same, unless the options say
    /// [`stop_on_failed`](SendOptions::stop_on_failed). A line that leads out of configuration, while there are lines
    /// left, is an error of kind [`ErrorKind::Privilege`]: the rest is not sent to another mode.
    ///
    /// ```
    /// use linecrew_core::session::{SendOptions, Session, SessionError};
    ///
    /// fn describe(session: &mut Session) -> Result<(), SessionError> {
    ///     let lines = ["interface Loopback0", "description router id"];
    ///     let replies = session.send_configs_with(lines, &SendOptions::default().stop_on_failed())?;
    ///     if let Some((at, reply)) = replies.first_failed() {
    ///         println!("line {at}, `{}`, was refused; {} were not sent", reply.command, replies.not_sent.len());
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub fn send_configs<I>(&mut self, lines: I) -> Result<MultiReply, SessionError>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        self.send_configs_with(lines, &SendOptions::default())
    }

    /// As [`send_configs`](Self::send_configs), with options.
    pub fn send_configs_with<I>(
        &mut self,
        lines: I,
        options: &SendOptions,
    ) -> Result<MultiReply, SessionError>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let options = &SendOptions { configures: true, ..options.clone() };
        let inputs = self.inputs(lines)?;
        if let Some(input) = inputs.first() {
            self.about_to_write(&input.first, Phase::Command)?;
        }
        let before = self.mode().map(str::to_owned);
        self.enter_mode(options.mode.as_deref().unwrap_or(CONFIGURATION))?;
        let mut done = MultiReply::default();
        let configured = self.configure(&inputs, options, &mut done);
        let left = configured.and_then(|()| before.map_or(Ok(()), |mode| self.enter_mode(&mode)));
        left.map(|()| std::mem::take(&mut done)).map_err(|error| error.after(done.replies))
    }

    /// Sends the configuration of a file; see [`send_configs`](Self::send_configs).
    pub fn send_config_from_file(
        &mut self,
        path: impl AsRef<Path>,
        options: &SendOptions,
    ) -> Result<MultiReply, SessionError> {
        let text = self.read_file(path.as_ref())?;
        self.send_configs_with(text.lines(), options)
    }

    fn configure(
        &mut self,
        inputs: &[Input],
        options: &SendOptions,
        done: &mut MultiReply,
    ) -> Result<(), SessionError> {
        let goal = self.mode;
        while done.len() < inputs.len() {
            let rest = &inputs[done.len()..];
            done.replies.extend(self.send_inputs_of(rest, options)?);
            if options.stop_on_failed && done.last().is_some_and(|reply| !reply.ok()) {
                done.not_sent =
                    inputs[done.len()..].iter().flat_map(Input::lines).map(str::to_owned).collect();
                return self.abort(options);
            }
            let has_left = self.mode.is_some() && self.mode != goal;
            if has_left && done.len() < inputs.len() {
                return Err(self.left_configuration(done, inputs.len() - done.len()));
            }
        }
        Ok(())
    }

    /// Sends the first input, and those behind it that may go out with it.
    fn send_inputs_of(&mut self, rest: &[Input], options: &SendOptions) -> Result<Vec<Reply>, SessionError> {
        if !rest[0].more.is_empty() {
            return self.send_lines(&rest[0], options).map(|reply| vec![reply]);
        }
        let single: Vec<&str> =
            rest.iter().take_while(|input| input.more.is_empty()).map(|input| input.first.as_str()).collect();
        let asked = options.pipelined == Some(true);
        let together = self.head(&single, options, |session, line| {
            asked && session.platform.asks.as_ref().is_some_and(|asks| !asks.is_match(line))
        });
        self.send_together(&single[..together], Phase::Command, options)
    }

    /// Sends an input of several lines: the first, and the others once the device waits for them.
    fn send_lines(&mut self, input: &Input, options: &SendOptions) -> Result<Reply, SessionError> {
        let cx = self.command_cx(options);
        self.check(&[&input.first], Phase::Command)?;
        self.send_put_off(&cx)?;
        let finder = PromptFinder::new(self);
        let find_prompt = |tail: Tail<'_>| finder.find(tail);
        let commands = [input.first.as_str()];
        let mut exchange = Exchange::new(&self.channel, &commands, &find_prompt, &self.prompt);
        let channel = &mut self.channel;
        let waited = exchange.send(channel, &cx).and_then(|()| {
            let awaits = exchange.awaits_input(channel, BEFORE_MORE_LINES, &cx)?;
            if awaits {
                channel.send_bytes(format!("{}\n", input.more.join("\n")).as_bytes(), &cx)?;
            }
            exchange.wait(channel, &mut |_| Stop::No, &cx).map(|_| awaits)
        });
        let (took_all, answers) = match waited {
            Ok(took_all) => (took_all, exchange.answers(channel)),
            Err(trouble) => {
                return Err(self.trouble(trouble, Phase::Command, "the prompt behind the last line"));
            }
        };
        self.note_prompt(None);
        let answer = answers.into_iter().flatten().next();
        let answer = answer.ok_or_else(|| self.indistinct(1, Phase::Command))?;
        let reply = self.reply(&input.lines().collect::<Vec<_>>().join("\n"), answer, options);
        if !took_all && reply.ok() {
            let what = format!("the device wanted no lines behind: {}", input.first);
            let error = self.error(ErrorKind::Input, Phase::Command, what);
            return Err(error.hint(format!("{} lines of it were not sent", input.more.len())));
        }
        Ok(reply)
    }

    /// Throws away the candidate configuration that a refused line stopped.
    fn abort(&mut self, options: &SendOptions) -> Result<(), SessionError> {
        let platform = Arc::clone(&self.platform);
        let instructions: Vec<&Instruction> = platform.on_abort.iter().collect();
        self.run(&instructions, Phase::Privilege, &self.command_cx(options))
    }

    fn left_configuration(&self, done: &MultiReply, left: usize) -> SessionError {
        let line = done.last().map(|reply| reply.command.as_str()).unwrap_or_default();
        let mode = self.mode().unwrap_or_default();
        let what = format!("line {} led out of configuration, to mode {mode}: {line}", done.len());
        let error = self.error(ErrorKind::Privilege, Phase::Command, what);
        error.hint(format!("{left} lines behind it were not sent"))
    }

    /// Lines as inputs: those of several lines in one.
    fn inputs<I>(&self, lines: I) -> Result<Vec<Input>, SessionError>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let mut inputs: Vec<Input> = Vec::new();
        let mut open: Option<String> = None;
        for line in lines {
            let line = line.as_ref().trim_end_matches(['\r', '\n']);
            match (&open, inputs.last_mut()) {
                (Some(end), Some(input)) => {
                    input.more.push(line.to_owned());
                    if line.contains(end.as_str()) {
                        open = None;
                    }
                }
                _ if line.trim().is_empty() => {}
                _ => {
                    open = self.platform.multi_line.iter().find_map(|input| input.end_of(line));
                    inputs.push(Input { first: line.trim_end().to_owned(), more: Vec::new() });
                }
            }
        }
        match (open, inputs.last()) {
            (Some(end), Some(input)) => {
                let what = format!("no line with {end} ends the input that begins with: {}", input.first);
                Err(self.error(ErrorKind::Input, Phase::Command, what))
            }
            _ => Ok(inputs),
        }
    }
}

impl Input {
    fn lines(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.first.as_str()).chain(self.more.iter().map(String::as_str))
    }
}
