//! Real servers for tests, and the binary run over them.

pub(crate) mod crew;
pub(crate) mod frr;
pub(crate) mod openssh;
mod server;
pub(crate) mod way;
