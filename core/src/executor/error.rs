//! How a task can end without a value, and an executor fail to be built.

use super::panic::Panic;

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

/// Why an executor, or a buffered map of one, could not be built.
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
