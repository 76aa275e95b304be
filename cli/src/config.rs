//! What options are that are not typed: environment variables count, then `./linecrew.yaml`, then the user's own
//! configuration file, then the defaults. `docs/configuration.md` tells users.

use crate::args::{Args, PlatformsArgs, RunArgs};
#[cfg(feature = "lab")]
use crate::args::{RecordArgs, SelftestArgs};
use crate::exit::{Usage, say};
use crate::hostkeys::HostkeysArgs;
use crate::inventory::args::InventoryArgs;
use clap::builder::{ArgPredicate, Resettable};
use clap::{Arg, Command, CommandFactory, FromArgMatches};
use serde_json::Value;
use serde_saphyr::Spanned;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The options that can be set so, each with whether it is a path. None of them lets a run write.
const OPTIONS: [(&str, bool); 32] = [
    ("inventory", true),
    ("inventory-format", false),
    ("platform", false),
    ("platforms", true),
    ("transport", false),
    ("known-hosts", true),
    ("ssh-config", true),
    ("host-key-check", false),
    ("username", false),
    ("private-key", true),
    ("password-file", true),
    ("prompt-timeout", false),
    ("login-attempts", false),
    ("workers", false),
    ("connect-timeout", false),
    ("handshake-timeout", false),
    ("authentication-timeout", false),
    ("silence-timeout", false),
    ("command-timeout", false),
    ("host-timeout", false),
    ("run-timeout", false),
    ("logins-in-flight", false),
    ("logins-per-second", false),
    ("login-jitter", false),
    ("group-limit", false),
    ("per-jump-host", false),
    ("retry-delays", false),
    ("grace", false),
    ("runs", true),
    ("session-log", true),
    ("output", true),
    ("format", false),
];
/// A command, and what gives it its arguments.
type Configured = (&'static str, fn(Command) -> Command);

/// The commands that they count for; the lab has settings of its own, and its inventory is one that it writes.
const COMMANDS: &[Configured] = &[
    ("run", <RunArgs as clap::Args>::augment_args),
    ("inventory", <InventoryArgs as clap::Args>::augment_args),
    ("hostkeys", <HostkeysArgs as clap::Args>::augment_args),
    ("platforms", <PlatformsArgs as clap::Args>::augment_args),
    #[cfg(feature = "lab")]
    ("record", <RecordArgs as clap::Args>::augment_args),
    #[cfg(feature = "lab")]
    ("selftest", <SelftestArgs as clap::Args>::augment_args),
];
const FILE: &str = "linecrew.yaml";
const WHICH: &str = "LINECREW_CONFIG";

/// Values of an option, and who says so.
struct Setting {
    values: Vec<String>,
    place: String,
}

type Settings = BTreeMap<&'static str, Setting>;

/// The arguments of this process; asks for help, and mistakes in what was typed, end it as clap has it.
pub(crate) fn args() -> Result<Args, Usage> {
    // The first argument is the command, and the only one that is prepared: to prepare all takes longer than to parse a reply.
    let first = std::env::args_os().nth(1).unwrap_or_default();
    let is_meant = |(name, _): &&Configured| first == *name || first == "help";
    let meant: Vec<Configured> = COMMANDS.iter().filter(is_meant).copied().collect();
    let settings = if meant.is_empty() { Settings::new() } else { settings()? };
    let matches = command(&meant, &settings)?.get_matches();
    Args::from_arg_matches(&matches).map_err(Usage::new)
}

/// The user's file, then the folder's, then the environment, each of which counts more than those before.
fn settings() -> Result<Settings, Usage> {
    let mut settings = Settings::new();
    for file in files()? {
        let text = std::fs::read_to_string(&file).map_err(|error| {
            Usage::new(format!("{}: the configuration cannot be read: {error}", file.display()))
        })?;
        settings.extend(read(&file, &text)?);
    }
    for (option, _) in OPTIONS {
        let variable = variable(option);
        if let Some(value) = std::env::var_os(&variable).filter(|value| !value.is_empty()) {
            let value = value.into_string().map_err(|_| Usage::new(format!("{variable}: no UTF-8")))?;
            settings.insert(option, Setting { values: vec![value], place: variable });
        }
    }
    Ok(settings)
}

fn files() -> Result<Vec<PathBuf>, Usage> {
    if let Some(named) = std::env::var_os(WHICH).filter(|named| !named.is_empty()) {
        return Ok(if named == "none" { Vec::new() } else { vec![named.into()] });
    }
    let folder = std::env::var_os("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let folder = folder.or_else(|| std::env::home_dir().map(|home| home.join(".config")));
    let own = folder.map(|folder| folder.join("linecrew/config.yaml"));
    let here = PathBuf::from(FILE);
    let mut files: Vec<PathBuf> = own.into_iter().filter(|file| file.exists()).collect();
    if here.exists() {
        let mode = std::fs::metadata(".")?.permissions().mode();
        // An inventory may be a program.
        if mode & 0o002 == 0 {
            files.push(here);
        } else {
            say(format!("{FILE} is passed over: everybody may write here; {WHICH}={FILE} reads it"));
        }
    }
    Ok(files)
}

fn read(file: &Path, text: &str) -> Result<Settings, Usage> {
    let fault = |line: u64, what: String| Usage::new(format!("{}:{line}: {what}", file.display()));
    if text.lines().all(|line| line.trim().is_empty() || line.trim().starts_with('#')) {
        return Ok(Settings::new());
    }
    let entries: BTreeMap<String, Spanned<Value>> = serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().map_or(1, |location| location.line());
        fault(line, "no configuration: expected `key: value` lines".to_owned())
    })?;
    let mut settings = Settings::new();
    for (key, value) in entries {
        let line = value.referenced.line();
        let known = OPTIONS.iter().find(|(option, _)| option.replace('-', "_") == key);
        let Some((option, is_path)) = known else {
            let known: Vec<_> = OPTIONS.iter().map(|(option, _)| option.replace('-', "_")).collect();
            return Err(fault(line, format!("unknown key {key}; expected one of {}", known.join(", "))));
        };
        let mut values = texts(&value.value)
            .ok_or_else(|| fault(line, format!("{key}: expected a value, or a list of values")))?;
        if *is_path {
            values = values.iter().map(|value| from(file, value)).collect();
        }
        settings.insert(option, Setting { values, place: format!("{}:{line}: {key}", file.display()) });
    }
    Ok(settings)
}

fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Number(_) => Some(vec![value.to_string()]),
        // YAML takes the word `off` for this; no option here is a switch.
        Value::Bool(is_on) => Some(vec![if *is_on { "on" } else { "off" }.to_owned()]),
        Value::Array(values) => {
            let texts: Option<Vec<Vec<String>>> = values.iter().map(texts).collect();
            Some(texts?.concat())
        }
        Value::Null | Value::Object(_) => None,
    }
}

/// A path as the file means it: from its own folder, or from the user's.
fn from(file: &Path, path: &str) -> String {
    let folder = file.parent().unwrap_or(Path::new(""));
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        _ if path == "none" => path.to_owned(),
        (Some(rest), Some(home)) => home.join(rest).display().to_string(),
        _ => folder.join(path).display().to_string(),
    }
}

fn variable(option: &str) -> String {
    format!("LINECREW_{}", option.replace('-', "_").to_uppercase())
}

/// The command line with these defaults for some of its commands.
fn command(commands: &[Configured], settings: &Settings) -> Result<Command, Usage> {
    let mut command = Args::command();
    for (name, with_arguments) in commands {
        if let Some(sub) = command.find_subcommand(name).cloned() {
            // A command gets its arguments when it is chosen, which is too late to change them.
            let sub = with_arguments(sub.defer(|sub| sub));
            let sub = with_defaults(sub, name, settings)?;
            command = command.mut_subcommand(name, |_| sub);
        }
    }
    Ok(command)
}

