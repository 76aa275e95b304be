//! A simulated device's SSH server.

use crate::console::{Console, Entry};
use crate::device::{Device, SshAlgorithms};
use crate::host_key::host_key;
use crate::node::{Node, SessionCount};
use crate::wire::Wire;
use russh::keys::{Algorithm, PublicKey, ssh_key};
use russh::server::{
    Auth, ChannelOpenHandle, Config, Handler, Msg, PublicKeyOffer, Session, VerifiedPublicKey,
};
use russh::{
    Channel, ChannelId, ChannelOpenFailure, MethodKind, MethodSet, Preferred, Pty, SshId, cipher,
    compression, kex, mac,
};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;

/// What all connections to one device share.
pub(crate) struct Server {
    node: Arc<Node>,
    config: Arc<Config>,
    authorized_keys: Vec<PublicKey>,
    host_key: String,
}

impl Server {
    /// Fails where a key cannot be read or made.
    pub(crate) fn new(node: Arc<Node>) -> Result<Self, ssh_key::Error> {
        let device = node.device();
        let key = host_key(device)?;
        // The comment is left out, as in known_hosts.
        let host_key = PublicKey::from(key.public_key().key_data().clone()).to_openssh()?;
        let authorized_keys = device
            .authorized_keys
            .iter()
            .map(|key| PublicKey::from_openssh(key))
            .collect::<Result<_, _>>()?;
        Ok(Self { config: Arc::new(config(device, key)), authorized_keys, host_key, node })
    }

    /// The public host key, `ssh-ed25519 AAAA...`.
    pub(crate) fn host_key(&self) -> &str {
        &self.host_key
    }

    /// Serves one client until either side hangs up. A client that is gone, or breaks the protocol, is no error
    /// here: nobody is left to tell.
    pub(crate) async fn serve(self: Arc<Self>, socket: TcpStream) {
        let count = self.node.open_session();
        let wire = Wire::new(socket, &self.node);
        // The connection is an input like any other: its answer, the banner, comes one latency later.
        tokio::time::sleep(self.node.device().latency).await;
        let client = Client { server: Arc::clone(&self), consoles: HashMap::new(), _count: count };
        if let Ok(running) = russh::server::run_stream(Arc::clone(&self.config), wire, client).await {
            let _ = running.await;
        }
    }
}

fn config(device: &Device, key: russh::keys::PrivateKey) -> Config {
    let mut methods = MethodSet::from(&[MethodKind::Password][..]);
    if !device.authorized_keys.is_empty() {
        methods.push(MethodKind::PublicKey);
    }
    Config {
        server_id: SshId::Standard(Cow::Borrowed("SSH-2.0-linecrew-device")),
        methods,
        // A simulated device has no secret that the time of a refusal could tell.
        auth_rejection_time: Duration::ZERO,
        auth_rejection_time_initial: Some(Duration::ZERO),
        keys: vec![key],
        preferred: preferred(device.ssh_algorithms),
        max_auth_attempts: 6,
        inactivity_timeout: None,
        nodelay: true,
        ..Config::default()
    }
}

fn preferred(algorithms: SshAlgorithms) -> Preferred {
    match algorithms {
        SshAlgorithms::Modern => Preferred::default(),
        SshAlgorithms::Legacy => Preferred {
            kex: Cow::Borrowed(&[kex::DH_G14_SHA1, kex::DH_G1_SHA1]),
            key: Cow::Owned(vec![Algorithm::Rsa { hash: None }]),
            cipher: Cow::Borrowed(&[cipher::AES_128_CBC, cipher::AES_256_CBC]),
            mac: Cow::Borrowed(&[mac::HMAC_SHA1]),
            compression: Cow::Borrowed(&[compression::NONE]),
            ..Preferred::default()
        },
    }
}

/// One connection: its command lines, one for each channel with a shell.
struct Client {
    server: Arc<Server>,
    consoles: HashMap<ChannelId, Console>,
    _count: SessionCount,
}

impl Client {
    fn console(&self) -> Console {
        Console::new(&self.server.node, Entry::Authenticated)
    }

    /// A refused client may try the same method again, as with real servers; russh's own refusal takes it away.
    fn verdict(&self, admitted: bool) -> Auth {
        if admitted {
            return Auth::Accept;
        }
        let methods = self.server.config.methods.clone();
        Auth::Reject { proceed_with_methods: Some(methods), partial_success: false }
    }

    fn is_authorized(&self, key: &PublicKey) -> bool {
        self.server.authorized_keys.iter().any(|known| known.key_data() == key.key_data())
    }
}

impl Handler for Client {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        Ok(self.verdict(self.server.node.admits(Some(user), password)))
    }

    async fn auth_publickey_offered(
        &mut self,
        _user: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, Self::Error> {
        Ok(self.verdict(self.is_authorized(offer.public_key)))
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        let node = &self.server.node;
        let right = user == node.device().username && self.is_authorized(key.public_key);
        Ok(self.verdict(node.admits_proof(right)))
    }

    async fn channel_open_session(
        &mut self,
        _channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        reply.accept().await;
        Ok(())
    }

    async fn channel_open_direct_tcpip(
        &mut self,
        channel: Channel<Msg>,
        host: &str,
        port: u32,
        _originator: &str,
        _originator_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        let port = u16::try_from(port).ok().filter(|_| self.server.node.device().forwards);
        match port {
            Some(port) => drop(tokio::spawn(forward(channel, (host.to_owned(), port), reply))),
            None => reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await,
        }
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
        // Neither IOS nor vtysh pages by the window of an SSH client.
        session.channel_success(channel)
    }

    async fn window_change_request(
        &mut self,
        channel: ChannelId,
        _columns: u32,
        _rows: u32,
        _width: u32,
        _height: u32,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_success(channel)
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        let mut console = self.console();
        session.channel_success(channel)?;
        session.data(channel, console.greet())?;
        self.consoles.insert(channel, console);
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let said = self.console().exec(&String::from_utf8_lossy(command));
        session.channel_success(channel)?;
        session.data(channel, said)?;
        hang_up(channel, session)
    }

    async fn data(
        &mut self,
        channel: ChannelId,
        typed: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let Some(console) = self.consoles.get_mut(&channel) else { return Ok(()) };
        let said = console.input(typed);
        let closed = console.is_closed();
        if !said.is_empty() {
            session.data(channel, said)?;
        }
        if closed {
            self.consoles.remove(&channel);
            hang_up(channel, session)?;
        }
        Ok(())
    }

    async fn channel_close(&mut self, channel: ChannelId, _session: &mut Session) -> Result<(), Self::Error> {
        self.consoles.remove(&channel);
        Ok(())
    }
}

/// Connects a client's channel to another host until either side hangs up.
async fn forward(channel: Channel<Msg>, to: (String, u16), reply: ChannelOpenHandle) {
    let Ok(mut socket) = TcpStream::connect(to).await else {
        return reply.reject(ChannelOpenFailure::ConnectFailed).await;
    };
    reply.accept().await;
    // Whichever side failed is gone.
    let _ = tokio::io::copy_bidirectional(&mut channel.into_stream(), &mut socket).await;
}

fn hang_up(channel: ChannelId, session: &mut Session) -> Result<(), russh::Error> {
    session.exit_status_request(channel, 0)?;
    session.eof(channel)?;
    session.close(channel)
}
