//! What came back for each command of an exchange: the text between its echo and the prompt behind it.

use super::Channel;
use super::echo::Found;
use super::exchange::{Exchange, is_prompt};
use std::ops::Range;
use std::time::{Duration, SystemTime};

/// What a device said to one command.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The lines without echo and prompt.
    pub(crate) text: String,
    /// The bytes, echo and prompt included.
    pub(crate) raw: Vec<u8>,
    /// The prompt that ended it.
    pub(crate) prompt: String,
    pub(crate) start: SystemTime,
    pub(crate) elapsed: Duration,
}

/// The reply of one command, in the text and in the bytes.
pub(super) struct Part {
    pub(super) text: Range<usize>,
    pub(super) echo: Option<Found>,
    pub(super) raw_end: usize,
    pub(super) prompt: String,
    pub(super) elapsed: Duration,
}

impl Exchange<'_> {
    /// The answers, one for each command; `None` where they could not be told apart.
    pub(crate) fn answers(&self, channel: &mut Channel) -> Option<Vec<Answer>> {
        (self.parts.len() == self.commands.len().max(1)).then(|| self.answers_so_far(channel))
    }

    /// The answers to the first commands of several, whose replies are complete.
    pub(super) fn answers_so_far(&self, channel: &mut Channel) -> Vec<Answer> {
        let Some((last, before)) = self.parts.split_last() else { return Vec::new() };
        let mut raw = channel.take_raw();
        let mut raw_start = 0;
        let answer = |part: &Part| {
            let range = raw_start..part.raw_end.max(raw_start);
            raw_start = range.end;
            self.answer(self.reply_text(channel, part), raw[range].to_vec(), part)
        };
        let mut answers: Vec<_> = before.iter().map(answer).collect();
        raw.truncate(last.raw_end.max(raw_start));
        raw.drain(..raw_start);
        raw.shrink_to_fit();
        answers.push(self.answer(self.last_text(channel, last), raw, last));
        answers
    }

    fn answer(&self, text: String, raw: Vec<u8>, part: &Part) -> Answer {
        Answer { text, raw, prompt: part.prompt.clone(), start: self.sent.0, elapsed: part.elapsed }
    }

    /// The text of the last reply, which may be long: where it stands at the end, behind an echo at a prompt, it is not copied.
    fn last_text(&self, channel: &mut Channel, part: &Part) -> String {
        if part.text.end < channel.text().len() {
            return self.reply_text(channel, part);
        }
        let echo = part.echo.as_ref().filter(|echo| echo.at_prompt);
        let taken = echo.and_then(|echo| channel.take_text(echo.place.end.min(part.text.end)));
        let mut text = taken.unwrap_or_else(|| self.reply_text(channel, part));
        text.truncate(text.trim_end_matches('\n').len());
        // Thousands of sessions that wait would else keep what nobody reads any more.
        drop(channel.take_text(0));
        text
    }

    fn reply_text(&self, channel: &Channel, part: &Part) -> String {
        let Some(echo) = &part.echo else { return self.without_echo(&channel.text_of(part.text.clone())) };
        let behind = channel.text_of(echo.place.end.min(part.text.end)..part.text.end);
        if echo.at_prompt {
            return behind.trim_end_matches('\n').to_owned();
        }
        // Without its prompt it may be a line of the reply, so what came before it stays, but for prompts.
        let before = channel.text()[part.text.start..echo.place.start].split_inclusive('\n');
        let is_prompt =
            |line: &str| is_prompt(self.find_prompt, &self.old_prompt, line.trim_end_matches('\n'));
        let before = before.filter(|line| !line.trim().is_empty() && !is_prompt(line));
        let mut out = before.chain([&*behind]).collect::<String>();
        out.truncate(out.trim_end_matches('\n').len());
        out
    }

    /// A reply without an echo, and without the end of the line that the command was typed on.
    fn without_echo(&self, all: &str) -> String {
        let text = all.strip_prefix(self.old_prompt.as_str()).unwrap_or(all);
        text.strip_prefix('\n').unwrap_or(text).trim_end_matches('\n').to_owned()
    }
}
