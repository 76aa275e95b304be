//! 500 idle workers for 5 s: the processor time that they use.
//!
//! `cargo run --release -p linecrew-benches --features rivals --bin idle`
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program that prints figures, or fails")]

use linecrew_benches::{Bar, Candidate, Table, candidate, candidates, process, verdict};
use std::time::Duration;

const WORKERS: usize = 500;
const WATCH: Duration = Duration::from_secs(5);

/// Until all have fallen asleep.
const SETTLE: Duration = Duration::from_secs(1);

fn main() {
    match std::env::args().nth(1) {
        Some(pool) => idle(candidate(&pool)),
        None => bench(),
    }
}

fn bench() {
    println!("## {WORKERS} idle workers for 5 s\n");
    let mut table = Table::new(&["pool", "processor time, ms", "threads alive"]);
    let mut times = Vec::new();
    for candidate in candidates() {
        let figures = process::alone(candidate.name, WORKERS);
        table.row([candidate.name.to_owned(), format!("{:.2}", figures[0]), figures[1].to_string()]);
        times.push(figures[0]);
    }
    table.print();
    verdict("Processor time, ms", times[0], Bar::AtMost(1.0));
    println!();
}

/// Prints the processor time in milliseconds and the threads.
fn idle(candidate: Candidate) {
    let mut pool = (candidate.with_workers)(WORKERS);
    // Enough for each worker to be started.
    pool.sleepers(2 * WORKERS as u64, Duration::from_millis(50));
    std::thread::sleep(SETTLE);
    let before = process::cpu_time();
    std::thread::sleep(WATCH);
    let used = process::cpu_time().saturating_sub(before);
    println!("{} {}", used.as_secs_f64() * 1e3, process::threads() - 1);
}
