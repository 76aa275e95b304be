//! How long things may take.

use super::values::seconds;
use clap::Args;
use std::time::Duration;

/// Until two sides speak with each other.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Limits, in seconds")]
pub(crate) struct ConnectArgs {
    /// Name look-up and TCP connection [default: what the SSH configuration says, or 10]
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub(crate) connect_timeout: Option<Duration>,

    /// SSH handshake
    #[arg(long, default_value = "15", value_name = "S", value_parser = seconds)]
    pub(crate) handshake_timeout: Duration,
}

#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Limits, in seconds")]
pub(crate) struct LimitArgs {
    #[command(flatten)]
    pub(crate) connect: ConnectArgs,

    /// Login
    #[arg(long, default_value = "30", value_name = "S", value_parser = seconds)]
    pub(crate) authentication_timeout: Duration,

    /// A device that says nothing though something is expected of it
    #[arg(long, default_value = "30", value_name = "S", value_parser = seconds)]
    pub(crate) silence_timeout: Duration,

    /// One command with its whole reply
    #[arg(long, default_value = "300", value_name = "S", value_parser = seconds)]
    pub(crate) command_timeout: Duration,

    /// One host from the connect to its last reply
    #[arg(long, default_value = "900", value_name = "S", value_parser = seconds)]
    pub(crate) host_timeout: Duration,
}
