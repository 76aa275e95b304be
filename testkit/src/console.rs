//! One session at a device's command line: bytes in, bytes out, no I/O and no clock.

use crate::action::Action;
use crate::candidate::Candidate;
use crate::faults::{EchoStyle, Noise, Stage, Trip};
use crate::node::Node;
use crate::pager::Paged;
use crate::platform::Text;
use crate::replay::Replay;
use std::sync::Arc;

/// More bytes than this in one line are not taken.
const LONGEST_LINE: usize = 4096;

/// The page of a client that told no window, as a VT100's.
const USUAL_PAGE: usize = 24;

/// One session at a device's command line, as a state machine: what the client types goes in, what the device shows
/// comes out.
///
/// `\r`, `\n`, `\r\n` and `\r\0` all end a line. What is typed is echoed, passwords excepted; backspace, ^U, ^C and
/// ^Z do what they do on IOS.
#[derive(Debug)]
pub struct Console {
    pub(crate) node: Arc<Node>,
    pub(crate) state: State,
    pub(crate) mode: Text,
    /// The interface whose configuration is open.
    pub(crate) interface: Option<String>,
    /// The configuration that is being changed, where it has to be committed.
    pub(crate) candidate: Option<Candidate>,
    /// The level of it that is being edited.
    pub(crate) edit: Vec<String>,
    /// Whether each reply begins with the time.
    pub(crate) stamps: bool,
    /// Lines in a page; none where output is not paged.
    pub(crate) page: Option<usize>,
    /// Wrong answers to the present question.
    pub(crate) wrong_answers: u32,
    pub(crate) noise: Noise,
    echo: EchoStyle,
    /// Which start of the device it belongs to.
    boot: u32,
    /// Whether the first command prompt was shown.
    arrived: bool,
    line: Vec<u8>,
    after_cr: bool,
    out: Vec<u8>,
}

/// How a client comes to the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// It has to log in here, as on telnet.
    Login,
    /// The transport has authenticated it, as SSH does.
    Authenticated,
}

/// What the session waits for.
#[derive(Debug)]
pub(crate) enum State {
    Username,
    Password {
        username: Option<String>,
    },
    Command,
    EnableSecret,
    /// A question that a command asks before it acts.
    Question {
        text: Text,
        then: Arc<Action>,
    },
    /// What is to become of changes that were not committed.
    Uncommitted,
    /// The lines of an input that ends with the delimiter.
    MultiLine {
        end: String,
        lines: Vec<String>,
    },
    More(Paged),
    /// A reply that goes on for ever.
    Endless,
    /// A recording, in place of a command line.
    Replay(Replay),
    /// A fault: nothing more is said.
    Stalled,
    Closed,
}

impl Console {
    /// Opens a session.
    pub fn new(node: &Arc<Node>, entry: Entry) -> Self {
        let platform = &node.device().platform;
        let privileged = node.device().privileged
            || platform.starts_privileged
            || (entry == Entry::Authenticated && platform.ssh_is_privileged);
        let pages = platform.pager.as_ref().is_some_and(|pager| !pager.follows_window);
        Self {
            state: State::first(node, entry),
            mode: if privileged { platform.exec_mode.clone() } else { platform.user_mode.clone() },
            boot: node.boot(),
            interface: None,
            candidate: None,
            edit: Vec::new(),
            stamps: platform.stamps,
            page: pages.then_some(USUAL_PAGE),
            wrong_answers: 0,
            noise: Noise::new(node.device().seed),
            echo: EchoStyle::new(&node.device().faults),
            arrived: false,
            line: Vec::new(),
            after_cr: false,
            out: Vec::new(),
            node: Arc::clone(node),
        }
    }

    /// What the device shows first: its banner, its greeting and the first prompt.
    pub fn greet(&mut self) -> Vec<u8> {
        let mut shown = self.greeting();
        shown.extend(self.first_prompt());
        shown
    }

    /// What it shows before the first prompt.
    pub(crate) fn greeting(&mut self) -> Vec<u8> {
        if let State::Replay(replay) = &mut self.state {
            return replay.say();
        }
        let node = Arc::clone(&self.node);
        let words = &node.device().platform.login;
        self.say(&node.device().banner);
        self.say_filled(&words.hello);
        if matches!(self.state, State::Command) {
            self.say("\n");
            self.say_filled(&words.welcome);
        } else {
            self.say_filled(&words.greeting);
        }
        std::mem::take(&mut self.out)
    }

    pub(crate) fn first_prompt(&mut self) -> Vec<u8> {
        self.prompt();
        std::mem::take(&mut self.out)
    }

