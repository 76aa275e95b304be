//! One job to an idle pool: from submit to its result.
//!
//! `cargo run --release -p linecrew-benches --features rivals --bin latency [SAMPLES]`
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program that prints figures, or fails")]

use linecrew_benches::{Bar, Better, Candidate, Contender, Ratios, Table, alternate, candidates, process};
use std::time::Duration;

/// Until the workers sleep again. The others' pools sleep too.
const PAUSE: Duration = Duration::from_millis(1);

fn main() {
    let samples =
        std::env::args().nth(1).map_or(2000, |samples| samples.parse().expect("a number of samples"));
    process::for_each(&[2, 64], |workers| bench(samples, workers));
}

fn bench(samples: usize, workers: usize) {
    println!("## One job to an idle pool: {workers} workers, {samples} samples\n");
    let contender = |candidate: Candidate| {
        let mut pool = (candidate.with_workers)(workers);
        pool.noops(1000);
        Contender::new(candidate.name, move || {
            std::thread::sleep(PAUSE);
            [pool.noops(1).as_secs_f64() * 1e6]
        })
    };
    let samples = alternate(&mut candidates().into_iter().map(contender).collect::<Vec<_>>(), samples);
    let ratios = |percent| {
        let figures = samples.iter().map(|samples| (&*samples.name, samples.percentile(0, percent)));
        Ratios::new(figures, Better::Smaller)
    };
    let (half, most) = (ratios(50), ratios(99));
    let mut table = Table::new(&["pool", "p50, µs", "to the best rival", "p99, µs", "to the best rival"]);
    for samples in &samples {
        let (p50, p99) = (samples.percentile(0, 50), samples.percentile(0, 99));
        let cells = [format!("{p50:.1}"), half.cell(p50), format!("{p99:.1}"), most.cell(p99)];
        table.row(std::iter::once(samples.name.clone()).chain(cells));
    }
    table.print();
    half.verdict("p50", Bar::AtMost(1.1));
    most.verdict("p99", Bar::AtMost(2.0));
    println!();
}
