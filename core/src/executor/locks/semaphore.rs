//! How many may do a thing at a time.

use super::permit::{AcquireError, Permit, Permits, ReleaseError};
use crate::cx::Cx;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A number of permits, each for one holder at a time: Python's `threading.Semaphore`.
///
/// Clones share the permits, so jobs of several executors can take from one set. Who waits is served in the order in
/// which he came, and nobody overtakes him. A waiting thread sleeps until its permit is there. The default has one
/// permit, as in Python.
///
/// ```
/// use linecrew_core::executor::{Executor, Semaphore};
///
/// let executor = Executor::new()?;
/// let logins = Semaphore::new(2);
/// let hosts = executor.map(
///     move |host: &str| {
///         let _permit = logins.acquire(); // Given back at the end of the job, also by a panic.
///         host.len()
///     },
///     ["r1", "core-sw1", "r10"],
/// );
/// assert_eq!(hosts.collect::<Result<Vec<_>, _>>()?, [2, 8, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Semaphore {
    permits: Arc<Permits>,
}

impl Semaphore {
    /// A semaphore with `permits` to give; with 0 the first comes by [`release`](Self::release).
    pub fn new(permits: usize) -> Self {
        Self { permits: Permits::new(permits, usize::MAX) }
    }

    /// Waits for a permit.
    pub fn acquire(&self) -> Permit {
        self.permits.acquire();
        self.permit()
    }

    /// A permit if one is free now: Python's `acquire(blocking=False)`.
    pub fn try_acquire(&self) -> Option<Permit> {
        self.permits.try_acquire().then(|| self.permit())
    }

    /// Waits for a permit for at most `timeout`, however long that is: Python's `acquire(timeout=...)`.
    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit> {
        self.permits.acquire_timeout(timeout).then(|| self.permit())
    }

    /// Waits for a permit until the deadline of `cx` or its cancel. Where either has come already there is none, even
    /// if one is free.
    pub fn acquire_within(&self, cx: &Cx) -> Result<Permit, AcquireError> {
        self.permits.acquire_within(cx).map(|()| self.permit())
    }

    /// Adds `permits`, of which the first go to those who wait. Only for those whose [`Permit`] was
    /// [forgotten](Permit::forget), or to have more than at the start: a permit gives itself back.
    pub fn release(&self, permits: usize) {
        // Without a limit there is no surplus.
        let _ = self.permits.release(permits);
    }

    /// How many permits are free now.
    pub fn available(&self) -> usize {
        self.permits.free()
    }

    /// How many threads wait for a permit now.
    pub fn waiting(&self) -> usize {
        self.permits.waiting()
    }

    /// A semaphore that never has more than `permits`.
    pub(super) fn bounded(permits: usize) -> Self {
        Self { permits: Permits::new(permits, permits) }
    }

    /// Adds `permits` unless that is more than there may be.
    pub(super) fn try_release(&self, permits: usize) -> Result<(), ReleaseError> {
        self.permits.release(permits)
    }

    fn permit(&self) -> Permit {
        Permit::of(&self.permits)
    }
}

impl Default for Semaphore {
    fn default() -> Self {
        Self::new(1)
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.permits.describe("Semaphore", f)
    }
}

/// A [`Semaphore`] that never has more permits than at the start, which tells a release too many from a right one:
/// Python's `threading.BoundedSemaphore`.
///
/// ```
/// use linecrew_core::executor::BoundedSemaphore;
///
/// let sessions = BoundedSemaphore::new(2);
/// sessions.acquire().forget();
/// assert_eq!(sessions.release(1), Ok(()));
/// assert!(sessions.release(1).is_err());
/// ```
#[derive(Clone)]
pub struct BoundedSemaphore {
    semaphore: Semaphore,
}

impl BoundedSemaphore {
    /// A semaphore with `permits` to give, and never more.
    pub fn new(permits: usize) -> Self {
        Self { semaphore: Semaphore::bounded(permits) }
    }

    /// As [`Semaphore::acquire`].
    pub fn acquire(&self) -> Permit {
        self.semaphore.acquire()
    }

    /// As [`Semaphore::try_acquire`].
    pub fn try_acquire(&self) -> Option<Permit> {
        self.semaphore.try_acquire()
    }

    /// As [`Semaphore::acquire_timeout`].
    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit> {
        self.semaphore.acquire_timeout(timeout)
    }

    /// As [`Semaphore::acquire_within`].
    pub fn acquire_within(&self, cx: &Cx) -> Result<Permit, AcquireError> {
        self.semaphore.acquire_within(cx)
    }

    /// Gives back `permits` that were [forgotten](Permit::forget); [`ReleaseError::Surplus`], and nothing is given
    /// back, where that would be more than at the start. Python's `ValueError`.
    pub fn release(&self, permits: usize) -> Result<(), ReleaseError> {
        self.semaphore.try_release(permits)
    }

