//! SSH, to a server that lets everybody in.

use linecrew_core::cx::Cx;
use linecrew_core::transport::{Connector, HostKeyCheck, Target, Transport, TransportError};
use linecrew_testkit::contract::{FarEnd, Fixture, Near};
use linecrew_testkit::contract_tests;
use linecrew_transports::ssh::SshConnector;
use russh::keys::{Algorithm, PrivateKey};
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Session};
use russh::{Channel, ChannelId, ChannelStream, Pty};
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::{Handle, Runtime};

/// What runs at the far end.
enum Ssh {
    Shell,
    Subsystem,
}

impl Fixture for Ssh {
    fn near(&self, far_end: FarEnd) -> Near {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let near = self.near_to(&listener);
        listener.set_nonblocking(true).unwrap();
        RUNTIME.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let (socket, _) = listener.accept().await.unwrap();
            let server = Server { far_end: Some(far_end), channel: None };
            // Fails where the client is gone first, as it may be.
            if let Ok(running) = russh::server::run_stream(Arc::clone(&CONFIG), socket, server).await {
                let _ = running.await;
            }
        });
        near
    }

    /// A server that never sends its banner.
    fn stuck(&self) -> Option<Near> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Some(self.near_to(&listener).keeping(listener))
    }
}

impl Ssh {
    fn near_to(&self, listener: &TcpListener) -> Near {
        let target = Target::new("127.0.0.1").name("r1").port(listener.local_addr().unwrap().port());
        let connector = SshConnector::new().host_key_check(HostKeyCheck::Off);
        match self {
            Self::Shell => Near::new(connector, target),
            Self::Subsystem => Near::new(Netconf(connector), target),
        }
    }
}

/// Opens a subsystem in place of a shell.
struct Netconf(SshConnector);

impl Connector for Netconf {
    fn connect(&self, target: &Target, cx: &Cx) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(self.0.open(target, cx)?.into_subsystem("netconf", cx)?))
    }
}

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

static CONFIG: LazyLock<Arc<Config>> = LazyLock::new(|| {
    let key = PrivateKey::random(&mut russh::keys::key::safe_rng(), Algorithm::Ed25519).unwrap();
    Arc::new(Config {
        auth_rejection_time: Duration::ZERO,
        keys: vec![key],
        inactivity_timeout: None,
        nodelay: true,
        ..Config::default()
    })
});

struct Server {
    far_end: Option<FarEnd>,
    channel: Option<Channel<Msg>>,
}

impl Handler for Server {
    type Error = russh::Error;

    async fn auth_password(&mut self, _user: &str, _password: &str) -> Result<Auth, Self::Error> {
        Ok(Auth::Accept)
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.channel = Some(channel);
        reply.accept().await;
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _term: &str,
        _columns: u32,
        _rows: u32,
        _width: u32,
        _height: u32,
        _modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_success(channel)
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        self.start(channel, session)
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        assert_eq!(name, "netconf");
        self.start(channel, session)
    }
}

impl Server {
    /// Lets the far end play its part in the channel.
    fn start(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), russh::Error> {
        session.channel_success(channel)?;
        let (Some(channel), Some(far_end)) = (self.channel.take(), self.far_end.take()) else {
            return Ok(());
        };
        let runtime = Handle::current();
        // The far end blocks, and one that takes nothing holds its client back through the channel's bounded queue.
        std::thread::spawn(move || {
            // The stream, when it is dropped, has the runtime close its channel.
            let _runtime = runtime.enter();
            let stream = Blocking { stream: channel.into_stream(), runtime: runtime.clone() };
            let _ = far_end.play(stream);
        });
        Ok(())
    }
}

/// A channel for a caller who blocks.
struct Blocking {
    stream: ChannelStream<Msg>,
    runtime: Handle,
}

impl Read for Blocking {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.runtime.block_on(self.stream.read(buf))
    }
}

impl Write for Blocking {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.runtime.block_on(self.stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.runtime.block_on(self.stream.flush())
    }
}

mod shell {
    use super::*;
    contract_tests!(Ssh::Shell);
}

mod subsystem {
    use super::*;
    contract_tests!(Ssh::Subsystem);
}
