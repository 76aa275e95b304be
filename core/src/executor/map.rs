//! The results of one function over many inputs, in the order of the inputs.

use super::error::TaskError;
use super::task::Task;
use std::collections::VecDeque;

/// The results of [`Executor::map`](super::Executor::map), in the order of the inputs. `next` waits for the first
/// that was not yet given.
///
/// Dropping it cancels what has not started.
#[must_use = "dropping it cancels what has not started"]
#[derive(Debug)]
pub struct Map<T> {
    tasks: VecDeque<Task<T>>,
}

impl<T> Map<T> {
    pub(super) fn new(tasks: VecDeque<Task<T>>) -> Self {
        Self { tasks }
    }
}

impl<T> Iterator for Map<T> {
    type Item = Result<T, TaskError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.tasks.pop_front().map(Task::result)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.tasks.len(), Some(self.tasks.len()))
    }
}

impl<T> ExactSizeIterator for Map<T> {}

impl<T> Drop for Map<T> {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.cancel();
        }
    }
}
