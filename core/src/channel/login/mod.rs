//! The login dialogue in the stream: answers what the device asks for, each once, until its prompt comes.

mod words;

pub(super) use words::warm;
pub(crate) use words::{is_password_prompt, is_refusal};

use super::{Channel, Trouble};
use crate::cx::Cx;
use crate::platform::{Pattern, Platform, Tail};
use crate::transport::{Credentials, ErrorKind, TransportError};
use std::time::Duration;
use words::{USUAL, agreement, asks_for_key, tells_last_login};

/// How long a device that asks for a key must stay silent before it gets one. Many a banner speaks of a key and goes on
/// to the login prompt, which would take the key for an empty answer.
const QUIET_BEFORE_KEY: Duration = Duration::from_secs(1);

/// How long a line must stand that came in pieces, as from a slow console: a banner that says `your password: ` and goes on
/// must not be given one, which the login prompt behind it would take for a user name and show.
const QUIET_BEHIND_PIECES: Duration = Duration::from_millis(300);

/// How often a banner is given a key or agreed to.
const MOST_AGREEMENTS: usize = 3;

/// How long a line that may be any device's prompt must stand: many a banner has one that looks the same.
const QUIET_BEFORE_LEARNING: Duration = Duration::from_millis(300);

/// How long a prompt that stands behind other words on its line is left alone before the device is asked for another.
const GLUED_GRACE: Duration = Duration::from_secs(2);

/// A login that ended without a prompt.
#[derive(Debug)]
pub(crate) enum LoginTrouble {
    Wait(Trouble),
    /// The same, once a password was sent: it may have been refused.
    WaitAfterPassword(Trouble),
    /// The device said no, or asked again.
    Refused,
    /// The device asks for something that was not given.
    Missing(&'static str),
    /// The device demands another password before it lets anybody in.
    PasswordChange,
}

impl<T: Into<Trouble>> From<T> for LoginTrouble {
    fn from(trouble: T) -> Self {
        Self::Wait(trouble.into())
    }
}

/// What the current line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    Username,
    Password,
    PasswordChange,
    /// A key, or agreement to a banner.
    Agreement(Agreement),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Agreement {
    Key,
    Yes,
    /// To an offer that nobody wants: another password, a licence to read.
    No,
}

type MayAnswer<'a> = dyn Fn() -> Result<(), TransportError> + 'a;

/// A login in progress.
pub(crate) struct Login<'a> {
    platform: &'a Platform,
    credentials: &'a Credentials,
    /// Asked before anything of the credentials is sent.
    may_answer: &'a MayAnswer<'a>,
    /// What was answered in this attempt; nothing is answered twice.
    answered: Vec<Question>,
    /// How many more attempts the user allows.
    attempts_left: u32,
    /// Whether the attempt before was refused, and this one has not begun.
    refused: bool,
    /// How much of the text was looked at.
    scanned: usize,
    key_asked_for: bool,
    /// Whether the device was sent an empty line to have its prompt on a line of its own.
    nudged: bool,
}

impl<'a> Login<'a> {
    /// A login that sends the password at most `attempts` times, where the device refuses it and asks again. Nothing of the
    /// credentials is sent unless `may_answer` is fine with it.
    pub(crate) fn new(
        platform: &'a Platform,
        credentials: &'a Credentials,
        attempts: u32,
        may_answer: &'a MayAnswer<'a>,
    ) -> Self {
        Self {
            platform,
            credentials,
            may_answer,
            answered: Vec::new(),
            attempts_left: attempts.saturating_sub(1),
            refused: false,
            scanned: 0,
            key_asked_for: false,
            nudged: false,
        }
    }

