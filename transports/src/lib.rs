//! Transports for `linecrew-core`: SSH, telnet and in memory, each a feature.
//!
//! Calls block their caller only; inside, sockets are non-blocking, and [`poll`] is the one place that waits for
//! them, so that each wait keeps its deadline and notices a cancel.

#[cfg(any(feature = "ssh", feature = "telnet"))]
mod carrier;
#[cfg(any(feature = "ssh", feature = "telnet"))]
mod dial;
#[cfg(feature = "mock")]
pub mod mock;
pub mod poll;
#[cfg(any(feature = "ssh", feature = "telnet"))]
mod race;
#[cfg(any(feature = "ssh", feature = "telnet"))]
mod resolve;
#[cfg(any(feature = "ssh", feature = "telnet"))]
mod source;
#[cfg(feature = "ssh")]
pub mod ssh;
#[cfg(feature = "fleet")]
mod standard;
#[cfg(any(feature = "ssh", feature = "telnet"))]
mod tcp;
#[cfg(feature = "telnet")]
pub mod telnet;

#[cfg(feature = "fleet")]
pub use standard::StandardConnectors;

/// The README's example compiles.
#[cfg(all(doctest, feature = "fleet", feature = "ssh", feature = "telnet"))]
#[doc = include_str!("../../README.md")]
pub struct Readme;
