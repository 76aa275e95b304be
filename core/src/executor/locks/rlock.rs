//! A lock that its owner may take again.

use super::lock::{Lock, LockGuard};
use super::permit::ReleaseError;
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

/// One thread at a time, which may nest: Python's `threading.RLock`.
///
/// Each acquire is undone by one release, and the last one lets the next thread in. Only the owner can release it, so
/// the guard stays on its thread. Clones are the same lock. Like [`Lock`] it holds no data and does not poison.
///
/// ```
/// use linecrew_core::executor::RLock;
///
/// let lock = RLock::new();
/// let outer = lock.acquire();
/// let inner = lock.acquire();
/// assert_eq!(lock.count(), 2);
/// drop((inner, outer));
/// assert!(!lock.is_locked());
/// ```
#[derive(Clone, Default)]
pub struct RLock {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Held while `hold` has an owner.
    lock: Lock,
    hold: Mutex<Hold>,
}

#[derive(Default)]
struct Hold {
    owner: Option<ThreadId>,
    count: usize,
}

impl RLock {
    /// A free lock.
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits until the lock is free or this thread's own, and takes it.
    pub fn acquire(&self) -> RLockGuard {
        if !self.enter_again() {
            self.enter(self.shared.lock.acquire());
        }
        self.guard()
    }

    /// Takes the lock if it is free or this thread's own.
    pub fn try_acquire(&self) -> Option<RLockGuard> {
        if !self.enter_again() {
            self.enter(self.shared.lock.try_acquire()?);
        }
        Some(self.guard())
    }

    /// Waits for the lock for at most `timeout`, however long that is.
    pub fn acquire_timeout(&self, timeout: Duration) -> Option<RLockGuard> {
        if !self.enter_again() {
            self.enter(self.shared.lock.acquire_timeout(timeout)?);
        }
        Some(self.guard())
    }

    /// Undoes one acquire whose guard was [forgotten](RLockGuard::forget); [`ReleaseError::NotOwner`] if this thread
    /// does not hold the lock. Python's `RuntimeError`.
    pub fn release(&self) -> Result<(), ReleaseError> {
        let mut hold = self.shared.hold();
        if hold.owner != Some(thread::current().id()) {
            return Err(ReleaseError::NotOwner);
        }
        hold.count -= 1;
        if hold.count > 0 {
            return Ok(());
        }
        hold.owner = None;
        drop(hold);
        self.shared.lock.release()
    }

    /// How often this thread holds the lock.
    pub fn count(&self) -> usize {
        let hold = self.shared.hold();
        if hold.owner == Some(thread::current().id()) { hold.count } else { 0 }
    }

    /// Whether any thread holds it: Python's `locked()`.
    pub fn is_locked(&self) -> bool {
        self.shared.lock.is_locked()
    }

    /// Counts one more if this thread holds the lock.
    fn enter_again(&self) -> bool {
        let mut hold = self.shared.hold();
        let is_own = hold.owner == Some(thread::current().id());
        hold.count += usize::from(is_own);
        is_own
    }

    fn enter(&self, lock: LockGuard) {
        // It stays held until the owner has released it as often as he acquired it.
        lock.forget();
        *self.shared.hold() = Hold { owner: Some(thread::current().id()), count: 1 };
    }

    fn guard(&self) -> RLockGuard {
        RLockGuard { lock: self.clone(), forgotten: false, on_its_thread: PhantomData }
    }
}

impl Shared {
    fn hold(&self) -> MutexGuard<'_, Hold> {
        // No user code runs under it.
        self.hold.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for RLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hold = self.shared.hold();
        f.debug_struct("RLock").field("owner", &hold.owner).field("count", &hold.count).finish()
    }
}

/// A held [`RLock`]; dropping it, also by a panic, undoes one acquire. It cannot leave its thread.
#[derive(Debug)]
#[must_use = "the lock is released when this is dropped"]
pub struct RLockGuard {
    lock: RLock,
    forgotten: bool,
    /// Not `Send`: only the owner can release.
    on_its_thread: PhantomData<*const ()>,
}

impl RLockGuard {
    /// Leaves the acquire to be undone by [`RLock::release`].
    pub fn forget(mut self) {
        self.forgotten = true;
    }
}

impl Drop for RLockGuard {
    fn drop(&mut self) {
        if !self.forgotten {
            // Refused only where it was released by hand besides.
            let _ = self.lock.release();
        }
    }
}