    /// Answers until `is_prompt` finds the device's prompt.
    pub(crate) fn run(
        mut self,
        channel: &mut Channel,
        is_prompt: impl Fn(Tail<'_>) -> bool,
        cx: &Cx,
    ) -> Result<(), LoginTrouble> {
        self.hold(channel, is_prompt, cx).map_err(|trouble| match trouble {
            LoginTrouble::Wait(trouble) if self.has_answered(Question::Password) => {
                LoginTrouble::WaitAfterPassword(trouble)
            }
            trouble => trouble,
        })
    }

    fn hold(
        &mut self,
        channel: &mut Channel,
        is_prompt: impl Fn(Tail<'_>) -> bool,
        cx: &Cx,
    ) -> Result<(), LoginTrouble> {
        loop {
            self.scan(channel)?;
            let question = self.question(channel);
            // What nobody has described looks like many a question.
            let asks_first = question.is_some() && self.platform.learns_prompt;
            let least_quiet = if channel.trickles() { QUIET_BEHIND_PIECES } else { Duration::ZERO };
            if !asks_first && channel.at_end(&is_prompt) {
                let quiet = if self.platform.learns_prompt { QUIET_BEFORE_LEARNING } else { least_quiet };
                if channel.settled_for(quiet, cx)? {
                    return Ok(());
                }
            } else if let Some(question) = question {
                let agrees = matches!(question, Question::Agreement(_));
                let quiet = if agrees { QUIET_BEFORE_KEY } else { least_quiet };
                if channel.settled_for(quiet, cx)? {
                    self.answer(question, channel, cx)?;
                }
            } else {
                self.wait(channel, cx)?;
            }
        }
    }

    fn wait(&mut self, channel: &mut Channel, cx: &Cx) -> Result<(), LoginTrouble> {
        let glued = !self.nudged && ends_like_prompt(&channel.line());
        let waited = if glued { self.nudge(channel, cx) } else { channel.advance(cx) };
        // Some say no and hang up, and the last words may be no line.
        if waited.as_ref().is_err_and(|trouble| trouble.is(ErrorKind::Closed)) {
            self.scan(channel)?;
            if self.refused || self.has_answered(Question::Password) && is_refusal(&channel.line()) {
                return Err(LoginTrouble::Refused);
            }
        }
        Ok(waited?)
    }

    /// A banner without a line end, as vtysh prints one, has the prompt behind it: an empty line brings another.
    fn nudge(&mut self, channel: &mut Channel, cx: &Cx) -> Result<(), Trouble> {
        if channel.quiet_for(GLUED_GRACE, "glued prompt", cx)? {
            self.nudged = true;
            channel.answer("", cx)?;
        }
        Ok(())
    }

    /// Reads the lines that have ended since the last look.
    fn scan(&mut self, channel: &Channel) -> Result<(), LoginTrouble> {
        let text = channel.text();
        // An answered question does not end its line, and was looked at.
        let end = text.rfind('\n').map_or(0, |at| at + 1).max(self.scanned);
        for line in text[self.scanned..end].lines() {
            if self.has_answered(Question::Password) && is_refusal(line) {
                self.try_again()?;
            }
            self.key_asked_for |= asks_for_key(line);
        }
        self.scanned = end;
        Ok(())
    }

    /// Begins another attempt, if there is one left.
    fn try_again(&mut self) -> Result<(), LoginTrouble> {
        self.attempts_left = self.attempts_left.checked_sub(1).ok_or(LoginTrouble::Refused)?;
        self.answered.clear();
        self.refused = true;
        Ok(())
    }

    fn question(&self, channel: &Channel) -> Option<Question> {
        if !self.platform.answers_login {
            return None;
        }
        let line = channel.line();
        let asks = |own: Option<&Pattern>, usual: &Pattern| {
            own.is_some_and(|own| own.find_at_end(&line).is_some()) || usual.find_at_end(&line).is_some()
        };
        if USUAL.change.find_at_end(&line).is_some() {
            Some(Question::PasswordChange)
        } else if !tells_last_login(&line) && asks(self.platform.username.as_ref(), &USUAL.username) {
            Some(Question::Username)
        } else if asks(self.platform.password.as_ref(), &USUAL.password) {
            Some(Question::Password)
        } else {
            self.agreement(&line).map(Question::Agreement)
        }
    }

    /// What a banner wants to be answered before it lets anybody on.
    fn agreement(&self, line: &str) -> Option<Agreement> {
        let given = self.answered.iter().filter(|answered| matches!(answered, Question::Agreement(_)));
        if given.count() >= MOST_AGREEMENTS {
            None
        } else if USUAL.decline.find_at_end(line).is_some() {
            Some(Agreement::No)
        } else if USUAL.agree.find_at_end(line).is_some() {
            Some(Agreement::Yes)
        } else {
            (self.key_asked_for || asks_for_key(line)).then_some(Agreement::Key)
        }
    }

    fn has_answered(&self, question: Question) -> bool {
        self.answered.contains(&question)
    }

    fn answer(&mut self, question: Question, channel: &mut Channel, cx: &Cx) -> Result<(), LoginTrouble> {
        // More may have come while the channel settled.
        if self.question(channel) != Some(question) {
            return Ok(());
        }
        if matches!(question, Question::Username | Question::Password) {
            if self.has_answered(question) {
                self.try_again()?;
            }
            (self.may_answer)()?;
        }
        match question {
            Question::PasswordChange => return Err(LoginTrouble::PasswordChange),
            Question::Username => {
                let name = self.credentials.username.as_ref().ok_or(LoginTrouble::Missing("user name"))?;
                channel.answer(name, cx)?;
            }
            Question::Password => {
                let secret = self.credentials.password.as_ref().ok_or(LoginTrouble::Missing("password"))?;
                channel.answer_secret(secret, cx)?;
            }
            Question::Agreement(Agreement::Key) => channel.answer("", cx)?,
            Question::Agreement(Agreement::Yes) => channel.answer(agreement(&channel.line()), cx)?,
            Question::Agreement(Agreement::No) => channel.answer("n", cx)?,
        }
        // Whatever asked for a key before was part of a banner.
        self.key_asked_for = false;
        self.refused = false;
        self.answered.push(question);
        self.scanned = channel.text().len();
        Ok(())
    }
}

/// Whether a line ends as nearly all prompts do; a row of `#` is an ornament.
fn ends_like_prompt(line: &str) -> bool {
    let word = line.trim_end().strip_suffix(['#', '>']).unwrap_or_default();
    word.ends_with(|c: char| c.is_alphanumeric() || c == ')')
}
