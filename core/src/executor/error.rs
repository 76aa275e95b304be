//! How a task can end without a value, and an executor fail to be built.

use super::panic::Panic;
use std::fmt;
use std::sync::Arc;

/// Why a task has no value to give.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// It was cancelled before it started. Python's `CancelledError`.
    #[error("the task was cancelled before it started")]
    Cancelled,
    /// Its closure panicked.
    #[error("the task panicked: {0}")]
    Panicked(Panic),
    /// It has not ended yet. Python's `TimeoutError`.
    #[error("the task did not end in time")]
    TimedOut,
    /// It was submitted to an executor that has been shut down. Python's `RuntimeError`.
    #[error("the task was not accepted: the executor has been shut down")]
    ShutDown,
    /// The executor's initializer panicked before it was run. Python's `BrokenThreadPool`.
    #[error("the task was not run: {0}")]
    BrokenPool(BrokenPool),
    /// The system refused the pool's first thread, or the one that all timers share.
    #[error("the task was not accepted: no thread could be started ({0})")]
    NoThread(std::io::ErrorKind),
    /// Jobs that wait for tasks of their own pool were nested too deep.
    #[error("jobs that wait for each other are nested deeper than {0}")]
    TooDeep(u32),
    /// The [`Promise`](super::Promise) that was to end it was dropped.
    #[error("the task will never end: its promise was dropped")]
    Abandoned,
    /// An earlier call has taken the result.
    #[error("the result of the task was taken before")]
    AlreadyTaken,
}

/// Why an executor runs no more tasks: its initializer panicked in one of its workers.
#[derive(Clone, PartialEq, Eq)]
pub struct BrokenPool(Arc<Broken>);

#[derive(PartialEq, Eq)]
struct Broken {
    worker: String,
    message: String,
}

impl BrokenPool {
    pub(super) fn new(worker: &str, message: String) -> Self {
        Self(Arc::new(Broken { worker: worker.to_owned(), message }))
    }

    /// The name of the worker's thread.
    pub fn worker(&self) -> &str {
        &self.0.worker
    }

    /// What the initializer panicked with, where that is a text.
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for BrokenPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (worker, message) = (self.worker(), self.message());
        write!(f, "the initializer panicked in worker {worker}: {message} (build another executor)")
    }
}

impl fmt::Debug for BrokenPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrokenPool")
            .field("worker", &self.worker())
            .field("message", &self.message())
            .finish()
    }
}

/// Why an executor, or a buffered map of one, could not be built, or not be changed so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// `max_workers` was 0, or more than the pool can count.
    #[error("max_workers must be between 1 and {most}, not {asked}")]
    MaxWorkers {
        /// What was asked for.
        asked: usize,
        /// The most there can be.
        most: usize,
    },
    /// `thread_name_prefix` has a NUL, which the system takes in no name.
    #[error("thread_name_prefix must not contain a NUL")]
    ThreadName,
    /// `buffersize` was 0: no input could ever be submitted. Python's `ValueError`.
    #[error("buffersize must be at least 1, not 0")]
    BufferSize,
}

/// The time ran out before all tasks of an `as_completed` had ended. Python's `TimeoutError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{unfinished} (of {total}) tasks unfinished")]
pub struct Unfinished {
    /// How many had not ended.
    pub unfinished: usize,
    /// How many there were.
    pub total: usize,
}
