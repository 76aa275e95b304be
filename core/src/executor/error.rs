//! How a task can end without a value, and an executor fail to be built.

use std::any::Any;
use std::fmt;
use std::sync::{Mutex, PoisonError};

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

/// What a closure panicked with.
pub struct Panic(Box<Mutex<Box<dyn Any + Send>>>);

impl Panic {
    pub(crate) fn new(payload: Box<dyn Any + Send>) -> Self {
        Self(Box::new(Mutex::new(payload)))
    }

    /// Tells of a panic that nobody read.
    pub(super) fn report(&self) {
        let _ = self;
    }

    /// The message, where the closure panicked with a text, as `panic!` does.
    pub fn message(&self) -> String {
        // Only a clone is made under the lock.
        let payload = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a value that is no text".to_owned())
    }

    /// The payload, for [`std::panic::resume_unwind`].
    pub fn into_payload(self) -> Box<dyn Any + Send> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl fmt::Debug for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Panic").field(&self.message()).finish()
    }
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
