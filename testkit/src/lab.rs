//! Many simulated devices on loopback ports.

use crate::aaa::Aaa;
use crate::device::Device;
use crate::meter::{Meter, Peaks, Seat};
use crate::node::{Counters, Node};
use crate::platform::Platform;
#[cfg(feature = "ssh")]
use crate::ssh;
#[cfg(feature = "telnet")]
use crate::telnet;
use linecrew_core::transport::Target;
use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::{Builder, Handle, Runtime};

/// How many clients may wait to be accepted by one device: all the workers of a large run.
const BACKLOG: u32 = 4096;

/// Simulated devices that are served on ports of 127.0.0.1, by threads of their own.
///
/// Dropping it ends every session, closes the ports and waits until its threads are gone. It may be started and
/// dropped inside an async runtime too.
///
/// ```
/// use linecrew_testkit::{Lab, Service};
/// use std::io::Read;
/// use std::net::TcpStream;
///
/// let lab = Lab::builder().devices(2).service(Service::Telnet).start()?;
/// let mut client = TcpStream::connect(lab.devices()[0].addr())?;
/// let mut first = [0; 3];
/// client.read_exact(&mut first)?;
/// assert_eq!(first, [255, 251, 1], "IAC WILL ECHO");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "the devices are gone when this is dropped"]
#[derive(Debug)]
pub struct Lab {
    devices: Vec<RunningDevice>,
    meters: Meters,
    /// Once this is dropped, the keeper ends the runtimes: that of the door, where clients are let in, and that of their sessions.
    runtimes: Option<Sender<[Runtime; 2]>>,
    keeper: Option<JoinHandle<()>>,
}

/// What a device is served over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// Telnet.
    #[cfg(feature = "telnet")]
    Telnet,
    /// SSH.
    #[cfg(feature = "ssh")]
    Ssh,
}

impl Service {
    /// What an inventory calls it.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "telnet")]
            Self::Telnet => "telnet",
            #[cfg(feature = "ssh")]
            Self::Ssh => "ssh",
        }
    }
}

/// A device of a [`Lab`].
#[derive(Clone, Debug)]
pub struct RunningDevice {
    name: String,
    node: Arc<Node>,
    service: Service,
    addr: SocketAddr,
    host_key: Option<String>,
}

/// Why a lab did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabError {
    /// The operating system gave no thread.
    #[error("lab: no thread to serve devices from: {0}")]
    Threads(#[source] io::Error),
    /// The operating system gave no port.
    #[error(
        "lab: {device}: no port on 127.0.0.1: {source}; raise the limit on open files (ulimit -n) or serve fewer devices"
    )]
    Listen {
        /// The device's name.
        device: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// An authorized key cannot be read, or no host key can be made.
    #[cfg(feature = "ssh")]
    #[error(
        "lab: {device}: a host key or an authorized key is unusable: {source}; expected OpenSSH's public key format"
    )]
    Key {
        /// The device's name.
        device: String,
        /// What is wrong with it.
        source: russh::keys::ssh_key::Error,
    },
}

impl Lab {
    /// A lab of no devices yet.
    pub fn builder() -> LabBuilder {
        LabBuilder::default()
    }

    /// The devices, in the order in which they were added.
    pub fn devices(&self) -> &[RunningDevice] {
        &self.devices
    }

    /// The device of that name.
    pub fn device(&self, name: &str) -> Option<&RunningDevice> {
        self.devices.iter().find(|device| device.name == name)
    }

    /// The counters of all devices added up.
    pub fn counters(&self) -> Counters {
        self.devices.iter().fold(Counters::default(), |sum, device| {
            let counters = device.node.counters();
            Counters {
                sessions_opened: sum.sessions_opened + counters.sessions_opened,
                sessions_open: sum.sessions_open + counters.sessions_open,
                logins_refused: sum.logins_refused + counters.logins_refused,
            }
        })
    }

    /// The most that all devices together have had at a time.
    pub fn peaks(&self) -> Peaks {
        self.meters.all.peaks()
    }

    /// The most that each [limits group](Device::limits_group) and [redundancy group](Device::redundancy_group) has had at a
    /// time, by its name.
    pub fn peaks_of_groups(&self) -> BTreeMap<String, Peaks> {
        self.meters.groups.iter().map(|(group, meter)| (group.clone(), meter.peaks())).collect()
    }

