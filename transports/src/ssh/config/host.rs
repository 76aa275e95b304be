//! What the configuration says of one host.

use super::error::ConfigError;
use super::expand::{Tokens, host_name, variable};
use super::local::Local;
use super::setting::Setting;
use super::value::Jump;
use crate::ssh::PORT;
use crate::ssh::algorithm_list::AlgorithmLists;
use crate::ssh::known_hosts::Place;
use linecrew_core::transport::HostKeyCheck;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// What the configuration says of one host. What it leaves open is none, or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HostConfig {
    /// What to connect to: `HostName`, or the name as given; in small letters.
    pub hostname: String,
    /// `Port`.
    pub port: Option<u16>,
    /// `User`.
    pub user: Option<String>,
    /// `IdentityFile`: private keys, in their order.
    pub identity_files: Vec<PathBuf>,
    /// `IdentitiesOnly`: no other key than these, whatever an agent has.
    pub identities_only: bool,
    /// `IdentityAgent`; the usual one if none.
    pub identity_agent: Option<IdentityAgent>,
    /// `ProxyJump`: the hosts on the way, the one dialled first first.
    pub proxy_jump: Vec<Jump>,
    /// `UserKnownHostsFile`; no file for `none`.
    pub user_known_hosts: Option<Vec<PathBuf>>,
    /// `GlobalKnownHostsFile`; no file for `none`.
    pub global_known_hosts: Option<Vec<PathBuf>>,
    /// `StrictHostKeyChecking`: `yes` and `ask` are strict, since nobody is asked here; `accept-new` and `no` accept
    /// what is new and refuse what has changed.
    pub host_key_check: Option<HostKeyCheck>,
    /// `HostKeyAlias`: what `known_hosts` calls the host, without a port.
    pub host_key_alias: Option<String>,
    /// `HashKnownHosts`.
    pub hash_known_hosts: Option<bool>,
    /// `KexAlgorithms`, `HostKeyAlgorithms`, `Ciphers`, `MACs`.
    pub algorithms: AlgorithmLists,
    /// `ConnectTimeout`; none for 0.
    pub connect_timeout: Option<Duration>,
    /// `ServerAliveInterval`; none for 0.
    pub server_alive_interval: Option<Duration>,
    /// `BindAddress`.
    pub bind_address: Option<String>,
    /// `BindInterface`.
    pub bind_interface: Option<String>,
    /// What applies to the host and has no effect here.
    pub ignored: Vec<Ignored>,
}

/// Where an agent that holds keys listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentityAgent {
    /// No agent is asked.
    None,
    /// At this socket.
    Socket(PathBuf),
}

/// A line that has no effect here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// Where it stands.
    pub place: Place,
    /// Its keyword.
    pub keyword: String,
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} has no effect here", self.place, self.keyword)
    }
}

