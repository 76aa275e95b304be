//! 10,000 simulated devices at 1,000 workers, one in a hundred with each kind of fault: how each host ends, whether the
//! limits hold by the lab's own counters, and what the run has in RAM meanwhile.
//!
//! `MALLOC_ARENA_MAX=1 cargo run --release -p linecrew-benches --features fleet --bin fleet > benches/results/fleet.md`
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a program that prints figures, or fails"
)]

use linecrew_benches::fleet::{Counted, End, GROUPS, Kind, Serving, Wrong, behind, kinds, serve_if_asked};
use linecrew_benches::{Bar, Table, machine, process, verdict};
use linecrew_core::executor::Executor;
use linecrew_core::fleet::{Cause, Fleet, HostError, Journal, Limits, Outcome, Retry};
use linecrew_core::inventory::{Host, Inventory};
use linecrew_core::session::Timeouts;
use linecrew_core::transport::Credentials;
use linecrew_transports::StandardConnectors;
use rustix::net::{AddressFamily, SocketType, bind, getsockname, socket};
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const DEVICES: usize = 10_000;
const WORKERS: usize = 1000;
const IN_FLIGHT: usize = 400;
const A_SECOND: usize = 250;
const OF_A_GROUP: usize = 150;
const BEHIND_A_JUMP_HOST: usize = 40;
/// Well above what a device takes, and short enough for the stalled ones to come and go at the same rate for most of a run:
/// with their retries they keep a thread for 12 seconds.
const LIMIT: Duration = Duration::from_secs(4);
const RETRIES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];
/// Above what any device says that ends its reply.
const LONGEST_REPLY: usize = 256 << 10;

fn main() {
    serve_if_asked();
    let devices =
        std::env::args().nth(1).map_or(DEVICES, |count| count.parse().expect("a number of devices"));
    println!("# Fleet runs\n\n{}\n", machine::describe(&machine::SESSIONS));
    println!("`benches/README.md` says what the bench does.\n");
    let folder = std::env::temp_dir().join(format!("linecrew-fleet-{}", std::process::id()));
    std::fs::create_dir(&folder).expect("a folder");
    let lab = Serving::start(devices, &folder);
    let (_closed, port) = closed_port();
    let inventory = inventory(&folder, port);
    // What the first one leaves behind, the second one has on top.
    let runs = ["1.jsonl", "2.jsonl"].map(|journal| run(&inventory, &folder.join(journal)));
    let counted = lab.end();
    std::fs::remove_dir_all(&folder).expect("it is there");
    print(&runs, devices);
    print_memory(&runs);
    print_limits(&counted);
}

/// The lab's hosts, with what is wrong with some that is not the devices' fault.
fn inventory(folder: &Path, closed: u16) -> Inventory {
    let lab = Inventory::load(folder.join("lab.yaml")).expect("the lab wrote it");
    let (devices, jumps): (Vec<_>, Vec<_>) =
        lab.hosts().iter().partition(|host| host.name().starts_with('r'));
    let host = |host: &Arc<Host>| {
        let mut settings = host.settings().clone();
        settings.limit_logins = Some(true);
        match Kind::of(number(host)).map(|kind| kind.wrong) {
            Some(Wrong::NoPort) => settings.port = Some(closed),
            Some(Wrong::Guest) => settings.username = Some("guest".to_owned()),
            _ => {}
        }
        let jump = behind(number(host)).and_then(|name| jumps.iter().find(|jump| jump.name() == name));
        Host::new(host.name(), settings).through(jump.map(|jump| Arc::clone(jump)))
    };
    devices.into_iter().map(host).collect()
}

fn number(host: &Host) -> usize {
    host.name()[1..].parse().expect("r and its number")
}

