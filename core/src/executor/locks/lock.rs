//! A lock that any thread may release.

use super::permit::{AcquireError, Permit, Permits, ReleaseError};
use super::semaphore::Semaphore;
use crate::cx::Cx;
use std::fmt;
use std::time::Duration;

/// One holder at a time: Python's `threading.Lock`.
///
/// It has what [`std::sync::Mutex`] lacks: waiting with a limit, passing it on to another thread, first come first
/// served, and no poisoning. Clones are the same lock. It guards an action and holds no data; for data take a `Mutex`.
/// A thread that acquires what it holds already waits for itself, as in Python; [`RLock`](super::RLock) nests.
///
/// ```
/// use linecrew_core::executor::Lock;
/// use std::time::Duration;
///
/// let console = Lock::new();
/// let held = console.acquire();
/// assert!(console.acquire_timeout(Duration::from_millis(1)).is_none());
/// drop(held);
/// assert!(console.try_acquire().is_some());
/// ```
#[derive(Clone)]
pub struct Lock {
    semaphore: Semaphore,
}

impl Lock {
    /// A free lock.
    pub fn new() -> Self {
        Self { semaphore: Semaphore::bounded(1) }
    }

    /// Waits until the lock is free and takes it.
    pub fn acquire(&self) -> LockGuard {
        LockGuard { permit: self.semaphore.acquire() }
    }

    /// Takes the lock if it is free: Python's `acquire(blocking=False)`.
    pub fn try_acquire(&self) -> Option<LockGuard> {
        self.semaphore.try_acquire().map(|permit| LockGuard { permit })
    }

    /// Waits for the lock for at most `timeout`, however long that is: Python's `acquire(timeout=...)`.
    pub fn acquire_timeout(&self, timeout: Duration) -> Option<LockGuard> {
        self.semaphore.acquire_timeout(timeout).map(|permit| LockGuard { permit })
    }

    /// As [`Semaphore::acquire_within`].
    pub fn acquire_within(&self, cx: &Cx) -> Result<LockGuard, AcquireError> {
        self.semaphore.acquire_within(cx).map(|permit| LockGuard { permit })
    }

    /// Releases a lock whose guard was [forgotten](LockGuard::forget), from whatever thread;
    /// [`ReleaseError::NotHeld`] if it is free. Python's `RuntimeError`.
    pub fn release(&self) -> Result<(), ReleaseError> {
        self.semaphore.try_release(1).map_err(|_| ReleaseError::NotHeld)
    }

    /// Whether somebody holds it: Python's `locked()`.
    pub fn is_locked(&self) -> bool {
        self.semaphore.available() == 0
    }
}

impl Default for Lock {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lock")
            .field("locked", &self.is_locked())
            .field("waiting", &self.semaphore.waiting())
            .finish()
    }
}

/// A held [`Lock`]; dropping it, also by a panic, releases the lock. It can move to another thread.
#[derive(Debug)]
#[must_use = "the lock is released when this is dropped"]
pub struct LockGuard {
    permit: Permit,
}

impl LockGuard {
    /// Leaves the lock held until [`Lock::release`].
    pub fn forget(self) {
        self.permit.forget();
    }

    /// What is released for the length of a wait.
    pub(super) fn permits(&self) -> &Permits {
        self.permit.permits()
    }
}
