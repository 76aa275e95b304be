//! Which connector serves a host.

use super::error::HostError;
use crate::inventory::Host;
use crate::transport::Connector;
use std::sync::Arc;

/// Chooses the connector of a host, by its transport and its settings. A closure is one.
pub trait Connectors: Send + Sync {
    /// The connector for `host`; [`HostError::NoTransport`] where its transport is not known.
    fn connector(&self, host: &Host) -> Result<Arc<dyn Connector>, HostError>;
}

impl<F> Connectors for F
where
    F: Fn(&Host) -> Result<Arc<dyn Connector>, HostError> + Send + Sync,
{
    fn connector(&self, host: &Host) -> Result<Arc<dyn Connector>, HostError> {
        self(host)
    }
}
