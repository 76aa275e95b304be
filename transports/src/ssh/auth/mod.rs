//! Logging in: the methods in the user's order, each secret at most once.

mod agent;
mod answer;
mod key;
mod keys;

pub use answer::Challenge;
pub(super) use answer::Responder;

use super::session::{Fault, Session, code};
use crate::poll::PollError;
use answer::{Answers, Silence};
use keys::{Key, Keys};
use linecrew_core::cx::Cx;
use linecrew_core::secret::Secret;
use linecrew_core::transport::{AuthMethod, Credentials, ErrorKind, Phase, SshOptions, TransportError};
use ssh2::{Error, ErrorCode};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How often keyboard-interactive is begun, where the server goes on asking for it.
const MOST_DIALOGUES: usize = 3;

/// Who logs in on what, and how.
pub(super) struct Login<'a> {
    pub(super) session: &'a Session,
    pub(super) credentials: &'a Credentials,
    pub(super) options: &'a SshOptions,
    pub(super) responder: Option<&'a Responder>,
    pub(super) cx: &'a Cx,
}

impl Login<'_> {
    /// Logs in.
    ///
    /// A refusal by libssh2 hides whether the server was satisfied and wants a further factor (RFC 4252, section 5.1).
    /// So the server is asked for its methods again, which costs no password, as soon as nothing is left to try or a
    /// signed key was not enough; if its list has changed, it was satisfied, and the rest goes on from there.
    #[inline(never)]
    pub(super) fn authenticate(&self) -> Result<(), TransportError> {
        let Some(user) = self.credentials.username.as_deref() else {
            return Err(self
                .failed(ErrorKind::Configuration, "no user name")
                .hint("name the user in the credentials"));
        };
        // None: the server wants no proof.
        let Some(offered) = self.methods(user)? else { return Ok(()) };
        let mut attempts = Attempts::new(self, user, offered);
        loop {
            let attempt = attempts.next();
            // Keys are listed by an agent, which has a limit of its own: no secret is sent after the deadline.
            if let Some(why) = self.cx.interruption() {
                return Err(self.failure(Fault::Wait(PollError::Interrupted(why))));
            }
            let verdict = match attempt {
                Some(attempt) => attempts.make(attempt)?,
                None => Verdict::Exhausted,
            };
            match verdict {
                Verdict::Accepted => return Ok(()),
                // Too many failures, as a rule.
                _ if self.session.is_at_end() => return Err(attempts.refused(true)),
                Verdict::Refused => {}
                Verdict::NotEnough | Verdict::Exhausted => match attempts.ask_again()? {
                    Verdict::Accepted => return Ok(()),
                    Verdict::NotEnough => {}
                    Verdict::Refused | Verdict::Exhausted if verdict == Verdict::NotEnough => {}
                    Verdict::Refused | Verdict::Exhausted => return Err(attempts.refused(false)),
                },
            }
        }
    }

    /// The methods that the server offers, comma-separated; none if the user is in already.
    fn methods(&self, user: &str) -> Result<Option<String>, TransportError> {
        let ssh = &self.session.ssh;
        let offered = self.session.run(self.cx, || {
            // The crate panics where the list is not UTF-8.
            catch_unwind(AssertUnwindSafe(|| ssh.auth_methods(user).map(str::to_owned)))
                .unwrap_or_else(|_| Err(Error::new(ErrorCode::Session(0), "the list of methods is not text")))
        });
        match offered {
            Ok(_) if ssh.authenticated() => Ok(None),
            Ok(methods) => Ok(Some(methods)),
            Err(fault) => Err(self.failure(fault)),
        }
    }

    fn order(&self) -> &[AuthMethod] {
        self.options.auth_order.as_deref().unwrap_or(&AuthMethod::DEFAULT_ORDER)
    }

    fn failure(&self, fault: Fault) -> TransportError {
        self.session.failure(fault, Phase::Authentication, self.cx)
    }

    fn failed(&self, kind: ErrorKind, what: impl Into<String>) -> TransportError {
        TransportError::new(kind, Phase::Authentication, &self.session.peer, what.into())
    }

    fn password_expired(&self) -> TransportError {
        self.failed(ErrorKind::PasswordExpired, "the password has expired")
            .hint("log in by hand and change it")
    }
}

/// One thing to try.
enum Attempt {
    Key(Key),
    KeyboardInteractive,
    Password,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Accepted,
    Refused,
    /// Right, to all appearance, and still not accepted.
    NotEnough,
    /// Nothing is left to try.
    Exhausted,
}