    /// A `known_hosts` file for the devices that speak SSH: `[127.0.0.1]:PORT ssh-ed25519 AAAA...` each.
    pub fn known_hosts(&self) -> String {
        self.devices
            .iter()
            .filter_map(|device| {
                let key = device.host_key.as_ref()?;
                Some(format!("[{}]:{} {key}\n", device.addr.ip(), device.addr.port()))
            })
            .collect()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.runtimes = None;
        if let Some(keeper) = self.keeper.take() {
            // It has nothing to panic on, and a drop could only panic in turn.
            let _ = keeper.join();
        }
    }
}

impl RunningDevice {
    /// Listens inside the runtime that this is called in, and serves in that of the sessions.
    fn start(
        device: Device,
        service: Service,
        meters: Vec<Arc<Meter>>,
        sessions: &Handle,
    ) -> Result<Self, LabError> {
        let name = device.hostname().to_owned();
        let listener = listen().map_err(|source| LabError::Listen { device: name.clone(), source })?;
        let addr =
            listener.local_addr().map_err(|source| LabError::Listen { device: name.clone(), source })?;
        let node = device.power_on();
        let host_key = match service {
            #[cfg(feature = "telnet")]
            Service::Telnet => {
                let node = Arc::clone(&node);
                let serve = move |socket, seat| telnet::serve(socket, Arc::clone(&node), seat);
                tokio::spawn(accept(listener, meters, sessions.clone(), serve));
                None
            }
            #[cfg(feature = "ssh")]
            Service::Ssh => {
                let server = ssh::Server::new(Arc::clone(&node))
                    .map_err(|source| LabError::Key { device: name.clone(), source })?;
                let key = server.host_key().to_owned();
                let server = Arc::new(server);
                let serve = move |socket, seat| Arc::clone(&server).serve(socket, seat);
                tokio::spawn(accept(listener, meters, sessions.clone(), serve));
                Some(key)
            }
        };
        Ok(Self { name, node, service, addr, host_key })
    }

    /// The name that it was added under, which is the hostname that it started with.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The device itself: its description, its present hostname, its counters.
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// What it is served over.
    pub fn service(&self) -> Service {
        self.service
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How a client reaches it: its name, address and port, and the credentials that it takes.
    pub fn target(&self) -> Target {
        let known = self.node.device().target();
        Target::new(self.addr.ip().to_string())
            .name(&self.name)
            .port(self.addr.port())
            .credentials(known.credentials)
    }

    /// The public host key in OpenSSH's format, where it speaks SSH.
    pub fn host_key(&self) -> Option<&str> {
        self.host_key.as_deref()
    }
}

/// Says which devices a [`Lab`] has.
#[derive(Debug, Default)]
pub struct LabBuilder {
    count: usize,
    platform: Option<Platform>,
    service: Option<Service>,
    latency: Duration,
    privileged: bool,
    aaa: Option<Aaa>,
    added: Vec<(Device, Service)>,
}

impl LabBuilder {
    /// Adds so many devices, named `r1`, `r2` and so on; none by default.
    pub fn devices(mut self, count: usize) -> Self {
        self.count = count;
        self
    }

    /// Sets their platform; Cisco IOS-XE by default.
    pub fn platform(mut self, platform: Platform) -> Self {
        self.platform = Some(platform);
        self
    }

    /// Serves them all over the same; by default the odd ones speak telnet and the even ones SSH.
    pub fn service(mut self, service: Service) -> Self {
        self.service = Some(service);
        self
    }

    /// Sets their [latency](Device::latency); none by default.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Lets their sessions start in privileged exec; off by default.
    pub fn privileged(mut self, privileged: bool) -> Self {
        self.privileged = privileged;
        self
    }

    /// Has the logins of all devices checked by this AAA server, unless one has [its own](Device::aaa).
    pub fn aaa(mut self, aaa: &Aaa) -> Self {
        self.aaa = Some(aaa.clone());
        self
    }

    /// Adds one device of one's own, after the numbered ones.
    pub fn device(mut self, device: Device, service: Service) -> Self {
        self.added.push((device, service));
        self
    }

