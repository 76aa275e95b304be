//! `linecrew lab`: simulated devices for other programs, and the inventory that reaches them.

use crate::args::LabArgs;
use crate::exit::{Ended, Usage};
use linecrew_testkit::{Lab, Platform};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

/// The first line of an inventory that `lab` may write over.
const HEADING: &str = "# Simulated devices; written by linecrew lab, which writes over it.";

/// Serves until Ctrl-C.
pub(crate) fn run(args: &LabArgs) -> Result<Ended, Usage> {
    let (stop, stopped) = mpsc::channel();
    ctrlc::set_handler(move || _ = stop.send(())).map_err(Usage::new)?;
    check_may_write(&args.inventory)?;
    let lab = start(&args.platform, args.devices, Duration::from_millis(args.latency))?;
    let known_hosts = args.inventory.with_extension("known_hosts");
    fs::write(&known_hosts, lab.known_hosts()).map_err(|error| cannot_write(&known_hosts, &error))?;
    let file_name = known_hosts.file_name().map(PathBuf::from).unwrap_or_default();
    let text = format!("{HEADING}\n{}", lab.inventory(file_name).to_yaml().map_err(Usage::new)?);
    fs::write(&args.inventory, text).map_err(|error| cannot_write(&args.inventory, &error))?;
    announce(&lab, args)?;
    // The sender lives in the handler for as long as the process.
    let _ = stopped.recv();
    Ok(Ended::Well)
}

/// Starts so many devices of a platform.
pub(crate) fn start(platform: &str, devices: usize, latency: Duration) -> Result<Lab, Usage> {
    let known =
        || Usage::new(format!("--platform {platform}: expected one of {}", Platform::NAMES.join(", ")));
    let platform = Platform::named(platform).ok_or_else(known)?;
    Lab::builder().devices(devices).platform(platform).latency(latency).start().map_err(Usage::new)
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
        "  LINECREW_PASSWORD={} LINECREW_ENABLE_SECRET={} linecrew run \"show version\" -i {inventory} --parse",
        shown(credentials.password),
        shown(credentials.enable),
    )?;
    Ok(out.flush()?)
}

fn check_may_write(inventory: &Path) -> Result<(), Usage> {
    match fs::read_to_string(inventory) {
        Ok(text) if !text.starts_with(HEADING) => {
            let inventory = inventory.display();
            Err(Usage::new(format!(
                "{inventory} is there already and is no lab's; name another with --inventory"
            )))
        }
        _ => Ok(()),
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Usage {
    Usage::new(format!("{}: cannot be written: {error}", path.display()))
}