/// A port that nobody listens on for as long as the socket lives.
fn closed_port() -> (OwnedFd, u16) {
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
    bind(&socket, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a port");
    let address = SocketAddr::try_from(getsockname(&socket).expect("bound")).expect("an address");
    (socket, address.port())
}

fn run(inventory: &Inventory, journal: &Path) -> Seen {
    let executor = Executor::builder().max_workers(WORKERS).build().expect("workers above 0");
    let connectors = StandardConnectors::default().handshake(LIMIT).authentication(LIMIT);
    let names = inventory.hosts().iter().map(|host| host.name());
    let journal = Journal::create(journal, &["show version".to_owned()], false, names);
    let mut limits = Limits::default()
        .logins_in_flight(IN_FLIGHT)
        .logins_per_second(A_SECOND as f64, Duration::from_millis(100))
        .per_jump_host(BEHIND_A_JUMP_HOST);
    for group in 0..GROUPS {
        limits = limits.group(format!("group-{group}"), OF_A_GROUP);
    }
    let fleet = Fleet::new(&executor, inventory, connectors)
        .credentials(Credentials::user("admin").password("admin").enable("enable"))
        .timeouts(Timeouts::default().silence(LIMIT).authentication(LIMIT))
        .retry(Retry::after(RETRIES))
        .limits(limits)
        .longest_reply(LONGEST_REPLY)
        .read_only()
        .journal(Arc::new(journal.expect("a new file")));
    let run = fleet.run(|session, host| {
        let panics = Kind::of(number(host)).is_some_and(|kind| matches!(kind.wrong, Wrong::Job));
        assert!(!panics, "one that is meant to");
        let reply = session.send_command("show version")?;
        let is_its_own = reply.text.contains(&format!("{} uptime is", host.name()));
        if is_its_own {
            Ok(())
        } else {
            Err(HostError::job(format!("{}: the reply is another's", host.name())))
        }
    });
    std::panic::set_hook(Box::new(|_| {}));
    let (mut seen, hosts) = (Seen::new(inventory.len()), inventory.len());
    for outcome in run.as_completed() {
        seen.note(&outcome, hosts);
    }
    drop(std::panic::take_hook());
    seen.seconds = seen.start.elapsed().as_secs_f64();
    seen
}

/// What a run has come to.
struct Seen {
    start: Instant,
    seconds: f64,
    hosts: HashMap<String, usize>,
    /// By the name of the kind: how many ended, and how many of them as they have to.
    kinds: HashMap<&'static str, (usize, usize)>,
    wrong: Vec<String>,
    refused: usize,
    /// At each tenth of the hosts: the seconds, the megabytes, the threads.
    memory: Vec<(f64, f64, u64)>,
}

impl Seen {
    fn new(hosts: usize) -> Self {
        Self {
            start: Instant::now(),
            seconds: 0.0,
            hosts: HashMap::with_capacity(hosts),
            kinds: HashMap::new(),
            wrong: Vec::new(),
            refused: 0,
            memory: Vec::new(),
        }
    }

    fn note(&mut self, outcome: &Outcome<()>, hosts: usize) {
        let kind = Kind::of(number(&outcome.host));
        let (name, end) = kind.map_or(("nothing", End::Well), |kind| (kind.name, kind.end));
        let is_right = end.is(outcome.status, outcome.cause);
        let count = self.kinds.entry(name).or_default();
        *count = (count.0 + 1, count.1 + usize::from(is_right));
        if !is_right {
            let (status, result) = (outcome.status, &outcome.result);
            self.wrong.push(format!("{} ({name}): {status}: {result:?}", outcome.host.name()));
        }
        self.refused += usize::from(outcome.cause == Some(Cause::AuthRefused));
        *self.hosts.entry(outcome.host.name().to_owned()).or_default() += 1;
        let done = self.hosts.len();
        if done * 10 / hosts > self.memory.len() {
            let megabytes = process::resident() as f64 * 1024.0 / 1e6;
            self.memory.push((self.start.elapsed().as_secs_f64(), megabytes, process::threads()));
        }
    }

    /// The most that it had in RAM, in megabytes.
    fn most(&self) -> f64 {
        self.memory.iter().map(|(_, megabytes, _)| *megabytes).fold(0.0, f64::max)
    }

    fn ended_once(&self) -> usize {
        self.hosts.values().filter(|times| **times == 1).count()
    }

    fn right(&self) -> usize {
        self.kinds.values().map(|(_, right)| right).sum()
    }
}

fn print([first, second]: &[Seen; 2], devices: usize) {
    println!(
        "## {devices} devices, {WORKERS} workers, one host in a hundred with each kind of fault, twice\n"
    );
    let mut table = Table::new(&["fault", "hosts", "ended as they have to", "in the second run"]);
    let names = std::iter::once("nothing").chain(kinds().into_iter().map(|kind| kind.name));
    for name in names {
        let [(ended, right), (_, again)] =
            [first, second].map(|seen| seen.kinds.get(name).copied().unwrap_or_default());
        table.row([name.to_owned(), ended.to_string(), right.to_string(), again.to_string()]);
    }
    table.print();
    println!("- {:.0} s and {:.0} s in all", first.seconds, second.seconds);
    let least = |figure: fn(&Seen) -> usize| figure(first).min(figure(second)) as f64;
    verdict("Hosts with exactly one outcome", least(Seen::ended_once), Bar::AtLeast(devices as f64));
    verdict("Right outcomes", least(Seen::right), Bar::AtLeast(devices as f64));
    for wrong in first.wrong.iter().chain(&second.wrong).take(20) {
        println!("- {wrong}");
    }
    let refused = first.refused.max(second.refused) as f64;
    verdict("Hosts with the unknown user whose password was refused", refused, Bar::AtMost(2.0));
}

fn print_memory([first, second]: &[Seen; 2]) {
    println!("\n## Memory of the runs\n");
    println!(
        "Stalled hosts keep a thread for 12 seconds: until then a run has the more sessions open the longer it goes on. \
         MALLOC_ARENA_MAX is {}: each of glibc's arenas keeps what was freed in it.\n",
        std::env::var("MALLOC_ARENA_MAX").as_deref().unwrap_or("not set")
    );
    let mut table = Table::new(&["hosts done", "s", "MB in RAM", "threads", "s", "MB in RAM", "threads"]);
    for (tenth, (one, two)) in first.memory.iter().zip(&second.memory).enumerate() {
        let cells = [one, two].map(|(seconds, megabytes, threads)| {
            [format!("{seconds:.0}"), format!("{megabytes:.1}"), threads.to_string()]
        });
        let mut row = vec![format!("{} %", (tenth + 1) * 10)];
        row.extend(cells.into_iter().flatten());
        table.row(row);
    }
    table.print();
    if let [_, (_, early, _), .., (_, late, _)] = second.memory[..] {
        verdict(
            "In the second run, from 20 % of the hosts to the end, times",
            late / early,
            Bar::AtMost(1.1),
        );
    }
    if let [_, (_, early, few), .., (_, late, many)] = first.memory[..] {
        verdict(
            "In the first run, from 20 % of the hosts to the end, times",
            late / early,
            Bar::AtMost(1.25),
        );
        let by_thread = (late / many as f64) / (early / few as f64);
        verdict("The same for each thread, times", by_thread, Bar::AtMost(1.1));
    }
    verdict(
        "The most of the second run beside the first, times",
        second.most() / first.most(),
        Bar::AtMost(1.1),
    );
    println!();
}

fn print_limits(counted: &Counted) {
    println!("## Limits, by the lab's own counters\n");
    let [sessions, in_flight, a_second] = counted.all.map(|figure| figure as f64);
    verdict("Sessions at a time", sessions, Bar::AtMost(WORKERS as f64));
    verdict("Logins in flight", in_flight, Bar::AtMost(IN_FLIGHT as f64));
    verdict("Logins within any second", a_second, Bar::AtMost(A_SECOND as f64));
    let most = |prefix: &str| {
        let of = counted.groups.iter().filter(|(name, _)| name.starts_with(prefix));
        of.map(|(_, sessions)| *sessions).max().unwrap_or(0) as f64
    };
    verdict("Sessions with a limits group at a time", most("group-"), Bar::AtMost(OF_A_GROUP as f64));
    verdict(
        "Sessions behind a jump host at a time",
        counted.behind as f64,
        Bar::AtMost(BEHIND_A_JUMP_HOST as f64),
    );
    verdict("Sessions with a redundancy group at a time", most("pair-"), Bar::AtMost(1.0));
}
