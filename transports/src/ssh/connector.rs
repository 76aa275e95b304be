//! Opens SSH connections.

use super::PORT;
use super::algorithms::{Algorithms, known_first};
use super::apart::apart;
use super::auth::{Challenge, Login, Responder};
use super::config::{ConfigError, HostConfig, Jump as Hop, SshConfig};
use super::configured::Configured;
use super::connection::SshConnection;
use super::greeting::Greeting;
use super::host_key::{HostKeys, Trust};
use super::jump::Jump;
use super::proxy_jump::whole_way;
use super::session::Session;
use crate::dial::Dial;
use crate::source::Source;
use linecrew_core::cx::Cx;
use linecrew_core::secret::Secret;
use linecrew_core::transport::{
    Connector, Credentials, ErrorKind, HostKeyCheck, Phase, SshOptions, Target, Transport, TransportError,
};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long the name look-up and the TCP connection may take together, if nothing is said.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Opens shells over SSH, at port 22 where the target names none.
///
/// The server's key is checked first, against `~/.ssh/known_hosts` and `/etc/ssh/ssh_known_hosts` unless told otherwise.
/// Then the methods are tried that [`Target::ssh`] orders: keys (those of the agent, then those in files), the server's
/// questions, the password. The password is sent once, by one method. A server that wants several factors gets them.
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
    check: Option<HostKeyCheck>,
    files: Option<Vec<PathBuf>>,
    /// One for each way to trust, so that hosts share what was read, and what was accepted.
    host_keys: Arc<Mutex<HashMap<Trust, Arc<HostKeys>>>>,
    config: Option<Result<Arc<SshConfig>, ConfigError>>,
    options: SshOptions,
    responder: Option<Responder>,
    login_thread: bool,
    dial: Dial,
    /// Whether `dial` was asked for, so that the configuration's `ProxyJump` does not count.
    dial_is_set: bool,
    /// The jump hosts of the configuration, one for each way, made with the settings above.
    jumps: Arc<Mutex<HashMap<Vec<Hop>, Jump>>>,
}

#[derive(Clone, Copy)]
struct Limits {
    connect: Option<Duration>,
    handshake: Duration,
    authentication: Duration,
}

impl SshConnector {
    /// 10 s to connect, 15 s for the handshake, 30 s to authenticate and open the shell; strict host key check; a
    /// `vt100` terminal of 511 columns and 1,000 rows; modern algorithms only.
    pub fn new() -> Self {
        Self {
            limits: Limits {
                connect: None,
                handshake: Duration::from_secs(15),
                authentication: Duration::from_secs(30),
            },
            check: None,
            files: None,
            host_keys: Arc::default(),
            config: None,
            options: SshOptions::default(),
            responder: None,
            login_thread: false,
            dial: Dial::default(),
            dial_is_set: false,
            jumps: Arc::default(),
        }
    }

    /// Sets how long the name look-up and the TCP connection may take together. 10 s unless set.
    pub fn connect_limit(mut self, limit: Duration) -> Self {
        self.limits.connect = Some(limit);
        self.changed()
    }

    /// Sets how long banner, key exchange and host key check may take. 15 s unless set.
    pub fn handshake_limit(mut self, limit: Duration) -> Self {
        self.limits.handshake = limit;
        self.changed()
    }

    /// Sets how long authentication and the opening of the shell may take each. 30 s unless set.
    pub fn authentication_limit(mut self, limit: Duration) -> Self {
        self.limits.authentication = limit;
        self.changed()
    }

    /// Sets what is done about host keys. [`HostKeyCheck::Strict`] unless set.
    pub fn host_key_check(mut self, check: HostKeyCheck) -> Self {
        self.check = Some(check);
        self.changed()
    }

    /// Sets the `known_hosts` files. New keys go to the first. A file that does not exist is empty.
    pub fn known_hosts(mut self, files: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        self.files = Some(files.into_iter().map(Into::into).collect());
        self.changed()
    }

    /// Sets the terminal's type and its size in columns and rows. `vt100`, 511, 1,000 unless set.
    pub fn terminal(mut self, name: impl Into<String>, columns: u32, rows: u32) -> Self {
        self.options.terminal = Some(name.into());
        (self.options.columns, self.options.rows) = (Some(columns), Some(rows));
        self.changed()
    }

    /// Offers SHA-1, CBC, 3DES and 1,024 bit key exchange too, after the modern algorithms, for devices that have
    /// nothing else. Off unless set.
    ///
    /// Somebody in between may break these. They also have to be compiled into libssh2, which its crate leaves out
    /// unless `CFLAGS` defines `LIBSSH2_KEX_SHA1_ENABLE`, `LIBSSH2_RSA_SHA1_ENABLE`, `LIBSSH2_HMAC_SHA1_ENABLE`,
    /// `LIBSSH2_3DES_ENABLE`, `LIBSSH2_DSA_ENABLE` and `LIBSSH2_MD5_PEM_ENABLE`.
    pub fn legacy(mut self, offered: bool) -> Self {
        self.options.legacy_algorithms = Some(offered);
        self.changed()
    }

