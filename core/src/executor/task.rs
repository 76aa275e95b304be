//! The handle of a submitted task.

use super::cell::{TaskHandle, TaskState};
use super::error::TaskError;
use super::sync::{looks, thread};
use super::waiter::{Waiter, WaiterKey};
use super::worker::{self, Help};
use crate::deadline::Deadline;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// How often a waiting thread looks before it sleeps. A no-op is done within these.
const LOOKS: u32 = looks(64);

/// A task submitted to an executor: Python's `Future`.
///
/// It gives the result once. Dropping it neither cancels the task nor waits for it. It can be `.await`ed in any
/// async runtime.
///
/// ```
/// use linecrew_core::executor::{Executor, TaskError};
///
/// let executor = Executor::new()?;
/// let task = executor.submit(|| 6 * 7);
/// assert_eq!(task.result()?, 42);
///
/// let task = executor.submit(|| -> u32 { panic!("no route") });
/// assert!(matches!(task.result(), Err(TaskError::Panicked(panic)) if panic.message() == "no route"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "dropping the handle gives the result up; the task runs all the same"]
pub struct Task<T> {
    handle: TaskHandle<T>,
    /// The waker of the last poll, where the task is `.await`ed.
    waker: Option<WaiterKey>,
}

impl<T> Task<T> {
    pub(super) fn new(handle: TaskHandle<T>) -> Self {
        Self { handle, waker: None }
    }

    /// Waits for the end of the task and returns its value.
    ///
    /// A job that waits for a task of its own executor which nobody has started runs it here, so nested submits
    /// cannot deadlock.
    pub fn result(mut self) -> Result<T, TaskError> {
        self.help()?;
        self.wait_until(None);
        self.handle.take()
    }

    /// Waits for the end of the task for at most `timeout`, and returns its value;
    /// [`TaskError::TimedOut`] if it has not ended, and then the task can be asked again.
    pub fn result_timeout(&mut self, timeout: Duration) -> Result<T, TaskError> {
        if !self.wait_until(Some(Deadline::after(timeout, "result").instant())) {
            return Err(TaskError::TimedOut);
        }
        self.handle.take()
    }

    /// Cancels the task if it has not started: `true` if it never will. `false` on a running or finished one.
    pub fn cancel(&self) -> bool {
        self.handle.runnable().cancel()
    }

    /// Where the task stands.
    pub fn state(&self) -> TaskState {
        self.handle.header().state()
    }

    /// Whether the task was cancelled before it started.
    pub fn is_cancelled(&self) -> bool {
        self.state() == TaskState::Cancelled
    }

    /// Whether a thread is running the task.
    pub fn is_running(&self) -> bool {
        self.state() == TaskState::Running
    }

    /// Whether the task ended or was cancelled.
    pub fn is_done(&self) -> bool {
        self.handle.header().is_done()
    }

    /// Has `waiter` told once when the task ends; `false`, and it is not told, if the task already has.
    pub(super) fn watch(&self, waiter: Waiter) -> bool {
        self.handle.header().watch(waiter).is_some()
    }

    /// Runs the task here if this thread is a worker of its pool and nobody has claimed it.
    pub(super) fn help(&self) -> Result<(), TaskError> {
        if self.is_done() {
            return Ok(());
        }
        match worker::help(self.handle.header().pool(), self.handle.runnable()) {
            Help::TooDeep(deepest) if self.state() == TaskState::Pending => Err(TaskError::TooDeep(deepest)),
            _ => Ok(()),
        }
    }

    /// Waits for the end, and tells whether it came before `deadline`.
    fn wait_until(&self, deadline: Option<Instant>) -> bool {
        let header = self.handle.header();
        let done = |_| {
            std::hint::spin_loop();
            header.is_done()
        };
        if (0..LOOKS).any(done) {
            return true;
        }
        let Some(key) = header.watch(Waiter::Thread(thread::current())) else { return true };
        while !header.is_done() {
            match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                None => thread::park(),
                Some(Duration::ZERO) => break,
                Some(left) => thread::park_timeout(left),
            }
        }
        header.unwatch(key);
        header.is_done()
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T, TaskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.forget_waker();
        self.waker = self.handle.header().watch(Waiter::Waker(cx.waker().clone()));
        if self.waker.is_some() { Poll::Pending } else { Poll::Ready(self.handle.take()) }
    }
}

impl<T> Task<T> {
    fn forget_waker(&mut self) {
        if let Some(key) = self.waker.take() {
            self.handle.header().unwatch(key);
        }
    }
}

impl<T> Unpin for Task<T> {}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.forget_waker();
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").field("state", &self.state()).finish()
    }
}
