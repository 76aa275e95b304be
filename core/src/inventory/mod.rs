//! Which devices there are, and how each is reached.
//!
//! [`Inventory::load`] reads nornir's and Ansible's inventories, CSV, plain lists of hosts, and what a program prints; which
//! one it is is found out ([`Format`], [`Loader`]). A [`Filter`] says which of the hosts are meant.
//!
//! linecrew's own format is one YAML file in nornir's words. What a host does not say itself comes from its groups, in their
//! order, then from their groups, then from `defaults`:
//!
//! ```yaml
//! defaults:
//!   platform: cisco_iosxe
//!   transport: ssh
//!   credential: tacacs
//! credentials:
//!   tacacs:
//!     username: netops
//!     password: {env: TACACS_PASSWORD}
//!     enable: {file: secrets/enable}      # readable by its owner alone
//! groups:
//!   lab: {transport: telnet, data: {site: ams}}
//! hosts:
//!   r1: {hostname: 192.0.2.1}
//!   r2: {hostname: 192.0.2.2, port: 2023, groups: [lab]}
//! ```
//!
//! Over SSH, `ssh_config: FILE` (or `none`) says which OpenSSH configuration knows more about a host.
//!
//! A host has one address, `hostname`: a name that stands for several, of IPv6 and IPv4, is tried at all of them. It may
//! have a second one for when nobody answers at the first, and say where on this machine to connect from:
//!
//! ```yaml
//! groups:
//!   management:
//!     source_interface: vrf-mgmt             # Linux: an interface or a VRF device
//!     source_address: 192.0.2.250
//!     out_of_band: {transport: telnet}       # its console, on a terminal server
//! hosts:
//!   r3: {hostname: r3.example.net, groups: [management], out_of_band: {hostname: 198.51.100.7, port: 2003}}
//! ```
//!
//! The raw TCP port of a terminal server that speaks no telnet is `transport: telnet` with `telnet: {raw: true}`.
//!
//! Behind jump hosts these have no effect: this machine then connects to the first jump host, from that one's source.
//!
//! Devices behind jump hosts name them, as OpenSSH's `ProxyJump` does; telnet devices too:
//!
//! ```yaml
//! defaults: {jump: bastion}
//! hosts:
//!   bastion: {hostname: 192.0.2.20, username: ops, private_key: keys/ops}
//!   r4: {hostname: 10.0.0.4}
//!   r5: {hostname: 10.0.0.5, transport: telnet, jump: "bastion,ops@inner.example:2022"}
//!   r6: {hostname: 192.0.2.6, jump: none}
//! ```
//!
//! Paths are relative to the file. No secret stands in it: a password is in an environment variable (`env`), on the first
//! line of a file (`file`) or of what a command prints (`command: pass show net/tacacs`), or is asked for (`prompt`), and is
//! read when it is needed. Of nornir's and Ansible's inventories the passwords that stand in them are taken; values and
//! files that ansible-vault has encrypted are not read, and the host that needs one says so.
//!
//! Of Ansible's variables these count, each under its older names too: `ansible_host`, `ansible_port`, `ansible_user`,
//! `ansible_password`, `ansible_become_password`, `ansible_network_os`, `ansible_connection`,
//! `ansible_ssh_private_key_file`, `ansible_ssh_common_args` (jump hosts, host key checks), `ansible_host_key_checking`,
//! `ansible_connect_timeout`, `ansible_command_timeout`; and any key of linecrew's own behind `linecrew_`, as
//! `linecrew_credential`. The others are data, but those whose name tells a secret. Of templates, the value of another
//! variable and `lookup('env', ...)` are computed.

mod ansible;
mod command;
mod credential;
mod csv;
mod draft;
mod entry;
mod error;
mod fault;
mod file;
mod filter;
mod format;
mod from_node;
mod group;
mod host;
mod jump;
mod loader;
mod node;
mod nornir;
mod program;
mod secret_source;
mod secrets;
mod ssh_config;
mod timeouts;
mod value;
mod way;
mod written;

pub use credential::{Credential, CredentialNames};
pub use entry::{Entry, OutOfBand};
pub use error::InventoryError;
pub use filter::Filter;
pub use format::Format;
pub use group::Group;
pub use host::Host;
pub use jump::{Hop, Jump};
pub use loader::Loader;
pub use secret_source::SecretSource;
pub use ssh_config::SshConfigFile;
pub use timeouts::HostTimeouts;
pub use value::Value;

use std::path::Path;
use std::sync::Arc;

/// The devices of a run, in the order in which they were given.
///
/// ```
/// use linecrew_core::inventory::Inventory;
///
/// let inventory = Inventory::parse(
///     "{defaults: {platform: cisco_iosxe}, hosts: {r1: {hostname: 192.0.2.1}, r2: {port: 2022}}}",
///     "lab.yaml",
/// )?;
/// let r2 = inventory.host("r2").unwrap();
/// assert_eq!((r2.hostname(), r2.port(), r2.platform()), ("r2", Some(2022), Some("cisco_iosxe")));
/// # Ok::<(), linecrew_core::inventory::InventoryError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    hosts: Vec<Arc<Host>>,
    groups: Vec<Group>,
    notes: Vec<InventoryError>,
}

impl Inventory {
    /// Loads a file, a folder, or what a program prints; [`Loader`] has options.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, InventoryError> {
        Loader::default().load(path)
    }

    /// Parses the text of a file; `origin` is the file that errors name and that paths are relative to.
    pub fn parse(text: &str, origin: impl AsRef<Path>) -> Result<Self, InventoryError> {
        Loader::default().parse(text, origin)
    }

    /// The hosts, in their order.
    pub fn hosts(&self) -> &[Arc<Host>] {
        &self.hosts
    }

    /// The groups, by name.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// What was passed over as it was read, without being an error: settings of others that have no effect here.
    pub fn notes(&self) -> &[InventoryError] {
        &self.notes
    }

    /// The host of that name.
    pub fn host(&self, name: &str) -> Option<&Arc<Host>> {
        self.hosts.iter().find(|host| host.name() == name)
    }

    /// How many hosts there are.
    pub fn len(&self) -> usize {
        self.hosts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.hosts.is_empty()
    }

    /// The text of a file that holds these hosts, each with all that it inherited: groups are left out, paths are
    /// absolute. An error for a host with a credential: that belongs to the file that it came from.
    pub fn to_yaml(&self) -> Result<String, InventoryError> {
        written::to_yaml(&self.hosts)
    }
}

impl FromIterator<Host> for Inventory {
    fn from_iter<I: IntoIterator<Item = Host>>(hosts: I) -> Self {
        Self { hosts: hosts.into_iter().map(Arc::new).collect(), ..Self::default() }
    }
}