/// The settings that apply, before tokens are expanded. The first one of a kind counts.
#[derive(Default)]
pub(super) struct Options {
    pub(super) hostname: Option<At<String>>,
    host_is_fixed: bool,
    pub(super) user: Option<At<String>>,
    pub(super) ignored: Vec<Ignored>,
    port: Option<u16>,
    identity_files: Vec<At<String>>,
    identities_only: Option<bool>,
    identity_agent: Option<At<String>>,
    way: Option<At<Way>>,
    user_known_hosts: Option<At<Vec<String>>>,
    global_known_hosts: Option<At<Vec<String>>>,
    host_key_check: Option<HostKeyCheck>,
    host_key_alias: Option<String>,
    hash_known_hosts: Option<bool>,
    algorithms: AlgorithmLists,
    connect_timeout: Option<Duration>,
    server_alive_interval: Option<Duration>,
    bind_address: Option<String>,
    bind_interface: Option<String>,
    unserved: Vec<At<(&'static str, bool)>>,
}

type At<T> = (T, Place);

/// `ProxyJump` or `ProxyCommand`, whichever comes first.
enum Way {
    Jumps(Vec<Jump>),
    Command(String),
}

impl Options {
    pub(super) fn set(&mut self, setting: Setting, place: &Place) {
        match setting {
            Setting::HostName(_) if self.host_is_fixed => {}
            Setting::HostName(name) => first(&mut self.hostname, (name, place.clone())),
            Setting::Port(port) => first(&mut self.port, port),
            Setting::User(user) => first(&mut self.user, (user, place.clone())),
            Setting::IdentityFile(file) => self.identity_files.push((file, place.clone())),
            Setting::IdentitiesOnly(only) => first(&mut self.identities_only, only),
            Setting::IdentityAgent(agent) => first(&mut self.identity_agent, (agent, place.clone())),
            Setting::ProxyJump(jumps) => first(&mut self.way, (Way::Jumps(jumps), place.clone())),
            Setting::ProxyCommand(command) => first(&mut self.way, (Way::Command(command), place.clone())),
            Setting::UserKnownHostsFile(files) => first(&mut self.user_known_hosts, (files, place.clone())),
            Setting::GlobalKnownHostsFile(files) => {
                first(&mut self.global_known_hosts, (files, place.clone()));
            }
            Setting::StrictHostKeyChecking(check) => first(&mut self.host_key_check, check),
            Setting::HostKeyAlias(alias) => first(&mut self.host_key_alias, alias.to_ascii_lowercase()),
            Setting::HashKnownHosts(hash) => first(&mut self.hash_known_hosts, hash),
            Setting::KexAlgorithms(list) => first(&mut self.algorithms.kex, list),
            Setting::HostKeyAlgorithms(list) => first(&mut self.algorithms.host_key, list),
            Setting::Ciphers(list) => first(&mut self.algorithms.ciphers, list),
            Setting::Macs(list) => first(&mut self.algorithms.macs, list),
            // `none` says nothing, so that a later line counts.
            Setting::ConnectTimeout(wait) => self.connect_timeout = self.connect_timeout.or(wait),
            Setting::ServerAliveInterval(wait) => {
                self.server_alive_interval = self.server_alive_interval.or(wait);
            }
            Setting::BindAddress(address) => first(&mut self.bind_address, address),
            Setting::BindInterface(interface) => first(&mut self.bind_interface, interface),
            Setting::Unserved { keyword, harmless } => {
                self.unserved.push(((keyword, harmless), place.clone()));
            }
        }
    }

    /// The name to connect to, where the host was given as `given`.
    pub(super) fn host(&self, given: &str, local: &Local) -> Result<String, ConfigError> {
        match &self.hostname {
            None => Ok(given.to_owned()),
            Some((name, place)) => host_name(name, given, local).map_err(|error| error.at(place)),
        }
    }

    /// Ends the search for the name to connect to, and returns it.
    pub(super) fn fix_host(&mut self, given: &str, local: &Local) -> Result<String, ConfigError> {
        let host = self.host(given, local)?;
        if let Some((name, _)) = &mut self.hostname {
            *name = host.replace('%', "%%");
        }
        self.host_is_fixed = true;
        Ok(small(host))
    }

    /// Everything expanded; an error where the way to the host needs what is not served.
    pub(super) fn resolve(
        self,
        given: &str,
        user: Option<&str>,
        port: Option<u16>,
        local: &Local,
    ) -> Result<HostConfig, ConfigError> {
        self.check_served()?;
        let hostname = small(self.host(given, local)?);
        let tokens = Tokens {
            host: &hostname,
            original: given,
            port: port.or(self.port).unwrap_or(PORT),
            user: user.or(self.user.as_ref().map(|(user, _)| &**user)).or(local.name.as_deref()),
            key_alias: self.host_key_alias.as_deref().unwrap_or(given),
            local,
        };
        Ok(HostConfig {
            port: self.port,
            identity_files: identity_files(&self.identity_files, &tokens)?,
            identities_only: self.identities_only.unwrap_or_default(),
            identity_agent: identity_agent(self.identity_agent.as_ref(), &tokens)?,
            proxy_jump: self.way.as_ref().map_or(Ok(Vec::new()), |(way, place)| way.jumps(place, &tokens))?,
            user_known_hosts: paths(self.user_known_hosts.as_ref(), &tokens)?,
            global_known_hosts: self
                .global_known_hosts
                .map(|(files, _)| files.into_iter().map(PathBuf::from).collect()),
            host_key_check: self.host_key_check,
            host_key_alias: self.host_key_alias.clone(),
            hash_known_hosts: self.hash_known_hosts,
            algorithms: self.algorithms,
            connect_timeout: self.connect_timeout.filter(|wait| !wait.is_zero()),
            server_alive_interval: self.server_alive_interval.filter(|wait| !wait.is_zero()),
            bind_address: self.bind_address,
            bind_interface: self.bind_interface,
            ignored: self.ignored,
            user: self.user.as_ref().map(|(user, _)| user.clone()),
            hostname,
        })
    }

