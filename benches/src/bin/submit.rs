//! A million no-op jobs submitted from outside, each result read: linecrew beside the pools that a user would pick.
//!
//! `cargo run --release -p linecrew-benches --features rivals --bin submit [JOBS]`
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program that prints figures, or fails")]

use linecrew_benches::{Contender, medians};
use linecrew_core::executor::Executor;

const ROUNDS: usize = 5;

fn main() {
    let jobs: u64 = std::env::args().nth(1).map_or(1_000_000, |jobs| jobs.parse().expect("a number of jobs"));
    for workers in [2, 64, 500] {
        let medians = medians(&mut contenders(workers, jobs), ROUNDS);
        let ours = medians[0].1.as_secs_f64();
        println!("{jobs} no-op jobs, {workers} workers");
        for (name, median) in medians {
            let seconds = median.as_secs_f64();
            let rate = f64::from(u32::try_from(jobs).unwrap_or(u32::MAX)) / seconds / 1e6;
            println!("  {name:<12} {rate:6.2} M/s   {:5.2} times linecrew's time", seconds / ours);
        }
    }
}

fn contenders(workers: usize, jobs: u64) -> Vec<Contender<'static>> {
    let executor = Executor::builder().max_workers(workers).build().expect("workers above 0");
    let linecrew = Contender::new("linecrew", move || {
        let tasks: Vec<_> = (0..jobs).map(|n| executor.submit(move || n)).collect();
        let sum: u64 = tasks.into_iter().map(|task| task.result().expect("no panic")).sum();
        assert_eq!(sum, jobs * (jobs - 1) / 2);
    });
    std::iter::once(linecrew).chain(rivals(workers, jobs)).collect()
}

#[cfg(not(feature = "rivals"))]
fn rivals(_workers: usize, _jobs: u64) -> Vec<Contender<'static>> {
    Vec::new()
}

/// Those without handles get a channel per job, as their documentation suggests.
#[cfg(feature = "rivals")]
fn rivals(workers: usize, jobs: u64) -> Vec<Contender<'static>> {
    use std::sync::mpsc::{Receiver, sync_channel};
    fn read(results: Vec<Receiver<u64>>, jobs: u64) {
        let sum: u64 = results.into_iter().map(|result| result.recv().expect("a result")).sum();
        assert_eq!(sum, jobs * (jobs - 1) / 2);
    }
    let rayon = rayon::ThreadPoolBuilder::new().num_threads(workers).build().expect("a pool");
    let threadpool = threadpool::ThreadPool::new(workers);
    let with_rayon = move || {
        let submit = |n| {
            let (sender, receiver) = sync_channel(1);
            rayon.spawn(move || sender.send(n).expect("a receiver"));
            receiver
        };
        read((0..jobs).map(submit).collect(), jobs);
    };
    let with_threadpool = move || {
        let submit = |n| {
            let (sender, receiver) = sync_channel(1);
            threadpool.execute(move || sender.send(n).expect("a receiver"));
            receiver
        };
        read((0..jobs).map(submit).collect(), jobs);
    };
    vec![Contender::new("rayon", with_rayon), Contender::new("threadpool", with_threadpool)]
}
