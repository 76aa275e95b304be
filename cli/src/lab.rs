//! `linecrew lab`: simulated devices for other programs, and the inventory that reaches them.

use crate::args::LabArgs;
use crate::exit::{Ended, Usage, written};
use crate::parser::names;
use linecrew_core::platform as definition;
use linecrew_core::textfsm::Templates;
use linecrew_testkit::{Aaa, Device, Lab, LabBuilder, Platform, Recording, Service};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

/// The first line of a file that `lab` may write over.
const HEADING: &str = "# Simulated devices; written by linecrew lab, which writes over it.";

/// Serves until Ctrl-C.
pub(crate) fn run(args: &LabArgs) -> Result<Ended, Usage> {
    let (stop, stopped) = mpsc::channel();
    ctrlc::set_handler(move || _ = stop.send(())).map_err(Usage::new)?;
    let known_hosts = known_hosts_of(&args.inventory)?;
    check_may_write(&args.inventory)?;
    check_may_write(&known_hosts)?;
    let aaa = args.lock_after.map(|refusals| Aaa::new().lock_after(refusals.try_into().unwrap_or(u64::MAX)));
    let lab = serve(args, aaa.as_ref())?;
    write(&known_hosts, &lab.known_hosts())?;
    write(&args.inventory, &lab.inventory(&known_hosts).to_yaml().map_err(Usage::new)?)?;
    announce(&lab, args)?;
    // The sender lives in the handler for as long as the process.
    let _ = stopped.recv();
    written(tell(&lab, aaa.as_ref(), &mut io::stdout().lock()))?;
    Ok(Ended::Well)
}

/// Says what was counted.
fn tell(lab: &Lab, aaa: Option<&Aaa>, out: &mut impl Write) -> io::Result<()> {
    let (counters, peaks) = (lab.counters(), lab.peaks());
    writeln!(
        out,
        "{} sessions, at most {} at a time; logins: at most {} at a time and {} within a second, {} refused",
        counters.sessions_opened,
        peaks.sessions,
        peaks.logins_in_flight,
        peaks.logins_in_a_second,
        counters.logins_refused
    )?;
    for user in aaa.iter().flat_map(|aaa| aaa.users().into_iter().map(move |user| (aaa, user))) {
        let (aaa, user) = user;
        let (logins, locked) = (aaa.logins(&user), if aaa.is_locked(&user) { ", locked out" } else { "" });
        writeln!(out, "AAA: {user:?}: {} accepted, {} refused{locked}", logins.accepted, logins.refused)?;
    }
    Ok(())
}

/// Starts what the arguments name; the accounts of the AAA server are those of the devices.
fn serve(args: &LabArgs, aaa: Option<&Aaa>) -> Result<Lab, Usage> {
    let latency = Duration::from_millis(args.latency);
    let own = described(args)?.into_iter().chain(recorded(args)?).collect::<Vec<_>>();
    let usual = if own.is_empty() { 12 } else { 0 };
    let numbered =
        numbered(&args.platform, args.devices.unwrap_or(usual), latency)?.privileged(args.privileged);
    let service = if args.transport == "ssh" { Service::Ssh } else { Service::Telnet };
    let numbered = aaa.into_iter().fold(numbered, LabBuilder::aaa);
    let add = |builder: LabBuilder, device: Device| builder.device(device.latency(latency), service);
    let lab = own.into_iter().fold(numbered, add).start().map_err(Usage::new)?;
    if let Some(aaa) = aaa {
        for credentials in lab.devices().iter().map(|device| device.target().credentials) {
            let (username, password) = (credentials.username, credentials.password);
            let account = username.zip(password).map(|(user, password)| (user, password.expose().to_owned()));
            account.into_iter().fold(aaa.clone(), |aaa, (user, password)| aaa.account(user, password));
        }
    }
    Ok(lab)
}

/// The devices of `--device`.
fn described(args: &LabArgs) -> Result<Vec<Device>, Usage> {
    args.device.iter().map(|file| Device::load(file).map_err(Usage::new)).collect()
}

/// The devices of `--replay`.
fn recorded(args: &LabArgs) -> Result<Vec<Device>, Usage> {
    let device = |file: &PathBuf| {
        let recording = Recording::load(file).map_err(Usage::new)?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        Ok(Device::new(platform(&args.platform)?, name).replay(recording))
    };
    args.replay.iter().map(device).collect()
}

/// Starts so many devices of a platform.
pub(crate) fn start(platform: &str, devices: usize, latency: Duration) -> Result<Lab, Usage> {
    numbered(platform, devices, latency)?.start().map_err(Usage::new)
}

fn numbered(platform: &str, devices: usize, latency: Duration) -> Result<LabBuilder, Usage> {
    Ok(Lab::builder().devices(devices).platform(self::platform(platform)?).latency(latency))
}

fn platform(name: &str) -> Result<Platform, Usage> {
    let known = || Usage::new(format!("--platform {name}: expected one of {}", Platform::NAMES.join(", ")));
    // What others call it is known where sessions are.
    let definition = definition::Platform::builtin(name).map_err(|_| known())?;
    Platform::named(definition.name()).ok_or_else(known)
}

fn announce(lab: &Lab, args: &LabArgs) -> Result<(), Usage> {
    let inventory = args.inventory.display();
    let credentials = lab.devices().first().map(|device| device.target().credentials).unwrap_or_default();
    let shown = |secret: Option<linecrew_core::secret::Secret>| {
        secret.map(|secret| secret.expose().to_owned()).unwrap_or_default()
    };
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} devices are up; their inventory is {inventory}. Ctrl-C ends them. Try:",
        lab.devices().len()
    )?;
    writeln!(
        out,
        "  LINECREW_PASSWORD={} LINECREW_ENABLE_SECRET={} linecrew run {} -i {inventory}",
        shown(credentials.password),
        shown(credentials.enable),
        first_command(lab),
    )?;
    Ok(out.flush()?)
}

/// A command that the first device understands, as it is typed, and parsed where there is a template for it.
fn first_command(lab: &Lab) -> &'static str {
    let platform = lab.devices().first().map_or("", |device| device.node().device().platform().name());
    match platform {
        "linux" => "\"uname -a\"",
        platform if Templates::builtin().find_as(&names(platform), "show version").is_ok() => {
            "\"show version\" --parse"
        }
        _ => "\"show version\"",
    }
}

/// The file beside the inventory that holds the host keys.
fn known_hosts_of(inventory: &Path) -> Result<PathBuf, Usage> {
    let known_hosts = inventory.with_extension("known_hosts");
    if known_hosts == inventory {
        let path = inventory.display();
        return Err(Usage::new(format!("{path}: the host keys go there; name the inventory otherwise")));
    }
    Ok(known_hosts)
}

/// A file that is not there may be written, and one that `lab` wrote.
fn check_may_write(path: &Path) -> Result<(), Usage> {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEADING.len() as u64).read_to_end(&mut head));
    let path = path.display();
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Usage::new(format!(
            "{path} is there already and cannot be read: {error}; name another with --inventory"
        ))),
        Ok(_) if head == HEADING.as_bytes() => Ok(()),
        Ok(_) => {
            Err(Usage::new(format!("{path} is there already and is no lab's; name another with --inventory")))
        }
    }
}

fn write(path: &Path, text: &str) -> Result<(), Usage> {
    fs::write(path, format!("{HEADING}\n{text}"))
        .map_err(|error| Usage::new(format!("{}: cannot be written: {error}", path.display())))
}
