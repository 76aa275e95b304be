//! Bytes to lines: terminal emulation, prompt, echo, login and pager.

mod answer;
mod echo;
mod exchange;
mod huge_pages;
mod log;
mod log_line;
mod login;
mod pager;
mod question;
mod room;
mod shown;
mod terminal;

pub(crate) use answer::Answer;
pub(crate) use exchange::Exchange;
pub(crate) use log::Log;
pub(crate) use log_line::is_log;
pub(crate) use login::{Login, LoginTrouble};
pub(crate) use login::{is_password_prompt, is_refusal};
pub(crate) use shown::{AtPrompt, CutShort, Ended, FindPrompt, Shown, Stop};

use crate::cx::Cx;
use crate::platform::{Platform, Tail};
use crate::secret::Secret;
use crate::seen::Seen;
use crate::transport::{ErrorKind, Phase, Transport, TransportError};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};
use terminal::Terminal;

/// How many bytes may come before the login has ended, when nobody has asked for anything: no banner is near it.
const LONGEST_LOGIN: usize = 1 << 20;

/// How much of the end is looked through for what was seen last: what an error shows of it is far shorter.
const LONGEST_LOOK: usize = 1 << 10;

/// How much is read at a time: one telnet or SSH read is seldom longer.
const READ_SIZE: usize = 4 << 10;

/// What ends a wait for a device.
#[derive(Debug)]
pub(crate) enum Trouble {
    Transport(TransportError),
    /// The reply went beyond the limit, in bytes.
    TooLong(usize),
    /// The device asks something that nobody expected.
    Question(String),
}

impl From<TransportError> for Trouble {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl Trouble {
    pub(crate) fn is(&self, kind: ErrorKind) -> bool {
        matches!(self, Self::Transport(error) if error.kind() == kind)
    }
}

/// Compiles now what is looked for on any platform, if it is not.
pub(crate) fn warm() {
    login::warm();
    pager::warm();
    question::warm();
}

impl Drop for Channel {
    fn drop(&mut self) {
        let line = self.terminal.line();
        self.log.iter_mut().for_each(|log| log.finish(&line));
    }
}

/// Whether a device repeats what it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Echoing {
    /// Nearly all do, so it is believed until the first reply shows otherwise.
    Believed,
    /// It has done so. One reply whose echo was not found, as when a log line broke it, changes nothing.
    Seen,
    /// Its first reply came without.
    Missing,
}

/// A transport seen as a terminal: what arrives is emulated, kept raw, and a pager is answered.
pub(crate) struct Channel {
    transport: Box<dyn Transport>,
    terminal: Terminal,
    /// All bytes since the last line was sent.
    raw: Vec<u8>,
    /// Where in them the reply at hand begins.
    reply_start: usize,
    /// The end of what was handed out of it: it still is what was seen last.
    handed_out: Vec<u8>,
    platform: Arc<Platform>,
    silence: Duration,
    longest_reply: usize,
    /// When something came last.
    heard_at: Instant,
    /// The current line came in pieces, or is a single byte.
    trickles: bool,
    echo: Echoing,
    /// What was sent in secret, so that a device that echoes it does not put it into an error.
    secrets: Vec<Secret>,
    log: Option<Log>,
}

impl Channel {
    /// `silence` is how long the device may say nothing before a wait for it ends.
    pub(crate) fn new(transport: Box<dyn Transport>, platform: Arc<Platform>, silence: Duration) -> Self {
        Self {
            transport,
            terminal: Terminal::default(),
            raw: Vec::new(),
            reply_start: 0,
            handed_out: Vec::new(),
            platform,
            silence,
            longest_reply: LONGEST_LOGIN,
            heard_at: Instant::now(),
            trickles: false,
            echo: Echoing::Believed,
            secrets: Vec::new(),
            log: None,
        }
    }

    /// Writes down what is said from here on.
    pub(crate) fn log_to(&mut self, log: Log) {
        self.log = Some(log);
    }

    /// The device turned out to be of this platform.
    pub(crate) fn set_platform(&mut self, platform: Arc<Platform>) {
        self.platform = platform;
    }

    /// Sends a line, or `several`, that are answered with a prompt or a question.
    pub(crate) fn send_line(&mut self, line: &str, several: bool, cx: &Cx) -> Result<(), Trouble> {
        self.forget();
        if several {
            self.terminal.note_line_ends();
        }
        self.send_bytes(format!("{line}\n").as_bytes(), cx)
    }

