//! Which connector serves a host.

use super::error::HostError;
use crate::inventory::Host;
use crate::transport::{Connector, Credentials};
use std::sync::Arc;

/// Chooses the connector of a host, by its transport and its settings. A closure is one.
pub trait Connectors: Send + Sync {
    /// The connector for `host`; [`HostError::NoTransport`] where its transport is not known. What is logged in to on the
    /// way to it, and names no credential of its own, gets `fallback`.
    fn connector(&self, host: &Host, fallback: &Credentials) -> Result<Arc<dyn Connector>, HostError>;

    /// The names of the jump hosts on the way to `host`, each of which counts in
    /// [`per_jump_host`](super::Limits::per_jump_host): those of the inventory, unless the connectors know of others.
    fn jump_hosts(&self, host: &Host, _fallback: &Credentials) -> Vec<String> {
        host.jumps().iter().map(|jump| jump.name().to_owned()).collect()
    }
}

impl<F> Connectors for F
where
    F: Fn(&Host) -> Result<Arc<dyn Connector>, HostError> + Send + Sync,
{
    fn connector(&self, host: &Host, _: &Credentials) -> Result<Arc<dyn Connector>, HostError> {
        self(host)
    }
}
