//! Programs drawn at random for `LINECREW_STRESS_SECONDS`, 2 unless set. It has no test harness, so that a sanitizer
//! sees nothing but the executor.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "all of this is a test")]

#[path = "programs/interpreter.rs"]
mod interpreter;
#[path = "programs/ledger.rs"]
mod ledger;
#[path = "programs/op.rs"]
mod op;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::time::{Duration, Instant};

fn main() {
    let seconds = std::env::var("LINECREW_STRESS_SECONDS").map_or(2, |seconds| seconds.parse().unwrap());
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut runner, programs) = (TestRunner::default(), op::programs());
    let mut count = 0;
    while Instant::now() < end {
        interpreter::check(&programs.new_tree(&mut runner).unwrap().current());
        count += 1;
    }
    println!("{count} programs, and each task of them had one end");
}
