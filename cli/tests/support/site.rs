//! A lab, with the inventory that reaches it.

use super::process::{Ended, Process, linecrew};
use linecrew_testkit::{Device, Lab, LabBuilder, RunningDevice, Service};
use rustix::net::{AddressFamily, SocketType, bind, getsockname, listen, socket};
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::Command;
use tempfile::TempDir;

pub(crate) const USER: &str = "netops";
pub(crate) const PASSWORD: &str = "Pw-9f3k-of-the-login";
pub(crate) const SECRET: &str = "En-7x2q-of-enable";

/// Devices on loopback, and a folder with their inventory and host keys.
pub(crate) struct Site {
    pub(crate) lab: Lab,
    folder: TempDir,
}

/// A device that takes the site's credentials.
pub(crate) fn device(name: &str) -> Device {
    Device::cisco_iosxe(name).credentials(USER, PASSWORD).enable_secret(SECRET)
}

/// So many devices, named `r1`, `r2` and so on; the odd ones speak telnet, the even ones SSH.
pub(crate) fn mixed(count: usize) -> LabBuilder {
    (1..=count).fold(Lab::builder(), |lab, number| {
        let service = if number % 2 == 0 { Service::Ssh } else { Service::Telnet };
        lab.device(device(&format!("r{number}")), service)
    })
}

/// A port that nobody listens on for as long as the socket lives.
pub(crate) fn closed_port() -> (OwnedFd, u16) {
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&socket, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let address = SocketAddr::try_from(getsockname(&socket).unwrap()).unwrap();
    (socket, address.port())
}

/// A host that accepts and says nothing, until the listener is dropped.
pub(crate) fn held_host() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, format!("held: {{hostname: 127.0.0.1, port: {port}, transport: telnet}}"))
}

/// A port whose connections nobody answers for as long as this lives: those who wait there already are as many as may.
pub(crate) fn silent_port() -> (Vec<OwnedFd>, u16) {
    let (socket, port) = closed_port();
    listen(&socket, 0).unwrap();
    let mut held = vec![socket];
    // The first is let in, and what comes behind it is not.
    held.push(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap().into());
    (held, port)
}

impl Site {
    pub(crate) fn new(lab: LabBuilder) -> Self {
        let site = Self { lab: lab.start().unwrap(), folder: tempfile::tempdir().unwrap() };
        site.file("known_hosts", &site.lab.known_hosts());
        site.inventory(&[]);
        site
    }

    /// Writes the inventory anew, with more hosts before those of the lab, or in place of one of the same name.
    pub(crate) fn inventory(&self, more: &[&str]) {
        let mut text = format!(
            "defaults: {{platform: cisco_iosxe, username: {USER}, ssh_config: none, limit_logins: false}}\nhosts:\n"
        );
        for host in more {
            writeln!(text, "  {host}").unwrap();
        }
        let is_new = |device: &&RunningDevice| {
            !more.iter().any(|host| host.starts_with(&format!("{}:", device.name())))
        };
        for device in self.lab.devices().iter().filter(is_new) {
            let (name, port) = (device.name(), device.addr().port());
            let transport = if device.service() == Service::Ssh { "ssh" } else { "telnet" };
            writeln!(text, "  {name}: {{hostname: 127.0.0.1, port: {port}, transport: {transport}, known_hosts: known_hosts}}").unwrap();
        }
        self.file("lab.yaml", &text);
    }

    pub(crate) fn port(&self, name: &str) -> u16 {
        self.lab.device(name).unwrap().addr().port()
    }

    /// Writes a file beside the inventory and gives its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// `linecrew run` over the inventory, with no passwords yet.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = linecrew(&["run", "-i", &self.path("lab.yaml")]);
        command.args(args);
        if !args.contains(&"--retry-delays") {
            command.args(["--retry-delays", "0"]);
        }
        command
    }

    /// Starts `linecrew run` over the inventory, with the right passwords.
    pub(crate) fn start(&self, args: &[&str]) -> Process {
        let mut command = self.command(args);
        command.env("LINECREW_PASSWORD", PASSWORD).env("LINECREW_ENABLE_SECRET", SECRET);
        Process::start(command)
    }

    /// Runs `linecrew run` over the inventory, with the right passwords, to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        self.start(args).finish()
    }
}