/// What was tried, and what is left.
struct Attempts<'a> {
    login: &'a Login<'a>,
    user: &'a str,
    offered: String,
    /// The keys, once they were asked for.
    keys: Option<Keys>,
    /// Whether the password was sent.
    spent: bool,
    /// How often keyboard-interactive was begun, and whether it may be again.
    dialogues: usize,
    talks: bool,
    tried: Vec<String>,
    /// How many were tried when the server was asked for its methods.
    tried_then: usize,
}

impl<'a> Attempts<'a> {
    fn new(login: &'a Login<'a>, user: &'a str, offered: String) -> Self {
        let (tried, tried_then) = (Vec::new(), 0);
        Self { login, user, offered, keys: None, spent: false, dialogues: 0, talks: true, tried, tried_then }
    }

    fn offers(&self, method: AuthMethod) -> bool {
        self.offered.split(',').any(|offered| offered == method.as_str())
    }

    fn next(&mut self) -> Option<Attempt> {
        let order = self.login.order();
        order.iter().copied().find_map(|method| self.offers(method).then(|| self.next_of(method))?)
    }

    fn next_of(&mut self, method: AuthMethod) -> Option<Attempt> {
        let has_password = self.login.credentials.password.is_some() && !self.spent;
        match method {
            AuthMethod::PublicKey => {
                let keys = self.keys.get_or_insert_with(|| Keys::gather(self.login));
                keys.next().map(Attempt::Key)
            }
            AuthMethod::KeyboardInteractive => {
                let able = has_password || self.login.responder.is_some();
                (able && self.talks && self.dialogues < MOST_DIALOGUES)
                    .then_some(Attempt::KeyboardInteractive)
            }
            AuthMethod::Password => has_password.then_some(Attempt::Password),
        }
    }

    fn make(&mut self, attempt: Attempt) -> Result<Verdict, TransportError> {
        match attempt {
            Attempt::Key(key) => self.key(&key),
            Attempt::KeyboardInteractive => self.keyboard_interactive(),
            Attempt::Password => self.password(),
        }
    }

    fn key(&mut self, key: &Key) -> Result<Verdict, TransportError> {
        let Some(keys) = &mut self.keys else { return Ok(Verdict::Exhausted) };
        let Some(result) = keys.offer(key, self.login, self.user)? else { return Ok(Verdict::Refused) };
        self.tried.push(key.to_string());
        match result {
            Ok(()) => Ok(Verdict::Accepted),
            Err(fault) => match fault.code() {
                Some(code::AUTHENTICATION_FAILED) => Ok(Verdict::Refused),
                Some(code::PUBLICKEY_UNVERIFIED) => Ok(Verdict::NotEnough),
                _ => Err(self.login.failure(fault)),
            },
        }
    }

    fn password(&mut self) -> Result<Verdict, TransportError> {
        let Some(password) = &self.login.credentials.password else { return Ok(Verdict::Exhausted) };
        let Login { session, cx, .. } = self.login;
        self.spent = true;
        self.tried.push("password".into());
        let sent = session.run(cx, || session.ssh.userauth_password(self.user, password.expose()));
        match sent {
            Ok(()) => Ok(Verdict::Accepted),
            Err(fault) if demands_change(&fault) => Err(self.login.password_expired()),
            Err(fault) if fault.code() == Some(code::AUTHENTICATION_FAILED) => Ok(Verdict::Refused),
            Err(fault) => Err(self.login.failure(fault)),
        }
    }

    /// Answers the server's questions.
    fn keyboard_interactive(&mut self) -> Result<Verdict, TransportError> {
        let Login { session, credentials, responder, cx, .. } = self.login;
        let password = credentials.password.as_ref();
        let (user, spent, responder) = (self.user, self.spent, *responder);
        let mut answers = Answers { session, user, password, spent, responder, cx, silence: None, rounds: 0 };
        let result = session.run(cx, || session.ssh.userauth_keyboard_interactive(user, &mut answers));
        let (told, silence) = (answers.spent, answers.silence);
        (self.dialogues, self.talks) = (self.dialogues + 1, false);
        let how =
            if told && !self.spent { "password by keyboard-interactive" } else { "keyboard-interactive" };
        self.spent = told;
        self.tried.push(how.into());
        match (silence, result) {
            (Some(silence), _) => Err(self.unanswered(silence)),
            (None, Ok(())) => Ok(Verdict::Accepted),
            (None, Err(fault)) if fault.code() == Some(code::AUTHENTICATION_FAILED) => Ok(Verdict::Refused),
            (None, Err(fault)) => Err(self.login.failure(fault)),
        }
    }

