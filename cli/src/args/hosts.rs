//! Which hosts there are, and what holds for those that do not say it themselves.

use super::values::host_key_check;
use clap::Args;
use linecrew_core::inventory::Format;
use linecrew_core::transport::HostKeyCheck;
use std::path::PathBuf;

/// An inventory, and which of its hosts.
#[derive(Debug, Args)]
#[command(next_help_heading = "Hosts")]
pub(crate) struct SourceArgs {
    /// The inventory: a file, a folder, or a program
    #[arg(short, long, value_name = "PATH")]
    pub(crate) inventory: Option<PathBuf>,

    /// Its format [default: found out]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) inventory_format: Option<Format>,

    /// Of all these hosts only those that the filter means: names, groups, globs, fields, and, or, not; @FILE means those
    /// that did not end well in a journal
    #[arg(short, long, value_name = "FILTER")]
    pub(crate) limit: Option<String>,
}

/// Which hosts, of the inventory and beside it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Hosts")]
pub(crate) struct WhichArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,

    /// A host that is in no inventory; may be given several times
    #[arg(long, value_name = "HOST[:PORT]")]
    pub(crate) host: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Hosts")]
pub(crate) struct HostArgs {
    #[command(flatten)]
    pub(crate) which: WhichArgs,

    /// Take the platforms' own steps also where they change what a device keeps, as an ASA's width does
    #[arg(long)]
    pub(crate) persistent_steps: bool,

    #[command(flatten)]
    pub(crate) defaults: DefaultsArgs,
}

/// What holds for hosts that do not say it themselves.
#[derive(Debug, Args)]
#[command(next_help_heading = "Hosts")]
pub(crate) struct DefaultsArgs {
    /// The platform of hosts that name none: a name that `linecrew platforms` lists, a definition file, or auto to find
    /// it out
    #[arg(short, long, value_name = "P")]
    pub(crate) platform: Option<String>,

    /// A folder of platform definitions, which count before the embedded ones
    #[arg(long, value_name = "DIR")]
    pub(crate) platforms: Option<PathBuf>,

    /// The transport of hosts that name none
    #[arg(short, long, value_name = "ssh|telnet")]
    pub(crate) transport: Option<String>,

    #[command(flatten)]
    pub(crate) known: KnownArgs,

    /// What to do with unknown host keys, for hosts that do not say it [default: strict]
    #[arg(long, value_name = "strict|accept-new|off", value_parser = host_key_check)]
    pub(crate) host_key_check: Option<HostKeyCheck>,
}

/// What is known of hosts that do not say it themselves.
#[derive(Debug, Args)]
#[command(next_help_heading = "Hosts")]
pub(crate) struct KnownArgs {
    /// The file of known host keys, for hosts that name none [default: the user's own and the system's]
    #[arg(long, value_name = "FILE")]
    pub(crate) known_hosts: Option<PathBuf>,

    /// The OpenSSH configuration to look hosts up in, for hosts that name none [default: ~/.ssh/config, then the
    /// one of the system]
    #[arg(long, value_name = "FILE|none")]
    pub(crate) ssh_config: Option<PathBuf>,
}
