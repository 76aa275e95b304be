//! A flag that threads wait for.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A flag that is set once for all who wait for it: Python's `threading.Event`.
///
/// Clones share the flag. It starts unset.
///
/// ```
/// use linecrew_core::executor::{Event, Executor};
///
/// let executor = Executor::new()?;
/// let ready = Event::new();
/// let waiter = ready.clone();
/// let task = executor.submit(move || waiter.wait());
/// ready.set();
/// task.result()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Event {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    flag: Mutex<Flag>,
    changed: Condvar,
}

#[derive(Default)]
struct Flag {
    is_set: bool,
    /// How often it was set: who waits has seen a set that was cleared before he woke.
    sets: u64,
}

impl Event {
    /// An event that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the flag and wakes all who wait, also if it is cleared before they run.
    pub fn set(&self) {
        let mut flag = self.flag();
        if !flag.is_set {
            *flag = Flag { is_set: true, sets: flag.sets + 1 };
            drop(flag);
            self.shared.changed.notify_all();
        }
    }

    /// Takes the flag back: from now on a wait waits.
    pub fn clear(&self) {
        self.flag().is_set = false;
    }

    /// Whether the flag is set.
    pub fn is_set(&self) -> bool {
        self.flag().is_set
    }

    /// Waits until the flag is set.
    pub fn wait(&self) {
        let flag = self.flag();
        let before = flag.sets;
        let unset = |flag: &mut Flag| !flag.is_set && flag.sets == before;
        drop(self.shared.changed.wait_while(flag, unset).unwrap_or_else(PoisonError::into_inner));
    }

    /// Waits until the flag is set, for at most `timeout`, and tells whether it was.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let flag = self.flag();
        let before = flag.sets;
        let unset = |flag: &mut Flag| !flag.is_set && flag.sets == before;
        let waited = self.shared.changed.wait_timeout_while(flag, timeout, unset);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    fn flag(&self) -> MutexGuard<'_, Flag> {
        // No user code runs under the lock.
        self.shared.flag.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event").field("set", &self.is_set()).finish()
    }
}
