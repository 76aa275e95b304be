//! The handle of a submitted task.

use super::cell::TaskHandle;
use super::error::TaskError;
use super::state::TaskState;
use super::sync::thread;
use super::waiter::{Waiter, WaiterKey};
use super::worker::{self, Help};
use crate::deadline::Deadline;
use std::any::type_name;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Tells a task from all others whose handle exists: the key for a map of tasks, as Python keys dictionaries by
/// futures.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId(usize);

impl fmt::Debug for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaskId({:#x})", self.0)
    }
}

/// A task submitted to an executor: Python's `Future`.
///
/// It gives the result once. Dropping it neither cancels the task nor waits for it. It can be `.await`ed in any
/// async runtime.
///
/// | Python                       | here                                                       |
/// |------------------------------|------------------------------------------------------------|
/// | `result()`, `result(t)`      | [`result`](Self::result), [`result_timeout`](Self::result_timeout) |
/// | `exception()`, `exception(t)`| [`exception`](Self::exception), [`exception_timeout`](Self::exception_timeout) |
/// | `cancel()`                   | [`cancel`](Self::cancel)                                   |
/// | `cancelled()`                | [`is_cancelled`](Self::is_cancelled)                       |
/// | `running()`                  | [`is_running`](Self::is_running)                           |
/// | `done()`                     | [`is_done`](Self::is_done)                                 |
/// | `add_done_callback(f)`       | [`add_done_callback`](Self::add_done_callback)             |
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
}

impl<T> Task<T> {
    pub(super) fn new(handle: TaskHandle<T>) -> Self {
        Self { handle }
    }

    /// Tells this task from all others whose handle exists.
    pub fn id(&self) -> TaskId {
        TaskId(self.handle.address())
    }

    /// Waits for the end of the task and returns its value.
    ///
    /// A job that waits for a task of its own executor which nobody has started runs it here, so nested submits
    /// cannot deadlock.
    pub fn result(self) -> Result<T, TaskError> {
        let mut task = self;
        loop {
            match task.handle.into_result() {
                Ok(result) => return result,
                Err(handle) => task.handle = handle,
            }
            task.help()?;
            task.wait_until(None);
        }
    }

    /// Waits for the end of the task for at most `timeout`, and returns its value;
    /// [`TaskError::TimedOut`] if it has not ended, and then the task can be asked again.
    pub fn result_timeout(&mut self, timeout: Duration) -> Result<T, TaskError> {
        self.wait_until(Some(Deadline::after(timeout, "result").instant()));
        self.handle.take().unwrap_or(Err(TaskError::TimedOut))
    }

    /// Waits for the end of the task and tells why it has no value; `None` if it has one. The value stays for
    /// [`result`](Self::result). It is itself an error only where waiting was impossible ([`TaskError::TooDeep`]).
    pub fn exception(&self) -> Result<Option<&TaskError>, TaskError> {
        self.help()?;
        self.wait_until(None);
        Ok(self.seen_error())
    }

    /// As [`exception`](Self::exception), for at most `timeout`; [`TaskError::TimedOut`] if the task has not ended.
    pub fn exception_timeout(&self, timeout: Duration) -> Result<Option<&TaskError>, TaskError> {
        if !self.wait_until(Some(Deadline::after(timeout, "exception").instant())) {
            return Err(TaskError::TimedOut);
        }
        Ok(self.seen_error())
    }

    /// Has `callback` called once when the task ends or is cancelled, with its value or its error; at once, on this
    /// thread, if it already has.
    ///
    /// Callbacks are called in the order in which they came, on the thread that ends or cancels the task, before the
    /// result can be taken. One that panics does not keep the others from being called. A slow one holds the result
    /// up.
    pub fn add_done_callback(&mut self, callback: impl FnOnce(Result<&T, &TaskError>) + Send + 'static) {
        self.handle.on_done(Box::new(callback));
    }

    /// Cancels the task if it has not started: `true` if it never will. `false` on a running or finished one.
    pub fn cancel(&self) -> bool {
        self.handle.job().cancel()
    }

    /// Cancels the task if it has not started, as [`cancel`](Self::cancel) does; asks a running one that was
    /// submitted with a token to stop. `true` if the task never will start.
    pub fn request_cancel(&self) -> bool {
        let cancelled = self.cancel();
        if let Some(token) = self.handle.token() {
            token.cancel();
        }
        cancelled
    }

    /// Where the task stands.
    pub fn state(&self) -> TaskState {
        self.handle.header().word().state()
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

    /// Whether the task ended with an error. A cancelled one did not, as in Python's `wait`; of one whose result was
    /// taken nobody knows any more.
    pub(super) fn failed(&self) -> bool {
        let no_failure = |error| matches!(error, &TaskError::Cancelled | &TaskError::AlreadyTaken);
        self.handle.error().is_some_and(|error| !no_failure(error))
    }

    /// Has `waiter` told once when the task ends; `None`, and it is not told, if the task already has.
    pub(super) fn watch(&self, waiter: Waiter<T>) -> Option<WaiterKey> {
        self.handle.header().watch(waiter).ok()
    }

    /// Takes a waiter back, if it was not told yet.
    pub(super) fn unwatch(&self, key: WaiterKey) {
        self.handle.header().unwatch(key);
    }

    /// Runs the task here if this thread is a worker of its pool and nobody has claimed it.
    pub(super) fn help(&self) -> Result<(), TaskError> {
        if self.is_done() {
            return Ok(());
        }
        match worker::help(self.handle.header().pool(), self.handle.job()) {
            Help::TooDeep(deepest) if self.state() == TaskState::Pending => Err(TaskError::TooDeep(deepest)),
            _ => Ok(()),
        }
    }

    /// Waits for the end, and tells whether it came before `deadline`.
    fn wait_until(&self, deadline: Option<Instant>) -> bool {
        let header = self.handle.header();
        // Without looking again and again first: a thread that sleeps at once leaves its core to the worker, and the
        // way there and back takes 6 us in place of 16.
        if header.is_done() {
            return true;
        }
        let Ok(key) = header.watch(Waiter::Thread(thread::current())) else { return true };
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
        self.handle.poll(cx.waker())
    }
}

impl<T> Task<T> {
    fn seen_error(&self) -> Option<&TaskError> {
        self.handle.header().state().see();
        self.handle.error()
    }
}

impl<T> Unpin for Task<T> {}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut task = f.debug_struct("Task");
        task.field("id", &self.id()).field("state", &self.state());
        match (self.state(), self.handle.error()) {
            (TaskState::Finished, Some(error)) => task.field("error", error),
            (TaskState::Finished, None) => task.field("value", &format_args!("{}", type_name::<T>())),
            _ => &mut task,
        }
        .finish_non_exhaustive()
    }
}
