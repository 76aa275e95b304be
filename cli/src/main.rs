//! `linecrew`: drives whole fleets of network devices at once.
//!
//! Glue over `linecrew-core`: arguments as typed (`args`) become a run as meant (`plan`), its outcomes are printed.

mod advice;
mod args;
mod columns;
mod config;
#[cfg(feature = "lab")]
mod demo;
mod exit;
mod fleet_args;
mod guard;
mod hostkeys;
mod interrupt;
mod inventory;
mod journal;
#[cfg(feature = "lab")]
mod lab;
mod limit;
mod open_files;
mod output;
mod parse;
mod parser;
mod password;
mod plan;
mod platforms;
mod progress;
mod prompt;
mod record;
#[cfg(feature = "lab")]
mod recording;
mod run;
#[cfg(feature = "lab")]
mod selftest;
mod summary;
mod verbose;
mod which;

use args::Command;
use exit::{Ended, Usage};
use std::process::ExitCode;

fn main() -> ExitCode {
    exit::report(carry_out())
}

fn carry_out() -> Result<Ended, Usage> {
    match config::args()?.command {
        Command::Run(args) => run::run(&args),
        Command::Parse(args) => parse::run(&args),
        Command::Inventory(args) => inventory::run(&args),
        Command::Hostkeys(args) => hostkeys::run(&args),
        Command::Platforms(args) => platforms::run(&args),
        #[cfg(feature = "lab")]
        Command::Record(args) => recording::run(&args),
        #[cfg(feature = "lab")]
        Command::Selftest(args) => selftest::run(&args),
        #[cfg(feature = "lab")]
        Command::Demo(args) => demo::run(&args),
        #[cfg(feature = "lab")]
        Command::Lab(args) => lab::run(&args),
    }
}
