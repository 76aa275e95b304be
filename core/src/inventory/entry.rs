//! What defaults, a group or a host may say.

use super::credential::CredentialNames;
use super::jump::Jump;
use super::secret_source::SecretSource;
use super::ssh_config::SshConfigFile;
use super::timeouts::HostTimeouts;
use super::value::Value;
use crate::transport::{HostKeyCheck, SshOptions, TelnetOptions};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf, is_separator};

/// The settings of a host, of a group, or of `defaults`; what is not set is inherited.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Entry {
    /// Host name or address; a host's own name unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// The port; the transport's usual one unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The platform: the name of an embedded one, or the path of a definition file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The transport: `ssh` or `telnet`, or one that the embedding program knows. `ssh` unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
    /// Who logs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The name of an entry under `credentials`, or a list of names to try in their order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<CredentialNames>,
    /// A private key file for SSH.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_key: Option<PathBuf>,
    /// The file of known host keys; the user's own unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_hosts: Option<PathBuf>,
    /// What to do with a host key that is not known; `strict` unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_key_check: Option<HostKeyCheck>,
    /// The OpenSSH configuration (`ssh_config(5)`) that the host is looked up in by its `hostname`: a path, or `none`. What
    /// stands here counts more than what stands there. A host that is reached over telnet is not looked up in it, but its
    /// jump hosts are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh_config: Option<SshConfigFile>,
    /// How it is spoken to over SSH; each key is inherited by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh: Option<SshOptions>,
    /// How it is spoken to over telnet; each key is inherited by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telnet: Option<TelnetOptions>,
    /// The address of this machine to connect from; the system's choice unless set. OpenSSH's `BindAddress`. It has no
    /// effect behind jump hosts: this machine then connects to the first of them, from that one's own source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_address: Option<IpAddr>,
    /// The interface or VRF device of this machine to connect through, on Linux; the routing table's choice unless set.
    /// No effect behind jump hosts, as `source_address`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_interface: Option<String>,
    /// The jump hosts on the way; none unless set. Each is a host of the inventory, whose settings it then has, or an SSH
    /// server with what `defaults` says of credentials and host keys. A `ProxyJump` of `ssh_config` counts only where this
    /// is not set, and for hosts that are reached over SSH alone; `none` sets it aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jump: Option<Jump>,
    /// Where to connect when nobody answers at `hostname`, through the same jump hosts.
    #[serde(skip_serializing_if = "OutOfBand::is_unset")]
    pub out_of_band: OutOfBand,
    /// How long the waits for it may take; each limit is inherited by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeouts: Option<HostTimeouts>,
    /// The name of the limits that it counts towards: hosts of one limits group share its cap of sessions at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits_group: Option<String>,
    /// The name of the AAA service that checks its logins: hosts of one realm lock accounts together, and a credential is tried
    /// by one of them first. Hosts that name none are one realm together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aaa_realm: Option<String>,
    /// The name of the redundancy group: of the hosts that stand in for each other, one at a time is worked on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redundancy_group: Option<String>,
    /// Whether its logins count towards the limits of logins and wait for a pilot; they do unless set. A simulated device, or one
    /// that asks no AAA service, needs neither.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_logins: Option<bool>,
    /// The groups to inherit from, the first one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Whatever else is to be known of it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, Value>,
    /// Secrets that stood in the inventory itself, as those of others may have them.
    #[serde(skip)]
    pub(super) secrets: InlineSecrets,
    /// What was set nearer to the host than the credential, and so counts instead of the credential's.
    #[serde(skip)]
    pub(super) nearer: Nearer,
}

/// A second, out-of-band address: a management port, or the console port of a terminal server. It is used where
/// `hostname` is set; what is not set is inherited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct OutOfBand {
    /// Host name or address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// The port. Unless set, the host's own, or the usual one of another transport.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The transport; the host's own unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
}

impl OutOfBand {
    fn is_unset(&self) -> bool {
        *self == Self::default()
    }
}

/// Secrets that an inventory of nornir's or Ansible's gives, or the references that it has in their place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct InlineSecrets {
    pub(super) password: Option<SecretSource>,
    pub(super) enable: Option<SecretSource>,
    pub(super) passphrase: Option<SecretSource>,
}

impl InlineSecrets {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Settings that a credential may hold too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Nearer {
    pub(super) username: bool,
    pub(super) private_key: bool,
}

impl Entry {
    /// Takes from `other` what is not set here; keys of `data` one by one.
    pub(super) fn inherit(&mut self, other: &Self) {
        fn fill<T: Clone>(mine: &mut Option<T>, theirs: Option<&T>) {
            if mine.is_none() {
                *mine = theirs.cloned();
            }
        }
        if self.credential.is_none() && other.credential.is_some() {
            self.nearer = Nearer {
                username: self.username.is_some() || other.nearer.username,
                private_key: self.private_key.is_some() || other.nearer.private_key,
            };
        }
        macro_rules! fill {
            ($($setting:ident),*) => { $(fill(&mut self.$setting, other.$setting.as_ref());)* };
        }
        fill!(hostname, port, platform, transport, username, credential, private_key);
        fill!(known_hosts, host_key_check, ssh_config, source_address, source_interface, jump);
        fill!(limits_group, aaa_realm, redundancy_group, limit_logins);
        if let Some(theirs) = &other.ssh {
            self.ssh.get_or_insert_default().inherit(theirs);
        }
        if let Some(theirs) = &other.telnet {
            self.telnet.get_or_insert_default().inherit(theirs);
        }
        if let Some(theirs) = &other.timeouts {
            self.timeouts.get_or_insert_default().inherit(theirs);
        }
        fill(&mut self.secrets.password, other.secrets.password.as_ref());
        fill(&mut self.secrets.enable, other.secrets.enable.as_ref());
        fill(&mut self.secrets.passphrase, other.secrets.passphrase.as_ref());
        let (oob, others) = (&mut self.out_of_band, &other.out_of_band);
        fill(&mut oob.hostname, others.hostname.as_ref());
        fill(&mut oob.port, others.port.as_ref());
        fill(&mut oob.transport, others.transport.as_ref());
        for (key, value) in &other.data {
            self.data.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }

    /// Makes paths relative to `folder` instead of to wherever the program runs.
    pub(super) fn relative_to(&mut self, folder: &Path) {
        let more = self.ssh.iter_mut().flat_map(SshOptions::paths_mut);
        let more = more.chain(self.ssh_config.iter_mut().filter_map(SshConfigFile::path_mut));
        for path in [&mut self.private_key, &mut self.known_hosts].into_iter().flatten().chain(more) {
            *path = folder.join(&path);
        }
        let file = self.platform_file().map(|file| folder.join(file).display().to_string());
        self.platform = file.or_else(|| self.platform.take());
    }

    /// The definition file of the platform, where that is no name: a path, or a file name that ends in `.yaml` or `.yml`.
    pub fn platform_file(&self) -> Option<&Path> {
        let platform = self.platform.as_deref()?;
        let file = Path::new(platform);
        let is_definition =
            file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        (platform.contains(is_separator) || is_definition).then_some(file)
    }
}
