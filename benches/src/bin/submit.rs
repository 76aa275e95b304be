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
    Bar, Better, Candidate, Contender, Samples, Table, alternate, best_rival, candidates, process, verdict,
};

const ROUNDS: usize = 5;

/// A pool that would take longer than this does fewer jobs, and its rate counts.
const PATIENCE: f64 = 3.0;

fn main() {
    let jobs: u64 = std::env::args().nth(1).map_or(1_000_000, |jobs| jobs.parse().expect("a number of jobs"));
    process::for_each(&[2, 64, 500], |workers| bench(jobs, workers));
}

fn bench(jobs: u64, workers: usize) {
    println!("## {jobs} jobs that do nothing, submitted from outside, each result read: {workers} workers\n");
    let mut contenders: Vec<_> =
        candidates().into_iter().map(|candidate| contender(candidate, jobs, workers)).collect();
    let rust = alternate(&mut contenders, ROUNDS);
    let rates: Vec<_> = rust.iter().map(|samples| (samples.name.as_str(), samples.median(0))).collect();
    let best = best_rival(&rates, Better::Greater);
    let python = python(jobs, workers);
    let mut table = Table::new(&["pool", "million a second", "to the best rival", "jobs"]);
    for samples in rust.iter().chain(&python) {
        let rate = samples.median(0);
        let ratio = best.map_or_else(String::new, |(_, best)| format!("{:.2}", rate / best));
        table.row([
            samples.name.clone(),
            format!("{:.3}", rate / 1e6),
            ratio,
            format!("{:.0}", samples.median(1)),
        ]);
    }
    table.print();
    let ours = rates[0].1;
    if let Some((name, best)) = best {
        let must = if workers == 2 { 1.0 } else { 1.2 };
        verdict(&format!("to the best rival, {name}"), ours / best, Bar::AtLeast(must));
        verdict("the aim", ours / best, Bar::AtLeast(1.3));
    }
    if let Some(python) = python {
        verdict("to CPython", ours / python.median(0), Bar::AtLeast(100.0));
    }
    println!();
}

/// Gives its rate, and how many jobs it did.
fn contender(candidate: Candidate, jobs: u64, workers: usize) -> Contender<'static, 2> {
    Contender::new(candidate.name, move || {
        let mut pool = (candidate.with_workers)(workers);
        let few = jobs.div_ceil(20);
        pool.noops(few);
        let projected = pool.noops(few).as_secs_f64() * 20.0;
        let jobs = if projected > PATIENCE { few } else { jobs };
        [jobs as f64 / pool.noops(jobs).as_secs_f64(), jobs as f64]
    })
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
