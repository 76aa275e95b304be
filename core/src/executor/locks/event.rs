//! A flag that threads wait for.

use super::line::{Line, Ticket};
use crate::deadline::Deadline;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    is_set: bool,
    line: Line,
}

impl Event {
    /// An event that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the flag and wakes all who wait, also where it is cleared before they run.
    pub fn set(&self) {
        let mut state = self.state();
        state.is_set = true;
        let called = state.line.take(usize::MAX);
        drop(state);
        for turn in called {
            turn.call();
        }
    }

    /// Takes the flag back: from now on a wait waits.
    pub fn clear(&self) {
        self.state().is_set = false;
    }

    /// Whether the flag is set.
    pub fn is_set(&self) -> bool {
        self.state().is_set
    }

    /// Waits until the flag is set.
    pub fn wait(&self) {
        self.wait_or(|ticket| ticket.wait(None, || false));
    }

    /// Waits until the flag is set, for at most `timeout`, and tells whether it was.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let until = Deadline::after(timeout, "event").instant();
        self.wait_or(|ticket| ticket.wait(Some(until), || false))
    }

    /// `false` if `wait` gave up before the flag was set.
    fn wait_or(&self, wait: impl FnOnce(&Ticket) -> bool) -> bool {
        let mut state = self.state();
        if state.is_set {
            return true;
        }
        let ticket = state.line.join();
        drop(state);
        wait(&ticket) || !self.state().line.leave(&ticket)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No user code runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Event").field("set", &state.is_set).field("waiting", &state.line.len()).finish()
    }
}
