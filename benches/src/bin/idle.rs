//! 500 idle workers for 5 s: the processor time that they use.
//!
//! `cargo run --release -p linecrew-benches --features rivals --bin idle`
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program that prints figures, or fails")]

use linecrew_benches::{Bar, Candidate, Table, candidates, process, verdict};
use std::time::{Duration, Instant};

const WORKERS: usize = 500;
const WATCH: Duration = Duration::from_secs(5);

/// Until all have fallen asleep.
const SETTLE: Duration = Duration::from_secs(1);

fn main() {
    process::for_each(&[WORKERS], bench);
}

fn bench(workers: usize) {
    println!("## {workers} idle workers for 5 s\n");
    let mut table = Table::new(&["pool", "processor time, ms", "threads alive"]);
    let mut ours = None;
    for candidate in candidates() {
        let (used, threads) = idle(candidate, workers);
        let used = used.as_secs_f64() * 1e3;
        table.row([candidate.name.to_owned(), format!("{used:.2}"), threads.to_string()]);
        ours.get_or_insert(used);
    }
    table.print();
    verdict("Processor time, ms", ours.expect("ours is always there"), Bar::AtMost(1.0));
    println!();
}

fn idle(candidate: Candidate, workers: usize) -> (Duration, u64) {
    alone();
    let mut pool = (candidate.with_workers)(workers);
    // Enough for each worker to be started.
    pool.sleepers(2 * workers as u64, Duration::from_millis(50));
    std::thread::sleep(SETTLE);
    let before = process::cpu_time();
    std::thread::sleep(WATCH);
    (process::cpu_time().saturating_sub(before), process::threads() - 1)
}

/// Waits for the threads of the pool before to end.
fn alone() {
    let give_up = Instant::now() + Duration::from_secs(10);
    while process::threads() > 1 {
        assert!(Instant::now() < give_up, "a pool that was dropped left its threads behind");
        std::thread::sleep(Duration::from_millis(10));
    }
}
