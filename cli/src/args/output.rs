//! How results are printed, and by what replies are parsed.

use clap::{ArgGroup, Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// How results are printed; jsonl and native print each host as it completes, the others keep the order of the
    /// inventory
    #[arg(long, default_value = "table", value_name = "FORMAT")]
    pub(crate) format: Format,

    /// Parse each reply by the TextFSM template for the platform and the command
    #[arg(long, group = "parsing")]
    pub(crate) parse: bool,

    #[command(flatten)]
    pub(crate) parser: ParserArgs,

    /// The columns of the table of parsed replies [default: as many as fit]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', requires = "parsing")]
    pub(crate) columns: Vec<String>,

    /// Write what each host said to a file of its own in this folder, named after the host: its text, or with --format
    /// json or csv that. A host that failed leaves the file of an earlier run as it is
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
}

impl OutputArgs {
    /// Whether replies are parsed by templates.
    pub(crate) fn is_parsing(&self) -> bool {
        self.parse || self.parser.template.is_some() || self.parser.templates.is_some()
    }
}

#[derive(Debug, Args)]
#[allow(clippy::doc_markdown, reason = "help is shown as it is written")]
#[command(group(ArgGroup::new("parsing").multiple(true)))]
pub(crate) struct ParserArgs {
    /// Parse by this TextFSM template
    #[arg(long, value_name = "FILE", group = "parsing")]
    pub(crate) template: Option<PathBuf>,

    /// Look for templates in this folder first, which has an index as that of ntc-templates; then in $NET_TEXTFSM,
    /// $NTC_TEMPLATES_DIR, an installed Python package ntc_templates, ~/ntc-templates and the built-in set. builtin
    /// looks in the last alone
    #[arg(long, value_name = "DIR|builtin", group = "parsing", conflicts_with = "template")]
    pub(crate) templates: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A row per host, or per parsed row.
    Table,
    /// One JSON array.
    Json,
    /// One JSON object per line and host.
    Jsonl,
    /// The text of the devices under a heading per host and command.
    Raw,
    /// Comma-separated values: a row per reply, or per parsed row; lists and maps as JSON.
    Csv,
    /// Identical replies once, with their hosts; and how the others differ from what most hosts said.
    Grouped,
    /// As jsonl, and each device is asked for JSON of its own; where it has none, that is an error, or its text is parsed
    /// if --parse, --template or --templates is given too.
    Native,
}
