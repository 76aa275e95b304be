//! Allocations and bytes per job, and what 1,000 idle workers hold in RAM.
//!
//! `cargo run --release -p linecrew-benches --features rivals --bin memory`
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a program that prints figures, or fails"
)]

use linecrew_benches::{Bar, Candidate, Table, candidate, candidates, process, verdict};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const JOBS: u64 = 200_000;
const WORKERS: usize = 1000;

#[global_allocator]
static COUNTING: Counting = Counting { allocations: AtomicU64::new(0), bytes: AtomicU64::new(0) };

/// The system's allocator, and how often it was asked, for how much.
struct Counting {
    allocations: AtomicU64,
    bytes: AtomicU64,
}

// Memory cannot be counted where it is handed out without implementing this trait.
#[allow(unsafe_code, reason = "the trait is unsafe; each method hands its arguments on as they are")]
// SAFETY: the system's allocator does all of the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.count(layout.size());
        // SAFETY: the caller's promises are handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: likewise.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        self.count(size);
        // SAFETY: likewise.
        unsafe { System.realloc(block, layout, size) }
    }
}

impl Counting {
    fn count(&self, size: usize) {
        self.allocations.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(size as u64, Ordering::Relaxed);
    }

    fn read(&self) -> [u64; 2] {
        [&self.allocations, &self.bytes].map(|count| count.load(Ordering::Relaxed))
    }
}

fn main() {
    match std::env::args().nth(1) {
        Some(pool) => idle(candidate(&pool)),
        None => process::for_each(&[2], bench),
    }
}

fn bench(workers: usize) {
    println!("## Memory\n");
    let mut table = Table::new(&[
        "pool",
        "allocations per job",
        "bytes per job",
        "1,000 idle workers, MB",
        "threads alive",
    ]);
    let mut ours = None;
    for candidate in candidates() {
        let [allocations, bytes] = per_job(candidate, workers);
        let idle = process::alone(candidate.name, WORKERS);
        let cells = [
            format!("{allocations:.3}"),
            format!("{bytes:.1}"),
            format!("{:.1}", idle[0]),
            idle[1].to_string(),
        ];
        table.row(std::iter::once(candidate.name.to_owned()).chain(cells));
        ours.get_or_insert([allocations, bytes, idle[0]]);
    }
    table.print();
    let [allocations, bytes, resident] = ours.expect("ours is always there");
    verdict("Allocations per job", allocations, Bar::AtMost(1.05));
    verdict("Bytes per job", bytes, Bar::AtMost(128.0));
    verdict("1,000 idle workers, MB", resident, Bar::AtMost(12.0));
    println!();
}

/// Of submit, run and read, the list of handles not counted.
fn per_job(candidate: Candidate, workers: usize) -> [f64; 2] {
    let mut pool = (candidate.with_workers)(workers);
    pool.noops(JOBS);
    let before = COUNTING.read();
    pool.noops(JOBS);
    let after = COUNTING.read();
    [0, 1].map(|kind| (after[kind] - before[kind]) as f64 / JOBS as f64)
}

/// Prints by how many megabytes the process grows by a pool of idle workers, and the threads.
fn idle(candidate: Candidate) {
    let before = process::resident();
    let mut pool = (candidate.with_workers)(WORKERS);
    // Enough for each worker to be started.
    pool.sleepers(2 * WORKERS as u64, Duration::from_millis(50));
    std::thread::sleep(Duration::from_millis(200));
    println!("{} {}", (process::resident() - before) as f64 * 1024.0 / 1e6, process::threads() - 1);
}
