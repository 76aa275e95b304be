//! Why hosts did not end well, in a few words that many of them share.

use super::error::HostError;
use super::outcome::Status;
use super::skip::Skip;
use crate::session::{ErrorKind, SessionError};
use crate::transport::{self, Phase};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a host did not end well: what a summary groups hosts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// The device refused the login.
    AuthRefused,
    /// It refused the enable secret.
    EnableRefused,
    /// It was not tried since its credential was refused by others.
    NotTried,
    /// It asks for a credential that was not given, or one cannot be read.
    NoCredential,
    /// Its name has no address.
    NameNotFound,
    /// Nobody answered, or nobody listens.
    Unreachable,
    /// Its host key is unknown, changed or revoked.
    HostKey,
    /// The connection was lost, or the device takes no more of them.
    ConnectionLost,
    /// A limit passed first.
    TimedOut,
    /// The user may not give a command, or reach a mode: AAA, a role, a privilege level.
    Unauthorized,
    /// The device refused a command, or its reply is not what was asked for.
    CommandFailed,
    /// Its platform, transport or settings cannot be used.
    Settings,
    /// The job failed for a reason of its own, or panicked.
    Job,
    /// The run was cancelled.
    Cancelled,
    /// It was not started.
    Skipped,
}

/// Why a host counts as failed whose job gave a value: see [`Fleet::run_judged`](super::Fleet::run_judged).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What a summary groups it under.
    pub cause: Cause,
    /// The whole of it, on one line.
    pub why: String,
}

/// A command that failed.
impl From<String> for Refusal {
    fn from(why: String) -> Self {
        Self { cause: Cause::CommandFailed, why }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AuthRefused => "auth refused",
            Self::EnableRefused => "enable refused",
            Self::NotTried => "not tried",
            Self::NoCredential => "no credential",
            Self::NameNotFound => "name not found",
            Self::Unreachable => "unreachable",
            Self::HostKey => "host key",
            Self::ConnectionLost => "connection lost",
            Self::TimedOut => "timed out",
            Self::Unauthorized => "unauthorized",
            Self::CommandFailed => "command failed",
            Self::Settings => "settings",
            Self::Job => "job failed",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
        })
    }
}

/// The limits of a device that says nothing.
const SILENT: [&str; 3] = ["connect", "handshake", "silence"];

impl HostError {
    /// Why, in a few words.
    pub fn cause(&self) -> Cause {
        match self {
            Self::Credentials { .. } => Cause::NoCredential,
            Self::NoPlatform { .. } | Self::Platform { .. } | Self::NoTransport { .. } => Cause::Settings,
            Self::Session(error) => of_session(error),
            Self::OutOfBand { second, .. } => second.cause(),
            Self::Job(_) | Self::Task { .. } => Cause::Job,
            Self::Cancelled { .. } => Cause::Cancelled,
            Self::Skipped { why: Skip::CredentialRefused(_), .. } => Cause::NotTried,
            Self::Skipped { .. } => Cause::Skipped,
        }
    }

    /// How a host ends with it that may have been written to, or not.
    pub(super) fn status(&self, wrote: bool) -> Status {
        match self {
            Self::Skipped { .. } => Status::Skipped,
            _ if wrote && self.leaves_unknown() => Status::Unknown,
            Self::Cancelled { .. } => Status::Cancelled,
            _ => match self.session().map(SessionError::kind) {
                Some(ErrorKind::TimedOut) => Status::TimedOut,
                Some(ErrorKind::Cancelled) => Status::Cancelled,
                _ => Status::Failed,
            },
        }
    }

    /// Whether it may go better at another time: the connection was refused, reset, silent, or one too many for the device.
    pub(super) fn may_retry(&self) -> bool {
        use transport::ErrorKind as Kind;
        let Some(error) = self.session().filter(|error| !error.has_sent_password()) else { return false };
        let Some(failed) = error.transport() else { return false };
        match failed.kind() {
            Kind::Refused | Kind::Unreachable => true,
            // Behind the login's beginning a password may have been refused in this way.
            _ if failed.phase() == Phase::Authentication => false,
            Kind::Closed | Kind::Io => true,
            Kind::TimedOut => {
                SILENT.iter().any(|limit| failed.what() == format!("timed out ({limit} limit)"))
            }
            _ => false,
        }
    }

    /// The session's error, of the second address where there are two.
    pub(super) fn session(&self) -> Option<&SessionError> {
        match self {
            Self::Session(error) => Some(error),
            Self::OutOfBand { second, .. } => second.session(),
            _ => None,
        }
    }

    /// Whether nobody knows what became of what was sent before.
    fn leaves_unknown(&self) -> bool {
        use ErrorKind::{Closed, Dialogue, Indistinct, Question, TooLong};
        match self.session() {
            Some(error) => {
                error.transport().is_some()
                    || matches!(error.kind(), Closed | Dialogue | Indistinct | Question | TooLong)
            }
            None => matches!(self, Self::Task { .. }),
        }
    }
}

fn of_session(error: &SessionError) -> Cause {
    use transport::ErrorKind as Kind;
    let failed = error.transport().map(|failed| (failed.kind(), failed.phase()));
    match (error.kind(), failed) {
        (ErrorKind::Authentication | ErrorKind::PasswordChange, _) => Cause::AuthRefused,
        (ErrorKind::SecretRefused, _) => Cause::EnableRefused,
        (ErrorKind::MissingCredential, _) => Cause::NoCredential,
        (ErrorKind::Unauthorized, _) => Cause::Unauthorized,
        (ErrorKind::Cancelled, _) => Cause::Cancelled,
        (_, Some((Kind::Unresolved, _))) => Cause::NameNotFound,
        (
            _,
            Some((Kind::Refused | Kind::Unreachable, _) | (Kind::TimedOut, Phase::Connect | Phase::Resolve)),
        ) => Cause::Unreachable,
        (_, Some((Kind::HostKey, _))) => Cause::HostKey,
        (ErrorKind::TimedOut, _) => Cause::TimedOut,
        (_, Some((Kind::Closed | Kind::Io, _))) | (ErrorKind::Closed, _) => Cause::ConnectionLost,
        (ErrorKind::Platform | ErrorKind::Log | ErrorKind::Watch | ErrorKind::Transport, _) => {
            Cause::Settings
        }
        _ => Cause::CommandFailed,
    }
}
