//! A job that submits 1,000 children and reads their results, 1,000 times.
//!
//! `cargo run --release -p linecrew-benches --features rivals --bin nested [PARENTS]`
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program that prints figures, or fails")]

use linecrew_benches::{
    Bar, Better, Candidate, Contender, Ratios, Table, alternate, candidates, process, rate, scopes,
};

const ROUNDS: usize = 5;
const CHILDREN: u64 = 1000;

fn main() {
    let parents: u64 =
        std::env::args().nth(1).map_or(1000, |parents| parents.parse().expect("a number of parents"));
    process::for_each(&[2, 64], |workers| bench(parents, workers));
}

fn bench(parents: u64, workers: usize) {
    println!(
        "## A job that submits {CHILDREN} jobs and reads their results, {parents} times: {workers} workers\n"
    );
    let contender = |candidate: Candidate| {
        Contender::new(candidate.name, move || {
            let mut pool = (candidate.with_workers)(workers);
            rate(parents, |parents| pool.nested(parents, CHILDREN))
        })
    };
    let mut contenders: Vec<_> = candidates().into_iter().chain(scopes()).map(contender).collect();
    let samples = alternate(&mut contenders, ROUNDS);
    let rates = samples.iter().map(|samples| (&*samples.name, samples.median(0)));
    let with_handles = Ratios::new(rates.clone().take(candidates().len()), Better::Greater);
    let ratios = Ratios::new(rates, Better::Greater);
    let mut table = Table::new(&["pool", "thousand parents/s", "to the best rival", "parents"]);
    for samples in &samples {
        let (rate, parents) = (samples.median(0), samples.median(1));
        table.row([
            samples.name.clone(),
            format!("{:.3}", rate / 1e3),
            ratios.cell(rate),
            parents.to_string(),
        ]);
    }
    table.print();
    with_handles.verdict("Rate, of those with a handle for each child", Bar::AtLeast(1.0));
    ratios.verdict("Rate, of all", Bar::AtLeast(1.0));
    println!();
}
