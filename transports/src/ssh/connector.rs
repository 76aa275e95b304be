//! Opens SSH connections.

use super::PORT;
use super::algorithms::Algorithms;
use super::auth::{Challenge, Login, Responder};
use super::host_key::{HostKeys, Server};
use super::session::Session;
use super::shell::{SshTransport, Terminal};
use crate::resolve::Resolver;
use crate::tcp;
use linecrew_core::cx::Cx;
use linecrew_core::secret::Secret;
use linecrew_core::transport::{
    Connector, ErrorKind, HostKeyCheck, Phase, SshOptions, Target, Transport, TransportError,
};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Opens shells over SSH, at port 22 where the target names none.
///
/// The server's key is checked first, against `~/.ssh/known_hosts` and `/etc/ssh/ssh_known_hosts` unless told otherwise.
/// Then the credentials' private key is tried, then the password, which is sent once, by one method.
///
/// ```no_run
/// use linecrew_core::{cancel::CancelToken, cx::Cx, deadline::Deadline};
/// use linecrew_core::transport::{Connector, Credentials, Target};
/// use linecrew_core::transport::HostKeyCheck;
/// use linecrew_transports::ssh::SshConnector;
/// use std::time::Duration;
///
/// let connector = SshConnector::new().host_key_check(HostKeyCheck::AcceptNew);
/// let target = Target::new("192.0.2.1").name("r1").credentials(Credentials::user("admin").password("s3cret"));
/// let cx = Cx::new(Deadline::after(Duration::from_secs(60), "host"), CancelToken::new());
/// let mut transport = connector.connect(&target, &cx)?;
/// transport.write_all(b"show version\n", &cx)?;
/// # Ok::<(), linecrew_core::transport::TransportError>(())
/// ```
#[derive(Clone)]
pub struct SshConnector {
    limits: Limits,
    check: HostKeyCheck,
    files: Vec<PathBuf>,
    host_keys: Arc<HostKeys>,
    options: SshOptions,
    responder: Option<Responder>,
    resolver: Resolver,
}

#[derive(Clone, Copy)]
struct Limits {
    connect: Duration,
    handshake: Duration,
    authentication: Duration,
}

impl SshConnector {
    /// 10 s to connect, 15 s for the handshake, 30 s to authenticate and open the shell; strict host key check; a
    /// `vt100` terminal of 511 columns and 1,000 rows; modern algorithms only.
    pub fn new() -> Self {
        let (check, files) = (HostKeyCheck::default(), HostKeys::usual_files());
        Self {
            limits: Limits {
                connect: Duration::from_secs(10),
                handshake: Duration::from_secs(15),
                authentication: Duration::from_secs(30),
            },
            check,
            host_keys: Arc::new(HostKeys::new(check, files.clone(), None)),
            files,
            options: SshOptions::default(),
            responder: None,
            resolver: Resolver::system(),
        }
    }

    /// Sets how long the name look-up and the TCP connection may take together. 10 s unless set.
    pub fn connect_limit(mut self, limit: Duration) -> Self {
        self.limits.connect = limit;
        self
    }

    /// Sets how long banner, key exchange and host key check may take. 15 s unless set.
    pub fn handshake_limit(mut self, limit: Duration) -> Self {
        self.limits.handshake = limit;
        self
    }

    /// Sets how long authentication and the opening of the shell may take each. 30 s unless set.
    pub fn authentication_limit(mut self, limit: Duration) -> Self {
        self.limits.authentication = limit;
        self
    }

    /// Sets what is done about host keys. [`HostKeyCheck::Strict`] unless set.
    pub fn host_key_check(mut self, check: HostKeyCheck) -> Self {
        self.check = check;
        self.with_host_keys()
    }

    /// Sets the `known_hosts` files. New keys go to the first. A file that does not exist is empty.
    pub fn known_hosts(mut self, files: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        self.files = files.into_iter().map(Into::into).collect();
        self.with_host_keys()
    }

    /// Sets the terminal's type and its size in columns and rows. `vt100`, 511, 1,000 unless set.
    pub fn terminal(mut self, name: impl Into<String>, columns: u32, rows: u32) -> Self {
        self.options.terminal = Some(name.into());
        (self.options.columns, self.options.rows) = (Some(columns), Some(rows));
        self
    }