    /// How many permits are free now.
    pub fn available(&self) -> usize {
        self.semaphore.available()
    }

    /// How many threads wait for a permit now.
    pub fn waiting(&self) -> usize {
        self.semaphore.waiting()
    }
}

impl Default for BoundedSemaphore {
    fn default() -> Self {
        Self::new(1)
    }
}

impl fmt::Debug for BoundedSemaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.semaphore.permits.describe("BoundedSemaphore", f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::CancelToken;
    use crate::deadline::Deadline;
    use std::sync::mpsc;
    use std::thread;

    const HANG: Duration = Duration::from_mins(1);

    /// Returns once `count` threads wait in line.
    fn until_waiting(semaphore: &Semaphore, count: usize) {
        while semaphore.waiting() < count {
            thread::yield_now();
        }
    }

    #[test]
    fn waiters_are_served_in_the_order_in_which_they_came() {
        let semaphore = Semaphore::new(0);
        let (sender, order) = mpsc::channel();
        let threads: Vec<_> = (0..5)
            .map(|n| {
                let (waiter, sender) = (semaphore.clone(), sender.clone());
                let thread = thread::spawn(move || {
                    let permit = waiter.acquire();
                    sender.send(n).unwrap();
                    drop(permit);
                });
                until_waiting(&semaphore, n + 1);
                thread
            })
            .collect();
        semaphore.release(1);
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(order.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn nobody_overtakes_who_waits() {
        let semaphore = Semaphore::new(0);
        let waiter = semaphore.clone();
        let thread = thread::spawn(move || waiter.acquire().forget());
        until_waiting(&semaphore, 1);
        semaphore.release(1);
        assert!(semaphore.try_acquire().is_none());
        thread.join().unwrap();
    }

    #[test]
    fn a_permit_handed_to_one_who_gives_up_is_kept() {
        let semaphore = Semaphore::new(0);
        let acquired = semaphore.permits.acquire_or(|_| {
            semaphore.release(1);
            false
        });
        assert!(acquired);
        assert_eq!(semaphore.available(), 0);
    }

    #[test]
    fn who_gave_up_is_handed_nothing() {
        let semaphore = Semaphore::new(0);
        assert!(semaphore.acquire_timeout(Duration::ZERO).is_none());
        semaphore.release(1);
        assert_eq!(semaphore.available(), 1);
    }

    #[test]
    fn no_permit_is_lost_where_giving_up_and_handing_over_race() {
        let semaphore = Semaphore::new(2);
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let semaphore = semaphore.clone();
                thread::spawn(move || {
                    for micros in (0..50).cycle().take(2000) {
                        drop(semaphore.acquire_timeout(Duration::from_micros(micros)));
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!((semaphore.available(), semaphore.waiting()), (2, 0));
    }

    #[test]
    fn a_cancel_ends_the_wait() {
        let semaphore = Semaphore::new(0);
        let cx = Cx::new(Deadline::after(HANG, "login"), CancelToken::new());
        let (waiter, within) = (semaphore.clone(), cx.clone());
        let thread = thread::spawn(move || waiter.acquire_within(&within).map(Permit::forget));
        until_waiting(&semaphore, 1);
        cx.cancel().cancel();
        assert_eq!(thread.join().unwrap(), Err(AcquireError::Cancelled));
        assert_eq!(semaphore.waiting(), 0);
    }

    #[test]
    fn a_wait_within_a_limit_names_it() {
        let semaphore = Semaphore::new(0);
        let cx = |wait| Cx::new(Deadline::after(wait, "login slots"), CancelToken::new());
        for wait in [Duration::ZERO, Duration::from_millis(5)] {
            let error = semaphore.acquire_within(&cx(wait)).unwrap_err();
            assert_eq!(error.to_string(), "no permit came free within the limit `login slots`");
        }
        semaphore.release(1);
        assert!(semaphore.acquire_within(&cx(HANG)).is_ok());
        assert!(semaphore.acquire_within(&cx(Duration::ZERO)).is_err());
    }

    #[test]
    fn a_permit_returns_from_another_thread_and_after_a_panic() {
        let semaphore = Semaphore::new(1);
        let permit = semaphore.acquire();
        let moved = thread::spawn(move || {
            let _permit = permit;
            panic!("a job that fails");
        });
        assert!(moved.join().is_err());
        assert_eq!(semaphore.available(), 1);
    }

    #[test]
    fn a_release_without_end_stays_within_the_count() {
        let semaphore = Semaphore::new(1);
        semaphore.release(usize::MAX);
        assert_eq!(semaphore.available(), usize::MAX);
    }
}
