//! What every blocking call of a transport carries: until when, and whether to stop before.

use crate::cancel::CancelToken;
use crate::clock::Clock;
use crate::deadline::Deadline;
use std::time::Duration;

/// The deadline and the cancel token of one operation, and the clock that the deadline is measured on.
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
    clock: Clock,
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
    /// An operation that ends at `deadline`, or when `cancel` is cancelled. Its clock is a new one.
    pub fn new(deadline: Deadline, cancel: CancelToken) -> Self {
        Self { deadline, cancel, clock: Clock::new() }
    }

    /// The moment at which the operation ends, with the name of the limit.
    pub fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// The token that ends the operation early.
    pub fn cancel(&self) -> &CancelToken {
        &self.cancel
    }

    /// The clock of the operation and of all parts of it: who waits otherwise than in real time moves it.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The time left on the clock, zero once the deadline is past.
    pub fn remaining(&self) -> Duration {
        self.deadline.instant().saturating_duration_since(self.clock.now())
    }

    /// The same operation held to a further limit of `wait` from now; the sooner of both deadlines counts.
    pub fn within(&self, wait: Duration, limit: &'static str) -> Self {
        let further = Deadline::counted_from(self.clock.now(), wait, limit);
        Self { deadline: self.deadline.sooner(further), ..self.clone() }
    }

    /// The same operation on a clock of its own, which shows the same now: for one of several that go on at a time.
    pub fn with_own_clock(&self) -> Self {
        Self { clock: self.clock.fork(), ..self.clone() }
    }

    /// Why the operation must stop now, if it must. A cancel counts before a deadline.
    pub fn interruption(&self) -> Option<Interruption> {
        if self.cancel.is_cancelled() {
            Some(Interruption::Cancelled)
        } else if self.remaining().is_zero() {
            Some(Interruption::TimedOut)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    #[test]
    fn limits_are_measured_on_the_clock() {
        let cx = Cx::new(Deadline::after(2 * HOUR, "host"), CancelToken::new());
        cx.clock().advance(HOUR);
        let command = cx.within(HOUR / 2, "command");
        assert_eq!((command.remaining(), command.interruption()), (HOUR / 2, None));
        command.clock().advance(HOUR / 2);
        assert_eq!(command.interruption(), Some(Interruption::TimedOut));
        assert_eq!((command.deadline().limit(), cx.interruption()), ("command", None));
        cx.clock().advance(HOUR);
        assert_eq!((cx.remaining(), cx.interruption()), (Duration::ZERO, Some(Interruption::TimedOut)));
    }

    #[test]
    fn operations_with_clocks_of_their_own_spend_their_own_time() {
        let run = Cx::new(Deadline::after(HOUR, "run"), CancelToken::new());
        let (one, other) = (run.with_own_clock(), run.with_own_clock());
        one.clock().advance(HOUR);
        assert!(one.interruption().is_some() && other.interruption().is_none());
        run.cancel().cancel();
        assert_eq!(other.interruption(), Some(Interruption::Cancelled));
    }
}
