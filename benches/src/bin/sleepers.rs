//! 10,000 jobs that sleep for 10 ms on 500 workers: the wall time over the ideal of 200 ms, and the order of starting.
//!
//! `cargo run --release -p linecrew-benches --features rivals --bin sleepers [ROUNDS]`
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a program that prints figures, or fails"
)]

use linecrew_benches::{Bar, Candidate, Contender, Table, alternate, candidates, process, verdict};
use std::time::{Duration, Instant};

const JOBS: u64 = 10_000;
const NAP: Duration = Duration::from_millis(10);
const WORKERS: usize = 500;
const IDEAL: Duration = Duration::from_millis(200);

fn main() {
    let rounds = std::env::args().nth(1).map_or(5, |rounds| rounds.parse().expect("a number of rounds"));
    process::for_each(&[WORKERS], |workers| bench(rounds, workers));
}

fn bench(rounds: usize, workers: usize) {
    println!("## {JOBS} jobs that sleep for 10 ms: {workers} workers, ideal 200 ms\n");
    let contender = |candidate: Candidate| Contender::new(candidate.name, move || round(candidate, workers));
    let samples = alternate(&mut candidates().into_iter().map(contender).collect::<Vec<_>>(), rounds);
    let mut table =
        Table::new(&["pool", "cold, to the ideal", "warm, to the ideal", "places out of order, at most"]);
    for samples in &samples {
        let times = [0, 1].map(|kind| format!("{:.2}", samples.median(kind)));
        let cells = times.into_iter().chain([samples.greatest(2).to_string()]);
        table.row(std::iter::once(samples.name.clone()).chain(cells));
    }
    table.print();
    let ours = &samples[0];
    verdict("Cold, to the ideal", ours.median(0), Bar::AtMost(1.2));
    verdict("Warm, to the ideal", ours.median(1), Bar::AtMost(1.1));
    verdict("Places out of order", ours.greatest(2), Bar::AtMost(500.0));
    println!();
}

/// A pool made and used at once, and then used again. Its making counts, as some start their threads then.
fn round(candidate: Candidate, workers: usize) -> [f64; 3] {
    let start = Instant::now();
    let mut pool = (candidate.with_workers)(workers);
    let (_, order_cold) = pool.sleepers(JOBS, NAP);
    let cold = start.elapsed();
    let (warm, order_warm) = pool.sleepers(JOBS, NAP);
    let to_ideal = |time: Duration| time.as_secs_f64() / IDEAL.as_secs_f64();
    [to_ideal(cold), to_ideal(warm), order_cold.max(order_warm) as f64]
}
