//! The results of one function over many inputs, in the order of the inputs.

use super::error::TaskError;
use super::task::Task;
use crate::deadline::Deadline;
use std::collections::VecDeque;
use std::iter::FusedIterator;
use std::time::{Duration, Instant};

/// The results of [`Executor::map`](super::Executor::map), in the order of the inputs. `next` waits for the first
/// that was not yet given.
///
/// Dropping it cancels what has not started.
#[must_use = "dropping it cancels what has not started"]
#[derive(Debug)]
pub struct Map<T> {
    tasks: VecDeque<Task<T>>,
    since: Instant,
    deadline: Option<Instant>,
}

impl<T> Map<T> {
    pub(super) fn new(tasks: impl Iterator<Item = Task<T>>) -> Self {
        let mut map = Self { tasks: VecDeque::new(), since: Instant::now(), deadline: None };
        // Into the map itself: an iterator that panics then leaves nothing behind.
        map.tasks.extend(tasks);
        map
    }

    /// Gives up `timeout` after the call of `map`; Python's `map(..., timeout=)`. Default: never.
    ///
    /// Where the time runs out, the result that is not there is [`TaskError::TimedOut`], what has not started is
    /// cancelled, and nothing comes any more. A result that is there is given however late it is asked for. Inside a
    /// job, a timed wait does not run tasks of its own pool: none of them knows the limit.
    ///
    /// ```
    /// use linecrew_core::executor::Executor;
    /// use std::time::Duration;
    ///
    /// let executor = Executor::new()?;
    /// let lengths = executor.map(str::len, ["r1", "core-sw1"]).timeout(Duration::from_secs(30));
    /// assert_eq!(lengths.collect::<Result<Vec<_>, _>>()?, [2, 8]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.deadline = Some(Deadline::counted_from(self.since, timeout, "map").instant());
        self
    }

    pub(super) fn push(&mut self, task: Task<T>) {
        self.tasks.push_back(task);
    }

    /// Cancels what has not started, and gives nothing any more.
    pub(super) fn close(&mut self) {
        for task in self.tasks.drain(..) {
            task.cancel();
        }
    }

    pub(super) fn len(&self) -> usize {
        self.tasks.len()
    }

    fn result_until(&mut self, mut task: Task<T>, deadline: Instant) -> Result<T, TaskError> {
        let result = task.result_timeout(deadline.saturating_duration_since(Instant::now()));
        if matches!(result, Err(TaskError::TimedOut)) {
            task.cancel();
            self.close();
        }
        result
    }
}

impl<T> Iterator for Map<T> {
    type Item = Result<T, TaskError>;

    fn next(&mut self) -> Option<Self::Item> {
        let task = self.tasks.pop_front()?;
        Some(match self.deadline {
            None => task.result(),
            Some(deadline) => self.result_until(task, deadline),
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.tasks.len();
        (if self.deadline.is_none() { left } else { left.min(1) }, Some(left))
    }
}

impl<T> FusedIterator for Map<T> {}

impl<T> Drop for Map<T> {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_counts_from_the_call() {
        let map = Map::<()>::new(std::iter::empty());
        let since = map.since;
        let hour = Duration::from_hours(1);
        assert_eq!(map.timeout(hour).deadline, Some(since + hour));
    }
}
