//! The right to do a limited thing, and the count of those that are left.

use super::line::{Line, Ticket};
use crate::cx::{Cx, Interruption};
use crate::deadline::Deadline;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The right to do what a semaphore limits; dropping it gives it back. It can move to another thread, or into a job.
#[derive(Debug)]
#[must_use = "the permit is given back when this is dropped"]
pub struct Permit {
    permits: Arc<Permits>,
    forgotten: bool,
}

impl Permit {
    /// A permit that was acquired from `permits`.
    pub(super) fn of(permits: &Arc<Permits>) -> Self {
        Self { permits: Arc::clone(permits), forgotten: false }
    }

    /// Does not give the permit back; whoever should calls `release` of the semaphore.
    pub fn forget(mut self) {
        self.forgotten = true;
    }

    /// What it belongs to.
    pub(super) fn permits(&self) -> &Permits {
        &self.permits
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.forgotten {
            return;
        }
        // A bounded semaphore is full here only where its permits were released by hand besides.
        let _ = self.permits.release(1);
    }
}

/// Why there was no permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AcquireError {
    /// The deadline passed first.
    #[error("no permit came free within the limit `{limit}`")]
    TimedOut {
        /// The name of the deadline.
        limit: &'static str,
    },
    /// The token was cancelled first.
    #[error("cancelled while waiting for a permit")]
    Cancelled,
}

/// Why a release was refused. Python's `RuntimeError`, or the `ValueError` of a bounded semaphore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReleaseError {
    /// The semaphore would have more permits than at the start.
    #[error("released more permits than were acquired: the semaphore has {most} at most")]
    Surplus {
        /// How many it had at the start.
        most: usize,
    },
    /// The lock is free.
    #[error("released a lock that nobody holds: acquire it first")]
    NotHeld,
    /// Another thread holds the lock, or nobody does.
    #[error("released a lock that this thread does not hold: its owner must release it")]
    NotOwner,
}

/// The permits of a semaphore or lock. While somebody waits, none is free: they go from hand to hand.
pub(super) struct Permits {
    most: usize,
    state: Mutex<State>,
}

struct State {
    free: usize,
    line: Line,
}

impl Permits {
    pub(super) fn new(free: usize, most: usize) -> Arc<Self> {
        Arc::new(Self { most, state: Mutex::new(State { free, line: Line::default() }) })
    }

    pub(super) fn acquire(&self) {
        self.acquire_or(|ticket| ticket.wait(None, || false));
    }

    pub(super) fn try_acquire(&self) -> bool {
        self.state().take()
    }

    pub(super) fn acquire_timeout(&self, timeout: Duration) -> bool {
        let until = Deadline::after(timeout, "acquire").instant();
        self.acquire_or(|ticket| ticket.wait(Some(until), || false))
    }

    pub(super) fn acquire_within(&self, cx: &Cx) -> Result<(), AcquireError> {
        if let Some(interruption) = cx.interruption() {
            return Err(AcquireError::new(interruption, cx));
        }
        let acquired = self.acquire_or(|ticket| {
            let waker = ticket.waker();
            let _hook = cx.cancel().on_cancel(move || waker.unpark());
            ticket.wait(Some(cx.deadline().instant()), || cx.cancel().is_cancelled())
        });
        if acquired {
            return Ok(());
        }
        // Either has come, and neither goes away again.
        Err(AcquireError::new(cx.interruption().unwrap_or(Interruption::TimedOut), cx))
    }

    /// Adds permits, to those who wait first; an error, and nothing is added, if there would be too many.
    pub(super) fn release(&self, permits: usize) -> Result<(), ReleaseError> {
        let mut state = self.state();
        let free = state.free.saturating_add(permits);
        if free > self.most {
            return Err(ReleaseError::Surplus { most: self.most });
        }
        let called = state.line.take(free);
        state.free = free - called.len();
        drop(state);
        for turn in called {
            turn.call();
        }
        Ok(())
    }

    pub(super) fn describe(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct(name).field("free", &state.free).field("waiting", &state.line.len()).finish()
    }

    /// Takes a permit in turn; `false` if `wait` gave up before it came.
    pub(super) fn acquire_or(&self, wait: impl FnOnce(&Ticket) -> bool) -> bool {
        let mut state = self.state();
        if state.take() {
            return true;
        }
        let ticket = state.line.join();
        drop(state);
        // A permit may have been handed over between the giving up and the leaving: it is kept.
        wait(&ticket) || !self.state().line.leave(&ticket)
    }

    /// How many are free.
    pub(super) fn free(&self) -> usize {
        self.state().free
    }

    /// How many threads wait.
    pub(super) fn waiting(&self) -> usize {
        self.state().line.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No user code runs under the lock, so a poisoned state is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self) -> bool {
        let is_free = self.free > 0;
        self.free -= usize::from(is_free);
        is_free
    }
}

impl fmt::Debug for Permits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe("Permits", f)
    }
}

impl AcquireError {
    fn new(interruption: Interruption, cx: &Cx) -> Self {
        match interruption {
            Interruption::Cancelled => Self::Cancelled,
            Interruption::TimedOut => Self::TimedOut { limit: cx.deadline().limit() },
        }
    }
}
