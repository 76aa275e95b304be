//! SSH against simulated devices, and against servers written by hand for what no decent one would say.
#![cfg(feature = "ssh")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failure fails the test")]

mod auth;
mod bench;
#[path = "../common/mod.rs"]
mod common;
mod config;
mod exec;
#[cfg(feature = "telnet")]
mod jump;
mod scan;
mod server;
mod session;
mod wire;
