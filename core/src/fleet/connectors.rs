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
}

impl<F> Connectors for F
where
    F: Fn(&Host) -> Result<Arc<dyn Connector>, HostError> + Send + Sync,
{
    fn connector(&self, host: &Host, _: &Credentials) -> Result<Arc<dyn Connector>, HostError> {
        self(host)
    }
}
