//! What every blocking call of a transport carries: until when, and whether to stop before.

use crate::cancel::CancelToken;
use crate::deadline::Deadline;

/// The deadline and the cancel token of one operation.
///
/// It owns what it carries, so that a boxed stream may keep a clone.
///
/// ```
/// use linecrew_core::{cancel::CancelToken, cx::Cx, deadline::Deadline};
/// use std::time::Duration;
///
/// let cx = Cx::new(Deadline::after(Duration::from_secs(900), "host"), CancelToken::new());
/// let login = cx.within(Duration::from_secs(30), "authentication");
/// assert_eq!(login.deadline().limit(), "authentication");
/// assert!(login.interruption().is_none());
/// ```
#[derive(Clone, Debug)]
pub struct Cx {
    deadline: Deadline,
    cancel: CancelToken,
}

/// Why an operation must end before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interruption {
    /// Somebody cancelled the token.
    Cancelled,
    /// The deadline is past.
    TimedOut,
}

impl Cx {
    /// An operation that ends at `deadline`, or when `cancel` is cancelled.
    pub fn new(deadline: Deadline, cancel: CancelToken) -> Self {
        Self { deadline, cancel }
    }

    /// The moment at which the operation ends, with the name of the limit.
    pub fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// The token that ends the operation early.
    pub fn cancel(&self) -> &CancelToken {
        &self.cancel
    }

    /// The same operation held to a further limit of `wait` from now; the sooner of both deadlines counts.
    pub fn within(&self, wait: std::time::Duration, limit: &'static str) -> Self {
        Self { deadline: self.deadline.sooner(Deadline::after(wait, limit)), cancel: self.cancel.clone() }
    }

    /// Why the operation must stop now, if it must. A cancel counts before a deadline.
    pub fn interruption(&self) -> Option<Interruption> {
        if self.cancel.is_cancelled() {
            Some(Interruption::Cancelled)
        } else if self.deadline.is_past() {
            Some(Interruption::TimedOut)
        } else {
            None
        }
    }
}
