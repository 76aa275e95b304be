//! The login dialogue in the stream: answers what the device asks for, each once, until its prompt comes.

use super::{Channel, Trouble};
use crate::cx::Cx;
use crate::platform::{Pattern, Platform, Tail};
use crate::transport::{Credentials, ErrorKind};
use std::sync::LazyLock;
use std::time::Duration;

/// How long a device that asks for a key must stay silent before it gets one. Many a banner speaks of a key and goes on
/// to the login prompt, which would take the key for an empty answer.
const QUIET_BEFORE_KEY: Duration = Duration::from_secs(1);

/// How long a line that may be any device's prompt must stand: many a banner has one that looks the same.
const QUIET_BEFORE_LEARNING: Duration = Duration::from_millis(300);

/// How long a prompt that stands behind other words on its line is left alone before the device is asked for another.
const GLUED_GRACE: Duration = Duration::from_secs(2);

/// A login that ended without a prompt.
#[derive(Debug)]
pub(crate) enum LoginTrouble {
    Wait(Trouble),
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

struct Usual {
    username: Pattern,
    password: Pattern,
    change: Pattern,
    key: Pattern,
    refusal: Pattern,
}

/// They are constants that a test compiles; `None` cannot be.
static USUAL: LazyLock<Option<Usual>> = LazyLock::new(|| Usual::compile().ok());

impl Usual {
    fn compile() -> Result<Self, String> {
        Ok(Self {
            // `Username:`, `login:`, `r1 login:`, `User name:`, `User:`, `Login name:`.
            username: Pattern::regex(r"^(\S{1,64} |please enter )?(user ?name|user|login( name)?) ?: ?$")?,
            // `Password:`, `admin@r1's password:`, `Password for admin:`, `Enter PASSCODE:`, `Enable Password:`.
            password: Pattern::regex(r"^[^:]{0,80}\b(password|passcode)( for [^\s:]{1,64})? ?: ?$")?,
            change: Pattern::regex(
                r"^[^:]{0,40}\b(new|old|retype|re-enter|confirm)\b[^:]{0,30}\bpassword[^:]{0,20}: ?$",
            )?,
            key: Pattern::regex(r"\b(press|hit|strike)\b.{0,20}\b(return|enter|any key|a key)\b.{0,60}$")?,
            refusal: Pattern::regex(
                r"^\s*(%+ ?|error: ?)?(login (invalid|incorrect|failed)|invalid (login|user|password|credentials)\b.{0,40}|bad (enable )?(passwords?|secrets)\b.{0,40}|authentication (failed|failure|rejected)|error in authentication|access (is )?denied|permission denied|password incorrect|incorrect password|login failure)[.!,]?$",
            )?,
        })
    }
}

/// Whether a line asks for a password.
pub(crate) fn is_password_prompt(line: &str) -> bool {
    USUAL.as_ref().is_some_and(|usual| usual.password.find_at_end(line).is_some())
}

/// Whether a line says that a password was refused.
pub(crate) fn is_refusal(line: &str) -> bool {
    USUAL.as_ref().is_some_and(|usual| usual.refusal.find_at_end(line).is_some())
}

/// What the current line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    Username,
    Password,
    PasswordChange,
    Key,
}

/// A login in progress.
pub(crate) struct Login<'a> {
    platform: &'a Platform,
    credentials: &'a Credentials,
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
    /// A login that sends the password at most `attempts` times, where the device refuses it and asks again.
    pub(crate) fn new(platform: &'a Platform, credentials: &'a Credentials, attempts: u32) -> Self {
        Self {
            platform,
            credentials,
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
        loop {
            self.scan(channel)?;
            if channel.at_end(&is_prompt) {
                let quiet = if self.platform.learns_prompt { QUIET_BEFORE_LEARNING } else { Duration::ZERO };
                if channel.settled_for(quiet, cx)? {
                    return Ok(());
                }
            } else if let Some(question) = self.question(channel) {
                let quiet = if question == Question::Key { QUIET_BEFORE_KEY } else { Duration::ZERO };
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
        let usual = USUAL.as_ref()?;
        let asks = |own: Option<&Pattern>, usual: &Pattern| {
            own.is_some_and(|own| own.find_at_end(&line).is_some()) || usual.find_at_end(&line).is_some()
        };
        if self.has_answered(Question::Password) && usual.change.find_at_end(&line).is_some() {
            Some(Question::PasswordChange)
        } else if asks(self.platform.username.as_ref(), &usual.username) {
            Some(Question::Username)
        } else if asks(self.platform.password.as_ref(), &usual.password) {
            Some(Question::Password)
        } else {
            let wanted = !self.has_answered(Question::Key) && (self.key_asked_for || asks_for_key(&line));
            wanted.then_some(Question::Key)
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
        if matches!(question, Question::Username | Question::Password) && self.has_answered(question) {
            self.try_again()?;
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
            Question::Key => channel.answer("", cx)?,
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

fn asks_for_key(line: &str) -> bool {
    USUAL.as_ref().is_some_and(|usual| usual.key.find_at_end(line).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_prompts_are_known_and_text_around_the_words_is_not() {
        let usual = Usual::compile().unwrap();
        let asks = |pattern: &Pattern, line: &str| pattern.find_at_end(line).is_some();
        for line in
            ["Username:", "username: ", "login: ", "sw1 login: ", "User name:", "User Name :", "User:"]
        {
            assert!(asks(&usual.username, line) && !asks(&usual.password, line), "{line}");
        }
        for line in [
            "Password: ",
            "password:",
            "admin@r1's password: ",
            "Password for admin:",
            "Enter PASSCODE:",
            "Enable Password: ",
        ] {
            assert!(asks(&usual.password, line) && !asks(&usual.username, line), "{line}");
        }
        for line in
            ["Never tell your password", "Last login: Mon", "This login is logged.", "Password: x", "r1>"]
        {
            assert!(!asks(&usual.username, line) && !asks(&usual.password, line), "{line}");
        }
        for line in ["New password: ", "Enter old password:", "Retype new password:"] {
            assert!(asks(&usual.change, line), "{line}");
        }
        assert!(!asks(&usual.change, "Password:"));
    }

    #[test]
    fn a_refusal_is_known_by_its_whole_line() {
        for line in [
            "% Login invalid",
            "Login incorrect",
            "% Bad passwords, too many failures!",
            "% Bad passwords",
            "% Bad secrets",
            "% Access denied",
            "% Authentication failed.",
            "% Error in authentication.",
        ] {
            assert!(is_refusal(line), "{line}");
        }
        for line in ["Last login: never", "Access denied to those who are not authorized users", "% Bad"] {
            assert!(!is_refusal(line), "{line}");
        }
    }

    #[test]
    fn a_request_for_a_key_is_known() {
        assert!(asks_for_key("Press RETURN to get started!"));
        assert!(asks_for_key("Press any key to continue"));
        assert!(!asks_for_key("r1>"));
    }
}
