//! FRRouting's daemons, each with a VTY of its own.

use super::server::{LIMIT, Server, free_port, loopback, output_of};
use std::fs::Permissions;
use std::io::{self, Read};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// What a router's VTYs ask for.
pub(crate) const PASSWORD: &str = "vty-Pa55";
pub(crate) const ENABLE: &str = "enable-5ecret";

/// A router: zebra, and bgpd where it is wanted. The daemons end with it.
pub(crate) struct Router {
    pub(crate) name: String,
    pub(crate) zebra: u16,
    pub(crate) bgpd: u16,
    // Before the folder, so that they end before it goes.
    daemons: Vec<Server>,
    folder: TempDir,
}

impl Router {
    /// Starts zebra with the host name `NAME-zebra`.
    pub(crate) fn zebra(name: &str) -> Self {
        Self::zebra_with(name, "")
    }

    /// Starts zebra with more lines of configuration.
    pub(crate) fn zebra_with(name: &str, configuration: &str) -> Self {
        let folder = TempDir::new().unwrap();
        // The daemons run as a user of their own; others only have to find the folder.
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        output_of(Command::new("chown").arg("frr:frr").arg(folder.path()));
        let mut router = Self {
            name: name.to_owned(),
            zebra: free_port(),
            bgpd: free_port(),
            daemons: Vec::new(),
            folder,
        };
        router.write("vtysh.conf", &format!("hostname {name}-vtysh\n"));
        router.start("zebra", router.zebra, configuration, &[]);
        router
    }

    /// Starts zebra, and bgpd with the host name `NAME-bgpd`.
    pub(crate) fn zebra_and_bgpd(name: &str) -> Self {
        let mut router = Self::zebra(name);
        // Port 0: it listens for no neighbour, only for its VTY.
        router.start("bgpd", router.bgpd, "router bgp 65001\n", &["--bgp_port", "0", "--no_kernel"]);
        router
    }

    /// The command with which a user of this machine reaches all daemons at once.
    pub(crate) fn vtysh(&self) -> String {
        let folder = self.folder().display();
        format!("/usr/bin/vtysh --vty_socket {folder} --config_dir {folder} --histfile {folder}/history")
    }

    /// Adds to what vtysh is configured with.
    pub(crate) fn configure_vtysh(&self, configuration: &str) {
        self.write("vtysh.conf", &format!("hostname {}-vtysh\n{configuration}", self.name));
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        std::fs::write(self.folder().join(file), text).unwrap();
    }

    fn start(&mut self, daemon: &str, port: u16, configuration: &str, arguments: &[&str]) {
        let configuration = format!(
            "hostname {}-{daemon}\npassword {PASSWORD}\nenable password {ENABLE}\n{configuration}",
            self.name
        );
        let file = format!("{daemon}.conf");
        self.write(&file, &configuration);
        let folder = self.folder();
        let mut command = Command::new(Path::new("/usr/lib/frr").join(daemon));
        command
            .args(["--user", "frr", "--group", "frr", "--vty_addr", "127.0.0.1", "--vty_port"])
            .arg(port.to_string())
            .arg("--config_file")
            .arg(folder.join(file))
            .arg("--vty_socket")
            .arg(folder)
            .arg("--socket")
            .arg(folder.join("zserv.sock"))
            .arg("--pid_file")
            .arg(folder.join(format!("{daemon}.pid")))
            .args(arguments);
        let mut server = Server::start(&mut command);
        server.wait_until(|| listens(port, &folder.join(format!("{daemon}.vty"))));
        self.daemons.push(server);
    }
}

/// Whether a daemon is there for telnet and for vtysh. It greets when it has read its configuration.
fn listens(port: u16, socket: &Path) -> io::Result<()> {
    let mut vty = TcpStream::connect(loopback(port))?;
    vty.set_read_timeout(Some(LIMIT))?;
    vty.read_exact(&mut [0])?;
    std::os::unix::net::UnixStream::connect(socket).map(drop)
}

/// The version of the daemons, as they tell it themselves.
pub(crate) fn version() -> String {
    let said = output_of(Command::new("/usr/lib/frr/zebra").arg("--version"));
    let version = said.lines().next().and_then(|line| line.strip_prefix("zebra version "));
    version.unwrap_or_else(|| panic!("no version in {said:?}")).trim().to_owned()
}