    /// Takes what the client typed, any part of a line, and returns what the device shows in reply.
    pub fn input(&mut self, typed: &[u8]) -> Vec<u8> {
        if self.node.boot() != self.boot {
            self.state = State::Closed;
        }
        if let State::Replay(replay) = &mut self.state {
            return replay.answer(typed);
        }
        for &byte in typed {
            let ends_crlf = self.after_cr && matches!(byte, b'\n' | 0);
            self.after_cr = byte == b'\r';
            if !ends_crlf {
                self.key(byte);
            }
        }
        std::mem::take(&mut self.out)
    }

    /// Runs one command without echo, prompt and paging, as SSH's exec channel does, and returns what it shows.
    pub fn exec(&mut self, command: &str) -> Vec<u8> {
        self.page = None;
        self.execute(command, &self.mode.clone(), 0);
        self.state = State::Closed;
        std::mem::take(&mut self.out)
    }

    /// Notes the client's window, which sets the page on platforms that follow it. No rows means no paging.
    pub fn window(&mut self, rows: u16) {
        if self.node.device().platform.pager.as_ref().is_some_and(|pager| pager.follows_window) {
            self.page = (rows > 0).then_some(usize::from(rows));
        }
    }

    /// Whether the device has hung up.
    pub fn is_closed(&self) -> bool {
        match &self.state {
            State::Replay(replay) => replay.is_over(),
            state => matches!(state, State::Closed),
        }
    }

    /// Whether the first command prompt was shown.
    #[cfg(feature = "telnet")]
    pub(crate) fn has_arrived(&self) -> bool {
        self.arrived
    }

    /// What it says of its own accord, once all that it said before is on its way.
    pub fn more(&mut self) -> Option<Vec<u8>> {
        matches!(self.state, State::Endless).then(|| self.noise.endless())
    }

    /// Whether a reply goes on for ever.
    #[cfg(feature = "ssh")]
    pub(crate) fn is_endless(&self) -> bool {
        matches!(self.state, State::Endless)
    }

    /// Shows text, `\n` as `\r\n`.
    pub(crate) fn say(&mut self, text: &str) {
        self.out.extend(terminal_lines(text.as_bytes()));
    }

    /// Shows a text with its places filled.
    pub(crate) fn say_filled(&mut self, text: &str) {
        let filled = self.filled(text);
        self.say(&filled);
    }

    /// Shows the prompt of whatever the session waits for.
    pub(crate) fn prompt(&mut self) {
        if self.stages().iter().any(|stage| self.trips(*stage)) {
            return;
        }
        self.arrived |= matches!(self.state, State::Command);
        let shown = self.question();
        self.out.extend(terminal_lines(shown.as_bytes()));
    }

    /// The prompt of whatever the session waits for; empty where it waits for nothing that a prompt tells.
    fn question(&self) -> String {
        let platform = &self.node.device().platform;
        match &self.state {
            State::Username => self.filled(&platform.login.username),
            State::Password { .. } => self.filled(&platform.login.password),
            State::EnableSecret => self.filled(&platform.enable.password),
            State::More(paged) => paged.question(platform.pager.as_ref()),
            State::Question { text, .. } => self.filled(text),
            State::Uncommitted => {
                self.parting().map(|parting| parting.question.to_string()).unwrap_or_default()
            }
            State::Command => self.command_prompt(),
            State::MultiLine { .. } | State::Endless | State::Replay(_) | State::Stalled | State::Closed => {
                String::new()
            }
        }
    }

    /// Whether a fault lets the session end or stall at this stage, as it now does.
    pub(crate) fn trips(&mut self, stage: Stage) -> bool {
        let trip = stage.trip(&self.node.device().faults);
        match trip {
            Some(Trip::Stall) => self.state = State::Stalled,
            Some(Trip::Close) => self.state = State::Closed,
            None => {}
        }
        trip.is_some()
    }

