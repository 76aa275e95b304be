//! Any program of submits, cancels, nested submits, panics and shutdowns, from several threads: each task is run
//! once, cancelled or refused; whoever waits is told; what it held is dropped once; no more threads run jobs than may.
#![allow(clippy::unwrap_used, reason = "all of this is a test")]

mod interpreter;
mod ledger;
mod op;

use proptest::prelude::*;

proptest! {
    // What fails depends on the threads as well, so a file of failures would repeat little.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_task_has_one_end(program in op::programs()) {
        interpreter::check(&program);
    }
}