    fn unanswered(&self, silence: Silence) -> TransportError {
        match silence {
            Silence::Again => self.refused(false),
            Silence::Change(text) => self.login.password_expired().seen(text.as_bytes()),
            Silence::Unknown(prompt) => self
                .login
                .failed(ErrorKind::Authentication, "the server asks what the credentials do not answer")
                .seen(prompt.as_bytes())
                .hint("set a responder, or leave keyboard-interactive out of auth_order"),
        }
    }

    /// Asks the server for its methods again: `NotEnough` if they have changed.
    fn ask_again(&mut self) -> Result<Verdict, TransportError> {
        if self.tried.len() == self.tried_then {
            return Ok(Verdict::Exhausted);
        }
        self.tried_then = self.tried.len();
        match self.login.methods(self.user) {
            Ok(None) => Ok(Verdict::Accepted),
            Ok(Some(offered)) if offered == self.offered => Ok(Verdict::Exhausted),
            Ok(Some(offered)) => {
                (self.offered, self.talks) = (offered, true);
                Ok(Verdict::NotEnough)
            }
            // Servers hang up on those who were refused once too often.
            Err(error) if error.kind() == ErrorKind::Closed => Err(self.refused(true)),
            Err(error) => Err(error),
        }
    }

    fn refused(&self, closed: bool) -> TransportError {
        let methods = self.offered.escape_debug();
        let not_tried = self.not_tried();
        let not_tried = if not_tried.is_empty() {
            String::new()
        } else {
            format!("; not tried: {}", not_tried.join(", "))
        };
        if self.tried.is_empty() {
            return self
                .login
                .failed(ErrorKind::MissingCredential, "no credential fits")
                .expected(format!("one of the methods {methods}"))
                .hint(format!("give a password or a private key{not_tried}"));
        }
        let closed = if closed { ", and the server closed the connection" } else { "" };
        self.login.failed(ErrorKind::Authentication, format!("{} refused{closed}", joined(&self.tried))).hint(
            format!(
                "check the credentials of user {}; the server takes {methods}{not_tried}",
                self.user.escape_debug()
            ),
        )
    }

    /// What was left out, and why.
    fn not_tried(&self) -> Vec<String> {
        let skipped = self.keys.iter().flat_map(|keys| keys.skipped.iter().cloned());
        let methods = AuthMethod::DEFAULT_ORDER.into_iter();
        methods
            .filter_map(|method| Some(format!("{method} ({})", self.reason(method)?)))
            .chain(skipped)
            .collect()
    }

    /// Why a method was not tried; none if it was, or if nobody expects it to be.
    fn reason(&self, method: AuthMethod) -> Option<&'static str> {
        let Credentials { password, private_key, private_key_text, .. } = self.login.credentials;
        let (offered, ordered) = (self.offers(method), self.login.order().contains(&method));
        let key = private_key.is_some() || private_key_text.is_some();
        let able = match method {
            AuthMethod::PublicKey => key || self.keys.as_ref().is_some_and(|keys| keys.found),
            AuthMethod::KeyboardInteractive => password.is_some() || self.login.responder.is_some(),
            AuthMethod::Password => password.is_some(),
        };
        match (offered, ordered, able) {
            (true, false, _) => Some("not in auth_order"),
            (true, true, false) if method == AuthMethod::PublicKey => Some("no key"),
            (true, true, false) => Some("no password"),
            (false, true, true) if method == AuthMethod::PublicKey && key => Some("not offered"),
            (false, true, true) if method == AuthMethod::Password && !self.spent => Some("not offered"),
            _ => None,
        }
    }
}

/// Whether the password was answered with a demand for another one (RFC 4252, section 8).
///
/// libssh2 means to tell it as expired, but tells a failure, and in other words than where the password was refused.
fn demands_change(fault: &Fault) -> bool {
    match (fault.code(), fault) {
        (Some(code::PASSWORD_EXPIRED), _) => true,
        (Some(code::AUTHENTICATION_FAILED), Fault::Ssh(error)) => error.message() == "Authentication failed",
        _ => false,
    }
}

fn joined(tried: &[String]) -> String {
    match tried {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        _ => tried.concat(),
    }
}
