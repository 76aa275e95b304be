//! The lab of the fleet's bench, in a process of its own.

use super::faults::{Kind, Wrong};
use linecrew_core::inventory::{Host, Inventory};
use linecrew_testkit::{Device, Fault, Lab, Peaks, Service};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const ROLE: &str = "serve-fleet";
/// How far each device is away.
const LATENCY: Duration = Duration::from_millis(100);
/// The hosts are in so many limits groups.
pub const GROUPS: usize = 4;
/// Some of them are behind so many jump hosts.
const JUMPS: usize = 2;

/// The process of the lab.
pub struct Serving {
    process: Child,
    said: BufReader<std::process::ChildStdout>,
}

/// What the lab has counted.
#[derive(Debug, Default)]
pub struct Counted {
    /// All devices together: sessions, logins in flight, logins in a second.
    pub all: [usize; 3],
    /// Sessions of each group.
    pub groups: BTreeMap<String, usize>,
    /// Logins refused.
    pub refused: usize,
    /// Connections through one jump host.
    pub behind: usize,
}

impl Serving {
    /// Starts this program once more as the lab; its files are in the folder when this returns. Its `main` begins with
    /// [`serve_if_asked`].
    pub fn start(devices: usize, folder: &Path) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut command = Command::new(program);
        command.arg(ROLE).arg(devices.to_string()).arg(folder);
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be started");
        let mut said = BufReader::new(process.stdout.take().expect("piped"));
        let mut up = String::new();
        said.read_line(&mut up).expect("text");
        assert_eq!(up, "up\n", "the lab did not start");
        Self { process, said }
    }

    /// Ends the lab, and gives what it has counted.
    pub fn end(mut self) -> Counted {
        drop(self.process.stdin.take());
        let mut counted = Counted::default();
        for line in self.said.by_ref().lines() {
            let line = line.expect("text");
            let words: Vec<&str> = line.split(' ').collect();
            let figure = |at: usize| -> usize { words[at].parse().expect("a figure") };
            match words[0] {
                "all" => counted.all = [figure(1), figure(2), figure(3)],
                "refused" => counted.refused = figure(1),
                "behind" => counted.behind = counted.behind.max(figure(1)),
                name => _ = counted.groups.insert(name.to_owned(), figure(1)),
            }
        }
        // What it ends with is of no interest.
        let _ = self.process.wait();
        counted
    }
}

/// Serves the devices until the input ends, says what was counted, and ends the process, if it was started for that.
pub fn serve_if_asked() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [role, devices, folder] = &args[..] else { return };
    if role != ROLE {
        return;
    }
    let devices: usize = devices.parse().expect("a number of devices");
    let lab = (1..=devices).fold(Lab::builder(), |lab, number| {
        let (device, service) = device(number);
        lab.device(device, service)
    });
    let lab = lab.start().expect("a port for each device");
    // A lab of their own: what they carry is counted, and not they themselves.
    let jumps = (0..JUMPS).fold(Lab::builder(), |lab, jump| {
        lab.device(Device::cisco_iosxe(jump_host(jump)).jump_host(), Service::Ssh)
    });
    let jumps = jumps.start().expect("a port for each jump host");
    let folder = Path::new(folder);
    let known_hosts = folder.join("known_hosts");
    std::fs::write(&known_hosts, lab.known_hosts() + &jumps.known_hosts()).expect("written");
    let hosts = [&lab, &jumps].map(|lab| lab.inventory(&known_hosts).hosts().to_vec()).concat();
    let inventory: Inventory = hosts.iter().map(|host| Host::clone(host)).collect();
    let inventory = inventory.to_yaml().expect("an inventory");
    std::fs::write(folder.join("lab.yaml"), inventory).expect("written");
    println!("up");
    let _ = std::io::stdin().read(&mut [0]);
    let Peaks { sessions, logins_in_flight, logins_in_a_second, .. } = lab.peaks();
    println!("all {sessions} {logins_in_flight} {logins_in_a_second}");
    for (group, peaks) in lab.peaks_of_groups() {
        println!("{group} {}", peaks.sessions);
    }
    println!("refused {}", lab.counters().logins_refused);
    for jump in jumps.devices() {
        println!("behind {}", jump.node().most_forwarded());
    }
    // Thousands of sessions that will never end are not waited for.
    std::process::exit(0);
}

/// Which jump host the device with this number is behind, if it is behind one: one device in ten is, with each kind of fault.
pub fn behind(number: usize) -> Option<String> {
    (number / 200 % 10 == 5).then(|| jump_host(number / 2 % JUMPS))
}

fn jump_host(number: usize) -> String {
    format!("jump-{number}")
}

/// The device with this number, and what it speaks. Each tenth pair of neighbours is redundant.
fn device(number: usize) -> (Device, Service) {
    let fault = Kind::of(number).and_then(|kind| match kind.wrong {
        Wrong::Device(fault) => Some(fault),
        _ => None,
    });
    let is_ssh = number.is_multiple_of(2) || fault == Some(Fault::ChangedHostKey);
    let device = Device::cisco_iosxe(format!("r{number}"))
        .latency(LATENCY)
        .faults(fault)
        .limits_group(behind(number).unwrap_or_else(|| format!("group-{}", number % GROUPS)));
    let device = match number % 20 {
        0 | 1 => device.redundancy_group(format!("pair-{}", number / 20)),
        _ => device,
    };
    (device, if is_ssh { Service::Ssh } else { Service::Telnet })
}
