//! The byte stream to a device, and how one is opened.
//!
//! [`Transport`] is all that a session needs of SSH, telnet, a serial console or a test. Calls block their caller
//! and nothing else: each takes a [`Cx`] and returns by its deadline, or as soon as its token is cancelled.

use crate::cx::{Cx, Interruption};
use crate::secret::Secret;
use crate::seen::Seen;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::path::PathBuf;

/// An open byte stream to a device's command line.
///
/// Dropping a transport aborts the connection without waiting.
pub trait Transport: Send {
    /// Reads at least one byte into `buf` and returns how many.
    ///
    /// The end of the stream is an error of kind [`ErrorKind::Closed`], a deadline one of kind
    /// [`ErrorKind::TimedOut`]. Bytes that have already arrived are returned even if the deadline is past.
    fn read(&mut self, buf: &mut [u8], cx: &Cx) -> Result<usize, TransportError>;

    /// Writes all of `bytes`. After an error it is unknown how many were sent.
    fn write_all(&mut self, bytes: &[u8], cx: &Cx) -> Result<(), TransportError>;

    /// Says goodbye as the protocol has it, within the deadline, and closes. Later calls do nothing.
    fn close(&mut self, cx: &Cx);
}

/// Opens transports of one kind.
pub trait Connector: Send + Sync {
    /// Connects to `target`, authenticates where the transport itself does so, and opens its command line.
    fn connect(&self, target: &Target, cx: &Cx) -> Result<Box<dyn Transport>, TransportError>;
}

/// The device to connect to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Target {
    /// The name that errors and results give it.
    pub name: String,
    /// A host name or an address.
    pub host: String,
    /// The port; the transport's usual one where none is given.
    pub port: Option<u16>,
    /// Who logs in, and with what.
    pub credentials: Credentials,
}

impl Target {
    /// A target named after its address, with no credentials.
    pub fn new(host: impl Into<String>) -> Self {
        let host = host.into();
        Self { name: host.clone(), host, port: None, credentials: Credentials::default() }
    }

    /// Sets the name that errors and results give it.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Sets who logs in, and with what.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// The name followed by the address that is really used: `r1 (192.0.2.1:22)`, or the address alone where the
    /// name says no more.
    pub fn peer(&self, usual_port: u16) -> String {
        let port = self.port.unwrap_or(usual_port);
        let address = if self.host.contains(':') {
            format!("[{}]:{port}", self.host)
        } else {
            format!("{}:{port}", self.host)
        };
        if self.name == self.host || self.name == address {
            address
        } else {
            format!("{} ({address})", self.name)
        }
    }
}

/// Who logs in, and with what.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Credentials {
    /// The user name.
    pub username: Option<String>,
    /// The login password.
    pub password: Option<Secret>,
    /// The secret that `enable` asks for.
    pub enable: Option<Secret>,
    /// A private key file for SSH.
    pub private_key: Option<PathBuf>,
    /// The passphrase of the private key.
    pub passphrase: Option<Secret>,
}

impl Credentials {
    /// A user without a password.
    pub fn user(username: impl Into<String>) -> Self {
        Self { username: Some(username.into()), ..Self::default() }
    }

    /// Sets the login password.
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(Secret::new(password));
        self
    }

    /// Sets the secret that `enable` asks for.
    pub fn enable(mut self, secret: impl Into<String>) -> Self {
        self.enable = Some(Secret::new(secret));
        self
    }

    /// Sets the private key file.
    pub fn private_key(mut self, path: impl Into<PathBuf>) -> Self {
        self.private_key = Some(path.into());
        self
    }
}

/// What to do about a server's host key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "inventory",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
pub enum HostKeyCheck {
    /// Refuses servers that `known_hosts` does not list. OpenSSH's `StrictHostKeyChecking yes`.
    #[default]
    Strict,
    /// Adds a server that is seen for the first time to the first `known_hosts` file, and refuses a changed key.
    AcceptNew,
    /// Takes any key: whoever can redirect the connection reads the password.
    Off,
}

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
    /// Both sides have no algorithm in common.
    Negotiation,
    /// The other side broke the protocol.
    Protocol,
    /// What was asked for cannot be used: a missing file, an option that contradicts another.
    Configuration,
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
    expected: Option<Cow<'static, str>>,
    seen: Option<Seen>,
    hint: Option<Cow<'static, str>>,
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
        Self(Box::new(Failure {
            kind,
            phase,
            peer,
            what,
            expected: None,
            seen: None,
            hint: None,
            source: None,
        }))
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
        self.0.expected = Some(expected.into());
        self
    }

    /// Adds the last bytes that came.
    pub fn seen(mut self, bytes: &[u8]) -> Self {
        self.0.seen = Some(Seen::tail(bytes));
        self
    }

    /// Adds what the user can do.
    pub fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.hint = Some(hint.into());
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

    /// Which device, as [`Target::peer`] writes it.
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
        let Failure { phase, peer, what, expected, seen, hint, source, .. } = &*self.0;
        write!(f, "{peer}: {phase}: {what}")?;
        if let Some(source) = source {
            write!(f, ": {source}")?;
        }
        if let Some(expected) = expected {
            write!(f, "; expected {expected}")?;
        }
        if let Some(seen) = seen {
            write!(f, "; last seen {seen}")?;
        }
        hint.as_ref().map_or(Ok(()), |hint| write!(f, "; {hint}"))
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

    #[test]
    fn a_peer_shows_name_and_address_once() {
        assert_eq!(Target::new("192.0.2.1").peer(22), "192.0.2.1:22");
        assert_eq!(Target::new("2001:db8::1").port(2022).peer(22), "[2001:db8::1]:2022");
        assert_eq!(Target::new("192.0.2.1").name("r1").peer(23), "r1 (192.0.2.1:23)");
        assert_eq!(Target::new("192.0.2.1").name("192.0.2.1:7").port(7).peer(23), "192.0.2.1:7");
    }

    #[test]
    fn a_call_is_refused_where_closed_or_cancelled_but_not_for_its_deadline() {
        use crate::{cancel::CancelToken, deadline::Deadline};
        let cx = Cx::new(Deadline::after(std::time::Duration::ZERO, "test"), CancelToken::new());
        let refuse = |closed| TransportError::refuse(closed, Phase::Read, "r1", &cx).map_err(|e| e.kind());
        assert_eq!(refuse(false), Ok(()));
        cx.cancel().cancel();
        assert_eq!(refuse(false), Err(ErrorKind::Cancelled));
        assert_eq!(refuse(true), Err(ErrorKind::Closed));
    }

    #[test]
    fn debug_of_a_target_shows_no_secret() {
        let target = Target::new("r1").credentials(Credentials::user("admin").password("pw1").enable("pw2"));
        let shown = format!("{target:?}");
        assert!(!shown.contains("pw1") && !shown.contains("pw2"), "{shown}");
    }
}
