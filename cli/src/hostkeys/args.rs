//! The arguments of `linecrew hostkeys`.

use crate::args::{ConnectArgs, Form, KnownArgs, LoginArgs, WhichArgs, positive, seconds};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

const EXAMPLES: &str = "Examples:
  linecrew hostkeys scan -i lab.yaml
  linecrew hostkeys scan --host 192.0.2.1 --host 192.0.2.7:2022 --type rsa,ed25519
  linecrew hostkeys scan -i lab.yaml > keys.txt
  linecrew hostkeys accept -i lab.yaml --fingerprints keys.txt
  linecrew hostkeys accept -i lab.yaml -l r2 --changed
  linecrew hostkeys forget -i lab.yaml -l r2

A scan logs in to nobody but jump hosts. It shows what answers at an address, not that it is the right device: compare \
the fingerprints with what the devices themselves show, over a console for instance, before they are accepted.

Exit codes: 0 all well; 1 a host did not answer, has no key of the types asked for, or one that is changed or revoked; \
2 usage; 130 interrupted.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct HostkeysArgs {
    #[command(subcommand)]
    pub(super) command: HostkeysCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum HostkeysCommand {
    /// Ask hosts for their host keys, and tell what is known of each.
    Scan(ScanArgs),
    /// Scan hosts, and write the keys down of those of which none was known.
    Accept {
        #[command(flatten)]
        scan: ScanArgs,

        /// Accept keys too that have changed, which then replace the old ones, and keys of new types of hosts that are
        /// known. Somebody may be in between: find out why a key has changed first
        #[arg(long, help_heading = "Host keys")]
        changed: bool,

        /// Accept only keys whose fingerprint stands in this file: SHA256:... anywhere in it, as in the output of a scan or
        /// of ssh-keygen -l
        #[arg(long, help_heading = "Host keys", value_name = "FILE")]
        fingerprints: Option<PathBuf>,
    },
    /// Remove the keys of hosts from the file of known host keys; nothing is connected.
    Forget {
        #[command(flatten)]
        which: WhichArgs,

        #[command(flatten)]
        known: KnownArgs,
    },
}

#[derive(Debug, Args)]
pub(super) struct ScanArgs {
    #[command(flatten)]
    pub(super) which: WhichArgs,

    #[command(flatten)]
    pub(super) known: KnownArgs,

    /// Only keys of these types: ed25519, ecdsa, rsa, or in full such as ecdsa-sha2-nistp256 [default: all]
    #[arg(long = "type", help_heading = "Host keys", value_name = "TYPE,...", value_delimiter = ',')]
    pub(super) types: Vec<String>,

    /// For the jump hosts on the way; the hosts themselves are not logged in to
    #[command(flatten)]
    pub(super) login: LoginArgs,

    /// How many hosts at a time
    #[arg(short = 'f', long, help_heading = "Pace", default_value_t = 20, value_name = "N", value_parser = positive)]
    pub(super) workers: usize,

    #[command(flatten)]
    pub(super) connect: ConnectArgs,

    /// One host with all its keys
    #[arg(long, help_heading = "Limits, in seconds", default_value = "900", value_name = "S", value_parser = seconds)]
    pub(super) host_timeout: Duration,

    /// How it is printed
    #[arg(long, help_heading = "Output", default_value = "table", value_name = "FORMAT")]
    pub(super) format: Form,
}
