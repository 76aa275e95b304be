//! Why a host has no value to show.

use super::skip::Skip;
use crate::executor::TaskError;
use crate::inventory::InventoryError;
use crate::platform::PlatformError;
use crate::session::SessionError;
use std::error::Error;

/// How a host failed; `Display` is one line that names the host.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// A secret of its credential could not be read.
    #[error("{host}: credentials: {source}")]
    Credentials {
        /// The host.
        host: String,
        /// What is wrong.
        source: InventoryError,
    },
    /// The inventory names no platform for it.
    #[error("{host}: platform: none is given; set `platform` for the host, a group or the defaults")]
    NoPlatform {
        /// The host.
        host: String,
    },
    /// Its platform is not known, or its definition is faulty.
    #[error("{host}: platform: {source}")]
    Platform {
        /// The host.
        host: String,
        /// What is wrong.
        source: PlatformError,
    },
    /// Its transport is not known.
    #[error("{host}: transport: {transport} is not known; expected one of {known}")]
    NoTransport {
        /// The host.
        host: String,
        /// What it asks for.
        transport: String,
        /// What there is.
        known: &'static str,
    },
    /// The session failed.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// Nobody answered at its address, and its second, out-of-band address failed too.
    #[error("{second}; out of band because of {first}")]
    OutOfBand {
        /// How its address failed.
        first: Box<Self>,
        /// How the second address failed.
        second: Box<Self>,
    },
    /// The job failed for a reason of its own.
    #[error("{0}")]
    Job(Box<dyn Error + Send + Sync>),
    /// The run was cancelled before the host was connected.
    #[error("{host}: cancelled before it was connected")]
    Cancelled {
        /// The host.
        host: String,
    },
    /// It was not started.
    #[error("{host}: skipped: {why}")]
    Skipped {
        /// The host.
        host: String,
        /// Why not.
        why: Skip,
    },
    /// The job panicked.
    #[error("{host}: {source}")]
    Task {
        /// The host.
        host: String,
        /// What the executor says.
        source: TaskError,
    },
}

impl HostError {
    /// The failure of a job for a reason of its own; the text or error should name the host.
    pub fn job(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Job(error.into())
    }

    /// Whether nobody answered, so that another address may serve: the name has no address, or the connection was refused,
    /// did not get there, or timed out. Once anybody has answered, a second login could lock the account.
    pub(super) fn is_no_answer(&self) -> bool {
        use crate::transport::{ErrorKind, Phase};
        let Self::Session(error) = self else { return false };
        error.transport().is_some_and(|error| {
            matches!(error.phase(), Phase::Resolve | Phase::Connect)
                && matches!(
                    error.kind(),
                    ErrorKind::Unresolved | ErrorKind::Refused | ErrorKind::Unreachable | ErrorKind::TimedOut
                )
        })
    }

    /// In which phase the host failed, in one word: `connect`, `login`, `privilege`, `command`, ...
    pub fn phase(&self) -> String {
        match self {
            Self::Credentials { .. } => "credentials".to_owned(),
            Self::NoPlatform { .. } | Self::Platform { .. } => "platform".to_owned(),
            Self::NoTransport { .. } => "transport".to_owned(),
            Self::Session(error) => match error.transport() {
                Some(transport) if error.phase() == crate::session::Phase::Connect => {
                    transport.phase().to_string()
                }
                _ => error.phase().to_string(),
            },
            Self::OutOfBand { second, .. } => second.phase(),
            Self::Job(_) | Self::Task { .. } => "job".to_owned(),
            Self::Cancelled { .. } | Self::Skipped { .. } => "start".to_owned(),
        }
    }
}
