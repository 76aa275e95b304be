//! Sessions with real devices, without the binary.

use super::frr::{ENABLE, PASSWORD};
use super::openssh::Sshd;
use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::platform::Platform;
use linecrew_core::session::{Session, SessionBuilder, SessionError};
use linecrew_core::transport::{Connector, Credentials, HostKeyCheck, Target};
use linecrew_transports::ssh::SshConnector;
use linecrew_transports::telnet::TelnetConnector;
use std::time::Duration;

/// The way to a device.
pub(crate) struct Way {
    connector: Box<dyn Connector>,
    target: Target,
}

impl Way {
    /// To a daemon's VTY over telnet.
    pub(crate) fn telnet(port: u16) -> Self {
        Self::telnet_with(TelnetConnector::new(), port)
    }

    /// The same with a window told, so that the daemon pages.
    pub(crate) fn telnet_with(connector: TelnetConnector, port: u16) -> Self {
        let credentials = Credentials::default().password(PASSWORD).enable(ENABLE);
        Self { connector: Box::new(connector), target: target(port, credentials) }
    }

    /// To what a server's forced command is, over SSH.
    pub(crate) fn ssh(sshd: &Sshd) -> Self {
        let credentials = Credentials::user("root").private_key(sshd.user_key());
        let connector = SshConnector::new().host_key_check(HostKeyCheck::Off);
        Self { connector: Box::new(connector), target: target(sshd.port, credentials) }
    }

    /// Opens a session with FRRouting.
    pub(crate) fn open(&self) -> Session {
        self.open_with(&Session::builder(Platform::builtin("frr").unwrap())).unwrap()
    }

    pub(crate) fn open_with(&self, builder: &SessionBuilder) -> Result<Session, SessionError> {
        let cx = Cx::new(Deadline::after(Duration::from_mins(2), "test"), CancelToken::new());
        builder.open(&*self.connector, &self.target, &cx)
    }
}

fn target(port: u16, credentials: Credentials) -> Target {
    Target::new("127.0.0.1").name("R1").port(port).credentials(credentials)
}