    /// The stages whose prompt is due.
    fn stages(&self) -> &'static [Stage] {
        match &self.state {
            State::Username => &[Stage::Login],
            State::Password { username: None } => &[Stage::Login, Stage::Password],
            State::Password { .. } => &[Stage::Password],
            State::EnableSecret => &[Stage::Enable],
            State::More(_) => &[Stage::Pager],
            State::Command if !self.arrived => &[Stage::Prompt],
            _ => &[],
        }
    }

    pub(crate) fn command_prompt(&self) -> String {
        self.filled(&self.node.device().platform.mode(&self.mode).prompt)
    }

    /// Where on the screen a line begins that is typed behind the prompt.
    fn command_column(&self) -> usize {
        self.command_prompt().lines().last().map_or(0, |line| line.chars().count())
    }

    /// Shows a command's output, paged.
    pub(crate) fn show(&mut self, text: Vec<u8>) {
        let mut paged = Paged::new(text);
        self.out.extend_from_slice(paged.take(self.page.unwrap_or(usize::MAX)));
        self.state = if paged.is_done() { State::Command } else { State::More(paged) };
    }

    fn key(&mut self, byte: u8) {
        match self.state {
            State::Closed | State::Replay(_) | State::Stalled => {}
            State::Endless => self.stop_reply(byte),
            State::More(_) => self.pager_key(byte),
            _ => self.line_key(byte),
        }
    }

    fn line_key(&mut self, byte: u8) {
        match byte {
            b'\r' | b'\n' => self.end_line(),
            0x08 | 0x7f => self.erase(1),
            CTRL_U => self.erase(usize::MAX),
            CTRL_C | CTRL_Z
                if matches!(self.state, State::Command | State::Question { .. } | State::Uncommitted) =>
            {
                self.interrupt(byte);
            }
            0..0x20 => {}
            _ if self.line.len() < LONGEST_LINE => {
                self.line.push(byte);
                if self.echoes() {
                    let prompt = self.prompt_columns();
                    self.echo.typed(&self.line, prompt, &mut self.out);
                }
            }
            _ => self.out.push(BELL),
        }
    }

    fn echoes(&self) -> bool {
        use State::{Command, MultiLine, Question, Uncommitted, Username};
        matches!(self.state, Username | Question { .. } | Uncommitted | MultiLine { .. } | Command)
    }

    fn erase(&mut self, bytes: usize) {
        for _ in 0..bytes.min(self.line.len()) {
            self.line.pop();
            if self.echoes() {
                self.echo.erased(&mut self.out);
            }
        }
    }

    fn prompt_columns(&self) -> usize {
        if matches!(self.state, State::Command) { self.command_column() } else { 0 }
    }

    /// ^C ends a reply that goes on for ever; other keys wait for it in vain.
    fn stop_reply(&mut self, byte: u8) {
        if byte == CTRL_C {
            self.state = State::Command;
            self.say("^C\n");
            self.prompt();
        }
    }

    /// ^C and ^Z drop the line; both lead out of configuration.
    fn interrupt(&mut self, key: u8) {
        self.line.clear();
        self.state = State::Command;
        self.say(if key == CTRL_C { "^C\n" } else { "^Z\n" });
        // What has to be committed is not given up for a key.
        if self.candidate.is_none() {
            self.leave_configuration();
        }
        self.prompt();
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if self.echoes() {
            self.echo.ended(&line, &mut self.out);
        }
        self.say("\n");
        // No command and no credential has bytes outside of UTF-8; replaced, they match nothing.
        let line = String::from_utf8_lossy(&line);
        match std::mem::replace(&mut self.state, State::Command) {
            State::Username => self.take_username(&line),
            State::Password { username } => self.take_password(username.as_deref(), &line),
            State::EnableSecret => self.take_enable_secret(&line),
            State::Question { then, .. } => self.take_answer(&line, &then),
            State::Uncommitted => self.take_parting(&line),
            State::MultiLine { end, lines } => self.take_line(&line, end, lines),
            _ => self.execute(&line, &self.mode.clone(), self.command_column()),
        }
        self.prompt();
    }

    fn pager_key(&mut self, byte: u8) {
        let Some(style) = self.node.device().platform.pager.clone() else { return };
        self.out.extend_from_slice(style.erase.as_bytes());
        let lines = match byte {
            b'\r' | b'\n' => 1,
            b' ' => self.page.unwrap_or(usize::MAX),
            b'q' | b'Q' | CTRL_C => 0,
            _ if style.any_key_continues => self.page.unwrap_or(usize::MAX),
            _ => 0,
        };
        self.turn_page(lines);
        self.prompt();
    }

    /// Shows further lines; none ends the output.
    fn turn_page(&mut self, lines: usize) {
        let State::More(paged) = &mut self.state else { return };
        if lines > 0 {
            self.out.extend_from_slice(paged.take(lines));
        }
        if lines == 0 || paged.is_done() {
            self.state = State::Command;
        }
    }
}

const CTRL_C: u8 = 0x03;
const BELL: u8 = 0x07;
const CTRL_U: u8 = 0x15;
const CTRL_Z: u8 = 0x1a;

/// `\n` as `\r\n`, where no `\r` stands before it.
pub(crate) fn terminal_lines(text: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(text.len() + text.len() / 32);
    for &byte in text {
        if byte == b'\n' && lines.last() != Some(&b'\r') {
            lines.push(b'\r');
        }
        lines.push(byte);
    }
    lines
}
