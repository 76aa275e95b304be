//! Sends commands and tells their replies apart.

use super::echo::{Echo, Found};
use super::{Channel, Trouble};
use crate::cx::Cx;
use crate::platform::Tail;
use std::ops::Range;
use std::time::{Duration, Instant};

/// How long a device that echoes may show its prompt without having echoed the command. One that redraws its prompt
/// when a command arrives echoes right behind it; where the echo was lost, the reply is complete after this.
const ECHO_GRACE: Duration = Duration::from_secs(2);

/// How long a prompt must stand that does not name the device as the last one did. A line of output that was cut behind
/// a `#` looks the same; slow lines send a character every 10 ms.
const STRANGE_PROMPT: Duration = Duration::from_millis(300);

/// A prompt at the end of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AtPrompt {
    /// It begins on the line before.
    pub(crate) two_lines: bool,
    /// It names the device as the last prompt did.
    pub(crate) familiar: bool,
}

/// Finds a prompt at the end of the output.
pub(crate) type FindPrompt<'a> = &'a dyn Fn(Tail<'_>) -> Option<AtPrompt>;

/// One or more commands sent in one write.
///
/// The reply of the last ends at a prompt behind which nothing more is there at once; that of each before it where a
/// prompt is followed by the echo of the next command.
pub(crate) struct Exchange<'a> {
    commands: &'a [&'a str],
    find_prompt: FindPrompt<'a>,
    /// The line on which the first command's echo will go on.
    old_prompt: String,
    echo: Echo,
    /// Where the reply of the command at hand begins in the text, and how far it was looked at.
    start: usize,
    scanned: usize,
    replies: Vec<Range<usize>>,
    echoes: Vec<Option<Found>>,
}

/// What a device said to one command.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The lines without echo and prompt.
    pub(crate) text: String,
    /// All bytes of the exchange, told once, with its last answer.
    pub(crate) raw: Vec<u8>,
    pub(crate) elapsed: Duration,
}

