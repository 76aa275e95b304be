//! All benches of the executor in turn, as Markdown.
//!
//! `cargo run --release -p linecrew-benches --features rivals --bin executor > benches/results/executor.md`
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program that prints figures, or fails")]

use linecrew_benches::{candidates, machine};
use std::process::Command;

const BENCHES: [&str; 6] = ["submit", "nested", "latency", "sleepers", "idle", "memory"];

fn main() {
    println!("# The executor beside other pools\n\n{}\n", machine::describe());
    println!("Medians of alternating rounds. `benches/README.md` says what each bench does.\n");
    for bench in BENCHES {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["run", "--quiet", "--release", "-p", "linecrew-benches", "--bin", bench]);
        if cfg!(feature = "rivals") {
            cargo.args(["--features", "rivals"]);
        }
        run(bench, &mut cargo);
    }
    println!("## Instructions per job\n");
    let count = || Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.sh"));
    run("instructions.sh", &mut count());
    for rival in candidates().iter().skip(1) {
        run("instructions.sh", count().arg(rival.name));
    }
}

/// Runs a bench and goes on with the next one if it fails: the figures of the others stand.
fn run(bench: &str, command: &mut Command) {
    match command.status() {
        Ok(status) if status.success() => {}
        Ok(status) => println!("**{bench} failed: {status}.**\n"),
        Err(error) => println!("**{bench} could not be started: {error}.**\n"),
    }
}
