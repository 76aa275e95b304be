//! Platform definitions against the prompts, the commands and the words of the devices that they are for.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failure fails the test")]
#![allow(clippy::print_stdout, reason = "a test that is skipped says so")]

mod builtin;
mod community;

mod detect;
mod prompts;
mod reads;
