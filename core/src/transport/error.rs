//! A connection that failed.

use crate::account::Account;
use crate::cx::{Cx, Interruption};
use crate::seen::Seen;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// What went wrong with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The host name has no address.
    Unresolved,
    /// Nobody listens there.
    Refused,
    /// The network does not reach it.
    Unreachable,
    /// The limit that the error names passed first.
    TimedOut,
    /// Somebody cancelled the operation.
    Cancelled,
    /// The other side ended the connection.
    Closed,
    /// The server's host key is unknown, changed or revoked.
    HostKey,
    /// Every way to authenticate was refused.
    Authentication,
    /// There is no password and no key that the server would take; it was sent none.
    MissingCredential,
    /// The account's password has expired: it must be changed before anything else.
    PasswordExpired,
    /// Both sides have no algorithm in common.
    Negotiation,
    /// The other side broke the protocol.
    Protocol,
    /// What was asked for cannot be used: a missing file, an option that contradicts another.
    Configuration,
    /// More came than the caller's limit allows.
    TooLong,
    /// The operating system failed the call.
    Io,
}

/// What a connection was doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Looking up the name.
    Resolve,
    /// Making the TCP connection.
    Connect,
    /// Agreeing on the protocol.
    Handshake,
    /// Checking the server's host key.
    HostKey,
    /// Authenticating.
    Authentication,
    /// Opening the command line.
    Shell,
    /// Opening a subsystem.
    Subsystem,
    /// Running a command without a terminal.
    Exec,
    /// Reading.
    Read,
    /// Writing.
    Write,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolve => "name look-up",
            Self::Connect => "connect",
            Self::Handshake => "handshake",
            Self::HostKey => "host key",
            Self::Authentication => "authentication",
            Self::Shell => "opening the shell",
            Self::Subsystem => "opening the subsystem",
            Self::Exec => "exec",
            Self::Read => "read",
            Self::Write => "write",
        })
    }
}

/// A connection that failed: on one line who, in which phase, what happened, what was expected, what was seen last,
/// and what to do.
///
/// ```
/// use linecrew_core::transport::{ErrorKind, Phase, TransportError};
///
/// let error = TransportError::new(ErrorKind::Closed, Phase::Handshake, "r1 (192.0.2.1:22)", "closed by the other side")
///     .expected("an SSH banner")
///     .seen(b"Exceeded MaxStartups\r\n")
///     .hint("lower the number of logins in flight");
/// assert_eq!(
///     error.to_string(),
///     "r1 (192.0.2.1:22): handshake: closed by the other side; expected an SSH banner; \
///      last seen \"Exceeded MaxStartups\\r\\n\"; lower the number of logins in flight"
/// );
/// ```
#[derive(Debug)]
pub struct TransportError(Box<Failure>);

#[derive(Debug)]
struct Failure {
    kind: ErrorKind,
    phase: Phase,
    peer: String,
    what: Cow<'static, str>,
    account: Account,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl TransportError {
    /// A failure of `peer` in `phase`; `what` says in a few words what happened.
    pub fn new(
        kind: ErrorKind,
        phase: Phase,
        peer: impl Into<String>,
        what: impl Into<Cow<'static, str>>,
    ) -> Self {
        let (peer, what) = (peer.into(), what.into());
        Self(Box::new(Failure { kind, phase, peer, what, account: Account::default(), source: None }))
    }

    /// The error of an operation that `cx` ended.
    pub fn interrupted(why: Interruption, phase: Phase, peer: impl Into<String>, cx: &Cx) -> Self {
        match why {
            Interruption::Cancelled => Self::new(ErrorKind::Cancelled, phase, peer, "cancelled"),
            Interruption::TimedOut => {
                let what = format!("timed out ({} limit)", cx.deadline().limit());
                Self::new(ErrorKind::TimedOut, phase, peer, what)
            }
        }
    }

    /// How each call on a transport begins: refuses where the connection is `closed` on this side, or the operation was
    /// cancelled. A past deadline refuses nothing yet: what has arrived is still read.
    pub fn refuse(closed: bool, phase: Phase, peer: &str, cx: &Cx) -> Result<(), Self> {
        if closed {
            return Err(Self::new(ErrorKind::Closed, phase, peer, "already closed"));
        }
        match cx.interruption() {
            Some(why @ Interruption::Cancelled) => Err(Self::interrupted(why, phase, peer, cx)),
            Some(Interruption::TimedOut) | None => Ok(()),
        }
    }

    /// Adds what should have come.
    pub fn expected(mut self, expected: impl Into<Cow<'static, str>>) -> Self {
        self.0.account.expected = Some(expected.into());
        self
    }

    /// Adds the last bytes that came.
    pub fn seen(mut self, bytes: &[u8]) -> Self {
        self.0.account.seen = Some(Seen::tail(bytes));
        self
    }

    /// Adds what the user can do.
    pub fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.account.hint = Some(hint.into());
        self
    }

    /// Adds the error underneath.
    pub fn source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What the connection was doing.
    pub fn phase(&self) -> Phase {
        self.0.phase
    }

    /// Which device, as [`Target::peer`](super::Target::peer) writes it.
    pub fn peer(&self) -> &str {
        &self.0.peer
    }

    /// The description without peer, phase, expectation and hint.
    pub fn what(&self) -> &str {
        &self.0.what
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { phase, peer, what, account, source, .. } = &*self.0;
        write!(f, "{peer}: {phase}: {what}")?;
        if let Some(source) = source {
            write!(f, ": {source}")?;
        }
        account.fmt(f)
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as &(dyn Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cancel::CancelToken, deadline::Deadline};

    #[test]
    fn a_call_is_refused_where_closed_or_cancelled_but_not_for_its_deadline() {
        let cx = Cx::new(Deadline::after(std::time::Duration::ZERO, "test"), CancelToken::new());
        let refuse = |closed| TransportError::refuse(closed, Phase::Read, "r1", &cx).map_err(|e| e.kind());
        assert_eq!(refuse(false), Ok(()));
        cx.cancel().cancel();
        assert_eq!(refuse(false), Err(ErrorKind::Cancelled));
        assert_eq!(refuse(true), Err(ErrorKind::Closed));
    }
}