    /// Sends bytes and nothing else.
    pub(crate) fn send_bytes(&mut self, bytes: &[u8], cx: &Cx) -> Result<(), Trouble> {
        self.log.iter_mut().for_each(|log| log.typed(bytes));
        Ok(self.transport.write_all(bytes, cx)?)
    }

    /// Answers the question on the current line, which is then taken for read.
    pub(crate) fn answer(&mut self, answer: &str, cx: &Cx) -> Result<(), Trouble> {
        self.terminal.take_line();
        self.send_bytes(format!("{answer}\n").as_bytes(), cx)
    }

    /// Answers the question on the current line with a secret.
    pub(crate) fn answer_secret(&mut self, secret: &Secret, cx: &Cx) -> Result<(), Trouble> {
        self.terminal.take_line();
        self.secrets.push(secret.clone());
        self.log.iter_mut().for_each(|log| log.hide(secret.clone()));
        let line = zeroize::Zeroizing::new(format!("{}\n", secret.expose()));
        self.send_bytes(line.as_bytes(), cx)
    }

    /// Sets how many bytes a reply may have; until then it is what a login may.
    pub(crate) fn limit_replies(&mut self, bytes: usize) {
        self.longest_reply = bytes;
    }

    /// The reply at hand begins behind so many bytes: the limit counts from there.
    fn begin_reply(&mut self, start: usize) {
        self.reply_start = start;
    }

    /// Sends an empty line, and gives the line on which the device waits behind it, once nothing follows for as long as
    /// `quiet`.
    pub(crate) fn ask_for_line(&mut self, quiet: Duration, cx: &Cx) -> Result<String, Trouble> {
        self.send_line("", false, cx)?;
        while !self.has_heard() {
            self.advance(cx)?;
        }
        while !self.settled_for(quiet, cx)? {}
        Ok(self.line())
    }

    /// Waits for more from the device, at most for the silence limit, and answers its pager.
    pub(crate) fn advance(&mut self, cx: &Cx) -> Result<(), Trouble> {
        // A transport gives what has come though the deadline is past; a device that never pauses must end all the same.
        if let Some(why) = cx.interruption() {
            return Err(TransportError::interrupted(why, Phase::Read, "the device", cx).into());
        }
        let at_pager =
            |channel: &Self| pager::is_pager(channel.platform.pager.as_ref(), &channel.terminal.line());
        if !at_pager(self) {
            return self.receive(&cx.within(self.silence, "silence"));
        }
        let quiet = pager::quiet(&self.terminal.line(), self.trickles);
        if self.settled_for(quiet, cx)? && at_pager(self) {
            let line = self.terminal.line();
            if pager::is_last_page(&line) {
                self.terminal.note_padding();
            }
            let answer = pager::answer(&line);
            self.terminal.erase_line();
            self.transport.write_all(answer, cx)?;
        }
        Ok(())
    }

    /// Whether nothing more is there at once. If more was there it has been taken.
    pub(crate) fn settled(&mut self, cx: &Cx) -> Result<bool, Trouble> {
        self.settled_for(Duration::ZERO, cx)
    }

    /// Whether nothing more comes for a while. If more came it has been taken. What was said before the end of the
    /// stream still counts; whoever reads on is told of the end.
    pub(crate) fn settled_for(&mut self, quiet: Duration, cx: &Cx) -> Result<bool, Trouble> {
        match self.quiet_for(quiet, "settle", cx) {
            Err(trouble) if trouble.is(ErrorKind::Closed) => Ok(true),
            other => other,
        }
    }

    /// Whether nothing comes for as long as `limit`, which `name` names. If something came it has been taken.
    pub(crate) fn quiet_for(
        &mut self,
        limit: Duration,
        name: &'static str,
        cx: &Cx,
    ) -> Result<bool, Trouble> {
        let grace = cx.within(limit.min(self.silence), name);
        match self.receive(&grace) {
            Ok(()) => Ok(false),
            Err(trouble) if trouble.is(ErrorKind::TimedOut) && grace.deadline().limit() == name => Ok(true),
            Err(trouble) => Err(trouble),
        }
    }

