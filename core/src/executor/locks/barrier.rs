//! A place where a fixed number of threads wait for each other.

use crate::deadline::Deadline;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Holds threads back until a fixed number has come: Python's `threading.Barrier`.
///
/// Unlike [`std::sync::Barrier`] it can be waited for with a limit, and given up: who is held back then gets
/// [`BrokenBarrier`] in place of hanging. Clones are the same barrier. Once passed it serves again.
///
/// ```
/// use linecrew_core::executor::Barrier;
/// use std::time::Duration;
///
/// let barrier = Barrier::new(2);
/// std::thread::scope(|scope| {
///     scope.spawn(|| barrier.wait());
///     barrier.wait()
/// })?;
/// assert!(barrier.wait_timeout(Duration::ZERO).is_err());
/// assert!(barrier.is_broken());
/// # Ok::<(), linecrew_core::executor::BrokenBarrier>(())
/// ```
#[derive(Clone)]
pub struct Barrier {
    shared: Arc<Shared>,
}

struct Shared {
    parties: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: usize,
    /// How the present round ended. Each has its own, so that a late riser learns of his and not of the next one's.
    round: Arc<OnceLock<Outcome>>,
}

type Outcome = Result<(), BrokenBarrier>;

impl Barrier {
    /// A barrier for `parties` threads; 0 counts as 1.
    pub fn new(parties: usize) -> Self {
        let shared = Shared { parties: parties.max(1), state: Mutex::default(), changed: Condvar::new() };
        Self { shared: Arc::new(shared) }
    }

    /// Waits until all have come. Each gets another number below [`parties`](Self::parties), so that one of them can
    /// do what is to be done once.
    pub fn wait(&self) -> Result<usize, BrokenBarrier> {
        self.wait_until(None)
    }

    /// As [`wait`](Self::wait) for at most `timeout`. Where that passes the barrier breaks, for all who wait.
    pub fn wait_timeout(&self, timeout: Duration) -> Result<usize, BrokenBarrier> {
        self.wait_until(Some(Deadline::after(timeout, "barrier").instant()))
    }

    /// Breaks the barrier for all who wait and all who will, until a [`reset`](Self::reset).
    pub fn abort(&self) {
        self.shared.end(&mut self.shared.state(), Err(BrokenBarrier));
    }

    /// Makes the barrier as new. It breaks for those who wait now.
    pub fn reset(&self) {
        let mut state = self.shared.state();
        self.shared.end(&mut state, Err(BrokenBarrier));
        *state = State::default();
    }

    /// How many threads it waits for.
    pub fn parties(&self) -> usize {
        self.shared.parties
    }

    /// How many threads wait now: Python's `n_waiting`.
    pub fn waiting(&self) -> usize {
        self.shared.state().waiting
    }

    /// Whether it is broken.
    pub fn is_broken(&self) -> bool {
        self.shared.state().round.get().is_some()
    }

    fn wait_until(&self, until: Option<Instant>) -> Result<usize, BrokenBarrier> {
        let mut state = self.shared.state();
        if let Some(Err(broken)) = state.round.get() {
            return Err(*broken);
        }
        let number = state.waiting;
        state.waiting += 1;
        if state.waiting == self.shared.parties {
            self.shared.end(&mut state, Ok(()));
            *state = State::default();
            return Ok(number);
        }
        self.shared.wait_for_end(state, until).map(|()| number)
    }
}

impl Shared {
    fn end(&self, state: &mut State, outcome: Outcome) {
        // A round that is broken already stays so.
        let _ = state.round.set(outcome);
        state.waiting = 0;
        self.changed.notify_all();
    }

    /// Waits for the end of the present round, and breaks it at `until`.
    fn wait_for_end(&self, mut state: MutexGuard<'_, State>, until: Option<Instant>) -> Outcome {
        let round = Arc::clone(&state.round);
        loop {
            if let Some(outcome) = round.get() {
                return *outcome;
            }
            state = match until.map(|until| until.saturating_duration_since(Instant::now())) {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => {
                    self.end(&mut state, Err(BrokenBarrier));
                    state
                }
                Some(left) => {
                    self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No user code runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.state();
        f.debug_struct("Barrier")
            .field("parties", &self.shared.parties)
            .field("waiting", &state.waiting)
            .field("broken", &state.round.get().is_some())
            .finish()
    }
}

/// The barrier was aborted or reset, or a wait for it ran out of time. Python's `BrokenBarrierError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the barrier is broken: a thread gave up, or it was aborted; reset it before it is used again")]
pub struct BrokenBarrier;