impl<'a> Exchange<'a> {
    pub(crate) fn new(channel: &Channel, commands: &'a [&'a str], find_prompt: FindPrompt<'a>) -> Self {
        Self {
            commands,
            find_prompt,
            old_prompt: channel.line(),
            echo: Echo::new(commands.first().copied().unwrap_or_default()),
            start: 0,
            scanned: 0,
            replies: Vec::new(),
            echoes: Vec::new(),
        }
    }

    /// Sends the commands and waits for all replies.
    pub(crate) fn run(mut self, channel: &mut Channel, cx: &Cx) -> Result<Vec<Answer>, Trouble> {
        let sent = Instant::now();
        channel.send_line(&self.commands.join("\n"), cx)?;
        self.collect(channel, cx)?;
        Ok(self.answers(channel, sent.elapsed()))
    }

    /// As [`run`](Self::run) for one command that may be answered with a question: `true` where `is_question` found
    /// one on the current line.
    pub(crate) fn run_to_question(
        mut self,
        channel: &mut Channel,
        is_question: impl Fn(&str) -> bool,
        cx: &Cx,
    ) -> Result<bool, Trouble> {
        channel.send_line(&self.commands.join("\n"), cx)?;
        loop {
            if is_question(&channel.line()) {
                if channel.settled(cx)? {
                    return Ok(true);
                }
            } else if self.step(channel, cx)? {
                return Ok(false);
            }
        }
    }

    fn collect(&mut self, channel: &mut Channel, cx: &Cx) -> Result<(), Trouble> {
        while !self.step(channel, cx)? {}
        Ok(())
    }

    /// Looks at what has come; waits for more unless the last reply is complete.
    fn step(&mut self, channel: &mut Channel, cx: &Cx) -> Result<bool, Trouble> {
        self.scan(channel.text());
        let is_last = self.replies.len() + 1 >= self.commands.len();
        let echoed = self.echo.found().is_some();
        // Until something has come, the line still holds the prompt before the command.
        let may_end = (is_last || !echoed) && channel.has_heard();
        let Some(prompt) = channel.at_end(|tail| (self.find_prompt)(tail)).filter(|_| may_end) else {
            channel.advance(cx)?;
            return Ok(false);
        };
        let complete = if !is_last || !echoed && channel.echoes() {
            quiet_without_echo(channel, cx)?
        } else {
            channel.settled_for(if prompt.familiar { Duration::ZERO } else { STRANGE_PROMPT }, cx)?
        };
        if complete {
            self.scan(channel.text());
            self.finish(channel, prompt.two_lines);
        }
        Ok(complete)
    }

    fn scan(&mut self, text: &str) {
        while let Some(length) = text[self.scanned..].find('\n') {
            let place = self.scanned..self.scanned + length + 1;
            self.line(&text[place.start..place.end - 1], place.clone());
            self.scanned = place.end;
        }
    }

    fn line(&mut self, line: &str, place: Range<usize>) {
        if let Some(next) = self.commands.get(self.replies.len() + 1) {
            let rest = line.trim_end().strip_suffix(next.trim_end());
            if self.echo.found().is_some() && rest.is_some_and(|rest| self.looks_like_prompt(rest)) {
                self.replies.push(self.start..place.start);
                self.echoes.push(self.echo.found());
                self.start = place.start;
                self.echo = Echo::new(next);
            }
        }
        if self.echo.found().is_none() {
            let rest = self.behind_prompt(line);
            self.echo.line(line, rest, place);
        }
    }

    /// What follows the prompt that a line begins with.
    fn behind_prompt<'l>(&self, line: &'l str) -> Option<&'l str> {
        let old = self.old_prompt.trim_end();
        if !old.is_empty() && line.starts_with(old) {
            return Some(&line[old.len()..]);
        }
        let command = self.commands.get(self.replies.len())?.trim_end();
        let rest = line.trim_end().strip_suffix(command)?;
        self.looks_like_prompt(rest).then(|| &line[rest.len()..])
    }

    fn looks_like_prompt(&self, line: &str) -> bool {
        (self.find_prompt)(Tail { previous: "", line }).is_some()
    }

    fn finish(&mut self, channel: &mut Channel, two_lines: bool) {
        let text = channel.text();
        let end = if two_lines { last_line_start(text) } else { text.len() };
        self.replies.push(self.start..end.max(self.start));
        self.echoes.push(self.echo.found());
        // Without echoes the replies cannot be told apart: the first one has all.
        self.replies.resize(self.commands.len(), end..end);
        self.echoes.resize(self.commands.len(), None);
        channel.note_echo(self.echo.found().is_some());
    }

    fn answers(&self, channel: &mut Channel, elapsed: Duration) -> Vec<Answer> {
        let mut raw = std::mem::take(&mut channel.raw);
        let both = self.replies.iter().zip(&self.echoes).enumerate();
        let mut answer = |(index, (reply, echo)): (usize, (&Range<usize>, &Option<Found>))| Answer {
            text: self.reply_text(channel.text(), reply, echo.as_ref()),
            raw: if index + 1 == self.replies.len() { std::mem::take(&mut raw) } else { Vec::new() },
            elapsed,
        };
        both.map(&mut answer).collect()
    }

    fn reply_text(&self, text: &str, reply: &Range<usize>, echo: Option<&Found>) -> String {
        let Some(echo) = echo else {
            let all = &text[reply.clone()];
            let old = self.old_prompt.as_str();
            return all.strip_prefix(old).unwrap_or(all).trim_end_matches('\n').to_owned();
        };
        let behind = &text[echo.place.end.min(reply.end)..reply.end];
        if echo.at_prompt {
            return behind.trim_end_matches('\n').to_owned();
        }
        // Without its prompt it may be a line of the reply, so what came before it stays, but for prompts.
        let before = text[reply.start..echo.place.start].split_inclusive('\n');
        let mut out = before
            .filter(|line| !line.trim().is_empty() && !self.looks_like_prompt(line.trim_end_matches('\n')))
            .chain([behind])
            .collect::<String>();
        out.truncate(out.trim_end_matches('\n').len());
        out
    }
}

/// Waits a moment whether the echo comes yet.
fn quiet_without_echo(channel: &mut Channel, cx: &Cx) -> Result<bool, Trouble> {
    channel.quiet_for(ECHO_GRACE, "echo", cx)
}

fn last_line_start(text: &str) -> usize {
    text.trim_end_matches('\n').rfind('\n').map_or(0, |at| at + 1)
}
