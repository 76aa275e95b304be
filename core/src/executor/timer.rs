//! Tasks that are submitted at a given moment.

use super::cell::{Job, new_task};
use super::error::TaskError;
use super::locks::Event;
use super::pool::Pool;
use super::state::TaskState;
use super::task::Task;
use super::{Executor, Handle};
use crate::deadline::Deadline;
use crate::timer::{self, Alarm};
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

impl Executor {
    /// Submits `job` once `delay` is over: Python's `threading.Timer`, with a value.
    ///
    /// All timers of the process share one thread, which only submits. A shutdown of the executor, or its drop,
    /// cancels the timers that have not fired. If the system refuses the timer thread the task ends with
    /// [`TaskError::NoThread`].
    pub fn submit_after<T: Send + 'static>(
        &self,
        delay: Duration,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Timer<T> {
        self.handle.submit_after(delay, job)
    }
}

impl Handle {
    /// As [`Executor::submit_after`].
    pub fn submit_after<T: Send + 'static>(
        &self,
        delay: Duration,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Timer<T> {
        let pool = Arc::clone(&self.pool);
        let (job, handle) = new_task(pool.id(), job, ());
        let due = Event::new();
        let armed = pool.timers.arm(&pool, instant(delay), &job, &due);
        let id = armed.map_err(|error| {
            job.refuse(error);
            due.set();
        });
        Timer { task: Task::new(handle), due, pool, id: id.ok() }
    }
}

/// A task that starts after a delay: Python's `threading.Timer`.
///
/// It gives the value as a [`Task`] does, and can be `.await`ed. Dropping it neither cancels the timer nor waits.
///
/// ```
/// use linecrew_core::executor::{Executor, TaskError};
/// use std::time::Duration;
///
/// let executor = Executor::new()?;
/// let reminder = executor.submit_after(Duration::from_mins(10), || "save the configuration");
/// assert!(reminder.rearm(Duration::from_millis(1)));
/// assert_eq!(reminder.result()?, "save the configuration");
///
/// let rollback = executor.submit_after(Duration::from_mins(10), || "roll back");
/// assert!(rollback.cancel());
/// assert!(matches!(rollback.result(), Err(TaskError::Cancelled)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "dropping the handle gives the result up; the timer fires all the same"]
pub struct Timer<T> {
    task: Task<T>,
    /// Set once the task is queued or will never be.
    due: Event,
    pool: Arc<Pool>,
    /// `None` where it could not be armed.
    id: Option<u64>,
}

impl<T> Timer<T> {
    /// Cancels the timer: `true` if its task never runs. `false` once that has started.
    pub fn cancel(&self) -> bool {
        let armed = self.id.and_then(|id| self.pool.timers.take(id));
        drop(armed);
        let is_cancelled = self.task.cancel();
        self.due.set();
        is_cancelled
    }

    /// Has the timer fire `delay` from now instead; `false`, and nothing changes, once it fired or was cancelled.
    pub fn rearm(&self, delay: Duration) -> bool {
        self.id.is_some_and(|id| self.pool.timers.rearm(id, instant(delay)))
    }

    /// Waits for the end of the task and returns its value.
    ///
    /// A job may wait for a timer of its own executor: once that has fired, it runs the task itself if nobody has
    /// started it.
    pub fn result(self) -> Result<T, TaskError> {
        // A task that has not fired must not be helped: that would run it before its time.
        self.due.wait();
        self.task.result()
    }

    /// Waits for the end of the task for at most `timeout`; as [`Task::result_timeout`].
    pub fn result_timeout(&mut self, timeout: Duration) -> Result<T, TaskError> {
        self.task.result_timeout(timeout)
    }

    /// Where the task stands; it is pending before the timer fires.
    pub fn state(&self) -> TaskState {
        self.task.state()
    }

    /// Whether the timer was cancelled before its task started.
    pub fn is_cancelled(&self) -> bool {
        self.task.is_cancelled()
    }

    /// Whether the task ended or was cancelled.
    pub fn is_done(&self) -> bool {
        self.task.is_done()
    }
}

impl<T> Future for Timer<T> {
    type Output = Result<T, TaskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.task).poll(cx)
    }
}

impl<T> fmt::Debug for Timer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer").field("state", &self.state()).finish_non_exhaustive()
    }
}

/// The timers of one pool whose tasks are not queued yet.
#[derive(Default)]
pub(super) struct Timers {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    closed: bool,
    next: u64,
    armed: BTreeMap<u64, Armed>,
}

/// A task and what will submit it. Its handle may be gone.
struct Armed {
    alarm: Alarm,
    job: Job,
    due: Event,
}

impl Timers {
    /// Gives the tasks of those that are armed to `end`, and takes no more.
    pub(super) fn end_all(&self, end: impl Fn(&Job)) {
        let armed = {
            let mut state = self.state();
            state.closed = true;
            std::mem::take(&mut state.armed)
        };
        for timer in armed.into_values() {
            end(&timer.job);
            timer.due.set();
        }
    }

    /// The lock is held until the alarm is in the map: one that goes off at once waits for that.
    fn arm(&self, pool: &Arc<Pool>, when: Instant, job: &Job, due: &Event) -> Result<u64, TaskError> {
        let mut state = self.state();
        if state.closed {
            return Err(pool.refusal());
        }
        let id = state.next;
        state.next += 1;
        let pool = Arc::downgrade(pool);
        let alarm = timer::at(when, move || fire(&pool, id));
        let alarm = alarm.map_err(|error| TaskError::NoThread(error.kind()))?;
        state.armed.insert(id, Armed { alarm, job: job.clone(), due: due.clone() });
        Ok(id)
    }

    fn rearm(&self, id: u64, when: Instant) -> bool {
        self.state().armed.get_mut(&id).is_some_and(|timer| timer.alarm.rearm(when))
    }

    fn job(&self, id: u64) -> Option<Job> {
        self.state().armed.get(&id).map(|timer| timer.job.clone())
    }

    fn take(&self, id: u64) -> Option<Armed> {
        self.state().armed.remove(&id)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No user code runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Submits the task of a timer, on the timer thread. It stays in the map until it is queued, so that a shutdown in
/// between does not return before it has ended.
fn fire(pool: &Weak<Pool>, id: u64) {
    let Some(pool) = pool.upgrade() else { return };
    let Some(job) = pool.timers.job(id) else { return };
    if let Err(error) = pool.enqueue(job.clone()) {
        match error {
            // As the shutdown that came in between does with the others.
            TaskError::ShutDown => job.cancel(),
            error => job.refuse(error),
        };
    }
    // Where somebody has taken it out he sets it.
    if let Some(timer) = pool.timers.take(id) {
        timer.due.set();
    }
}

fn instant(delay: Duration) -> Instant {
    Deadline::after(delay, "timer").instant()
}
