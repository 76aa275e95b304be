//! The executor measured beside the pools that a user would pick in its place, and what sessions cost. `README.md` says
//! how to run the benches and how to read them.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "for programs that print figures, or fail"
)]

#[cfg(feature = "sessions")]
mod client;
#[cfg(feature = "sessions")]
mod devices;
#[cfg(feature = "sessions")]
mod exchange;
#[cfg(feature = "fleet")]
pub mod fleet;
mod linecrew;
pub mod machine;
mod pool;
pub mod process;
#[cfg(feature = "rivals")]
mod rivals;
mod samples;
mod table;
#[cfg(feature = "textfsm")]
pub mod textfsm;
#[cfg(feature = "sessions")]
mod wire;
mod work;

#[cfg(feature = "sessions")]
pub use client::{Client, cx, show_version};
#[cfg(feature = "sessions")]
pub use devices::{Devices, serve_if_asked};
#[cfg(feature = "sessions")]
pub use exchange::Exchange;
pub use linecrew::Linecrew;
pub use pool::Pool;
pub use samples::{Contender, Samples, alternate, rate};
pub use table::{Bar, Better, Ratios, Table, verdict};
#[cfg(feature = "sessions")]
pub use wire::{CountingWaits, LongReply};
pub use work::{Candidate, Work, candidate, candidates, scopes};

#[cfg(feature = "rivals")]
pub use rivals::python;
