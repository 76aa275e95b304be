//! Who logs in.

use super::values::seconds;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Args)]
#[command(next_help_heading = "Login")]
pub(crate) struct LoginArgs {
    /// Who logs in to hosts that name nobody
    #[arg(short, long, value_name = "U")]
    pub(crate) username: Option<String>,

    /// A private key for hosts that name none
    #[arg(long, value_name = "FILE")]
    pub(crate) private_key: Option<PathBuf>,

    /// Ask for the password and the enable secret, whatever the environment says
    #[arg(short = 'k', long)]
    pub(crate) ask_pass: bool,

    /// A file that only its owner may read: the password on the first line, the enable secret on the second; an
    /// empty line means none
    #[arg(long, value_name = "FILE", conflicts_with = "ask_pass")]
    pub(crate) password_file: Option<PathBuf>,

    /// How long to wait for each answer, in seconds, where a password or a secret is asked for
    #[arg(long, default_value = "300", value_name = "S", value_parser = seconds)]
    pub(crate) prompt_timeout: Duration,

    /// How often a telnet login sends a password that the device refuses; more than once may lock the account
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10))]
    pub(crate) login_attempts: u32,
}
