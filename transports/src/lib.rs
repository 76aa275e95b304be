//! Transports for `linecrew-core`: SSH, telnet and in memory, each a feature.

#[cfg(feature = "mock")]
pub mod mock;
