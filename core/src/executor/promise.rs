//! A task that no job ends: its value comes from wherever the promise is.

use super::cell::{Settler, new_promise};
use super::error::TaskError;
use super::panic::Panic;
use super::task::Task;
use std::any::Any;
use std::fmt;

/// The right to end a [`Task`] by hand: Python's bare `Future`, whose `set_result` an adapter calls.
///
/// A promise that is dropped ends its task with [`TaskError::Abandoned`], so nobody waits for it for ever. Setting
/// takes the promise by value, so there is no second time.
///
/// ```
/// use linecrew_core::executor::Promise;
///
/// let (promise, task) = Promise::new();
/// std::thread::spawn(move || promise.set_result("r1"));
/// assert_eq!(task.result()?, "r1");
/// # Ok::<(), linecrew_core::executor::TaskError>(())
/// ```
#[must_use = "dropping the promise abandons its task"]
pub struct Promise<T: Send + 'static> {
    settler: Option<Settler<T>>,
}

impl<T: Send + 'static> Promise<T> {
    /// A promise and the task that it ends.
    pub fn new() -> (Self, Task<T>) {
        let (settler, handle) = new_promise();
        (Self { settler: Some(settler) }, Task::new(handle))
    }

    /// Says that the work has begun, so that the task can be cancelled no more; `false` if it was. Python's
    /// `set_running_or_notify_cancel`.
    pub fn set_running(&mut self) -> bool {
        self.settler.as_mut().is_some_and(Settler::start)
    }

    /// Ends the task with a value.
    pub fn set_result(self, value: T) -> Result<(), InvalidState> {
        self.settle(Ok(value))
    }

    /// Ends the task as one that panicked with `payload`. Python's `set_exception`.
    pub fn set_exception(self, payload: impl Any + Send) -> Result<(), InvalidState> {
        self.settle(Err(TaskError::Panicked(Panic::caught(Box::new(payload), None))))
    }

    fn settle(mut self, result: Result<T, TaskError>) -> Result<(), InvalidState> {
        let settled = self.settler.take().map(|settler| settler.settle(result));
        if matches!(settled, Some(Ok(()))) { Ok(()) } else { Err(InvalidState) }
    }
}

impl<T: Send + 'static> Drop for Promise<T> {
    fn drop(&mut self) {
        if let Some(settler) = self.settler.take() {
            // A cancelled task has told its waiters already.
            let _ = settler.settle(Err(TaskError::Abandoned));
        }
    }
}

impl<T: Send + 'static> fmt::Debug for Promise<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Promise").finish_non_exhaustive()
    }
}

/// The task was cancelled before its promise set a value. Python's `InvalidStateError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the task was cancelled before its result was set")]
pub struct InvalidState;
