//! The processor time of a session: log in, privileged mode, paging off, `show version`, leave.
//!
//! `cargo run --release -p linecrew-benches --features sessions --bin login`
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a program that prints figures"
)]

use linecrew_benches::{
    Bar, Client, Contender, Devices, Exchange, Table, alternate, process, serve_if_asked, verdict,
};

const SESSIONS: usize = 100;
const ROUNDS: usize = 20;

fn main() {
    serve_if_asked();
    let rounds = std::env::args().nth(1).map_or(ROUNDS, |rounds| rounds.parse().expect("a number of rounds"));
    let devices = Devices::start();
    let (ssh, telnet) = (Client::ssh(), Client::telnet());
    let exchange = Exchange::record(devices.telnet, |between| telnet.visit(between).expect("a session"));
    let mut contenders = [
        Contender::new("SSH", || cost(|| ssh.visit(devices.ssh).expect("a session"))),
        Contender::new("telnet", || cost(|| telnet.visit(devices.telnet).expect("a session"))),
        Contender::new("bare system calls", || cost(|| exchange.replay(devices.telnet).expect("a session"))),
    ];
    // What each keeps from its first sessions on.
    alternate(&mut contenders, 1);
    let samples = alternate(&mut contenders, rounds);

    println!("## Processor time of a session, client side\n");
    let mut table = Table::new(&["client", "median, ms", "slowest round, ms"]);
    for sample in &samples {
        let figures = [sample.median(0), sample.greatest(0)].map(|figure| format!("{figure:.3}"));
        table.row([vec![sample.name.clone()], figures.to_vec()].concat());
    }
    table.print();
    verdict("SSH, ms", samples[0].median(0), Bar::AtMost(1.5));
    verdict(
        "Telnet, to the bare system calls",
        samples[1].median(0) / samples[2].median(0),
        Bar::AtMost(2.5),
    );
    println!();
}

/// The milliseconds of processor time for each of some sessions.
fn cost(mut session: impl FnMut()) -> [f64; 1] {
    let before = process::cpu_time();
    for _ in 0..SESSIONS {
        session();
    }
    [process::cpu_time().saturating_sub(before).as_secs_f64() * 1e3 / SESSIONS as f64]
}
