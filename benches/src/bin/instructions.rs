//! Does so many jobs that do nothing, for `instructions.sh` to count the instructions.
//!
//! `instructions JOBS [POOL]`
#![allow(clippy::expect_used, reason = "a program that fails")]

use linecrew_benches::{candidate, candidates};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let jobs = arguments.next().and_then(|jobs| jobs.parse().ok()).expect("a number of jobs");
    let candidate = arguments.next().map_or(candidates()[0], |name| candidate(&name));
    (candidate.with_workers)(2).noops(jobs);
}
