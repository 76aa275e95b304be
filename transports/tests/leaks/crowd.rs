//! The ways in which a session goes, well or not.

use crate::common::{cx, target, until};
use crate::usage::Usage;
use crate::wall::Wall;
use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::transport::{Connector, Credentials, HostKeyCheck, Target, Transport, TransportError};
use linecrew_testkit::{Device, Fault, Lab, Service};
use linecrew_transports::ssh::SshConnector;
use linecrew_transports::telnet::TelnetConnector;
use rustix::net::{AddressFamily, SocketType};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// A device has sent some 1,450 bytes by its prompt; the cuts fall into every phase before it.
const CUTS: usize = 25;
const CUT_STEP: usize = 60;
/// Long enough for a stall to be met, and short.
const SHORT: Duration = Duration::from_millis(20);

type Ended = Result<(), TransportError>;

/// One way in which a session goes. The number counts up with each session of that way.
type Case = fn(&Crowd, usize) -> Ended;

const CASES: &[Case] = &[
    |crowd, _| crowd.well(Service::Ssh, "ssh"),
    |crowd, _| crowd.well(Service::Telnet, "telnet"),
    |crowd, _| crowd.dropped(Service::Ssh, "ssh"),
    |crowd, _| crowd.dropped(Service::Telnet, "telnet"),
    |_, _| in_memory(),
    |crowd, number| crowd.well(Service::Ssh, &format!("cut-{}", number % CUTS)),
    |crowd, number| crowd.refused(number),
    |crowd, _| crowd.ssh.connect(&crowd.target("ssh", "wrong"), &cx()).map(drop),
    |crowd, _| crowd.strict.connect(&crowd.target("ssh", "admin"), &cx()).map(drop),
    |crowd, _| crowd.ssh.connect(&crowd.target("silent-ssh", "admin"), &short()).map(drop),
    |crowd, _| crowd.cancelled(),
    |crowd, _| crowd.silent(),
    |crowd, _| crowd.flooded(),
];

/// Devices, and clients of theirs.
pub(crate) struct Crowd {
    lab: Lab,
    wall: Wall,
    /// Bound and not listening, so that it refuses and nobody else gets the port.
    closed: (OwnedFd, SocketAddr),
    ssh: SshConnector,
    strict: SshConnector,
    telnet: TelnetConnector,
}

impl Crowd {
    pub(crate) fn new() -> Self {
        let device = Device::cisco_iosxe;
        let lab = Lab::builder()
            .device(device("ssh"), Service::Ssh)
            .device(device("telnet"), Service::Telnet)
            .device(device("silent-ssh").fault(Fault::Silent), Service::Ssh)
            .device(device("silent-telnet").fault(Fault::Silent), Service::Telnet);
        let lab = (0..CUTS).fold(lab, |lab, cut| {
            let cut_off = Fault::CloseAfter(cut * CUT_STEP);
            lab.device(Device::cisco_iosxe(format!("cut-{cut}")).fault(cut_off), Service::Ssh)
        });
        Self {
            lab: lab.start().unwrap(),
            wall: Wall::new(),
            closed: closed_port(),
            ssh: SshConnector::new().host_key_check(HostKeyCheck::Off),
            strict: SshConnector::new().known_hosts(["/dev/null"]),
            telnet: TelnetConnector::new(),
        }
    }

    /// Runs the session whose turn it is.
    pub(crate) fn session(&self, turn: usize) -> Ended {
        CASES[turn % CASES.len()](self, turn / CASES.len())
    }

    /// What this process holds once the servers, which share it, have closed their ends too: when it is no more than
    /// `before`, or stays more.
    pub(crate) fn settled(&self, before: Option<Usage>) -> Usage {
        let end = Instant::now() + Duration::from_secs(30);
        self.wall.clear();
        loop {
            // A session is counted as closed shortly before its socket is, and Linux lists a thread for a moment longer
            // than joining it takes.
            let usage = Usage::now();
            let most = before.unwrap_or(usage);
            let settled = usage.files <= most.files && usage.threads <= most.threads;
            let settled = settled && self.lab.counters().sessions_open == 0;
            if settled || Instant::now() > end {
                return usage;
            }
            std::thread::yield_now();
        }
    }

    fn target(&self, device: &str, password: &str) -> Target {
        let credentials = Credentials::user("admin").password(password);
        target(self.lab.device(device).unwrap().addr()).credentials(credentials)
    }

    /// A session that has seen the device's first prompt.
    fn open(&self, service: Service, device: &str) -> Result<Box<dyn Transport>, TransportError> {
        let (connector, prompt): (&dyn Connector, &[u8]) = match service {
            Service::Ssh => (&self.ssh, b">"),
            _ => (&self.telnet, b": "),
        };
        let mut transport = connector.connect(&self.target(device, "admin"), &cx())?;
        until(&mut *transport, prompt, &cx())?;
        Ok(transport)
    }

    fn well(&self, service: Service, device: &str) -> Ended {
        let mut transport = self.open(service, device)?;
        transport.write_all(b"admin\n", &cx())?;
        transport.close(&cx());
        Ok(())
    }

    fn dropped(&self, service: Service, device: &str) -> Ended {
        self.open(service, device)?.write_all(b"admin\n", &cx())
    }

    fn refused(&self, number: usize) -> Ended {
        let connector: &dyn Connector = if number.is_multiple_of(2) { &self.ssh } else { &self.telnet };
        connector.connect(&target(self.closed.1), &cx()).map(drop)
    }

    /// A session that is cancelled in a read.
    fn cancelled(&self) -> Ended {
        let token = CancelToken::new();
        let mut transport = self.open(Service::Ssh, "ssh")?;
        token.cancel_after(SHORT).unwrap();
        transport.read(&mut [0], &Cx::new(Deadline::after(Duration::from_mins(1), "test"), token)).map(drop)
    }

    /// A session in which nothing comes.
    fn silent(&self) -> Ended {
        let mut transport = self.telnet.connect(&self.target("silent-telnet", "admin"), &cx())?;
        transport.read(&mut [0], &short()).map(drop)
    }

    /// A session in which nothing is taken.
    fn flooded(&self) -> Ended {
        let mut transport = self.telnet.connect(&target(self.wall.addr), &cx())?;
        let cx = short();
        loop {
            transport.write_all(&[b'x'; 8 * 1024], &cx)?;
        }
    }
}

fn in_memory() -> Ended {
    let mut transport = Device::cisco_iosxe("memory").connect_in_memory();
    until(&mut transport, b": ", &cx())?;
    transport.write_all(b"admin\n", &cx())
}

fn short() -> Cx {
    crate::common::within(SHORT)
}

fn closed_port() -> (OwnedFd, SocketAddr) {
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    rustix::net::bind(&socket, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let addr = rustix::net::getsockname(&socket).unwrap().try_into().unwrap();
    (socket, addr)
}
