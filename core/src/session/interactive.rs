//! Dialogues: commands that ask back, and what a device says unasked.

use super::dialogue::{Dialogue, Reaction, Turn};
use super::expect::Expect;
use super::prompt::PromptFinder;
use super::{ErrorKind, Phase, Reply, SendOptions, Session, SessionError};
use crate::channel::{Answer, Channel, Ended, Exchange, Shown, Stop, Trouble};
use crate::cx::Cx;
use crate::platform::Tail;
use crate::transport;
use std::time::Duration;

/// What the device showed that the dialogue has something to say to.
#[derive(Clone, Copy)]
enum Hit {
    Nothing,
    /// A line that has ended is what completes it.
    Complete,
    /// The current line is.
    CompleteLine,
    /// The current line is what one of its turns expects.
    Turn(usize),
}

/// How a dialogue went.
struct Course {
    closed: bool,
    failed: Option<String>,
    hidden: bool,
}

impl Session {
    /// Holds a dialogue: sends its command, answers what the device asks, and gives all that it said as one reply.
    pub fn send_interactive(&mut self, dialogue: Dialogue<'_>) -> Result<Reply, SessionError> {
        self.send_interactive_with(dialogue, &SendOptions::default())
    }

    /// As [`send_interactive`](Self::send_interactive), with options; the timeout is that of the whole dialogue.
    pub fn send_interactive_with(
        &mut self,
        mut dialogue: Dialogue<'_>,
        options: &SendOptions,
    ) -> Result<Reply, SessionError> {
        let input = dialogue.input.clone().unwrap_or_default();
        self.check(&[&input], Phase::Command)?;
        if let Some(mode) = &options.mode {
            self.enter_mode(mode)?;
        }
        self.about_to_hold(&dialogue)?;
        let cx = self.command_cx(options);
        self.send_put_off(&cx)?;
        let finder = PromptFinder::new(self);
        let find_prompt = |tail: Tail<'_>| finder.find(tail);
        let commands = [input.as_str()];
        let mut exchange = match dialogue.input {
            Some(_) => Exchange::new(&self.channel, &commands, &find_prompt, &self.prompt),
            None => Exchange::listening(&mut self.channel, &find_prompt, &self.prompt, &cx),
        };
        if !dialogue.ends_at_prompt {
            exchange = exchange.beyond_prompt();
        }
        let course = hold(&mut exchange, &mut self.channel, &mut dialogue, &cx).map_err(|trouble| {
            self.trouble(trouble, Phase::Command, "an answer, a question or the prompt")
        })?;
        if let Some(what) = course.failed {
            self.broken = true;
            return Err(self.error(ErrorKind::Dialogue, Phase::Command, what).seen(self.channel.seen()));
        }
        let answer = exchange.answers(&mut self.channel).into_iter().flatten().next();
        let answer = answer.ok_or_else(|| self.indistinct(1, Phase::Command))?;
        self.broken |= course.closed;
        if !answer.prompt.is_empty() {
            self.note_prompt(None);
        }
        let answer = if course.hidden { self.hidden(answer) } else { answer };
        Ok(self.reply(&input, answer, options))
    }

    /// To be called before a dialogue that may change the device.
    fn about_to_hold(&mut self, dialogue: &Dialogue<'_>) -> Result<(), SessionError> {
        match &dialogue.input {
            Some(input) => self.about_to_send(&[input], Phase::Command),
            None if dialogue.turns.is_empty() => Ok(()),
            None => self.about_to_write("an answer", Phase::Command),
        }
    }

    /// An answer in which no secret is shown, should the device have echoed one.
    fn hidden(&self, mut answer: Answer) -> Answer {
        answer.raw = self.channel.without_secrets(&answer.raw);
        let text = self.channel.without_secrets(answer.text.as_bytes());
        answer.text = String::from_utf8_lossy(&text).into_owned();
        answer
    }

    /// Waits until a line shows what is expected, within `timeout`, and gives all that came: for what a device says unasked,
    /// or goes on saying. Prompts do not end it.
    pub fn read_until(
        &mut self,
        expect: impl Into<Expect>,
        timeout: Duration,
    ) -> Result<Reply, SessionError> {
        let dialogue = Dialogue::listen().complete_when(expect).beyond_prompt();
        self.send_interactive_with(dialogue, &SendOptions::default().timeout(timeout))
    }

