//! The moment at which a wait ends, and the name of the limit that set it.

use std::time::{Duration, Instant};

/// A moment in time together with the name of the limit that it comes from.
///
/// The name is what an error shows a user (`silence`, `connect`, `command`), so that he knows which setting to
/// change. A deadline is total: it is passed down through every read and write of an operation and is never
/// restarted by progress.
///
/// ```
/// use linecrew_core::deadline::Deadline;
/// use std::time::Duration;
///
/// let host = Deadline::after(Duration::from_mins(15), "host");
/// let connect = host.sooner(Deadline::after(Duration::from_secs(10), "connect"));
/// assert_eq!(connect.limit(), "connect");
/// assert!(connect.remaining() <= Duration::from_secs(10));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    at: Instant,
    limit: &'static str,
}

impl Deadline {
    /// The deadline `wait` from now. A wait too long for the clock counts as 30 years.
    pub fn after(wait: Duration, limit: &'static str) -> Self {
        Self::counted_from(Instant::now(), wait, limit)
    }

    /// The deadline `wait` from `start`, for a limit that counts from an earlier moment. A wait too long for the clock
    /// counts as 30 years.
    pub fn counted_from(start: Instant, wait: Duration, limit: &'static str) -> Self {
        const LONGEST: Duration = Duration::from_hours(30 * 365 * 24);
        Self { at: start.checked_add(wait).unwrap_or_else(|| start + LONGEST), limit }
    }

    /// The deadline at a given instant.
    pub fn at(at: Instant, limit: &'static str) -> Self {
        Self { at, limit }
    }

    /// The instant at which the wait ends.
    pub fn instant(&self) -> Instant {
        self.at
    }

    /// The name of the limit that set this deadline.
    pub fn limit(&self) -> &'static str {
        self.limit
    }

    /// The time left by the machine's clock, zero once the deadline is past.
    pub fn remaining(&self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }

    /// Whether the deadline is past by the machine's clock.
    pub fn is_past(&self) -> bool {
        self.remaining().is_zero()
    }

    /// The earlier of two deadlines, with its own name; `self` where both are equal.
    pub fn sooner(self, other: Self) -> Self {
        if other.at < self.at { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_of_zero_is_past_at_once() {
        let deadline = Deadline::after(Duration::ZERO, "test");
        assert!(deadline.is_past());
        assert_eq!(deadline.remaining(), Duration::ZERO);
    }

    #[test]
    fn a_wait_beyond_the_clock_is_accepted() {
        assert!(!Deadline::after(Duration::MAX, "test").is_past());
    }

    #[test]
    fn the_sooner_deadline_keeps_its_name() {
        let now = Instant::now();
        let short = Deadline::at(now, "short");
        let long = Deadline::at(now + Duration::from_secs(1), "long");
        assert_eq!(long.sooner(short).limit(), "short");
        assert_eq!(short.sooner(long).limit(), "short");
    }
}
