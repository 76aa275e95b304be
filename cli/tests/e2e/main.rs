//! The binary end to end, against simulated devices in the test's own process.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod bad_hosts;
mod bad_usage;
mod config;
mod fleet;
mod help;
mod hostkeys;
mod inventory;
mod lab;
mod lockout;
mod output;
mod parse;
mod passwords;
mod platforms;
mod run;
mod sessions;
#[path = "../support/mod.rs"]
mod support;
mod ways;
