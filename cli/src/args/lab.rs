//! The arguments of `linecrew demo` and `linecrew lab`.

use super::LimitArgs;
use super::values::positive;
use clap::Args;
use std::path::PathBuf;

const DEMO_EXAMPLES: &str = "Examples:
  linecrew demo
  linecrew demo --devices 100 --workers 20 --latency 50

Exit codes: 0 all well, 1 some device failed, 2 usage, 130 interrupted.";

const LAB_EXAMPLES: &str = "Examples:
  linecrew lab
  linecrew lab --platform junos --devices 100 --latency 20 --inventory junos.yaml
  linecrew lab --lock-after 3 --inventory aaa.yaml

It says what to type to reach its devices, and ends with Ctrl-C.";

#[derive(Debug, Args)]
#[command(after_help = DEMO_EXAMPLES)]
pub(crate) struct DemoArgs {
    /// How many devices; half speak telnet, half SSH
    #[arg(long, default_value_t = 12, value_name = "N", value_parser = positive)]
    pub(crate) devices: usize,

    /// How many hosts at a time
    #[arg(short = 'f', long, default_value_t = 5, value_name = "N", value_parser = positive)]
    pub(crate) workers: usize,

    /// How long each device takes to answer, in milliseconds
    #[arg(long, default_value_t = 20, value_name = "MS")]
    pub(crate) latency: u64,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, Args)]
#[command(after_help = LAB_EXAMPLES)]
pub(crate) struct LabArgs {
    /// How many devices; half speak telnet, half SSH [default: 12, or none with --device or --replay]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub(crate) devices: Option<usize>,

    /// A device described by a YAML file; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) device: Vec<PathBuf>,

    /// A device that says what was recorded by linecrew record, whatever it is asked, named after the file; may be given
    /// several times
    #[arg(long, value_name = "FILE")]
    pub(crate) replay: Vec<PathBuf>,

    /// What the devices of --device and --replay speak
    #[arg(long, default_value = "telnet", value_name = "telnet|ssh", value_parser = ["telnet", "ssh"])]
    pub(crate) transport: String,

    /// What the numbered and the recorded devices are: any platform that `linecrew platforms` lists, but generic
    #[arg(long, default_value = "cisco_iosxe", value_name = "P")]
    pub(crate) platform: String,

    /// Let sessions with the numbered ones start in privileged exec, as those of a user of privilege 15 do
    #[arg(long)]
    pub(crate) privileged: bool,

    /// How long each takes to answer, in milliseconds
    #[arg(long, default_value_t = 0, value_name = "MS")]
    pub(crate) latency: u64,

    /// Have one AAA server check the logins of all, which locks a user out who was refused so often in a row; whom it let in
    /// and refused is told at the end
    #[arg(long, value_name = "N", value_parser = positive)]
    pub(crate) lock_after: Option<usize>,

    /// Where to write the inventory; the known host keys go beside it
    #[arg(long, default_value = "lab.yaml", value_name = "FILE")]
    pub(crate) inventory: PathBuf,
}
