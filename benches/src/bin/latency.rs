//! One job to an idle pool: from submit to its result.
//!
//! `cargo run --release -p linecrew-benches --features rivals --bin latency [ROUNDS]`
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program that prints figures, or fails")]

use linecrew_benches::{Bar, Better, Candidate, Contender, Ratios, Table, alternate, candidates, process};
use std::time::Duration;

/// Until the workers sleep again.
const PAUSE: Duration = Duration::from_millis(1);

const SAMPLES: usize = 200;

fn main() {
    let rounds = std::env::args().nth(1).map_or(11, |rounds| rounds.parse().expect("a number of rounds"));
    process::for_each(&[2, 64], |workers| bench(rounds, workers));
}

fn bench(rounds: usize, workers: usize) {
    println!("## One job to an idle pool: {workers} workers, {rounds} rounds of {SAMPLES} samples\n");
    let contender = |candidate: Candidate| Contender::new(candidate.name, move || round(candidate, workers));
    let samples = alternate(&mut candidates().into_iter().map(contender).collect::<Vec<_>>(), rounds);
    let ratios = |kind| {
        let figures = samples.iter().map(|samples| (&*samples.name, samples.median(kind)));
        Ratios::new(figures, Better::Smaller)
    };
    let (half, most) = (ratios(0), ratios(1));
    let mut table = Table::new(&["pool", "p50, µs", "to the best rival", "p99, µs", "to the best rival"]);
    for samples in &samples {
        let (p50, p99) = (samples.median(0), samples.median(1));
        let cells = [format!("{p50:.1}"), half.cell(p50), format!("{p99:.1}"), most.cell(p99)];
        table.row(std::iter::once(samples.name.clone()).chain(cells));
    }
    table.print();
    half.verdict("p50", Bar::AtMost(1.1));
    most.verdict("p99", Bar::AtMost(2.0));
    println!();
}

/// The 50th and the 99th percentile in microseconds. No other pool is alive: some are not quiet when idle.
fn round(candidate: Candidate, workers: usize) -> [f64; 2] {
    let mut pool = (candidate.with_workers)(workers);
    pool.noops(1000);
    let sample = |_| {
        std::thread::sleep(PAUSE);
        pool.noops(1).as_secs_f64() * 1e6
    };
    let mut samples = (0..SAMPLES).map(sample).collect::<Vec<_>>();
    samples.sort_unstable_by(f64::total_cmp);
    [50, 99].map(|percent| samples[SAMPLES * percent / 100])
}