    /// Offers SHA-1, CBC, 3DES and 1,024 bit key exchange too, after the modern algorithms, for devices that have
    /// nothing else. Off unless set.
    ///
    /// Somebody in between may break these. They also have to be compiled into libssh2, which its crate leaves out
    /// unless `CFLAGS` defines `LIBSSH2_KEX_SHA1_ENABLE`, `LIBSSH2_RSA_SHA1_ENABLE`, `LIBSSH2_HMAC_SHA1_ENABLE`,
    /// `LIBSSH2_3DES_ENABLE`, `LIBSSH2_DSA_ENABLE` and `LIBSSH2_MD5_PEM_ENABLE`.
    pub fn legacy(mut self, offered: bool) -> Self {
        self.options.legacy_algorithms = Some(offered);
        self
    }

    /// Sets what holds for each host whose [`Target::ssh`] says nothing else.
    pub fn options(mut self, options: SshOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets who answers what a server asks besides user name and password, such as a one-time code; none unless set.
    ///
    /// It is called on the thread that connects, while the server waits, and should return by the challenge's deadline.
    ///
    /// ```
    /// use linecrew_core::secret::Secret;
    /// use linecrew_transports::ssh::{Challenge, SshConnector};
    ///
    /// # fn code_for(_user: &str) -> String { String::new() }
    /// let connector = SshConnector::new().responder(|challenge: &Challenge<'_>| {
    ///     challenge.prompt.contains("code").then(|| Secret::new(code_for(challenge.user)))
    /// });
    /// # drop(connector);
    /// ```
    pub fn responder(
        mut self,
        respond: impl Fn(&Challenge<'_>) -> Option<Secret> + Send + Sync + 'static,
    ) -> Self {
        self.responder = Some(Arc::new(respond));
        self
    }

    fn with_host_keys(mut self) -> Self {
        self.host_keys = Arc::new(HostKeys::new(self.check, self.files.clone(), None));
        self
    }

    fn options_for(&self, target: &Target) -> SshOptions {
        let mut options = target.ssh.clone();
        options.inherit(&self.options);
        options
    }

    /// A session with an encrypted channel to a server whose key is trusted.
    fn handshake(&self, target: &Target, cx: &Cx) -> Result<Session, TransportError> {
        let port = target.port.unwrap_or(PORT);
        let known = self.host_keys.known();
        let socket = tcp::connect(target, PORT, &self.resolver, &cx.within(self.limits.connect, "connect"))?;
        let cx = cx.within(self.limits.handshake, "handshake");
        let session = Session::new(&socket, target.peer(PORT))?;
        let key_types = known.key_types(&target.host, port);
        let algorithms = offer(&session, &self.options_for(target), &key_types)?;
        session.handshake(&algorithms, &cx)?;
        let key = session.ssh.host_key().map(|(key, _)| key.to_vec()).ok_or_else(|| {
            let what = "the server showed no host key";
            TransportError::new(ErrorKind::Protocol, Phase::HostKey, &session.peer, what)
        })?;
        let server = Server { host: &target.host, port, peer: &session.peer };
        self.host_keys.verify(&server, &key, &cx)?;
        Ok(session)
    }
}

/// Makes the session offer what the options ask for.
fn offer(session: &Session, options: &SshOptions, known: &[&str]) -> Result<Algorithms, TransportError> {
    let failed =
        |what: String| TransportError::new(ErrorKind::Configuration, Phase::Handshake, &session.peer, what);
    let no_algorithm = |source| failed("this build has no usable algorithm".into()).source(source);
    let chosen = Algorithms::choose(&session.ssh, options, known).map_err(|error| match error {
        Ok(unsupported) => failed(unsupported.to_string()),
        Err(source) => no_algorithm(source),
    })?;
    chosen.apply(&session.ssh).map_err(no_algorithm)?;
    Ok(chosen)
}

impl Default for SshConnector {
    fn default() -> Self {
        Self::new()
    }
}

impl Connector for SshConnector {
    fn connect(&self, target: &Target, cx: &Cx) -> Result<Box<dyn Transport>, TransportError> {
        let session = self.handshake(target, cx)?;
        let limit = self.limits.authentication;
        let options = self.options_for(target);
        Login {
            session: &session,
            credentials: &target.credentials,
            options: &options,
            responder: self.responder.as_ref(),
            cx: &cx.within(limit, "authentication"),
        }
        .authenticate()?;
        let terminal = Terminal::from(&options);
        Ok(Box::new(SshTransport::open(session, &terminal, &cx.within(limit, "authentication"))?))
    }
}
