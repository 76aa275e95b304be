//! The arguments of `linecrew parse`.

use super::ParserArgs;
use clap::{ArgGroup, Args, ValueEnum};
use std::path::PathBuf;

const PARSE_EXAMPLES: &str = "Examples:
  linecrew parse --platform cisco_iosxe --command \"show version\" reply.txt
  linecrew parse --template serial.textfsm --format jsonl < reply.txt
  linecrew parse --platform cisco_nxos --command \"sh ip bgp sum\" \\
      --templates ~/my-templates --columns BGP_NEIGH,STATE_PFXRCD -

Exit codes: 0 parsed, though perhaps to no rows; 1 the template refuses the text; 2 usage.";

#[derive(Debug, Args)]
#[command(after_help = PARSE_EXAMPLES)]
#[command(group = ArgGroup::new("which").required(true).args(["template", "platform"]))]
pub(crate) struct ParseArgs {
    /// The text; - or nothing is standard input. Bytes outside of UTF-8 become U+FFFD
    #[arg(value_name = "FILE|-")]
    pub(crate) file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) parser: ParserArgs,

    /// The platform that said it, by linecrew's name or that of ntc-templates
    #[arg(short, long, value_name = "P", requires = "command")]
    pub(crate) platform: Option<String>,

    /// The command that it was said to; abbreviated as far as the index of templates allows
    #[arg(short, long, value_name = "C", requires = "platform")]
    pub(crate) command: Option<String>,

    /// How the rows are printed; jsonl and csv print each as it is found
    #[arg(long, default_value = "table", value_name = "FORMAT")]
    pub(crate) format: TableFormat,

    /// The columns [default: all; in a table, as many as fit]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub(crate) columns: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    /// Columns for people.
    Table,
    /// One JSON array of objects.
    Json,
    /// One JSON object per line and row.
    Jsonl,
    /// Comma-separated values; lists and maps as JSON.
    Csv,
}
