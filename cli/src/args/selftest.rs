//! The arguments of `linecrew selftest`.

use super::{DefaultsArgs, LimitArgs, LoginArgs};
use clap::Args;
use linecrew_core::inventory::Format;
use std::path::PathBuf;

const SELFTEST_EXAMPLES: &str = "Examples:
  linecrew selftest 192.0.2.1 --platform cisco_iosxe -u admin
  linecrew selftest r1 -i lab.yaml --allow-write --transcript transcripts

Nothing is changed: without --allow-write it only reads; with it, it enters configuration too, and sends one line there \
that no device knows. The transcript has the sessions as they went, without passwords; the test kit can serve it as a device.

Exit codes: 0 all fits, 1 something does not, 2 usage.";

#[derive(Debug, Args)]
#[command(after_help = SELFTEST_EXAMPLES)]
pub(crate) struct SelftestArgs {
    /// The device: a host of the inventory, or `HOST[:PORT]` where none is given
    #[arg(value_name = "HOST")]
    pub(crate) host: String,

    /// The inventory file that has the host
    #[arg(short, long, value_name = "FILE")]
    pub(crate) inventory: Option<PathBuf>,

    /// Its format [default: found out]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) inventory_format: Option<Format>,

    #[command(flatten)]
    pub(crate) defaults: DefaultsArgs,

    #[command(flatten)]
    pub(crate) login: LoginArgs,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,

    /// Enter configuration and other modes that are not for reading
    #[arg(long, help_heading = "Writing")]
    pub(crate) allow_write: bool,

    /// The folder that the transcripts are written to, a text file for each session
    #[arg(long, help_heading = "Output", default_value = "selftest", value_name = "DIR")]
    pub(crate) transcript: PathBuf,

    /// How the findings are printed
    #[arg(long, help_heading = "Output", default_value = "table", value_name = "table|json", value_parser = ["table", "json"])]
    pub(crate) format: String,
}
