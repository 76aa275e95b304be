//! Sends commands and tells their replies apart.

use super::answer::{Answer, Part};
use super::echo::{Echo, Line, head_before};
use super::log_line;
use super::question;
use super::shown::{CutShort, Ended, FindPrompt, Shown, Stop};
use super::{Channel, Trouble};
use crate::cx::Cx;
use crate::platform::Tail;
use std::time::{Duration, Instant, SystemTime};

/// How long a device that echoes may show its prompt without having echoed the command. One that redraws its prompt
/// when a command arrives echoes right behind it; where the echo was lost, the reply is complete after this.
const ECHO_GRACE: Duration = Duration::from_secs(2);

/// The same where several commands went out and the echo of the last has not come: a device that is slow to read on must
/// not be taken for one that has done.
const LAST_ECHO_GRACE: Duration = Duration::from_secs(5);

/// How long a prompt must stand that does not name the device as the last one did, or that came in pieces. A line of output
/// that was cut behind a `#` looks the same; slow lines send a character every 10 ms.
const STRANGE_PROMPT: Duration = Duration::from_millis(300);

/// How long nothing may come behind a prompt that a log message pushed up, as IOS does without drawing it again.
const LOG_GRACE: Duration = Duration::from_secs(1);

/// How long a question must stand that nobody expected.
const QUESTION_GRACE: Duration = Duration::from_secs(2);

/// One or more commands sent in one write.
///
/// The reply of the last ends at a prompt behind which nothing more is there at once; that of each before it where a
/// prompt is followed by the echo of the next command.
pub(crate) struct Exchange<'a> {
    pub(super) commands: &'a [&'a str],
    pub(super) find_prompt: FindPrompt<'a>,
    /// The line on which the first command's echo will go on.
    pub(super) old_prompt: String,
    echo: Echo,
    /// Where the reply of the command at hand begins in the text, how far it was looked at, and how many lines that were.
    start: usize,
    scanned: usize,
    lines: usize,
    pub(super) parts: Vec<Part>,
    /// A prompt that only log messages followed, and where its line begins.
    pushed_up: Option<(String, usize)>,
    /// How much of the text was forgotten.
    forgotten: usize,
    ends_at_prompt: bool,
    /// How long each reply may take, where that is less than the caller's limit of all.
    each: Option<Duration>,
    pub(super) sent: (SystemTime, Instant),
}

