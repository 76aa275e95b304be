//! Opens a session: connect, log in, reach the default mode, switch paging off.

use super::watch::{Watch, Watched};
use super::{Session, SessionError, failure};
use crate::channel::{self, Channel};
use crate::cx::Cx;
use crate::platform::{Platform, Platforms};
use crate::transport::{Connector, Target};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How many bytes a reply has at most unless told otherwise.
const LONGEST_REPLY: usize = 64 << 20;

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
    longest_reply: usize,
    persistent: bool,
    skips_opening: bool,
    log_folder: Option<PathBuf>,
    /// Among which the platform is to be found out.
    detects: Option<Platforms>,
    login_attempts: u32,
    unprivileged: bool,
    watched: Watched,
}

impl SessionBuilder {
    pub(super) fn new(platform: Arc<Platform>) -> Self {
        Self {
            platform,
            timeouts: Timeouts::default(),
            longest_reply: LONGEST_REPLY,
            persistent: false,
            skips_opening: false,
            log_folder: None,
            detects: None,
            login_attempts: 1,
            unprivileged: false,
            watched: Watched::default(),
        }
    }

    /// A builder of sessions that begin as those of a generic platform, and find out which of these it is.
    pub(super) fn detecting(generic: Arc<Platform>, platforms: Platforms) -> Self {
        Self { detects: Some(platforms), ..Self::new(generic) }
    }

    /// Sets the limits.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Sets how often the login in the stream, as on telnet, sends the password where the device refuses it and asks again.
    /// Once unless told otherwise: a wrong password that is sent again locks accounts. Over SSH it is sent once in any case.
    pub fn login_attempts(mut self, attempts: u32) -> Self {
        self.login_attempts = attempts;
        self
    }

    /// Sets how many bytes one reply may have; more is an error of kind [`ErrorKind::TooLong`](super::ErrorKind::TooLong).
    /// 64 MiB unless told otherwise: no device's configuration is near it, and a device that never ends must not fill the
    /// memory.
    pub fn longest_reply(mut self, bytes: usize) -> Self {
        self.longest_reply = bytes;
        self
    }

    /// Takes the platform's steps after the login and before the end also where they change what the device keeps, such as
    /// `FortiOS`'s paging. Unless told so, reading never changes a configuration: such steps are left out, and the pager is answered in their place.
    pub fn persistent_steps(mut self) -> Self {
        self.persistent = true;
        self
    }

    /// Sends nothing that is not known to only read ([`Platform::is_read`]): such a command is an error of kind
    /// [`ErrorKind::ReadOnly`](super::ErrorKind::ReadOnly), before its first byte.
    pub fn read_only(mut self) -> Self {
        self.watched.read_only = true;
        self
    }

    /// Has the session followed.
    pub fn watch(mut self, watch: Arc<dyn Watch>) -> Self {
        self.watched.by = Some(watch);
        self
    }

    /// Stays in the mode that the login leads to where the way to the platform's default mode asks for a secret: that is
    /// enough for much that only reads.
    pub fn unprivileged(mut self) -> Self {
        self.unprivileged = true;
        self
    }

    /// Leaves all of the platform's opening steps out: paging stays on, and the pager is answered.
    pub fn skip_opening_steps(mut self) -> Self {
        self.skips_opening = true;
        self
    }

    /// Appends what is said to `NAME.log` in this folder, NAME being the [`file_name`](super::file_name) of the target: a line
    /// each with its time, `<` before what the device says and `>` before what is typed, without the secrets that are known,
    /// for its owner alone to read. A log that cannot be opened is an error of kind
    /// [`ErrorKind::Log`](super::ErrorKind::Log).
    pub fn session_log(mut self, folder: impl Into<PathBuf>) -> Self {
        self.log_folder = Some(folder.into());
        self
    }

    /// Compiles the patterns that nearly every session of an embedded platform looks for, which the first one would do
    /// otherwise: some milliseconds, for whoever has nothing else to do while a device answers. A run does it for its hosts.
    pub fn warm(&self) {
        channel::warm();
        self.platform.warm();
        failure::warm();
    }

    /// Connects and prepares the session.
    ///
    /// The session keeps `cx`, on a clock of its own: its deadline bounds all that the session does, its token ends it at any
    /// time.
    pub fn open(&self, connector: &dyn Connector, target: &Target, cx: &Cx) -> Result<Session, SessionError> {
        let mut session = self.connect(connector, target, cx.with_own_clock())?;
        if let Some(folder) = &self.log_folder {
            session.start_log(folder, &target.name)?;
        }
        session.log_in(self.login_attempts, &target.permit)?;
        session.channel.limit_replies(self.longest_reply);
        match &self.detects {
            Some(platforms) => session.detect(platforms)?,
            None => session.prepare()?,
        }
        Ok(*session)
    }

    /// A session that is yet to log in.
    ///
    /// In a box and in a frame of its own: what is deeper than that the session's thread keeps, and there may be thousands.
    #[inline(never)]
    fn connect(
        &self,
        connector: &dyn Connector,
        target: &Target,
        cx: Cx,
    ) -> Result<Box<Session>, SessionError> {
        let host = target.port.map_or_else(|| target.name.clone(), |port| target.peer(port));
        let failed = |error| SessionError::connect(error, &host);
        if !connector.asks_permit() {
            target.permit.ask(&host).map_err(failed)?;
        }
        let transport = connector.connect(target, &cx).map_err(failed)?;
        let platform = Arc::clone(&self.platform);
        Ok(Box::new(Session {
            channel: Box::new(Channel::new(transport, Arc::clone(&platform), self.timeouts.silence)),
            put_off: Vec::new(),
            detection: None,
            persistent: self.persistent,
            skips_opening: self.skips_opening,
            platform,
            timeouts: self.timeouts,
            credentials: Box::new(target.credentials.clone()),
            host,
            cx,
            mode: None,
            prompt: String::new(),
            broken: false,
            unprivileged: self.unprivileged,
            watched: self.watched.clone(),
        }))
    }
}
