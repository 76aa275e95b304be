//! Opens a session: connect, log in, reach the default mode, switch paging off.

use super::{ErrorKind, Phase, Session, SessionError};
use crate::channel::{Channel, Login, LoginTrouble};
use crate::cx::Cx;
use crate::platform::Platform;
use crate::transport::{Connector, Target};
use std::sync::Arc;
use std::time::Duration;

/// How long a session's waits may take. The connector has limits of its own for connect and handshake, and the
/// caller's [`Cx`] bounds the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// The login dialogue in the stream; 30 seconds.
    pub authentication: Duration,
    /// How long the device may say nothing while something is expected of it; 30 seconds, counted anew from each byte.
    pub silence: Duration,
    /// One command with its whole reply; 5 minutes.
    pub command: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            authentication: Duration::from_secs(30),
            silence: Duration::from_secs(30),
            command: Duration::from_mins(5),
        }
    }
}

impl Timeouts {
    /// Sets the limit of the login dialogue.
    pub fn authentication(mut self, limit: Duration) -> Self {
        self.authentication = limit;
        self
    }

    /// Sets the limit of silence.
    pub fn silence(mut self, limit: Duration) -> Self {
        self.silence = limit;
        self
    }

    /// Sets the limit of one command.
    pub fn command(mut self, limit: Duration) -> Self {
        self.command = limit;
        self
    }
}

/// Opens sessions with devices of one platform.
#[derive(Clone, Debug)]
#[must_use = "nothing is connected before `open`"]
pub struct SessionBuilder {
    platform: Arc<Platform>,
    timeouts: Timeouts,
}

impl SessionBuilder {
    pub(super) fn new(platform: Arc<Platform>) -> Self {
        Self { platform, timeouts: Timeouts::default() }
    }

    /// Sets the limits.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Connects and prepares the session.
    ///
    /// The session keeps `cx`: its deadline bounds all that the session does, its token ends it at any time.
    pub fn open(&self, connector: &dyn Connector, target: &Target, cx: &Cx) -> Result<Session, SessionError> {
        let host = target.port.map_or_else(|| target.name.clone(), |port| target.peer(port));
        let transport = connector.connect(target, cx).map_err(|error| SessionError::connect(error, &host))?;
        let platform = Arc::clone(&self.platform);
        let mut session = Session {
            channel: Channel::new(transport, Arc::clone(&platform), self.timeouts.silence),
            platform,
            timeouts: self.timeouts,
            credentials: target.credentials.clone(),
            host,
            cx: cx.clone(),
            mode: None,
            prompt: String::new(),
            broken: false,
        };
        session.log_in()?;
        session.prepare()?;
        Ok(session)
    }
}

impl Session {
    fn log_in(&mut self) -> Result<(), SessionError> {
        let cx = self.cx.within(self.timeouts.authentication, "authentication");
        let login = Login::new(&self.platform, &self.credentials);
        let modes = &self.platform.modes;
        let done = login.run(&mut self.channel, |tail| modes.recognise(tail, None).is_some(), &cx);
        done.map_err(|trouble| self.login_error(trouble))?;
        self.channel.logged_in();
        self.note_prompt(None);
        Ok(())
    }

    fn login_error(&mut self, trouble: LoginTrouble) -> SessionError {
        let (kind, what, hint) = match trouble {
            LoginTrouble::Wait(trouble) => {
                return self.trouble(trouble, Phase::Login, "a login prompt or the device's prompt");
            }
            LoginTrouble::Refused => (
                ErrorKind::Authentication,
                "authentication refused".to_owned(),
                "check user name and password",
            ),
            LoginTrouble::Missing(what) => (
                ErrorKind::MissingCredential,
                format!("the device asks for a {what} and none was given"),
                "give one in the credentials",
            ),
            LoginTrouble::PasswordChange => (
                ErrorKind::PasswordChange,
                "the device demands a new password".to_owned(),
                "change it by hand first",
            ),
        };
        self.broken = true;
        self.error(kind, Phase::Login, what).seen(self.channel.seen()).hint(hint)
    }

    fn prepare(&mut self) -> Result<(), SessionError> {
        let platform = Arc::clone(&self.platform);
        let cx = self.cx.within(self.timeouts.command, "command");
        self.walk_to(&platform.default_mode, Phase::Privilege, &cx)?;
        self.run(&platform.opening.steps(false), Phase::Open, &cx)
    }
}