impl<'a> Exchange<'a> {
    /// `prompt` is the last one that was seen.
    pub(crate) fn new(
        channel: &Channel,
        commands: &'a [&'a str],
        find_prompt: FindPrompt<'a>,
        prompt: &str,
    ) -> Self {
        // A log message may have pushed it up.
        let old_prompt = Some(channel.line()).filter(|line| !line.is_empty());
        Self {
            commands,
            find_prompt,
            old_prompt: old_prompt.unwrap_or_else(|| prompt.to_owned()),
            echo: Echo::new(first_line(commands.first().copied().unwrap_or_default())),
            start: 0,
            scanned: 0,
            lines: 0,
            parts: Vec::new(),
            pushed_up: None,
            forgotten: 0,
            ends_at_prompt: true,
            each: None,
            sent: (SystemTime::now(), channel.heard_at()),
        }
    }

    /// An exchange in which nothing is sent first, so that there is no echo.
    pub(crate) fn listening(
        channel: &mut Channel,
        find_prompt: FindPrompt<'a>,
        prompt: &str,
        cx: &Cx,
    ) -> Self {
        let mut exchange = Self::new(channel, &[], find_prompt, prompt);
        exchange.sent = (SystemTime::now(), cx.clock().now());
        exchange.echo = Echo::of_nothing();
        channel.forget();
        exchange
    }

    /// Goes on behind prompts: only a stop ends it.
    pub(crate) fn beyond_prompt(mut self) -> Self {
        self.ends_at_prompt = false;
        self
    }

    /// Holds each reply to this limit, counted from the end of the one before.
    pub(crate) fn each_within(mut self, limit: Duration) -> Self {
        self.each = Some(limit);
        self
    }

    /// Sends the commands and waits for all replies. `None` where the replies could not be told apart: all of them have
    /// come, and the text of the channel has them.
    pub(crate) fn run(mut self, channel: &mut Channel, cx: &Cx) -> Result<Option<Vec<Answer>>, CutShort> {
        let ended = self.send(channel, cx).and_then(|()| self.wait(channel, &mut |_| Stop::No, cx));
        match ended {
            Ok(_) => Ok(self.answers(channel)),
            Err(trouble) => Err(CutShort { trouble, answers: self.answers_so_far(channel) }),
        }
    }

    /// Sends the commands.
    pub(crate) fn send(&mut self, channel: &mut Channel, cx: &Cx) -> Result<(), Trouble> {
        self.sent = (SystemTime::now(), cx.clock().now());
        channel.send_line(&self.commands.join("\n"), self.commands.len() > 1, cx)
    }

    /// Waits for the last reply, or until `stop` says so.
    pub(crate) fn wait(
        &mut self,
        channel: &mut Channel,
        stop: &mut dyn FnMut(Shown<'_>) -> Stop,
        cx: &Cx,
    ) -> Result<Ended, Trouble> {
        let mut limited = self.limited(cx);
        loop {
            let complete = self.parts.len();
            self.scan(channel);
            if let Some(last) = self.parts.last().filter(|_| self.parts.len() > complete) {
                channel.begin_reply(last.raw_end);
                limited = self.limited(cx);
            }
            match stop(self.shown(channel, &channel.line())) {
                Stop::Now => return Ok(Ended::Stopped),
                Stop::Settled => {
                    if channel.settled(&limited)? {
                        self.scan(channel);
                        if stop(self.shown(channel, &channel.line())) != Stop::No {
                            return Ok(Ended::Stopped);
                        }
                    }
                }
                Stop::No => {
                    if self.step(channel, &limited)? {
                        return Ok(Ended::Prompt);
                    }
                }
            }
        }
    }

    /// The limit of the reply at hand, from now on.
    fn limited(&self, cx: &Cx) -> Cx {
        self.each.map_or_else(|| cx.clone(), |limit| cx.within(limit, "command"))
    }

    fn shown<'s>(&self, channel: &'s Channel, line: &'s str) -> Shown<'s> {
        let echo_end = self.echo.found().map_or(0, |found| found.place.end);
        Shown { text: channel.text(), echo_end, forgotten: self.forgotten, line }
    }

    /// Ends the last reply here, whatever stands on the current line.
    pub(crate) fn cut(&mut self, channel: &mut Channel) {
        self.scan(channel);
        if let Some(prompt) = channel.at_end(|tail| (self.find_prompt)(tail)) {
            return self.finish(channel, prompt.two_lines);
        }
        channel.take_line();
        let end = channel.text().len();
        self.end(channel, end, String::new());
    }

    /// Waits until nothing more comes for as long as `quiet` behind the echo of a command, or its prompt has come; `true`
    /// where the device waits for input without a prompt.
    pub(crate) fn awaits_input(
        &mut self,
        channel: &mut Channel,
        quiet: Duration,
        cx: &Cx,
    ) -> Result<bool, Trouble> {
        loop {
            self.scan(channel);
            let at_prompt = channel.at_end(|tail| (self.find_prompt)(tail)).is_some();
            let limit = match (self.echo.is_found(), at_prompt) {
                (true, true) => Duration::ZERO,
                (true, false) => quiet,
                (false, _) => ECHO_GRACE,
            };
            if !channel.has_heard() {
                channel.advance(cx)?;
            } else if channel.settled_for(limit, cx)? {
                return Ok(!at_prompt);
            }
        }
    }

    /// Looks at what has come; waits for more unless the last reply is complete.
    fn step(&mut self, channel: &mut Channel, cx: &Cx) -> Result<bool, Trouble> {
        let is_last = self.parts.len() + 1 >= self.commands.len();
        let echoed = self.echo.is_found();
        // Until something has come, the line still holds the prompt before the command, and without an echo it does so until
        // the line ends of which the carriage return may come alone.
        let is_new = channel.has_heard() && (echoed || !channel.is_back());
        let may_end = self.ends_at_prompt && is_new;
        let Some(prompt) = channel.at_end(|tail| (self.find_prompt)(tail)).filter(|_| may_end) else {
            return self.wait_for_more(channel, is_last, cx);
        };
        let complete = if !is_last {
            channel.quiet_for(LAST_ECHO_GRACE, "echo", cx)?
        } else if !echoed && channel.echoes() {
            channel.quiet_for(ECHO_GRACE, "echo", cx)?
        } else {
            let is_sure = prompt.familiar && !channel.trickles();
            channel.settled_for(if is_sure { Duration::ZERO } else { STRANGE_PROMPT }, cx)?
        };
        if complete {
            self.scan(channel);
            self.finish(channel, prompt.two_lines);
        }
        Ok(complete)
    }

    /// Waits where no prompt is at the end; `true` where the last reply is complete all the same.
    fn wait_for_more(&mut self, channel: &mut Channel, is_last: bool, cx: &Cx) -> Result<bool, Trouble> {
        let line = channel.line();
        if is_last && line.is_empty() && self.pushed_up.is_some() {
            let complete = channel.quiet_for(LOG_GRACE, "log", cx)?;
            if let Some((prompt, start)) = self.pushed_up.take_if(|_| complete) {
                self.end(channel, start, prompt);
            }
            return Ok(complete);
        }
        if channel.has_heard() && question::is_asked(&line) {
            // Somebody may be typing the rest, or the device does.
            if channel.quiet_for(QUESTION_GRACE, "question", cx)? {
                return Err(Trouble::Question(line.trim().to_owned()));
            }
            return Ok(false);
        }
        channel.advance(cx)?;
        Ok(false)
    }

    fn scan(&mut self, channel: &mut Channel) {
        self.scan_lines(channel);
        self.forget_echo(channel);
    }

    fn scan_lines(&mut self, channel: &Channel) {
        let text = channel.text();
        if self.is_past_all(&text[self.scanned..]) {
            self.scanned = text.rfind('\n').map_or(0, |at| at + 1).max(self.scanned);
            return;
        }
        while let Some(length) = text[self.scanned..].find('\n') {
            let place = self.scanned..self.scanned + length + 1;
            let line = Line {
                text: &text[place.start..place.end - 1],
                typed: channel.typed(place.start),
                place: place.clone(),
            };
            self.line(channel, &line);
            self.scanned = place.end;
            self.lines += 1;
        }
    }

    /// Whether the lines at hand can be passed over, as most of a long reply can: the last command's echo was found, and no
    /// prompt is among them that a log message may have pushed up.
    fn is_past_all(&self, lines: &str) -> bool {
        let is_last = self.parts.len() + 1 >= self.commands.len();
        let prompt = self.old_prompt.trim_end();
        is_last
            && self.echo.is_found()
            && self.pushed_up.is_none()
            && !prompt.is_empty()
            && memchr::memmem::find(lines.as_bytes(), prompt.as_bytes()).is_none()
    }

    fn line(&mut self, channel: &Channel, line: &Line<'_>) {
        if let Some(next) = self.commands.get(self.parts.len() + 1).filter(|_| self.echo.is_found())
            && let Some(prompt) = self.prompt_before(line, first_line(next))
        {
            self.part(channel, line, prompt);
            self.echo = Echo::new(first_line(next));
        }
        if self.echo.is_found() {
            return self.note_pushed_up(line);
        }
        // Borrowed apart from the echo, which changes.
        let (old_prompt, find_prompt) = (self.old_prompt.as_str(), self.find_prompt);
        let is_prompt = |head: &str| is_prompt(find_prompt, old_prompt, head);
        self.echo.line(line, old_prompt, &is_prompt);
    }

    /// The prompt that the echo of the next command stands behind; one that a log message pushed up stands on a line of its
    /// own.
    fn prompt_before(&self, line: &Line<'_>, next: &str) -> Option<String> {
        let head = head_before(line, next)?;
        if head.trim().is_empty() {
            return self.pushed_up.as_ref().map(|(prompt, _)| prompt.clone());
        }
        is_prompt(self.find_prompt, &self.old_prompt, head).then(|| head.trim_end().to_owned())
    }

    /// Ends the reply of the command at hand before the line that echoes the next one.
    fn part(&mut self, channel: &Channel, line: &Line<'_>, prompt: String) {
        let end = self.pushed_up.take().map_or(line.place.start, |(_, start)| start);
        let line_start = self.lines.checked_sub(1).and_then(|at| channel.line_ends().get(at).copied());
        let line_start = line_start.unwrap_or_default();
        let shows_prompt = channel.raw()[line_start..].starts_with(prompt.as_bytes());
        let raw_end = line_start + if shows_prompt { prompt.len() } else { 0 };
        self.push(channel, end, raw_end, prompt);
        self.start = line.place.start;
    }

    /// Takes note of a prompt that only log messages follow.
    fn note_pushed_up(&mut self, line: &Line<'_>) {
        if self.pushed_up.is_none() && !line.text.starts_with(self.old_prompt.trim_end()) {
            return;
        }
        let is_old = !self.old_prompt.is_empty() && line.text.trim_end() == self.old_prompt.trim_end();
        if is_old {
            self.pushed_up = Some((line.text.trim_end().to_owned(), line.place.start));
        } else if !log_line::is_log(line.text) {
            self.pushed_up = None;
        }
    }

    fn finish(&mut self, channel: &mut Channel, two_lines: bool) {
        let text = channel.text();
        let end = if two_lines { last_line_start(text) } else { text.len() };
        let prompt = channel.line().trim_end().to_owned();
        self.end(channel, end, prompt);
    }

    fn end(&mut self, channel: &mut Channel, end: usize, prompt: String) {
        let raw_end = channel.raw().len();
        self.push(channel, end, raw_end, prompt);
        channel.note_echo(self.echo.is_found());
    }

    fn push(&mut self, channel: &Channel, end: usize, raw_end: usize, prompt: String) {
        self.parts.push(Part {
            text: self.start..end.max(self.start),
            echo: self.echo.found(),
            raw_end,
            prompt,
            elapsed: channel.heard_at().saturating_duration_since(self.sent.1),
        });
    }

    /// Forgets the echo of the only command as soon as it was found, while little stands behind it.
    fn forget_echo(&mut self, channel: &mut Channel) {
        let found = self.echo.found().filter(|found| found.at_prompt && found.place.end > 0);
        let Some(found) = found.filter(|_| self.commands.len() == 1 && self.parts.is_empty()) else { return };
        let end = found.place.end;
        channel.forget_head(end);
        self.forgotten += end;
        self.scanned -= end;
        self.pushed_up.iter_mut().for_each(|(_, start)| *start = start.saturating_sub(end));
        self.echo.forget();
    }
}

pub(super) fn is_prompt(find_prompt: FindPrompt<'_>, old_prompt: &str, line: &str) -> bool {
    let is_old = !old_prompt.is_empty() && line.trim_end() == old_prompt.trim_end();
    is_old || find_prompt(Tail { previous: "", line }).is_some()
}

/// What is echoed of an input of several lines before the device reads on.
fn first_line(command: &str) -> &str {
    command.lines().next().unwrap_or_default()
}

fn last_line_start(text: &str) -> usize {
    text.trim_end_matches('\n').rfind('\n').map_or(0, |at| at + 1)
}