    fn check_served(&self) -> Result<(), ConfigError> {
        for (at, ((keyword, harmless), place)) in self.unserved.iter().enumerate() {
            let first = !self.unserved[..at].iter().any(|((earlier, _), _)| earlier == keyword);
            if first && !harmless {
                return Err(ConfigError::new(format!("{keyword} is not supported")).at(place));
            }
        }
        Ok(())
    }
}

impl Way {
    fn jumps(&self, place: &Place, tokens: &Tokens<'_>) -> Result<Vec<Jump>, ConfigError> {
        let jumps = match self {
            Self::Jumps(jumps) => jumps,
            Self::Command(command) if command.eq_ignore_ascii_case("none") => return Ok(Vec::new()),
            Self::Command(_) => {
                let what = "ProxyCommand is not supported; say the way as ProxyJump";
                return Err(ConfigError::new(what).at(place));
            }
        };
        let expanded = |jump: &Jump| {
            let user = jump.user.as_deref().map(|user| tokens.jump(user)).transpose()?;
            Ok(Jump { user, host: tokens.jump(&jump.host)?, port: jump.port })
        };
        jumps.iter().map(expanded).collect::<Result<_, ConfigError>>().map_err(|error| error.at(place))
    }
}

fn first<T>(option: &mut Option<T>, value: T) {
    option.get_or_insert(value);
}

/// Names of hosts in small letters, as OpenSSH looks them up; addresses as they are.
fn small(name: String) -> String {
    if name.parse::<IpAddr>().is_ok() { name } else { name.to_ascii_lowercase() }
}

/// Each file once; `none` is no file.
fn identity_files(files: &[At<String>], tokens: &Tokens<'_>) -> Result<Vec<PathBuf>, ConfigError> {
    let mut paths = Vec::new();
    for (file, place) in files.iter().filter(|(file, _)| !file.eq_ignore_ascii_case("none")) {
        let path = tokens.path(file).map_err(|error| error.at(place))?;
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    Ok(paths)
}

fn identity_agent(
    agent: Option<&At<String>>,
    tokens: &Tokens<'_>,
) -> Result<Option<IdentityAgent>, ConfigError> {
    let Some((agent, place)) = agent else { return Ok(None) };
    let socket = match (&**agent, agent.strip_prefix('$')) {
        ("none", _) => return Ok(Some(IdentityAgent::None)),
        ("SSH_AUTH_SOCK", _) => return Ok(None),
        (_, Some(name)) if !name.starts_with('{') => variable(name, tokens.local).map(PathBuf::from),
        (path, _) => tokens.path(path),
    };
    socket.map(|socket| Some(IdentityAgent::Socket(socket))).map_err(|error| error.at(place))
}

fn paths(files: Option<&At<Vec<String>>>, tokens: &Tokens<'_>) -> Result<Option<Vec<PathBuf>>, ConfigError> {
    let Some((files, place)) = files else { return Ok(None) };
    let paths = files.iter().map(|file| tokens.path(file)).collect::<Result<_, _>>();
    paths.map(Some).map_err(|error| error.at(place))
}
