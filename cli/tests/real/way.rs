//! Sessions with real devices, without the binary.

use super::frr::{ENABLE, PASSWORD};
use super::openssh::Sshd;
use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::platform::Platform;
use linecrew_core::session::{Check, SelfTest, Session, SessionBuilder, SessionError};
use linecrew_core::transport::{Connector, Credentials, HostKeyCheck, Target};
use linecrew_testkit::RecordingConnector;
use linecrew_transports::ssh::SshConnector;
use linecrew_transports::telnet::TelnetConnector;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The way to a device.
pub(crate) struct Way {
    connector: Arc<dyn Connector>,
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
        Self { connector: Arc::new(connector), target: target(port, credentials) }
    }

    /// To what a server's forced command is, over SSH.
    pub(crate) fn ssh(sshd: &Sshd) -> Self {
        let credentials = Credentials::user("root").private_key(sshd.user_key());
        let connector = SshConnector::new().host_key_check(HostKeyCheck::Off);
        Self { connector: Arc::new(connector), target: target(sshd.port, credentials) }
    }

    /// Opens a session with FRRouting.
    pub(crate) fn open(&self) -> Session {
        self.open_with(&Session::builder(Platform::builtin("frr").unwrap())).unwrap()
    }

    /// Writes each session down in a folder, as `NAME.txt`.
    pub(crate) fn recorded(self, name: &str, folder: &Path) -> Self {
        let connector = RecordingConnector::new(self.connector, folder);
        Self { connector: Arc::new(connector), target: self.target.name(name) }
    }

    /// Walks through all operations.
    pub(crate) fn self_test(&self, platform: &str) -> Vec<Check> {
        let test = SelfTest::new(Session::builder(Platform::builtin(platform).unwrap())).allow_write();
        test.run(&*self.connector, &self.target, &cx())
    }

    pub(crate) fn open_with(&self, builder: &SessionBuilder) -> Result<Session, SessionError> {
        builder.open(&*self.connector, &self.target, &cx())
    }
}

fn cx() -> Cx {
    Cx::new(Deadline::after(Duration::from_mins(2), "test"), CancelToken::new())
}

fn target(port: u16, credentials: Credentials) -> Target {
    Target::new("127.0.0.1").name("R1").port(port).credentials(credentials)
}
