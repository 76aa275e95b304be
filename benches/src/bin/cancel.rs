//! How soon a blocked transport returns once its token is cancelled.
//!
//! `cargo run --release -p linecrew-benches --features sessions --bin cancel`
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program that prints figures, or fails")]

use linecrew_benches::{Contender, Table, alternate, cx};
use linecrew_core::cx::Cx;
use linecrew_core::transport::{Connector, ErrorKind, HostKeyCheck, Phase, Target, TransportError};
use linecrew_transports::ssh::SshConnector;
use linecrew_transports::telnet::TelnetConnector;
use rustix::net::{AddressFamily, SocketType, bind, getsockname, listen, socket};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

const ROUNDS: usize = 300;
/// Until the transport is where it blocks; writes first fill the buffers of both ends.
const BLOCKED: Duration = Duration::from_millis(30);

type Step<'a> = dyn Fn(&Cx) -> Result<(), TransportError> + Sync + 'a;

fn main() {
    let rounds = std::env::args().nth(1).map_or(ROUNDS, |rounds| rounds.parse().expect("a number of rounds"));
    let (ssh, telnet) = (SshConnector::new().host_key_check(HostKeyCheck::Off), TelnetConnector::new());
    // The system takes the connections and nobody accepts them.
    let (_silent, silent) = listener(4096);
    let (_full, full) = listener(0);
    // The one connection that has room there; the next ones are not answered.
    let _room = TcpStream::connect(full).expect("room for one");
    let (silent, full) = (target(silent), target(full));

    let connect = |cx: &Cx| telnet.connect(&full, cx).map(drop);
    let handshake = |cx: &Cx| ssh.connect(&silent, cx).map(drop);
    let read = |cx: &Cx| telnet.connect(&silent, cx)?.read(&mut [0; 64], cx).map(drop);
    let write = |cx: &Cx| {
        let mut transport = telnet.connect(&silent, cx)?;
        loop {
            transport.write_all(&[b'x'; 8 * 1024], cx)?;
        }
    };
    let mut contenders = [
        Contender::new("connect", || delay(Phase::Connect, &connect)),
        Contender::new("SSH handshake", || delay(Phase::Handshake, &handshake)),
        Contender::new("read", || delay(Phase::Read, &read)),
        Contender::new("write", || delay(Phase::Write, &write)),
    ];
    let samples = alternate(&mut contenders, rounds);

    println!("## From the cancel to the return of what was blocked\n");
    let mut table = Table::new(&["blocked in", "p50, µs", "p99, µs", "slowest, µs"]);
    for sample in &samples {
        let figures = [sample.median(0), sample.percentile(0, 99), sample.greatest(0)];
        table
            .row([vec![sample.name.clone()], figures.map(|figure| format!("{figure:.0}")).to_vec()].concat());
    }
    table.print();
}

/// The microseconds from the cancel to the return of a step that is blocked in `phase`.
fn delay(phase: Phase, step: &Step<'_>) -> [f64; 1] {
    let cx = cx();
    std::thread::scope(|scope| {
        let blocked = scope.spawn(|| (step(&cx), Instant::now()));
        std::thread::sleep(BLOCKED);
        let cancelled = Instant::now();
        cx.cancel().cancel();
        let (result, returned) = blocked.join().expect("no panic");
        let error = result.expect_err("it was cancelled");
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Cancelled, phase), "{error}");
        [(returned - cancelled).as_secs_f64() * 1e6]
    })
}

/// A port at which so many connections and one more wait to be accepted.
fn listener(backlog: i32) -> (OwnedFd, SocketAddr) {
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
    bind(&socket, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a port");
    listen(&socket, backlog).expect("bound");
    let addr = getsockname(&socket).expect("bound").try_into().expect("IPv4");
    (socket, addr)
}

fn target(addr: SocketAddr) -> Target {
    Target::new(addr.ip().to_string()).port(addr.port())
}
