//! The settings that have an effect here.

use super::error::ConfigError;
use super::value::{Jump, flag, host_key_check, jumps, port, time};
use crate::ssh::algorithm_list::AlgorithmList;
use linecrew_core::transport::HostKeyCheck;
use std::time::Duration;

#[derive(Clone, Debug)]
pub(super) enum Setting {
    HostName(String),
    Port(u16),
    User(String),
    IdentityFile(String),
    IdentitiesOnly(bool),
    IdentityAgent(String),
    ProxyJump(Vec<Jump>),
    /// A command that connects, or `none`.
    ProxyCommand(String),
    UserKnownHostsFile(Vec<String>),
    GlobalKnownHostsFile(Vec<String>),
    StrictHostKeyChecking(HostKeyCheck),
    HostKeyAlias(String),
    HashKnownHosts(bool),
    KexAlgorithms(AlgorithmList),
    HostKeyAlgorithms(AlgorithmList),
    Ciphers(AlgorithmList),
    Macs(AlgorithmList),
    ConnectTimeout(Option<Duration>),
    ServerAliveInterval(Option<Duration>),
    BindAddress(String),
    BindInterface(String),
    /// Something that would change the way to the host, or whom to trust, and is not served; the value with which it
    /// would not is harmless.
    Unserved {
        keyword: &'static str,
        harmless: bool,
    },
}

impl Setting {
    /// The setting of a keyword in small letters; none if it has no effect here. `rest` is the text after it, `words`
    /// are its arguments.
    pub(super) fn parse(
        keyword: &str,
        rest: &str,
        words: impl Fn() -> Result<Vec<String>, ConfigError>,
    ) -> Result<Option<Self>, ConfigError> {
        let fault = |what: &str| ConfigError::new(format!("{keyword}: {what}"));
        let told = |error: ConfigError| fault(&error.to_string());
        let word = || one(words()?).ok_or_else(|| fault("expected one argument"));
        let unserved = |keyword, harmless: &[&str]| -> Result<Self, ConfigError> {
            let word = words()?.swap_remove(0).to_ascii_lowercase();
            Ok(Self::Unserved { keyword, harmless: harmless.contains(&&*word) })
        };
        let list = || AlgorithmList::parse(&word()?).ok_or_else(|| fault("an empty name in the list"));
        Ok(Some(match keyword {
            "hostname" => Self::HostName(word()?),
            "port" => Self::Port(port(&word()?).map_err(told)?),
            "user" => Self::User(word()?),
            "identityfile" => Self::IdentityFile(word()?),
            "identitiesonly" => Self::IdentitiesOnly(flag(&word()?).map_err(told)?),
            "identityagent" => Self::IdentityAgent(word()?),
            "proxyjump" => Self::ProxyJump(jumps(&word()?).map_err(told)?),
            // Not words: the whole line is the command.
            "proxycommand" if rest.is_empty() => return Err(fault("no argument")),
            "proxycommand" => Self::ProxyCommand(rest.to_owned()),
            "userknownhostsfile" => Self::UserKnownHostsFile(files(words()?).map_err(told)?),
            "globalknownhostsfile" => Self::GlobalKnownHostsFile(files(words()?).map_err(told)?),
            "stricthostkeychecking" => Self::StrictHostKeyChecking(host_key_check(&word()?).map_err(told)?),
            "hostkeyalias" => Self::HostKeyAlias(word()?),
            "hashknownhosts" => Self::HashKnownHosts(flag(&word()?).map_err(told)?),
            "kexalgorithms" => Self::KexAlgorithms(list()?),
            "hostkeyalgorithms" => Self::HostKeyAlgorithms(list()?),
            "ciphers" => Self::Ciphers(list()?),
            "macs" => Self::Macs(list()?),
            "connecttimeout" => Self::ConnectTimeout(time(&word()?).map_err(told)?),
            "serveraliveinterval" => Self::ServerAliveInterval(time(&word()?).map_err(told)?),
            "bindaddress" => Self::BindAddress(word()?),
            "bindinterface" => Self::BindInterface(word()?),
            "addressfamily" => unserved("AddressFamily", &["any"])?,
            "canonicalizehostname" => unserved("CanonicalizeHostname", &["no", "false"])?,
            "revokedhostkeys" => unserved("RevokedHostKeys", &["none"])?,
            _ => return Ok(None),
        }))
    }
}

fn one(words: Vec<String>) -> Option<String> {
    let [word] = <[String; 1]>::try_from(words).ok()?;
    (!word.is_empty()).then_some(word)
}

/// Names of files; none of them for `none`.
fn files(words: Vec<String>) -> Result<Vec<String>, ConfigError> {
    let none = words.iter().any(|word| word.eq_ignore_ascii_case("none"));
    if words.iter().any(String::is_empty) || none && words.len() > 1 {
        return Err(ConfigError::new("expected file names, or none alone"));
    }
    Ok(if none { Vec::new() } else { words })
}
