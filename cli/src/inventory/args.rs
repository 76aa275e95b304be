//! The arguments of `linecrew inventory`.

use crate::args::{Form, SourceArgs};
use clap::{Args, Subcommand};
use std::path::PathBuf;

const EXAMPLES: &str = "Examples:
  linecrew inventory list -i lab.yaml
  linecrew inventory list -i hosts.ini -l 'site=ams and not core'
  linecrew inventory show r1 -i lab.yaml
  linecrew inventory graph -i inventory/
  linecrew inventory check -i lab.yaml

An inventory is one of nornir's or Ansible's (YAML, INI, ansible-inventory --list), a CSV file, a plain list of hosts, a \
program that prints one, or linecrew's own file; which one is found out. No secret is shown.

Exit codes: 0 all well, 1 check found something, 2 usage.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct InventoryArgs {
    #[command(subcommand)]
    pub(crate) command: InventoryCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum InventoryCommand {
    /// List the hosts, with how each is reached.
    List(Which),
    /// Show all that is known of one host.
    Show {
        /// The host
        #[arg(value_name = "HOST")]
        host: String,

        #[command(flatten)]
        which: Which,
    },
    /// Draw the tree of groups and hosts.
    Graph(Which),
    /// Tell what would be in the way of a run: platforms and transports that are not known, secrets that cannot be
    /// read, settings that have no effect.
    Check {
        #[command(flatten)]
        which: Which,

        /// A folder of platform definitions, which count before the embedded ones
        #[arg(long, value_name = "DIR")]
        platforms: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Which {
    #[command(flatten)]
    pub(crate) source: SourceArgs,

    /// How it is printed
    #[arg(long, default_value = "table", value_name = "FORMAT")]
    pub(crate) format: Form,
}
