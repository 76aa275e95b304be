//! The arguments of `linecrew run`.

use super::values::positive;
use super::{HostArgs, LimitArgs, LoginArgs, OutputArgs};
use crate::fleet_args::FleetArgs;
use clap::Args;
use std::path::PathBuf;

const RUN_EXAMPLES: &str = "Examples:
  linecrew run \"show version\" --inventory lab.yaml --parse
  linecrew run \"show clock\" \"show users\" -i lab.yaml --format raw
  linecrew run \"write memory\" -i lab.yaml --allow-write \\
      --serial 1,10%,100% --soak 60s
  linecrew run -i lab.yaml --resume runs/0001.jsonl
  linecrew run \"show ip access-lists\" -i lab.yaml --format grouped
  linecrew run \"show running-config\" -i lab.yaml --output backups
  linecrew run \"show version\" --host 192.0.2.1 --host r2:2022 --platform cisco_iosxe \\
      -u admin --parse --format jsonl

Passwords are asked for, or come from LINECREW_PASSWORD and LINECREW_ENABLE_SECRET, or from --password-file; never from \
an argument, which every user of the machine could read.

Exit codes: 0 all well, 1 some host failed, was skipped or refused a command, 2 usage, 3 the state of some host is \
unknown, 130 interrupted.";

#[derive(Debug, Args)]
#[command(after_help = RUN_EXAMPLES)]
pub(crate) struct RunArgs {
    /// The commands, each in quotes; every host gets all of them, in this order
    #[arg(required_unless_present = "resume", conflicts_with = "resume", value_name = "COMMAND")]
    pub(crate) commands: Vec<String>,

    #[command(flatten)]
    pub(crate) hosts: HostArgs,

    #[command(flatten)]
    pub(crate) login: LoginArgs,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,

    #[command(flatten)]
    pub(crate) fleet: FleetArgs,

    /// How many hosts at a time
    #[arg(short = 'f', long, help_heading = "Pace", default_value_t = 20, value_name = "N", value_parser = positive)]
    pub(crate) workers: usize,

    /// Say on standard error what is passed over without being an error, such as lines of the SSH configuration that
    /// have no effect here
    #[arg(short, long, help_heading = "Output")]
    pub(crate) verbose: bool,

    /// Append a readable log of each session to a file of its own in this folder, without passwords
    #[arg(long, help_heading = "Output", value_name = "DIR")]
    pub(crate) session_log: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