    /// Sets what holds for each host whose [`Target::ssh`] says nothing else.
    pub fn options(mut self, options: SshOptions) -> Self {
        self.options = options;
        self.changed()
    }

    /// Connects through a jump host, which is then the one to look up the target's name. Unless set, through those that
    /// the OpenSSH configuration names in `ProxyJump`, else directly.
    pub fn jump(mut self, jump: Jump) -> Self {
        (self.dial, self.dial_is_set) = (Dial::Through(jump), true);
        self
    }

    /// Connects directly, whatever the OpenSSH configuration says.
    pub fn direct(mut self) -> Self {
        (self.dial, self.dial_is_set) = (Dial::default(), true);
        self
    }

    /// Sets who answers what a server asks besides user name and password, such as a one-time code; none unless set.
    ///
    /// It is called on the login's thread, while the server waits, and should return by the challenge's deadline.
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
        self.changed()
    }

    /// Sets whether each login runs on a thread that ends with it. Off unless set.
    ///
    /// For programs that hold thousands of sessions with a thread each: a thread keeps what a login took of it, 16 KB, for
    /// as long as it lives. Where threads take one session after another, as those of a fleet run, it costs more than it
    /// spares.
    pub fn login_thread(mut self, own: bool) -> Self {
        self.login_thread = own;
        self.changed()
    }

    /// Sets the OpenSSH configuration to look each host up in, by the target's host. What the target and this connector
    /// say counts more, the built-in defaults less. None unless set.
    ///
    /// What applies to a host and has no effect here is named at the level debug of the crate `log`, each time that it is
    /// connected to.
    ///
    /// Jump hosts that it names in `ProxyJump` are looked up in it too. They are logged in to as it says, with keys: the
    /// target's credentials are not for them.
    ///
    /// ```no_run
    /// use linecrew_transports::ssh::{SshConnector, config::SshConfig};
    ///
    /// let connector = SshConnector::new().ssh_config(SshConfig::usual()?);
    /// # drop(connector);
    /// # Ok::<(), linecrew_transports::ssh::config::ConfigError>(())
    /// ```
    pub fn ssh_config(mut self, config: impl Into<Arc<SshConfig>>) -> Self {
        self.config = Some(Ok(config.into()));
        self.changed()
    }

    /// The same with a configuration that may not have been readable, which each connection then tells.
    #[cfg(feature = "fleet")]
    pub(crate) fn ssh_config_if_readable(mut self, config: Result<Arc<SshConfig>, ConfigError>) -> Self {
        self.config = Some(config);
        self.changed()
    }

    /// Connects and logs in without opening a shell, for commands without a terminal.
    pub fn open(&self, target: &Target, cx: &Cx) -> Result<SshConnection, TransportError> {
        self.on_login_thread(|| self.open_here(target, cx))
    }

    /// Runs a login on a thread of its own, if that is asked for.
    pub(super) fn on_login_thread<T: Send>(&self, login: impl Fn() -> T + Sync) -> T {
        if self.login_thread { apart(login) } else { login() }
    }

    fn open_here(&self, target: &Target, cx: &Cx) -> Result<SshConnection, TransportError> {
        let (session, options) = self.log_in(target, cx)?;
        session.keep_alive(&options);
        Ok(SshConnection::new(session, options))
    }

    /// A session that is logged in, with no channel yet, and the options that hold for it.
    pub(super) fn log_in(&self, target: &Target, cx: &Cx) -> Result<(Session, SshOptions), TransportError> {
        let mut configured = self.configured(target)?;
        let session = self.handshake(&mut configured, cx)?;
        configured.target.permit.ask(&session.peer)?;
        Login {
            session: &session,
            credentials: &configured.target.credentials,
            options: &configured.options,
            responder: self.responder.as_ref(),
            cx: &cx.within(self.limits.authentication, "authentication"),
        }
        .authenticate()?;
        Ok((session, configured.options))
    }

    /// The names of the jump hosts that the configuration has on the way to `host`. What is wrong with it is told by the
    /// connect.
    #[cfg(feature = "fleet")]
    pub(crate) fn jump_hosts(&self, host: &str, user: Option<&str>, port: Option<u16>) -> Vec<String> {
        let Some(Ok(config)) = self.config.as_ref().filter(|_| !self.dial_is_set) else { return Vec::new() };
        let Ok(found) = config.query_as(host, user, port) else { return Vec::new() };
        let way = whole_way(config, found.proxy_jump).unwrap_or_default();
        way.into_iter().map(|hop| hop.host).collect()
    }

    fn options_for(&self, target: &Target) -> SshOptions {
        let mut options = target.ssh.clone();
        options.inherit(&self.options);
        options
    }

    /// The target with what the configuration says of it.
    ///
    /// In a box, and each step of a login in a frame of its own: a thread keeps the pages of the deepest stack that it had,
    /// and there may be thousands.
    #[inline(never)]
    pub(super) fn configured(&self, target: &Target) -> Result<Box<Configured>, TransportError> {
        let failed = |why: String| {
            let what = format!("the SSH configuration does not serve this host: {why}");
            TransportError::new(ErrorKind::Configuration, Phase::Connect, target.peer(PORT), what)
                .hint("set ssh_config to none or to another file for this host, and say there what it needs")
        };
        let user = target.credentials.username.as_deref();
        let mut found = match &self.config {
            None => HostConfig { hostname: target.host.clone(), ..HostConfig::default() },
            Some(Ok(config)) => {
                config.query_as(&target.host, user, target.port).map_err(|error| failed(error.to_string()))?
            }
            Some(Err(error)) => return Err(failed(error.to_string())),
        };
        for ignored in &found.ignored {
            log::debug!("{}: {ignored}", target.peer(PORT));
        }
        found.proxy_jump = match &self.config {
            Some(Ok(config)) if !self.dial_is_set => whole_way(config, found.proxy_jump).map_err(failed)?,
            _ => Vec::new(),
        };
        let options = self.options_for(target);
        Configured::new(target, options, found, self.check, self.files.as_deref())
            .map(Box::new)
            .map_err(failed)
    }

    /// The same with jump hosts yet to be made: those that were made have the settings from before.
    fn changed(mut self) -> Self {
        self.jumps = Arc::default();
        self
    }

    /// How to get to the end of `way`, which the configuration names.
    fn dial(&self, way: &[Hop]) -> Dial {
        // Nothing under the lock can panic half-way.
        let mut made = self.jumps.lock().unwrap_or_else(PoisonError::into_inner);
        let mut dial = self.dial.clone();
        for (index, hop) in way.iter().enumerate() {
            let jump = made.entry(way[..=index].to_vec()).or_insert_with(|| {
                // With a map of its own: it would else keep itself alive.
                let connector = Self { dial, dial_is_set: true, ..self.clone() }.changed();
                Jump::new(connector, hop_target(hop))
            });
            dial = Dial::Through(jump.clone());
        }
        dial
    }

    pub(super) fn host_keys(&self, trust: &Trust) -> Arc<HostKeys> {
        // Nothing under the lock can panic half-way.
        let mut made = self.host_keys.lock().unwrap_or_else(PoisonError::into_inner);
        let host_keys = made.entry(trust.clone()).or_insert_with(|| Arc::new(HostKeys::new(trust.clone())));
        Arc::clone(host_keys)
    }

    /// A session with an encrypted channel to a server whose key is trusted.
    #[inline(never)]
    fn handshake(&self, configured: &mut Configured, cx: &Cx) -> Result<Session, TransportError> {
        let host_keys = self.host_keys(&configured.trust);
        let known = host_keys.known();
        let (host, port) = configured.known_as();
        let key_types = known.key_types(host, port);
        let Agreed { session, cx, .. } = self.agree(configured, &key_types, cx)?;
        let key = shown_key(&session)?;
        host_keys.verify(&configured.server(&session.peer), &key, &cx)?;
        Ok(session)
    }

    /// A session with an encrypted channel to whoever answers, asked for a key of these types first.
    #[inline(never)]
    pub(super) fn agree(
        &self,
        configured: &mut Configured,
        key_types: &[&str],
        cx: &Cx,
    ) -> Result<Agreed, TransportError> {
        let target = &configured.target;
        let limit = self.limits.connect.or(configured.connect_timeout).unwrap_or(CONNECT_LIMIT);
        let source = Source::of(target).or_address_of(configured.bind_interface.as_deref());
        let connection = self.dial(&configured.way).connect(target, PORT, source, limit, cx)?;
        let cx = cx.within(self.limits.handshake, "handshake");
        let session = Session::new(&connection, target.peer(PORT))?;
        if configured.known_first
            && let Some(list) = &mut configured.options.host_key_algorithms
        {
            known_first(list, key_types);
        }
        let algorithms = offer(&session, &configured.options, key_types)?;
        let greeting = session.handshake(&algorithms, &cx)?;
        Ok(Agreed { session, greeting, cx })
    }
}

/// A server that may be anybody.
pub(super) struct Agreed {
    pub(super) session: Session,
    /// What it said before encryption began.
    pub(super) greeting: Greeting,
    /// The handshake's limit.
    pub(super) cx: Cx,
}

/// The host key, in wire format, that the server showed, and proved to have.
pub(super) fn shown_key(session: &Session) -> Result<Vec<u8>, TransportError> {
    session.ssh.host_key().map(|(key, _)| key.to_vec()).ok_or_else(|| {
        let what = "the server showed no host key";
        TransportError::new(ErrorKind::Protocol, Phase::HostKey, &session.peer, what)
    })
}

/// A jump host of the configuration, which says the rest when it is connected to.
fn hop_target(hop: &Hop) -> Target {
    let mut credentials = Credentials::default();
    credentials.username.clone_from(&hop.user);
    let mut target = Target::new(&hop.host).credentials(credentials);
    target.port = hop.port;
    target
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
        let limit = self.limits.authentication;
        let open = || self.open_here(target, cx)?.into_shell(&cx.within(limit, "authentication"));
        let shell = self.on_login_thread(open)?;
        Ok(Box::new(shell))
    }

    fn asks_permit(&self) -> bool {
        true
    }
}
