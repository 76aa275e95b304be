//! The arguments of `linecrew platforms`.

use super::Form;
use clap::{Args, Subcommand};
use std::path::PathBuf;

const PLATFORMS_EXAMPLES: &str = "Examples:
  linecrew platforms
  linecrew platforms show cisco_iosxe
  linecrew platforms show eos --source > mine.yaml
  linecrew platforms check mine.yaml --prompt 'sw1#'";

#[derive(Debug, Args)]
#[command(after_help = PLATFORMS_EXAMPLES)]
pub(crate) struct PlatformsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<PlatformsCommand>,

    /// A folder of platform definitions, which count before the embedded ones
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) platforms: Option<PathBuf>,

    /// How it is printed
    #[arg(long, global = true, default_value = "table", value_name = "FORMAT")]
    pub(crate) format: Form,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum PlatformsCommand {
    /// List all platforms: the default.
    List,
    /// Explain a platform.
    Show {
        /// A name or an alias, or a definition file
        #[arg(value_name = "NAME|FILE")]
        name: String,
        /// Print its definition, a model for one's own
        #[arg(long)]
        source: bool,
    },
    /// Tell what is wrong with definitions, and what is doubtful.
    #[command(after_help = CHECK_HELP)]
    Check {
        /// Definition files, or folders of them
        #[arg(required = true, value_name = "FILE|DIR")]
        paths: Vec<PathBuf>,
        /// Tell too which modes this prompt is found in; may be given several times, `\n` stands for a line end
        #[arg(long, value_name = "TEXT")]
        prompt: Vec<String>,
    },
}

const CHECK_HELP: &str =
    "An error is told to whoever uses what it is about; the rest of the definition can be used.

Exit codes: 0 no error, 1 some error, or a prompt that is found in no mode, 2 usage.";
