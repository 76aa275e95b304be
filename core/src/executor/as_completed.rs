//! Tasks in the order in which they end.

use super::completion::CompletionQueue;
use super::task::Task;
use super::waiter::Waiter;
use std::fmt;
use std::sync::Arc;

/// What [`as_completed`] takes: a task, or a pair of a key and a task, which is Python's `{future: key}`.
pub trait Completes {
    /// The type of the task's value.
    type Value;

    /// The task itself.
    fn task(&self) -> &Task<Self::Value>;
}

impl<T> Completes for Task<T> {
    type Value = T;

    fn task(&self) -> &Task<T> {
        self
    }
}

impl<K, T> Completes for (K, Task<T>) {
    type Value = T;

    fn task(&self) -> &Task<T> {
        &self.1
    }
}

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
    let ended = Arc::new(CompletionQueue::default());
    let mut watched: Vec<Option<C>> = tasks.into_iter().map(Some).collect();
    for (place, item) in watched.iter_mut().enumerate() {
        let waiter = || Waiter::Queue(Arc::clone(&ended), place);
        if item.as_ref().is_some_and(|item| !item.task().watch(waiter())) {
            ended.push(place);
        }
    }
    AsCompleted { left: watched.len(), watched, ended, batch: Vec::new(), given: 0, helped: 0 }
}

/// The iterator that [`as_completed`] returns.
#[must_use = "an iterator does nothing unless it is read"]
pub struct AsCompleted<C> {
    watched: Vec<Option<C>>,
    left: usize,
    ended: Arc<CompletionQueue>,
    batch: Vec<usize>,
    /// How many of the batch were given.
    given: usize,
    /// How many of `watched` this thread has tried to help with.
    helped: usize,
}

impl<C: Completes> AsCompleted<C> {
    /// Refills the batch, running unclaimed tasks of this worker's own pool while nothing has ended.
    fn refill(&mut self) {
        self.batch.clear();
        self.given = 0;
        loop {
            self.ended.swap(&mut self.batch);
            if !self.batch.is_empty() {
                return;
            }
            let place = self.helped;
            let Some(item) = self.watched.get(place) else {
                self.ended.wait(None);
                continue;
            };
            self.helped += 1;
            // Nested too deep to help, and perhaps nobody else ever will: it is given as it is, and its `result` says so.
            if item.as_ref().is_some_and(|item| item.task().help().is_err()) {
                self.batch.push(place);
                return;
            }
        }
    }
}

impl<C: Completes> Iterator for AsCompleted<C> {
    type Item = C;

    fn next(&mut self) -> Option<C> {
        while self.left > 0 {
            if self.given == self.batch.len() {
                self.refill();
            }
            let place = self.batch[self.given];
            self.given += 1;
            // One that was given before its end is told of again.
            if let Some(item) = self.watched[place].take() {
                self.left -= 1;
                return Some(item);
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<C: Completes> ExactSizeIterator for AsCompleted<C> {}

impl<C> fmt::Debug for AsCompleted<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsCompleted").field("left", &self.left).finish_non_exhaustive()
    }
}