    /// Opens the ports and starts serving. All devices listen when this returns.
    pub fn start(self) -> Result<Lab, LabError> {
        let (sessions, door) = (runtime("linecrew-lab", threads())?, runtime("linecrew-door", 1)?);
        let (of_sessions, of_door) = (sessions.handle().clone(), door.handle().clone());
        let mut lab = keep([door, sessions])?;
        let _inside = of_door.enter();
        for (device, service) in self.all() {
            let meters = lab.meters.of(&device);
            lab.devices.push(RunningDevice::start(device, service, meters, &of_sessions)?);
        }
        Ok(lab)
    }

    fn all(self) -> impl Iterator<Item = (Device, Service)> {
        let platform = Arc::new(self.platform.unwrap_or_else(Platform::cisco_iosxe));
        let aaa = self.aaa;
        let numbered = (1..=self.count).map(move |number| {
            let device = Device::new(Arc::clone(&platform), format!("r{number}")).latency(self.latency);
            let device = if self.privileged { device.privileged() } else { device };
            (device, self.service.unwrap_or_else(|| Service::usual(number)))
        });
        numbered.chain(self.added).map(move |(mut device, service)| {
            device.aaa = device.aaa.or_else(|| aaa.clone());
            (device, service)
        })
    }
}

/// What is metered: all devices together, and each group.
#[derive(Debug, Default)]
struct Meters {
    all: Arc<Meter>,
    groups: BTreeMap<String, Arc<Meter>>,
}

impl Meters {
    /// Those that a device counts in.
    fn of(&mut self, device: &Device) -> Vec<Arc<Meter>> {
        let mut names: Vec<&String> = device.limits_group.iter().chain(&device.redundancy_group).collect();
        names.dedup();
        let mut meters = vec![Arc::clone(&self.all)];
        meters.extend(names.into_iter().map(|name| Arc::clone(self.groups.entry(name.clone()).or_default())));
        meters
    }
}

impl Service {
    #[cfg(all(feature = "telnet", feature = "ssh"))]
    fn usual(number: usize) -> Self {
        if number.is_multiple_of(2) { Self::Ssh } else { Self::Telnet }
    }

    #[cfg(all(feature = "telnet", not(feature = "ssh")))]
    fn usual(_number: usize) -> Self {
        Self::Telnet
    }

    #[cfg(all(feature = "ssh", not(feature = "telnet")))]
    fn usual(_number: usize) -> Self {
        Self::Ssh
    }
}

fn runtime(name: &str, threads: usize) -> Result<Runtime, LabError> {
    let mut builder = Builder::new_multi_thread();
    builder.thread_name(name).worker_threads(threads).enable_all().build().map_err(LabError::Threads)
}

/// Gives the runtimes to a thread that drops them when the lab ends: a runtime must not be dropped inside another one,
/// where a lab may well be.
fn keep(runtimes: [Runtime; 2]) -> Result<Lab, LabError> {
    let (sender, receiver) = channel::<[Runtime; 2]>();
    let keeper = std::thread::Builder::new()
        .name("linecrew-lab".into())
        .spawn(move || drop(receiver.iter().collect::<Vec<_>>()))
        .map_err(LabError::Threads)?;
    // The keeper holds the other end for as long as this one lives.
    let _ = sender.send(runtimes);
    Ok(Lab { devices: Vec::new(), meters: Meters::default(), runtimes: Some(sender), keeper: Some(keeper) })
}

/// Serving is cheap; more threads would only take time from the clients in the same process.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, |threads| threads.get().min(4))
}

fn listen() -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    socket.listen(BACKLOG)
}

/// Lets clients in, and serves each in a task of its own among the sessions: who comes to the door is metered when he comes,
/// however busy those are.
async fn accept<S>(
    listener: TcpListener,
    meters: Vec<Arc<Meter>>,
    sessions: Handle,
    serve: impl Fn(TcpStream, Seat) -> S + Clone + Send + 'static,
) where
    S: Future<Output = ()> + Send + 'static,
{
    loop {
        match listener.accept().await {
            Ok((socket, _)) => {
                let seat = Seat::take(&meters, &socket);
                // Without it the pieces of a reply wait for each other; failing to set it only makes it slower.
                let _ = socket.set_nodelay(true);
                let (serve, socket) = (serve.clone(), socket.into_std());
                sessions.spawn(async move {
                    // A client that cannot be moved is hung up on.
                    if let Ok(socket) = socket.and_then(TcpStream::from_std) {
                        serve(socket, seat).await;
                    }
                });
            }
            // Out of file descriptors, most likely: some come free as sessions end.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}
