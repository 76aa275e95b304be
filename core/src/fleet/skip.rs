//! Why a host of a run was not worked on.

use std::fmt;

/// Why a host was not started.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Skip {
    /// The run was interrupted before its turn came.
    Interrupted,
    /// More hosts failed than were allowed to.
    TooManyFailures,
    /// The run's own time was over.
    RunTimedOut,
    /// What it logs in with, by this name, was refused twice by others.
    CredentialRefused(String),
    /// Nobody reads the outcomes of the run any more, or its executor was shut down.
    Abandoned,
    /// Its start could not be written down in the journal.
    Journal,
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => f.write_str("the run was interrupted"),
            Self::TooManyFailures => f.write_str("too many hosts failed"),
            Self::RunTimedOut => f.write_str("the time of the run was over"),
            Self::CredentialRefused(name) => write!(f, "not tried: {name} was refused twice"),
            Self::Abandoned => f.write_str("the run was given up"),
            Self::Journal => f.write_str("the journal cannot be written"),
        }
    }
}
