//! The time that limits are measured on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The time that the limits of an operation are measured on: the machine's, until somebody stops it.
///
/// Each [`Cx`](crate::cx::Cx) has one. A transport in memory stops it: nothing really waits there, so that a wait moves the clock
/// by as much as it would have taken, and nothing else does. A device that answers ten seconds late is late for a limit of
/// five, always, and costs the test no time.
///
/// Clones are the same clock. One that stands still is for one thread at a time: what it shows is the sum of all waits.
///
/// ```
/// use linecrew_core::clock::Clock;
/// use std::time::Duration;
///
/// let clock = Clock::new();
/// clock.stop();
/// let start = clock.now();
/// clock.advance(Duration::from_secs(3600));
/// assert_eq!(clock.now() - start, Duration::from_secs(3600));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// What it shows since it was stopped.
    stopped: Arc<Mutex<Option<Instant>>>,
}

impl Clock {
    /// A clock that shows the machine's time.
    pub fn new() -> Self {
        Self::default()
    }

    /// What it shows.
    pub fn now(&self) -> Instant {
        self.stopped().unwrap_or_else(Instant::now)
    }

    /// Lets it stand still from now on, as it is.
    pub fn stop(&self) {
        self.stopped().get_or_insert_with(Instant::now);
    }

    /// Whether it stands still.
    pub fn is_stopped(&self) -> bool {
        self.stopped().is_some()
    }

    /// Moves it on by so much, and stops it if it ran.
    pub fn advance(&self, by: Duration) {
        let mut stopped = self.stopped();
        let now = *stopped.get_or_insert_with(Instant::now);
        // One at its end stays there.
        *stopped = Some(now.checked_add(by).unwrap_or(now));
    }

    /// Waits in real time, which moves a clock that stands still too: for whoever waits for something outside of memory.
    pub fn really<T>(&self, wait: impl FnOnce() -> T) -> T {
        if !self.is_stopped() {
            return wait();
        }
        let start = Instant::now();
        let waited = wait();
        self.advance(start.elapsed());
        waited
    }

    /// Another clock, which shows the same now and goes its own way.
    pub fn fork(&self) -> Self {
        Self { stopped: Arc::new(Mutex::new(*self.stopped())) }
    }

    fn stopped(&self) -> MutexGuard<'_, Option<Instant>> {
        // Each change is one assignment.
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    #[test]
    fn it_runs_until_it_is_stopped() {
        let clock = Clock::new();
        let before = Instant::now();
        assert!(clock.now() >= before && !clock.is_stopped());
        clock.stop();
        let stopped = clock.now();
        assert!(clock.is_stopped() && stopped <= Instant::now());
        while Instant::now() == stopped {}
        assert_eq!(clock.now(), stopped);
    }

    #[test]
    fn only_a_wait_moves_one_that_stands_still() {
        let clock = Clock::new();
        clock.advance(HOUR);
        let start = clock.now();
        clock.clone().advance(HOUR);
        assert_eq!(clock.now() - start, HOUR);
        clock.really(|| std::thread::sleep(Duration::from_millis(2)));
        assert!(clock.now() - start >= HOUR + Duration::from_millis(2));
    }

    #[test]
    fn a_fork_goes_its_own_way() {
        let clock = Clock::new();
        clock.stop();
        let (fork, start) = (clock.fork(), clock.now());
        fork.advance(HOUR);
        assert_eq!((clock.now(), fork.now()), (start, start + HOUR));
        assert!(!Clock::new().fork().is_stopped());
    }

    #[test]
    fn one_at_its_end_stays_there() {
        let clock = Clock::new();
        clock.advance(Duration::MAX);
        assert!(clock.is_stopped());
    }
}
