//! A simulated device's SSH server.

mod client;
mod offer;

use crate::device::Device;
use crate::host_key::{changed_host_key, host_key};
use crate::meter::Seat;
use crate::node::Node;
use crate::wire::Wire;
use client::Client;
use russh::SshId;
use russh::keys::{PublicKey, ssh_key};
use russh::server::Config;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
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
        let told = host_key(device)?;
        // The comment is left out, as in known_hosts.
        let host_key = PublicKey::from(told.public_key().key_data().clone()).to_openssh()?;
        let key = changed_host_key(device).transpose()?.unwrap_or(told);
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
    pub(crate) async fn serve(self: Arc<Self>, socket: TcpStream, seat: Seat) {
        let count = self.node.open_session();
        let mut wire = Wire::new(socket, &self.node, seat);
        if let Some(words) = self.node.turns_away() {
            // A client that is gone needs no words.
            let _ = wire.write_all(words).await;
            let _ = wire.shutdown().await;
            return;
        }
        // The connection is an input like any other: its answer, the banner, comes one latency later.
        tokio::time::sleep(self.node.device().latency).await;
        let client = Client::new(Arc::clone(&self), count, Arc::downgrade(wire.seat()));
        if let Ok(running) = russh::server::run_stream(Arc::clone(&self.config), wire, client).await {
            let _ = running.await;
        }
    }
}

fn config(device: &Device, key: russh::keys::PrivateKey) -> Config {
    Config {
        server_id: SshId::Standard(Cow::Borrowed("SSH-2.0-linecrew-device")),
        methods: offer::methods(device, 0),
        // A simulated device has no secret that the time of a refusal could tell.
        auth_rejection_time: Duration::ZERO,
        auth_rejection_time_initial: Some(Duration::ZERO),
        keys: vec![key],
        preferred: offer::preferred(device.ssh_algorithms),
        max_auth_attempts: 6,
        inactivity_timeout: None,
        nodelay: true,
        ..Config::default()
    }
}
