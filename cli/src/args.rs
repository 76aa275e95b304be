//! The arguments as they are typed. What they mean is `plan`'s business.

use crate::fleet_args::FleetArgs;
use crate::inventory::args::InventoryArgs;
use clap::{ArgGroup, Args as ClapArgs, Parser, Subcommand, ValueEnum};
use linecrew_core::transport::HostKeyCheck;
use std::path::PathBuf;
use std::time::Duration;

/// Drives whole fleets of network devices at once, over SSH and telnet.
#[derive(Debug, Parser)]
#[command(name = "linecrew", version, about, long_about = None)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Send commands to every host and show the replies.
    Run(Box<RunArgs>),
    /// Parse a text that a device said, in a file or on standard input, by a TextFSM template.
    Parse(ParseArgs),
    /// List the hosts of an inventory, show one, draw the groups, or check it.
    Inventory(InventoryArgs),
    /// List the platforms that are known, explain one, or check a definition.
    Platforms(PlatformsArgs),
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

const RUN_EXAMPLES: &str = "Examples:
  linecrew run \"show version\" --inventory lab.yaml --parse
  linecrew run \"show clock\" \"show users\" -i lab.yaml --format raw
  linecrew run \"write memory\" -i lab.yaml --allow-write --serial 1,10%,100% --soak 60s
  linecrew run -i lab.yaml --resume runs/0001.jsonl
  linecrew run \"show ip access-lists\" -i lab.yaml --format grouped
  linecrew run \"show running-config\" -i lab.yaml --output backups
  linecrew run \"show version\" --host 192.0.2.1 --host r2:2022 --platform cisco_iosxe -u admin --parse --format jsonl

Passwords are asked for, or come from LINECREW_PASSWORD and LINECREW_ENABLE_SECRET, or from --password-file; never from
an argument, which every user of the machine could read.

Exit codes: 0 all well, 1 some host failed, was skipped or refused a command, 2 usage, 3 the state of some host is
unknown, 130 interrupted.";

#[derive(Debug, ClapArgs)]
#[command(after_help = RUN_EXAMPLES)]
pub(crate) struct RunArgs {
    /// The commands, each in quotes; every host gets all of them, in this order
    #[arg(required_unless_present = "resume", value_name = "COMMAND")]
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
    #[arg(short = 'f', long, default_value_t = 20, value_name = "N", value_parser = positive)]
    pub(crate) workers: usize,

    /// Say on standard error what is passed over without being an error, such as lines of the SSH configuration that
    /// have no effect here
    #[arg(short, long)]
    pub(crate) verbose: bool,

    /// Record each session to a text file of its own in this folder, without passwords
    #[cfg(feature = "lab")]
    #[arg(long, value_name = "DIR")]
    pub(crate) record: Option<PathBuf>,

    /// Append a readable log of each session to a file of its own in this folder, without passwords
    #[arg(long, value_name = "DIR")]
    pub(crate) session_log: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Hosts", group(ArgGroup::new("which").required(true).multiple(true)))]
pub(crate) struct HostArgs {
    /// The inventory file
    #[arg(short, long, value_name = "FILE", group = "which")]
    pub(crate) inventory: Option<PathBuf>,

    /// Of all these hosts only those that the filter means: names, groups, globs, fields, and, or, not; @FILE means those
    /// that did not end well in a journal
    #[arg(short, long, value_name = "FILTER")]
    pub(crate) limit: Option<String>,

    /// A host that is in no inventory; may be given several times
    #[arg(long, value_name = "HOST[:PORT]", group = "which")]
    pub(crate) host: Vec<String>,

    /// Take the platforms' own steps also where they change what a device keeps, as an ASA's width does
    #[arg(long)]
    pub(crate) persistent_steps: bool,

    #[command(flatten)]
    pub(crate) defaults: DefaultsArgs,
}

/// What holds for hosts that do not say it themselves.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Hosts")]
pub(crate) struct DefaultsArgs {
    /// The platform of hosts that name none: a name that `linecrew platforms` lists, a definition file, or auto to find
    /// it out
    #[arg(short, long, value_name = "P")]
    pub(crate) platform: Option<String>,

    /// A folder of platform definitions, which count before the embedded ones
    #[arg(long, value_name = "DIR", env = "LINECREW_PLATFORMS")]
    pub(crate) platforms: Option<PathBuf>,

    /// The transport of hosts that name none
    #[arg(short, long, value_name = "ssh|telnet")]
    pub(crate) transport: Option<String>,

    /// The file of known host keys, for hosts that name none [default: the user's own and the system's]
    #[arg(long, value_name = "FILE")]
    pub(crate) known_hosts: Option<PathBuf>,

    /// The OpenSSH configuration to look hosts up in, for hosts that name none [default: ~/.ssh/config, then the
    /// one of the system]
    #[arg(long, value_name = "FILE|none")]
    pub(crate) ssh_config: Option<PathBuf>,

    /// What to do with unknown host keys, for hosts that do not say it [default: strict]
    #[arg(long, value_name = "strict|accept-new|off", value_parser = host_key_check)]
    pub(crate) host_key_check: Option<HostKeyCheck>,
}

#[derive(Debug, ClapArgs)]
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

