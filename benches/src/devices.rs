//! Simulated devices in a process of their own, so that what they use is not counted as the client's.

use linecrew_testkit::{Device, Lab, Service};
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, Command, Stdio};

/// What tells a bench that it is to serve the devices of another.
const ROLE: &str = "serve-devices";

/// A device that speaks SSH and one that speaks telnet, each for any number of sessions; gone when dropped.
pub struct Devices {
    /// Where the one that speaks SSH listens.
    pub ssh: SocketAddr,
    /// Where the one that speaks telnet listens.
    pub telnet: SocketAddr,
    /// Its end ends the process.
    stdin: Option<ChildStdin>,
    process: Child,
}

impl Devices {
    /// Starts this program once more, as the devices. Its `main` begins with [`serve_if_asked`].
    pub fn start() -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut command = Command::new(program);
        command.arg(ROLE).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("this program can be started");
        let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        let mut address = || {
            let line = lines.next().expect("an address each").expect("text");
            line.parse().expect("an address")
        };
        Self { ssh: address(), telnet: address(), stdin: process.stdin.take(), process }
    }
}

impl Drop for Devices {
    fn drop(&mut self) {
        self.stdin = None;
        // It ends with its input; what it ends with is of no interest.
        let _ = self.process.wait();
    }
}

/// Serves devices until the input ends, and ends the process, if it was started for that.
pub fn serve_if_asked() {
    if std::env::args().nth(1).as_deref() != Some(ROLE) {
        return;
    }
    let lab = Lab::builder()
        .device(Device::cisco_iosxe("R1"), Service::Ssh)
        .device(Device::cisco_iosxe("R2"), Service::Telnet)
        .start()
        .expect("two ports");
    for device in lab.devices() {
        println!("{}", device.addr());
    }
    let _ = std::io::stdin().read(&mut [0]);
    drop(lab);
    std::process::exit(0);
}