    /// Reads straight behind what has come. There is room for a whole read at once: bytes that trickle into a buffer that
    /// grows would leave one piece of each size with the thread's allocator, and thousands of threads may hold a session each.
    fn receive(&mut self, cx: &Cx) -> Result<(), Trouble> {
        let known = self.raw.len();
        room::make_room(&mut self.raw, READ_SIZE);
        self.raw.resize(known + READ_SIZE, 0);
        let read = self.transport.read(&mut self.raw[known..], cx);
        self.raw.truncate(known + read.as_ref().map_or(0, |count| *count));
        read?;
        self.heard_at = cx.clock().now();
        if self.raw.len() - self.reply_start > self.longest_reply {
            self.raw.truncate(known);
            return Err(Trouble::TooLong(self.longest_reply));
        }
        let bytes = &self.raw[known..];
        let begins_line = !self.terminal.has_line() || bytes.contains(&b'\n');
        self.trickles = bytes.len() == 1 || !begins_line;
        self.terminal.feed(bytes);
        self.log.iter_mut().for_each(|log| log.lines(self.terminal.text()));
        Ok(())
    }

    /// The lines that have ended since the last line was sent, each with its line end.
    pub(crate) fn text(&self) -> &str {
        self.terminal.text()
    }

    /// What was written on a line that has ended, where some of it was written over; `start` is its place in the text.
    fn typed(&self, start: usize) -> Option<&str> {
        self.terminal.typed(start)
    }

    /// A part of the text without what a pager added.
    fn text_of(&self, place: Range<usize>) -> Cow<'_, str> {
        self.terminal.text_of(place)
    }

    /// Forgets the lines before `end`, where one ends.
    fn forget_head(&mut self, end: usize) {
        self.terminal.forget_head(end);
        self.log.iter_mut().for_each(|log| log.forget_head(end));
    }

    /// The text from `start`, where a line begins, to have, unless a pager added to it.
    fn take_text(&mut self, start: usize) -> Option<String> {
        let taken = self.terminal.take_text(start)?;
        self.log.iter_mut().for_each(Log::forget);
        Some(taken)
    }

    /// Behind how many bytes each line of several ended.
    fn line_ends(&self) -> &[usize] {
        self.terminal.line_ends()
    }

    /// The last bytes that came: all since the last line was sent, or the end of what was handed out of them.
    pub(crate) fn last_bytes(&self) -> &[u8] {
        if self.raw.is_empty() { &self.handed_out } else { &self.raw }
    }

    /// All bytes since the last line was sent.
    pub(crate) fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The same, to have.
    fn take_raw(&mut self) -> Vec<u8> {
        let raw = std::mem::take(&mut self.raw);
        self.reply_start = 0;
        self.handed_out = raw[raw.len().saturating_sub(LONGEST_LOOK)..].to_vec();
        raw
    }

    /// Whether anything has come since the last line was sent.
    pub(crate) fn has_heard(&self) -> bool {
        !self.raw.is_empty()
    }

    /// When something came last, on the clock of who waited for it.
    pub(crate) fn heard_at(&self) -> Instant {
        self.heard_at
    }

    /// Whether the device repeats what it is sent, as far as is known.
    pub(crate) fn echoes(&self) -> bool {
        self.echo != Echoing::Missing
    }

    /// Takes note of whether a reply came with an echo.
    fn note_echo(&mut self, found: bool) {
        self.echo = match (self.echo, found) {
            (_, true) => Echoing::Seen,
            (Echoing::Believed, false) => Echoing::Missing,
            (before, false) => before,
        };
    }

    /// Whether the current line did not come as one, so that more of it may be on its way.
    pub(crate) fn trickles(&self) -> bool {
        self.trickles
    }

    /// The line with the cursor.
    pub(crate) fn line(&self) -> String {
        self.terminal.line()
    }

    /// What `look` finds at the end of the output.
    pub(crate) fn at_end<T>(&self, look: impl FnOnce(Tail<'_>) -> T) -> T {
        let line = self.terminal.line();
        look(Tail { previous: self.terminal.last_line(), line: &line })
    }

    /// Whether the cursor stands before the end of the current line.
    fn is_back(&self) -> bool {
        self.terminal.is_back()
    }

    /// Takes the current line for read: what comes next stands on a line that is empty so far.
    pub(crate) fn take_line(&mut self) {
        self.terminal.take_line();
    }

    /// The last bytes that came, without secrets.
    pub(crate) fn seen(&self) -> Seen {
        let longest = self.secrets.iter().map(|secret| secret.expose().len()).max().unwrap_or(0);
        // Enough that a secret at the edge of what is shown is still whole.
        let bytes = self.last_bytes();
        let tail = &bytes[bytes.len().saturating_sub(LONGEST_LOOK + longest)..];
        Seen::tail(&self.without_secrets(tail))
    }

    /// Some bytes with `***` in place of each secret that was sent.
    pub(crate) fn without_secrets(&self, bytes: &[u8]) -> Vec<u8> {
        // The longest first: one may begin with another.
        let mut secrets: Vec<_> = self.secrets.iter().collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        let clean = |bytes: Vec<u8>, secret: &&Secret| replace(&bytes, secret.expose().as_bytes(), b"***");
        secrets.iter().fold(bytes.to_vec(), clean)
    }

    /// What is sent from now on is the last.
    pub(crate) fn hold_back(&mut self) {
        self.transport.hold_back();
    }

    pub(crate) fn close(&mut self, cx: &Cx) {
        self.transport.close(cx);
    }

    /// Forgets what has come; the current line stays.
    fn forget(&mut self) {
        self.terminal.forget_text();
        self.log.iter_mut().for_each(Log::forget);
        self.raw.clear();
        self.reply_start = 0;
        self.handed_out.clear();
    }
}

