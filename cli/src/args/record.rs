//! The arguments of `linecrew record`.

use super::RunArgs;
use clap::Args;
use std::path::PathBuf;

const RECORD_EXAMPLES: &str = "Examples:
  linecrew record \"show version\" \"show clock\" -i lab.yaml --to tapes
  linecrew record \"show version\" --host 192.0.2.1 --platform cisco_iosxe -u admin

It is a run that keeps each session in a text file, named after the host, and without passwords. A lab serves such a file \
as a device: linecrew lab --replay tapes/r1.txt

Exit codes: 0 all well, 1 some host failed, was skipped or refused a command, 2 usage, 3 the state of some host is \
unknown, 130 interrupted.";

#[derive(Debug, Args)]
#[command(after_help = RECORD_EXAMPLES)]
pub(crate) struct RecordArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,

    /// The folder that the recordings are written to
    #[arg(long, help_heading = "Output", default_value = "recordings", value_name = "DIR")]
    pub(crate) to: PathBuf,
}
