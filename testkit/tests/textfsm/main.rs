//! TextFSM held against Python's textfsm: the same header, rows, types and order, or an error where Python has one.
//!
//! `LINECREW_TEXTFSM_CASES=N` takes N random and mutated templates in place of the usual number.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a failure fails the test")]

mod columns;
mod compare;
mod index;
mod mutate;
mod ntc_templates;
mod random;
#[path = "../../../core/tests/textfsm/reference.rs"]
mod reference;
mod reference_holds;
mod strategy;

use linecrew_testkit::oracle::Oracle;
use std::path::Path;

/// The environment is made once for all tests of the process, and kept for the next one.
fn oracle() -> Oracle {
    static ENVIRONMENT: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one_at_a_time = ENVIRONMENT.lock().unwrap();
    Oracle::start(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-textfsm")).unwrap()
}

fn cases(usual: u32) -> u32 {
    std::env::var("LINECREW_TEXTFSM_CASES").map_or(usual, |cases| cases.parse().unwrap())
}