    /// How often a telnet login sends a password that the device refuses; more than once may lock the account
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10))]
    pub(crate) login_attempts: u32,
}

#[derive(Clone, Copy, Debug, ClapArgs)]
#[command(next_help_heading = "Limits, in seconds")]
#[allow(clippy::struct_field_names, reason = "they are the names of the options")]
pub(crate) struct LimitArgs {
    /// Name look-up and TCP connection [default: what the SSH configuration says, or 10]
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub(crate) connect_timeout: Option<Duration>,

    /// SSH handshake
    #[arg(long, default_value = "15", value_name = "S", value_parser = seconds)]
    pub(crate) handshake_timeout: Duration,

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

#[derive(Debug, ClapArgs)]
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

#[derive(Debug, ClapArgs)]
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

const PARSE_EXAMPLES: &str = "Examples:
  linecrew parse --platform cisco_iosxe --command \"show version\" reply.txt
  linecrew parse --template serial.textfsm --format jsonl < reply.txt
  linecrew parse --platform cisco_nxos --command \"sh ip bgp sum\" --templates ~/my-templates --columns NEIGHBOR,STATE -

Exit codes: 0 parsed, though perhaps to no rows; 1 the template refuses the text; 2 usage.";

#[derive(Debug, ClapArgs)]
#[command(after_help = PARSE_EXAMPLES)]
pub(crate) struct ParseArgs {
    /// The text; - or nothing is standard input. Bytes outside of UTF-8 become U+FFFD
    #[arg(value_name = "FILE|-")]
    pub(crate) file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) parser: ParserArgs,

    /// The platform that said it, by linecrew's name or that of ntc-templates
    #[arg(short, long, value_name = "P", required_unless_present = "template", conflicts_with = "template")]
    pub(crate) platform: Option<String>,

    /// The command that it was said to; abbreviated as far as the index of templates allows
    #[arg(short, long, value_name = "C", required_unless_present = "template", conflicts_with = "template")]
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

#[derive(Debug, ClapArgs)]
pub(crate) struct PlatformsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<PlatformsCommand>,

    /// A folder of platform definitions, which count before the embedded ones
    #[arg(long, global = true, value_name = "DIR", env = "LINECREW_PLATFORMS")]
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For people.
    Table,
    /// One JSON value.
    Json,
}

#[cfg(feature = "lab")]
const SELFTEST_EXAMPLES: &str = "Examples:
  linecrew selftest 192.0.2.1 --platform cisco_iosxe -u admin
  linecrew selftest r1 -i lab.yaml --allow-write --transcript transcripts

Nothing is changed: without --allow-write it only reads; with it, it enters configuration too, and sends one line there
that no device knows. The transcript has the sessions as they went, without passwords; the test kit can serve it as a device.

Exit codes: 0 all fits, 1 something does not, 2 usage.";

#[cfg(feature = "lab")]
#[derive(Debug, ClapArgs)]
#[command(after_help = SELFTEST_EXAMPLES)]
pub(crate) struct SelftestArgs {
    /// The device: a host of the inventory, or `HOST[:PORT]` where none is given
    #[arg(value_name = "HOST")]
    pub(crate) host: String,

    /// The inventory file that has the host
    #[arg(short, long, value_name = "FILE")]
    pub(crate) inventory: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) defaults: DefaultsArgs,

    #[command(flatten)]
    pub(crate) login: LoginArgs,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,

    /// Enter configuration and other modes that are not for reading
    #[arg(long)]
    pub(crate) allow_write: bool,

    /// The folder that the transcripts are written to, a text file for each session
    #[arg(long, default_value = "selftest", value_name = "DIR")]
    pub(crate) transcript: PathBuf,

    /// How the findings are printed
    #[arg(long, default_value = "table", value_name = "table|json", value_parser = ["table", "json"])]
    pub(crate) format: String,
}

#[cfg(feature = "lab")]
#[derive(Debug, ClapArgs)]
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

#[cfg(feature = "lab")]
#[derive(Debug, ClapArgs)]
pub(crate) struct LabArgs {
    /// How many devices; half speak telnet, half SSH [default: 12, or none with --device or --replay]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub(crate) devices: Option<usize>,

    /// A device described by a YAML file; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) device: Vec<PathBuf>,

    /// A device that says what was recorded by run --record, whatever it is asked, named after the file; may be given
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

pub(crate) fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("expected a whole number above 0".to_owned()),
        Ok(number) => Ok(number),
    }
}

pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|wait| !wait.is_zero())
        .ok_or_else(|| "expected seconds above 0, such as 10 or 0.5".to_owned())
}

fn host_key_check(text: &str) -> Result<HostKeyCheck, String> {
    match text {
        "strict" => Ok(HostKeyCheck::Strict),
        "accept-new" => Ok(HostKeyCheck::AcceptNew),
        "off" => Ok(HostKeyCheck::Off),
        _ => Err("expected strict, accept-new or off".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_contradict_each_other_nowhere() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }

    #[test]
    fn limits_are_seconds_above_zero() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert!(["0", "-1", "x", "1e400", "nan"].iter().all(|text| seconds(text).is_err()));
    }
}
