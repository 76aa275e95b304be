//! All benches of sessions in turn, as Markdown.
//!
//! `cargo run --release -p linecrew-benches --features sessions --bin sessions > benches/results/sessions.md`
#![allow(clippy::print_stdout, reason = "a program that prints figures")]

use linecrew_benches::{machine, process};

const BENCHES: [&str; 3] = ["login", "open_sessions", "cancel"];

fn main() {
    println!("# Sessions with simulated devices\n\n{}\n", machine::describe(&machine::SESSIONS));
    println!("`benches/README.md` says what each bench does.\n");
    for bench in BENCHES {
        process::run(bench, &mut process::bench(bench, "sessions"));
    }
}
