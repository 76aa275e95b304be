//! What the target says, what `ssh_config(5)` says, and the defaults, put together for one connection.

use super::algorithms::settle;
use super::config::{HostConfig, IdentityAgent, Jump as Hop};
use super::host_key::{Server, Trust};
use super::{AlgorithmList, PORT};
use linecrew_core::transport::{HostKeyCheck, SshOptions, Target};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The target as it is really connected to.
pub(super) struct Configured {
    pub(super) target: Target,
    pub(super) options: SshOptions,
    pub(super) trust: Trust,
    pub(super) connect_timeout: Option<Duration>,
    /// The interface whose address is the source, where nothing nearer says it.
    pub(super) bind_interface: Option<String>,
    /// The jump hosts on the way, the nearest to this machine first.
    pub(super) way: Vec<Hop>,
    /// Whether what is known of the host may change the order of the host key algorithms.
    pub(super) known_first: bool,
    key_alias: Option<String>,
}

impl Configured {
    /// `options` are the target's and the connector's together; `check` and `files` the connector's.
    pub(super) fn new(
        target: &Target,
        mut options: SshOptions,
        config: HostConfig,
        check: Option<HostKeyCheck>,
        files: Option<&[PathBuf]>,
    ) -> Result<Self, String> {
        let trust = trust(&config, check, files);
        let unordered = |list: &AlgorithmList| !list.is_ordered();
        let known_first = options.host_key_algorithms.is_none()
            && config.algorithms.host_key.as_ref().is_some_and(unordered);
        settle(&mut options, &config.algorithms)?;
        let mut target = target.clone();
        if target.source_address.is_none() {
            target.source_address = config.bind_address.as_deref().map(bind_address).transpose()?;
        }
        target.host = config.hostname;
        target.port = target.port.or(config.port);
        let credentials = &mut target.credentials;
        credentials.username = credentials.username.take().or(config.user);
        // A key that the inventory names is the one that is meant.
        if credentials.private_key.is_none()
            && credentials.private_key_text.is_none()
            && !config.identity_files.is_empty()
        {
            options.identity_files.get_or_insert(config.identity_files);
        }
        options.identities_only = options.identities_only.or(config.identities_only.then_some(true));
        options.identity_agent = options.identity_agent.or(config.identity_agent.map(|agent| match agent {
            IdentityAgent::None => "none".to_owned(),
            IdentityAgent::Socket(path) => path.display().to_string(),
        }));
        let alive = config.server_alive_interval.and_then(|wait| u32::try_from(wait.as_secs()).ok());
        options.server_alive_interval = options.server_alive_interval.or(alive);
        Ok(Self {
            target,
            options,
            trust,
            connect_timeout: config.connect_timeout,
            bind_interface: config.bind_interface,
            way: config.proxy_jump,
            known_first,
            key_alias: config.host_key_alias,
        })
    }

    /// The server, by the name that it is known by.
    pub(super) fn server<'a>(&'a self, peer: &'a str) -> Server<'a> {
        let (host, port) = self.known_as();
        Server { host, port, peer }
    }

    /// Host and port of the server as `known_hosts` knows them.
    pub(super) fn known_as(&self) -> (&str, u16) {
        match &self.key_alias {
            Some(alias) => (alias, PORT),
            None => (&self.target.host, self.target.port.unwrap_or(PORT)),
        }
    }
}

fn bind_address(text: &str) -> Result<IpAddr, String> {
    text.parse().map_err(|_| format!("BindAddress {}: expected an IP address", text.escape_debug()))
}

fn trust(config: &HostConfig, check: Option<HostKeyCheck>, files: Option<&[PathBuf]>) -> Trust {
    let check = check.or(config.host_key_check).unwrap_or_default();
    let mut trust = match files {
        Some(files) => Trust::new(check, files.to_vec()),
        None => Trust::usual(check),
    };
    trust.hashed = config.hash_known_hosts;
    if files.is_none() {
        let user = config.user_known_hosts.clone().unwrap_or_else(Trust::user_files);
        let global = config.global_known_hosts.clone().unwrap_or_else(Trust::global_files);
        trust.new_keys = user.first().cloned();
        trust.files = user.into_iter().chain(global).collect();
    }
    trust
}
