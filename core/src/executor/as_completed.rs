//! Tasks in the order in which they end.

use super::error::Unfinished;
use super::watched::{Completes, Watched};
use crate::deadline::Deadline;
use std::fmt;
use std::iter::FusedIterator;
use std::time::{Duration, Instant};

/// Gives each task as it ends, cancelled ones too; those that have ended already come first. Python's function of
/// that name.
///
/// A completion costs the same however many tasks are watched. The iterator owns the tasks and gives each away, so
/// nothing of a task stays after it was given. Dropping it drops the handles; the tasks run on.
///
/// ```
/// use linecrew_core::executor::{Executor, as_completed};
///
/// let executor = Executor::new()?;
/// let hosts = ["r1", "r2", "r3"];
/// let tasks = hosts.map(|host| (host, executor.submit(move || host.len())));
/// for (host, task) in as_completed(tasks) {
///     println!("{host}: {}", task.result()?);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn as_completed<C: Completes>(tasks: impl IntoIterator<Item = C>) -> AsCompleted<C> {
    let since = Instant::now();
    AsCompleted { watched: Watched::new(tasks), since }
}

/// The iterator that [`as_completed`] returns.
#[must_use = "an iterator does nothing unless it is read"]
pub struct AsCompleted<C> {
    watched: Watched<C>,
    since: Instant,
}

impl<C: Completes> AsCompleted<C> {
    /// Gives up `timeout` after the call of [`as_completed`]; Python's `as_completed(futures, timeout=)`.
    ///
    /// What has ended is given however late it is asked for. Inside a job, a timed wait does not run tasks of its own
    /// pool: none of them knows the limit.
    ///
    /// ```
    /// use linecrew_core::executor::{Executor, as_completed};
    /// use std::time::Duration;
    ///
    /// let executor = Executor::new()?;
    /// let tasks = ["r1", "r2"].map(|host| executor.submit(move || host.len()));
    /// let mut completed = as_completed(tasks).timeout(Duration::from_secs(30));
    /// for task in completed.by_ref() {
    ///     match task {
    ///         Ok(task) => println!("{}", task.result()?),
    ///         Err(error) => eprintln!("{error}"), // 1 (of 2) tasks unfinished
    ///     }
    /// }
    /// for task in completed.into_unfinished() {
    ///     task.cancel();
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn timeout(self, timeout: Duration) -> TimedAsCompleted<C> {
        let deadline = Deadline::counted_from(self.since, timeout, "as_completed").instant();
        TimedAsCompleted { watched: self.watched, deadline, is_over: false }
    }

    /// The tasks that were not given, in the order in which they came.
    pub fn into_unfinished(self) -> Vec<C> {
        self.watched.into_rest().collect()
    }
}

impl<C: Completes> Iterator for AsCompleted<C> {
    type Item = C;

    fn next(&mut self) -> Option<C> {
        if self.watched.left() == 0 {
            return None;
        }
        self.watched.take_next(None)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.watched.left(), Some(self.watched.left()))
    }
}

impl<C: Completes> ExactSizeIterator for AsCompleted<C> {}

impl<C: Completes> FusedIterator for AsCompleted<C> {}

/// The iterator that [`AsCompleted::timeout`] returns: each task as it ends; where the time runs out, one
/// [`Unfinished`]; then nothing any more.
#[must_use = "an iterator does nothing unless it is read"]
pub struct TimedAsCompleted<C> {
    watched: Watched<C>,
    deadline: Instant,
    is_over: bool,
}

impl<C: Completes> TimedAsCompleted<C> {
    /// The tasks that were not given, in the order in which they came.
    pub fn into_unfinished(self) -> Vec<C> {
        self.watched.into_rest().collect()
    }
}

impl<C: Completes> Iterator for TimedAsCompleted<C> {
    type Item = Result<C, Unfinished>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over || self.watched.left() == 0 {
            return None;
        }
        let item = self.watched.take_next(Some(self.deadline));
        self.is_over = item.is_none();
        Some(item.ok_or(Unfinished { unfinished: self.watched.left(), total: self.watched.total() }))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let most = if self.is_over { 0 } else { self.watched.left() };
        (most.min(1), Some(most))
    }
}

impl<C: Completes> FusedIterator for TimedAsCompleted<C> {}

impl<C> fmt::Debug for AsCompleted<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsCompleted").field("left", &self.watched.left()).finish_non_exhaustive()
    }
}

impl<C> fmt::Debug for TimedAsCompleted<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimedAsCompleted").field("left", &self.watched.left()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::Task;

    #[test]
    fn the_time_counts_from_the_call() {
        let completed = as_completed(Vec::<Task<()>>::new());
        let since = completed.since;
        let hour = Duration::from_hours(1);
        assert_eq!(completed.timeout(hour).deadline, since + hour);
    }
}
