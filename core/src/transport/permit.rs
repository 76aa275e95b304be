//! Leave to log in, for whoever minds how many do so at a time.

use super::{ErrorKind, Phase, TransportError};
use std::fmt;
use std::sync::Arc;

/// Leave to log in with the credentials of a target: asked for once the connection stands, right before anything of them is
/// sent. It is given unless somebody decides on it, as a fleet's run does: it lets one host at a time try a credential that
/// no device has taken yet.
///
/// ```
/// use linecrew_core::transport::{Permit, Target};
///
/// let target = Target::new("192.0.2.1");
/// assert!(target.permit.ask("192.0.2.1:22").is_ok());
/// let target = target.permit(Permit::new(|| false));
/// assert!(target.permit.ask("192.0.2.1:22").is_err());
/// ```
#[derive(Clone, Default)]
pub struct Permit(Option<Arc<dyn Fn() -> bool + Send + Sync>>);

impl Permit {
    /// A permit that is given where `may_log_in` says so. It is asked at each login, on whatever thread, and should not block.
    pub fn new(may_log_in: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(may_log_in)))
    }

    /// Asks for it. Where it is not given, the connection of `peer` is of no use: the error is of kind
    /// [`ErrorKind::Cancelled`].
    pub fn ask(&self, peer: &str) -> Result<(), TransportError> {
        if self.0.as_ref().is_none_or(|may_log_in| may_log_in()) {
            return Ok(());
        }
        let what = "put off, and nothing was sent: the credential is being tried on another host, or was refused there";
        Err(TransportError::new(ErrorKind::Cancelled, Phase::Authentication, peer, what))
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").field("is_decided_on", &self.0.is_some()).finish()
    }
}
