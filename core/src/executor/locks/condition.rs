//! Waiting, with a lock let go meanwhile, for what another thread tells.

use super::line::Line;
use super::lock::LockGuard;
use crate::deadline::Deadline;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Lets the holder of a [`Lock`](super::Lock) wait until another thread says that something changed: Python's
/// `threading.Condition`.
///
/// A wait takes the guard of the lock that it lets go, so several conditions can share one lock; what is waited for is
/// to change under that lock. Unlike [`std::sync::Condvar`] nothing wakes without a notify, and who came first is
/// woken first. Where a `Mutex` guards the data, a `Condvar` serves.
///
/// ```
/// use linecrew_core::executor::{Condition, Lock};
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// static READY: AtomicUsize = AtomicUsize::new(0);
/// let (lock, changed) = (Lock::new(), Condition::new());
/// std::thread::scope(|scope| {
///     scope.spawn(|| {
///         let _held = lock.acquire();
///         READY.fetch_add(1, Ordering::Relaxed);
///         changed.notify_all();
///     });
///     let mut held = lock.acquire();
///     changed.wait_for(&mut held, || READY.load(Ordering::Relaxed) > 0);
/// });
/// ```
#[derive(Clone, Default)]
pub struct Condition {
    line: Arc<Mutex<Line>>,
}

impl Condition {
    /// A condition that nobody waits for.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the lock go, waits for a notify, and acquires the lock again.
    pub fn wait(&self, held: &mut LockGuard) {
        self.wait_until(held, None);
    }

    /// As [`wait`](Self::wait) for at most `timeout`, and tells whether a notify came. Getting the lock again may take
    /// longer.
    pub fn wait_timeout(&self, held: &mut LockGuard, timeout: Duration) -> bool {
        self.wait_until(held, Some(Deadline::after(timeout, "condition").instant()))
    }

    /// Waits until `predicate` holds; it is asked, under the lock, at once and after each notify.
    pub fn wait_for(&self, held: &mut LockGuard, mut predicate: impl FnMut() -> bool) {
        while !predicate() {
            self.wait(held);
        }
    }

    /// As [`wait_for`](Self::wait_for) for at most `timeout`, and tells whether `predicate` holds.
    pub fn wait_for_timeout(
        &self,
        held: &mut LockGuard,
        timeout: Duration,
        mut predicate: impl FnMut() -> bool,
    ) -> bool {
        let until = Deadline::after(timeout, "condition").instant();
        loop {
            if predicate() {
                return true;
            }
            if !self.wait_until(held, Some(until)) {
                return predicate();
            }
        }
    }

    /// Wakes the first `count` of those who wait. Call it with the lock held, so that nobody is between his look and
    /// his wait.
    pub fn notify(&self, count: usize) {
        let called = self.line().take(count);
        for turn in called {
            turn.call();
        }
    }

    /// Wakes all who wait.
    pub fn notify_all(&self) {
        self.notify(usize::MAX);
    }

    fn wait_until(&self, held: &mut LockGuard, until: Option<Instant>) -> bool {
        let ticket = self.line().join();
        // In the line before the lock is free, so no notify is missed. The release cannot fail: the guard holds it.
        let _ = held.permits().release(1);
        let told = ticket.wait(until, || false) || !self.line().leave(&ticket);
        held.permits().acquire();
        told
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // No user code runs under the lock.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condition").field("waiting", &self.line().len()).finish()
    }
}