fn with_defaults(mut command: Command, of: &str, settings: &Settings) -> Result<Command, Usage> {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        if let Some(sub) = command.find_subcommand(&name).cloned() {
            let sub = with_defaults(sub, of, settings)?;
            command = command.mut_subcommand(name, |_| sub);
        }
    }
    let has_hosts = command.get_arguments().any(|arg| arg.get_long() == Some("host"));
    for (option, _) in OPTIONS {
        // The hosts of a self-test need no inventory, and only a run has formats of its own.
        let is_run = of == "run" || of == "record";
        let is_others = (option, of) == ("inventory", "selftest") || option == "format" && !is_run;
        let found = command.get_arguments().find(|arg| arg.get_long() == Some(option)).cloned();
        let Some(arg) = found.filter(|_| !is_others) else { continue };
        let mut arg = with_variable(arg, option);
        if let Some(setting) = settings.get(option) {
            check(&arg, setting)?;
            arg = arg.default_values(setting.values.clone());
            // Who names hosts means these alone.
            if option == "inventory" && has_hosts {
                arg = arg.default_value_if("host", ArgPredicate::IsPresent, Resettable::Reset);
            }
        }
        let id = arg.get_id().clone();
        command = command.mut_arg(id, |_| arg);
    }
    Ok(command)
}

/// The option with the name of its variable in its help.
fn with_variable(arg: Arg, option: &str) -> Arg {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    arg.help(format!("{help} [env: {}]", variable(option)))
}

/// Refuses what the option would refuse if it were typed, and says where it stands.
fn check(arg: &Arg, setting: &Setting) -> Result<(), Usage> {
    let probe = Arg::new("value").long("value").value_parser(arg.get_value_parser().clone()).num_args(1);
    let probe = arg.get_value_delimiter().into_iter().fold(probe, Arg::value_delimiter);
    let probe = probe.action(arg.get_action().clone());
    let typed = setting.values.iter().map(|value| format!("--value={value}"));
    let probed = Command::new("probe").no_binary_name(true).arg(probe).try_get_matches_from(typed);
    probed.map(drop).map_err(|error| {
        let shown = error.to_string();
        let reason =
            shown.lines().map(str::trim).take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        let reason = reason.split_once("'--value <value>'").map_or(&*reason, |(_, reason)| reason);
        Usage::new(format!("{}: {}", setting.place, reason.trim_start_matches([':', ' '])))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = include_str!("../docs/configuration.md");

    #[test]
    fn the_document_has_each_key_and_its_example_is_read() {
        for (option, _) in OPTIONS {
            assert!(DOCUMENT.contains(&format!("`{}`", option.replace('-', "_"))), "{option}");
        }
        let example = DOCUMENT.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
        let settings = read(Path::new("linecrew.yaml"), example).unwrap();
        command(COMMANDS, &settings).unwrap();
        assert_eq!(settings["workers"].values, ["50"]);
    }

    #[test]
    fn each_option_is_one_of_run() {
        let mut command = Args::command();
        command.build();
        let run = command.find_subcommand("run").unwrap();
        for (option, is_path) in OPTIONS {
            let arg = run.get_arguments().find(|arg| arg.get_long() == Some(option));
            let arg = arg.unwrap_or_else(|| panic!("{option}"));
            let names = arg.get_value_names().unwrap_or_default();
            let takes_path =
                names.iter().any(|name| ["FILE", "DIR", "PATH", "FILE|none"].contains(&name.as_str()));
            assert_eq!(takes_path, is_path, "{option}: {names:?}");
        }
        assert!(!OPTIONS.iter().any(|(option, _)| ["allow-write", "rerun-unknown"].contains(option)));
    }

    #[test]
    fn paths_are_relative_to_their_file() {
        assert_eq!(from(Path::new("/etc/x/config.yaml"), "lab.yaml"), "/etc/x/lab.yaml");
        assert_eq!(from(Path::new("/etc/x/config.yaml"), "/lab.yaml"), "/lab.yaml");
        assert_eq!(from(Path::new("linecrew.yaml"), "lab.yaml"), "lab.yaml");
        assert_eq!(from(Path::new("/etc/x/config.yaml"), "none"), "none");
    }
}
