//! A transport of your own: a program on a pseudo-terminal, such as `cu` on a serial line, or the `ssh` of the system.
//!
//! It is written against `linecrew-core` alone. What makes it a transport is in [`PtyTransport`]; what makes its waits
//! end is [`wait`]; and `tests/contract.rs` shows that it keeps every promise of the trait.

mod connector;
mod transport;
mod wait;

pub use connector::PtyConnector;
pub use transport::PtyTransport;
