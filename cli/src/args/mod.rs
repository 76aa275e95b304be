//! The arguments as they are typed. What they mean is `plan`'s business.

mod hosts;
#[cfg(feature = "lab")]
mod lab;
mod limits;
mod login;
mod output;
mod parse;
mod platforms;
#[cfg(feature = "lab")]
mod record;
mod run;
#[cfg(feature = "lab")]
mod selftest;
mod values;

use crate::hostkeys::HostkeysArgs;
use crate::inventory::args::InventoryArgs;
use clap::{Parser, Subcommand, ValueEnum};

pub(crate) use hosts::{DefaultsArgs, HostArgs, KnownArgs, SourceArgs, WhichArgs};
#[cfg(feature = "lab")]
pub(crate) use lab::{DemoArgs, LabArgs};
pub(crate) use limits::{ConnectArgs, LimitArgs};
pub(crate) use login::LoginArgs;
pub(crate) use output::{Format, OutputArgs, ParserArgs};
pub(crate) use parse::{ParseArgs, TableFormat};
pub(crate) use platforms::{PlatformsArgs, PlatformsCommand};
#[cfg(feature = "lab")]
pub(crate) use record::RecordArgs;
pub(crate) use run::RunArgs;
#[cfg(feature = "lab")]
pub(crate) use selftest::SelftestArgs;
pub(crate) use values::{positive, seconds};

/// Drives whole fleets of network devices at once, over SSH and telnet.
#[derive(Debug, Parser)]
#[command(name = "linecrew", version, about, long_about = None, after_help = examples())]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Send commands to every host and show the replies.
    Run(Box<RunArgs>),
    /// Parse a text that a device said, in a file or on standard input, by a TextFSM template.
    Parse(ParseArgs),
    /// List the hosts of an inventory, show one, draw the groups, or check it.
    Inventory(InventoryArgs),
    /// Ask hosts for their SSH host keys, accept them, or forget them.
    Hostkeys(HostkeysArgs),
    /// List the platforms that are known, explain one, or check a definition.
    Platforms(PlatformsArgs),
    /// Send commands as run does, and record each session for a lab to serve it again.
    #[cfg(feature = "lab")]
    Record(Box<RecordArgs>),
    /// Walk a platform's operations on one lab device, and tell what fits.
    #[cfg(feature = "lab")]
    Selftest(Box<SelftestArgs>),
    /// Start a simulated lab in this process, and run `show version` over it.
    #[cfg(feature = "lab")]
    Demo(DemoArgs),
    /// Serve simulated devices on loopback ports until Ctrl-C.
    #[cfg(feature = "lab")]
    Lab(LabArgs),
}

fn examples() -> String {
    let demo = if cfg!(feature = "lab") { "  linecrew demo\n" } else { "" };
    format!(
        "Examples:
{demo}  linecrew hostkeys scan -i lab.yaml
  linecrew run \"show version\" -i lab.yaml --parse

linecrew COMMAND --help has the options of a command, with more examples."
    )
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For people.
    Table,
    /// One JSON value.
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_contradict_each_other_nowhere() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }
}
