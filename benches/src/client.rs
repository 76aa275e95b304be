//! Sessions with the simulated devices.

use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::platform::Platform;
use linecrew_core::session::{Session, SessionError};
use linecrew_core::transport::{Connector, Credentials, HostKeyCheck, Target};
use linecrew_transports::ssh::SshConnector;
use linecrew_transports::telnet::TelnetConnector;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// A transport, as a user has it before his first session.
pub struct Client {
    connector: Box<dyn Connector>,
    platform: Arc<Platform>,
}

impl Client {
    /// SSH with a password, and no check of host keys.
    pub fn ssh() -> Self {
        Self::new(Self::connector())
    }

    /// The same for sessions that are held, each by a thread of its own.
    pub fn ssh_to_hold() -> Self {
        Self::new(Self::connector().login_thread(true))
    }

    fn connector() -> SshConnector {
        // Thousands wait for two processors here, so that the usual limits are too short.
        let far = Duration::from_mins(5);
        SshConnector::new()
            .host_key_check(HostKeyCheck::Off)
            .connect_limit(far)
            .handshake_limit(far)
            .authentication_limit(far)
    }

    /// Telnet.
    pub fn telnet() -> Self {
        Self::new(TelnetConnector::new().connect_limit(Duration::from_mins(5)))
    }

    fn new(connector: impl Connector + 'static) -> Self {
        let platform = Platform::builtin("cisco_iosxe").expect("built in");
        Self { connector: Box::new(connector), platform }
    }

    /// Logs in: privileged mode, no paging.
    pub fn log_in(&self, device: SocketAddr) -> Result<Session, SessionError> {
        let credentials = Credentials::user("admin").password("admin").enable("enable");
        let target = Target::new(device.ip().to_string()).port(device.port()).credentials(credentials);
        Session::builder(Arc::clone(&self.platform)).open(&*self.connector, &target, &cx())
    }

    /// Logs in, asks for the version and leaves.
    pub fn visit(&self, device: SocketAddr) -> Result<(), SessionError> {
        let mut session = self.log_in(device)?;
        show_version(&mut session)?;
        session.close();
        Ok(())
    }
}

/// Asks a device for its version, which must be there.
pub fn show_version(session: &mut Session) -> Result<(), SessionError> {
    let reply = session.send_command("show version")?;
    assert!(reply.ok() && reply.text.contains("Version"), "{reply:?}");
    Ok(())
}

/// An operation that may take ten minutes.
pub fn cx() -> Cx {
    Cx::new(Deadline::after(Duration::from_mins(10), "bench"), CancelToken::new())
}