    /// Types bytes as they are, with no line end, and waits for nothing: a `^C`, the answer to a question that
    /// [`read_until`](Self::read_until) found. Right after opening, the steps that prepare the command line come first, and
    /// their replies are waited for.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), SessionError> {
        self.check(&[], Phase::Command)?;
        self.about_to_write("bytes", Phase::Command)?;
        let cx = self.command_cx(&SendOptions::default());
        self.send_put_off(&cx)?;
        let sent = self.channel.send_bytes(bytes, &cx);
        sent.map_err(|trouble| self.trouble(trouble, Phase::Command, "the device to take the bytes"))
    }
}

/// Holds the dialogue to its end.
fn hold(
    exchange: &mut Exchange<'_>,
    channel: &mut Channel,
    dialogue: &mut Dialogue<'_>,
    cx: &Cx,
) -> Result<Course, Trouble> {
    let mut course = Course { closed: false, failed: None, hidden: false };
    if dialogue.input.is_some() {
        exchange.send(channel, cx)?;
    }
    let mut looked = 0;
    loop {
        let mut hit = Hit::Nothing;
        let mut stop = |shown: Shown<'_>| {
            hit = dialogue.hit(shown, &mut looked);
            hit.stop()
        };
        let reaction = match exchange.wait(channel, &mut stop, cx) {
            Ok(Ended::Prompt) => return Ok(course),
            Ok(Ended::Stopped) => dialogue.react(hit, &channel.line()),
            Err(trouble) if dialogue.may_close && trouble.is(transport::ErrorKind::Closed) => {
                course.closed = true;
                Reaction::Complete
            }
            Err(trouble) => return Err(trouble),
        };
        if !course.take(reaction, channel, cx)? {
            exchange.cut(channel);
            return Ok(course);
        }
    }
}

impl Course {
    /// Does what a reaction says; `false` where it ends the dialogue.
    fn take(&mut self, reaction: Reaction, channel: &mut Channel, cx: &Cx) -> Result<bool, Trouble> {
        match reaction {
            Reaction::Answer(text) => channel.answer(&text, cx)?,
            Reaction::AnswerHidden(secret) => {
                self.hidden = true;
                channel.answer_secret(&secret, cx)?;
            }
            Reaction::Write(bytes) => {
                channel.take_line();
                channel.send_bytes(&bytes, cx)?;
            }
            Reaction::Complete => return Ok(false),
            Reaction::Fail(what) => {
                self.failed = Some(what);
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Dialogue<'_> {
    /// What there is to do about what the device has shown; `looked` is up to where, what was forgotten included, the text
    /// held nothing.
    fn hit(&self, shown: Shown<'_>, looked: &mut usize) -> Hit {
        let is_complete = |line: &str| self.complete.iter().any(|expect| expect.is_in(line));
        *looked = (*looked).max(shown.forgotten + shown.echo_end);
        while let Some(rest) = shown.text.get(*looked - shown.forgotten..)
            && let Some(length) = rest.find('\n')
        {
            if is_complete(&rest[..length]) {
                return Hit::Complete;
            }
            *looked += length + 1;
        }
        let line = shown.line;
        if line.trim().is_empty() {
            return Hit::Nothing;
        }
        if is_complete(line) {
            return Hit::CompleteLine;
        }
        let turn = self.turns.iter().position(|turn| !turn.is_over && turn.expect.is_in(line));
        turn.map_or(Hit::Nothing, Hit::Turn)
    }

    fn react(&mut self, hit: Hit, line: &str) -> Reaction {
        let Hit::Turn(at) = hit else { return Reaction::Complete };
        let Turn { reaction, once, is_over, .. } = &mut self.turns[at];
        *is_over = *once;
        reaction(line)
    }
}

impl Hit {
    fn stop(self) -> Stop {
        match self {
            Self::Nothing => Stop::No,
            Self::Complete => Stop::Now,
            Self::CompleteLine | Self::Turn(_) => Stop::Settled,
        }
    }
}
