//! Opens SSH connections.

use super::host_key::{HostKeys, Server};
use super::jump::Jump;
use super::session::Session;
use super::shell::{SshTransport, Terminal};
use super::{PORT, algorithms, auth};
use crate::dial::Dial;
use linecrew_core::cx::Cx;
use linecrew_core::transport::{
    Connector, ErrorKind, HostKeyCheck, Phase, Target, Transport, TransportError,
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
    terminal: Terminal,
    legacy: bool,
    dial: Dial,
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
            host_keys: Arc::new(HostKeys::new(check, files.clone())),
            files,
            // Wide enough that devices do not wrap, high enough that most do not page.
            terminal: Terminal { name: "vt100".into(), columns: 511, rows: 1000 },
            legacy: false,
            dial: Dial::default(),
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
        self.terminal = Terminal { name: name.into(), columns, rows };
        self
    }

    /// Offers SHA-1, CBC, 3DES and 1,024 bit key exchange too, after the modern algorithms, for devices that have
    /// nothing else. Off unless set.
    ///
    /// Somebody in between may break these. They also have to be compiled into libssh2, which its crate leaves out
    /// unless `CFLAGS` defines `LIBSSH2_KEX_SHA1_ENABLE`, `LIBSSH2_RSA_SHA1_ENABLE`, `LIBSSH2_HMAC_SHA1_ENABLE`,
    /// `LIBSSH2_3DES_ENABLE`, `LIBSSH2_DSA_ENABLE` and `LIBSSH2_MD5_PEM_ENABLE`.
    pub fn legacy(mut self, offered: bool) -> Self {
        self.legacy = offered;
        self
    }

    /// Connects through a jump host, which is then the one to look up the target's name. Directly unless set.
    pub fn jump(mut self, jump: Jump) -> Self {
        self.dial = Dial::Through(jump);
        self
    }

    fn with_host_keys(mut self) -> Self {
        self.host_keys = Arc::new(HostKeys::new(self.check, self.files.clone()));
        self
    }

    /// A session with an encrypted channel to a server whose key is trusted.
    fn handshake(&self, target: &Target, cx: &Cx) -> Result<Session, TransportError> {
        let port = target.port.unwrap_or(PORT);
        let known = self.host_keys.known(&target.peer(PORT))?;
        let connection = self.dial.connect(target, PORT, self.limits.connect, cx)?;
        let cx = cx.within(self.limits.handshake, "handshake");
        let session = Session::new(&connection, target.peer(PORT))?;
        let key_types = known.key_types(&target.host, port);
        algorithms::prefer(&session.ssh, self.legacy, &key_types).map_err(|source| {
            let what = "this build has no usable algorithm";
            TransportError::new(ErrorKind::Configuration, Phase::Handshake, &session.peer, what)
                .source(source)
        })?;
        session.handshake(&cx)?;
        let key = session.ssh.host_key().map(|(key, _)| key.to_vec()).ok_or_else(|| {
            let what = "the server showed no host key";
            TransportError::new(ErrorKind::Protocol, Phase::HostKey, &session.peer, what)
        })?;
        let server = Server { host: &target.host, port, peer: &session.peer };
        self.host_keys.verify(&server, &key, &cx)?;
        Ok(session)
    }
}

impl SshConnector {
    /// A session that is logged in, with no channel yet.
    pub(super) fn log_in(&self, target: &Target, cx: &Cx) -> Result<Session, TransportError> {
        let session = self.handshake(target, cx)?;
        let limit = self.limits.authentication;
        auth::authenticate(&session, &target.credentials, &cx.within(limit, "authentication"))?;
        Ok(session)
    }
}

impl Default for SshConnector {
    fn default() -> Self {
        Self::new()
    }
}

impl Connector for SshConnector {
    fn connect(&self, target: &Target, cx: &Cx) -> Result<Box<dyn Transport>, TransportError> {
        let session = self.log_in(target, cx)?;
        let limit = self.limits.authentication;
        Ok(Box::new(SshTransport::open(session, &self.terminal, &cx.within(limit, "authentication"))?))
    }
}
