//! Against the system's own servers, set up as sites set them up: OpenSSH's sshd and inetutils' telnetd; and what OpenSSH's
//! own programs make of the files that are read here too.
//!
//! They want root on Debian with the packages openssh-server and inetutils-telnetd. Each test has a process of the
//! server for each of its connections, all gone when it ends.
#![cfg(all(feature = "ssh", feature = "telnet"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failure fails the test")]

mod algorithms;
mod authentication;
#[path = "../common/mod.rs"]
mod common;
mod connection;
mod files;
mod host_keys;
mod inetd;
mod jump;
mod machine;
mod shell;
mod sshd;
mod telnetd;
