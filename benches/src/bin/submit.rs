//! A million no-op jobs submitted from outside, each result read.
//!
//! `cargo run --release -p linecrew-benches --features rivals --bin submit [JOBS]`
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a program that prints figures, or fails"
)]

use linecrew_benches::{
    Bar, Better, Candidate, Contender, Ratios, Samples, Table, alternate, candidates, process, rate, verdict,
};

const ROUNDS: usize = 5;

fn main() {
    let jobs: u64 = std::env::args().nth(1).map_or(1_000_000, |jobs| jobs.parse().expect("a number of jobs"));
    process::for_each(&[2, 64, 500], |workers| bench(jobs, workers));
}

fn bench(jobs: u64, workers: usize) {
    println!("## {jobs} jobs that do nothing, submitted from outside, each result read: {workers} workers\n");
    let contender = |candidate: Candidate| {
        Contender::new(candidate.name, move || {
            let mut pool = (candidate.with_workers)(workers);
            rate(jobs, |jobs| pool.noops(jobs))
        })
    };
    let samples = alternate(&mut candidates().into_iter().map(contender).collect::<Vec<_>>(), ROUNDS);
    let python = python(jobs, workers);
    let ratios =
        Ratios::new(samples.iter().map(|samples| (&*samples.name, samples.median(0))), Better::Greater);
    let mut table = Table::new(&["pool", "million jobs/s", "to the best rival", "jobs"]);
    for samples in samples.iter().chain(&python) {
        let (rate, jobs) = (samples.median(0), samples.median(1));
        table.row([samples.name.clone(), format!("{:.3}", rate / 1e6), ratios.cell(rate), jobs.to_string()]);
    }
    table.print();
    ratios.verdict("Rate", Bar::AtLeast(if workers == 2 { 1.0 } else { 1.2 }));
    ratios.verdict("The aim", Bar::AtLeast(1.3));
    if let Some(python) = python {
        verdict("Rate, to CPython's", samples[0].median(0) / python.median(0), Bar::AtLeast(100.0));
    }
    println!();
}

#[cfg(feature = "rivals")]
fn python(jobs: u64, workers: usize) -> Option<Samples<2>> {
    use linecrew_benches::python;
    let jobs = jobs.div_ceil(10);
    if python::noops(workers, 1).is_none() {
        println!("CPython is left out: there is no python3.\n");
        return None;
    }
    let run = || [jobs as f64 / python::noops(workers, jobs).expect("python3 was there"), jobs as f64];
    alternate(&mut [Contender::new(python::NAME, run)], 3).pop()
}

#[cfg(not(feature = "rivals"))]
fn python(_jobs: u64, _workers: usize) -> Option<Samples<2>> {
    None
}
