//! Each fault: that a plain client sees it, and that a session ends in the right reply or in an error that names the
//! phase. On the wire: what only a socket has. In any mix: properties.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod client;
mod mix;
mod session;
#[cfg(all(feature = "ssh", feature = "telnet"))]
mod wire;