fn replace(bytes: &[u8], what: &[u8], with: &[u8]) -> Vec<u8> {
    if what.is_empty() {
        return bytes.to_vec();
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(what.len()).position(|window| window == what) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(with);
        rest = &rest[at + what.len()..];
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::CancelToken;
    use crate::deadline::Deadline;

    /// Says the same for ever.
    struct Endless(&'static [u8]);

    impl Transport for Endless {
        fn read(&mut self, buf: &mut [u8], _cx: &Cx) -> Result<usize, TransportError> {
            buf[..self.0.len()].copy_from_slice(self.0);
            Ok(self.0.len())
        }

        fn write_all(&mut self, _bytes: &[u8], _cx: &Cx) -> Result<(), TransportError> {
            Ok(())
        }

        fn close(&mut self, _cx: &Cx) {}
    }

    fn channel(said: &'static [u8]) -> (Channel, Cx) {
        let platform = Platform::builtin("frr").unwrap();
        let silence = Duration::from_secs(30);
        let cx = Cx::new(Deadline::after(Duration::from_mins(15), "host"), CancelToken::new());
        (Channel::new(Box::new(Endless(said)), platform, silence), cx)
    }

    #[test]
    fn a_reply_without_end_is_cut_off_at_the_limit() {
        let (mut channel, cx) = channel(b"more and more\r\n");
        channel.longest_reply = 1000;
        let trouble = (0..1000).find_map(|_| channel.advance(&cx).err());
        assert!(matches!(trouble, Some(Trouble::TooLong(1000))));
        assert!(channel.raw.len() <= 1000);
    }

    #[test]
    fn a_device_that_never_pauses_ends_at_the_deadline() {
        let (mut channel, cx) = channel(b"more and more\r\n");
        let cx = cx.within(Duration::ZERO, "command");
        let trouble = channel.advance(&cx).err();
        assert!(trouble.is_some_and(|trouble| trouble.is(ErrorKind::TimedOut)));
    }

    #[test]
    fn a_secret_that_begins_with_another_is_not_shown_in_part() {
        let (mut channel, cx) = channel(b"pw-1-enable ");
        for secret in ["pw-1", "pw-1-enable"] {
            channel.answer_secret(&Secret::new(secret), &cx).unwrap();
        }
        channel.advance(&cx).unwrap();
        assert_eq!(channel.seen(), Seen::tail(b"*** "));
    }

    #[test]
    fn what_was_seen_shows_no_secret_at_the_edge_of_what_is_shown() {
        let (mut channel, cx) = channel(b"pw-1234567 ");
        channel.answer_secret(&Secret::new("pw-1234567"), &cx).unwrap();
        for _ in 0..1000 {
            channel.advance(&cx).unwrap();
            assert!(!channel.seen().to_string().contains("567"), "{}", channel.seen());
        }
    }
}
