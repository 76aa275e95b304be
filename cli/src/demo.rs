//! `linecrew demo`: the main job on a simulated lab in the same process.

use crate::args::{DemoArgs, Format};
use crate::exit::{Ended, Usage, written};
use crate::lab;
use crate::output::Printer;
use crate::parser::Parser;
use crate::plan::{Course, Plan};
use crate::run::execute;
use linecrew_core::platform::Platforms;
use linecrew_core::textfsm::Templates;
use std::fs;
use std::io::{self, Write};
use std::time::Duration;

const PLATFORM: &str = "cisco_iosxe";
const COMMAND: &str = "show version";
/// What an engineer looks for first.
const COLUMNS: [&str; 5] = ["HOSTNAME", "VERSION", "HARDWARE", "SERIAL", "UPTIME"];

/// Starts the lab, runs the job, prints the table.
pub(crate) fn run(args: &DemoArgs) -> Result<Ended, Usage> {
    let lab = lab::start(PLATFORM, args.devices, Duration::from_millis(args.latency))?;
    let folder = tempfile::tempdir()?;
    let known_hosts = folder.path().join("known_hosts");
    fs::write(&known_hosts, lab.known_hosts())?;
    let credentials = lab.devices().first().map(|device| device.target().credentials).unwrap_or_default();
    let plan = Plan {
        inventory: lab.inventory(known_hosts),
        commands: vec![COMMAND.to_owned()],
        structure: Parser::Templates(Templates::builtin()).into(),
        credentials,
        limits: args.limits,
        login_attempts: 1,
        workers: args.workers,
        course: Course::default(),
        platforms: Platforms::default(),
        persistent_steps: false,
        record: None,
        session_log: None,
    };
    let mut out = io::stdout().lock();
    written(writeln!(
        out,
        "{} simulated devices, {} ms away, half telnet, half SSH; {} workers: log in, enable, paging off, \
         {COMMAND}, parse\n",
        args.devices, args.latency, args.workers
    ))?;
    let mut printer = Printer::new(Format::Table, &COLUMNS.map(str::to_owned), &mut out);
    let (ended, summary) = execute(&plan, &mut printer)?;
    if let Some(summary) = summary {
        written(summary.print(printer.out(), None))?;
    }
    Ok(ended)
}
