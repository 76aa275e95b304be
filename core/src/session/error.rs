//! A session that failed.

use super::reply::Reply;
use crate::account::Account;
use crate::channel::Trouble;
use crate::platform::PlatformError;
use crate::seen::Seen;
use crate::transport::{self, TransportError};
use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// What went wrong with a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The limit that the error names passed first.
    TimedOut,
    /// Somebody cancelled the operation.
    Cancelled,
    /// The device ended the connection, or an earlier error ended the session.
    Closed,
    /// The device refused the login.
    Authentication,
    /// The device asks for a user name, a password or a secret that was not given.
    MissingCredential,
    /// The device demands a new password.
    PasswordChange,
    /// The device refused the secret of a mode.
    SecretRefused,
    /// The mode was not reached: the device stayed where it was.
    Privilege,
    /// The user may not reach the mode: AAA, a role, a privilege level.
    Unauthorized,
    /// The platform lacks what was asked for.
    Platform,
    /// The command cannot be sent.
    Input,
    /// The device asks something that nobody expected; it was not answered.
    Question,
    /// A dialogue's own callback ended it.
    Dialogue,
    /// Lines that went out together were all taken, and their replies could not be told apart.
    Indistinct,
    /// The session log cannot be written.
    Log,
    /// The session may only read, and what was to be sent is not known to.
    ReadOnly,
    /// Who follows the session did not let it write.
    Watch,
    /// The reply went beyond the limit.
    TooLong,
    /// The connection failed in another way: [`SessionError::transport`] says which.
    Transport,
}

impl From<transport::ErrorKind> for ErrorKind {
    fn from(kind: transport::ErrorKind) -> Self {
        match kind {
            transport::ErrorKind::TimedOut => Self::TimedOut,
            transport::ErrorKind::Cancelled => Self::Cancelled,
            transport::ErrorKind::Closed => Self::Closed,
            transport::ErrorKind::TooLong => Self::TooLong,
            transport::ErrorKind::MissingCredential => Self::MissingCredential,
            transport::ErrorKind::Authentication | transport::ErrorKind::PasswordExpired => {
                Self::Authentication
            }
            _ => Self::Transport,
        }
    }
}

/// What a session was doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Connecting, the transport's own authentication included.
    Connect,
    /// Logging in, in the stream.
    Login,
    /// Walking to a mode.
    Privilege,
    /// Preparing the command line: paging off.
    Open,
    /// A command.
    Command,
    /// The goodbye.
    Close,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::Login => "login",
            Self::Privilege => "privilege",
            Self::Open => "open",
            Self::Command => "command",
            Self::Close => "close",
        })
    }
}

/// A session that failed: on one line who, in which phase, what happened, what was expected, what was seen last, and
/// what to do. Secrets are never part of it.
///
/// `Display` already tells what the transport said, so `source` does not tell it again; [`transport`](Self::transport)
/// gives the error itself.
#[derive(Debug)]
pub struct SessionError(Box<Details>);

#[derive(Debug)]
struct Details {
    kind: ErrorKind,
    phase: Phase,
    host: String,
    what: Cow<'static, str>,
    account: Account,
    transport: Option<TransportError>,
    replies: Vec<Reply>,
    password_sent: bool,
}

impl SessionError {
    pub(super) fn new(kind: ErrorKind, phase: Phase, host: &str, what: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Details {
            kind,
            phase,
            host: host.to_owned(),
            what: what.into(),
            account: Account::default(),
            transport: None,
            replies: Vec::new(),
            password_sent: false,
        }))
    }

    /// The connection could not be made.
    pub(super) fn connect(error: TransportError, host: &str) -> Self {
        let mut failure = Self::new(error.kind().into(), Phase::Connect, host, error.to_string());
        failure.0.transport = Some(error);
        failure
    }

    pub(super) fn from_trouble(trouble: Trouble, phase: Phase, host: &str) -> Self {
        match trouble {
            Trouble::TooLong(limit) => {
                let limit = match limit >> 20 {
                    0 => format!("{} KiB", limit >> 10),
                    mib => format!("{mib} MiB"),
                };
                let what = format!("the reply is longer than {limit}");
                Self::new(ErrorKind::TooLong, phase, host, what)
            }
            Trouble::Question(line) => {
                let error = Self::new(ErrorKind::Question, phase, host, format!("the device asks: {line}"));
                error.hint("answer it with send_interactive")
            }
            Trouble::Transport(error) => {
                let what = match Error::source(&error) {
                    Some(source) => format!("{}: {source}", error.what()),
                    None => error.what().to_owned(),
                };
                let mut failure = Self::new(error.kind().into(), phase, host, what);
                failure.0.transport = Some(error);
                failure
            }
        }
    }

    pub(super) fn expected(mut self, expected: impl Into<Cow<'static, str>>) -> Self {
        self.0.account.expected = Some(expected.into());
        self
    }

    pub(super) fn seen(mut self, seen: Seen) -> Self {
        self.0.account.seen = Some(seen);
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.account.hint = Some(hint.into());
        self
    }

    /// Adds replies that were complete before it, and before those that it has.
    pub(super) fn after(mut self, replies: Vec<Reply>) -> Self {
        self.0.replies.splice(..0, replies);
        self
    }

    pub(super) fn password_sent(mut self) -> Self {
        self.0.password_sent = true;
        self
    }

    /// Whether a login in the stream ended in this way after a password was sent, which the device may have refused.
    pub fn has_sent_password(&self) -> bool {
        self.0.password_sent
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What the session was doing.
    pub fn phase(&self) -> Phase {
        self.0.phase
    }

    /// Which device; empty where a platform was not found before there was one.
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// The replies to the commands before the one that failed, where several were sent.
    pub fn replies(&self) -> &[Reply] {
        &self.0.replies
    }

    /// What the transport said, where it was the transport that failed.
    pub fn transport(&self) -> Option<&TransportError> {
        self.0.transport.as_ref()
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { phase, host, what, account, .. } = &*self.0;
        // A connect error of the transport names host and phase itself.
        if *phase == Phase::Connect || host.is_empty() {
            f.write_str(what)?;
        } else {
            write!(f, "{host}: {phase}: {what}")?;
        }
        account.fmt(f)
    }
}

impl Error for SessionError {}

impl From<PlatformError> for SessionError {
    fn from(error: PlatformError) -> Self {
        Self::new(ErrorKind::Platform, Phase::Connect, "", error.to_string())
    }
}
