//! All benches of the executor in turn, as Markdown.
//!
//! `cargo run --release -p linecrew-benches --features rivals --bin executor > benches/results/executor.md`
#![allow(clippy::print_stdout, reason = "a program that prints figures")]

use linecrew_benches::{candidates, machine, process};
use std::process::Command;

const BENCHES: [&str; 6] = ["submit", "nested", "latency", "sleepers", "idle", "memory"];

fn main() {
    println!("# The executor beside other pools\n\n{}\n", machine::describe(&machine::POOLS));
    println!("Medians of alternating rounds. `benches/README.md` says what each bench does.\n");
    let features = if cfg!(feature = "rivals") { "rivals" } else { "" };
    for bench in BENCHES {
        process::run(bench, &mut process::bench(bench, features));
    }
    println!("## Instructions per job\n");
    let count = || Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.sh"));
    process::run("instructions.sh", &mut count());
    for rival in candidates().iter().skip(1) {
        process::run("instructions.sh", count().arg(rival.name));
    }
}
