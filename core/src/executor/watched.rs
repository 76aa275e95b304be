//! The tasks that one thread watches, each known by its place among them.

use super::completion::CompletionQueue;
use super::task::Task;
use super::waiter::{Waiter, WaiterKey};
use std::sync::Arc;
use std::time::Instant;

/// What [`as_completed`](super::as_completed()) and [`wait`](super::wait()) take: a task, or a pair of a key and a
/// task, which is Python's `{future: key}`.
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

/// Owns what it watches until it is taken out.
pub(super) struct Watched<C> {
    items: Vec<Option<(C, Option<WaiterKey>)>>,
    /// How many were not taken out.
    left: usize,
    ended: Arc<CompletionQueue>,
    batch: Vec<usize>,
    /// How many of the batch were told.
    told: usize,
    /// How many of `items` this thread has tried to help with.
    helped: usize,
}

/// What became of a watched task.
pub(super) enum Told {
    /// The one at this place ended.
    Ended(usize),
    /// The one at this place has not started, and this job is nested too deep to run it: perhaps nobody ever will.
    TooDeep(usize),
}

impl<C> Watched<C> {
    /// How many were not taken out.
    pub(super) fn left(&self) -> usize {
        self.left
    }

    /// How many there were.
    pub(super) fn total(&self) -> usize {
        self.items.len()
    }
}

impl<C: Completes> Watched<C> {
    pub(super) fn new(tasks: impl IntoIterator<Item = C>) -> Self {
        let ended = Arc::new(CompletionQueue::default());
        let watch = |(place, item): (usize, C)| {
            let key = item.task().watch(Waiter::Queue(Arc::clone(&ended), place));
            if key.is_none() {
                ended.push(place);
            }
            Some((item, key))
        };
        let items: Vec<_> = tasks.into_iter().enumerate().map(watch).collect();
        Self { left: items.len(), items, ended, batch: Vec::new(), told: 0, helped: 0 }
    }

    /// The next event; `None` if none comes before `deadline`. Without a deadline it runs unclaimed tasks of this
    /// worker's own pool, one after the other, while nothing has ended.
    pub(super) fn next(&mut self, deadline: Option<Instant>) -> Option<Told> {
        while self.told == self.batch.len() {
            self.batch.clear();
            self.told = 0;
            self.ended.swap(&mut self.batch);
            if !self.batch.is_empty() {
                break;
            }
            if deadline.is_some() || self.helped == self.items.len() {
                if !self.ended.wait(deadline) {
                    return None;
                }
            } else if !self.help() {
                return Some(Told::TooDeep(self.helped - 1));
            }
        }
        self.told += 1;
        Some(Told::Ended(self.batch[self.told - 1]))
    }

    /// The next that ended, or that this job is nested too deep to run; `None` if none does before `deadline`.
    pub(super) fn take_next(&mut self, deadline: Option<Instant>) -> Option<C> {
        loop {
            let (Told::Ended(place) | Told::TooDeep(place)) = self.next(deadline)?;
            // One that was taken before its end is told of again.
            if let Some(watched) = self.items[place].take() {
                self.left -= 1;
                return Some(release(watched));
            }
        }
    }

    /// The one at this place, if it was not taken out.
    pub(super) fn get(&self, place: usize) -> Option<&C> {
        self.items[place].as_ref().map(|(item, _)| item)
    }

    /// All that were not taken out, in the order in which they came.
    pub(super) fn into_rest(self) -> impl Iterator<Item = C> {
        self.items.into_iter().flatten().map(release)
    }

    /// Runs the next task if that is for this thread to do; `false` if the job is nested too deep.
    fn help(&mut self) -> bool {
        let place = self.helped;
        self.helped += 1;
        self.get(place).is_none_or(|item| item.task().help().is_ok())
    }
}

/// Takes the waiter back from a task that has not ended: it may be watched anew any number of times.
fn release<C: Completes>((item, key): (C, Option<WaiterKey>)) -> C {
    if let Some(key) = key.filter(|_| !item.task().is_done()) {
        item.task().unwatch(key);
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::{Executor, Pending, Wait};
    use std::sync::mpsc;

    #[test]
    fn a_task_that_was_given_back_keeps_no_waiter() {
        let executor = Executor::builder().max_workers(1).build().unwrap();
        let (release, released) = mpsc::channel::<()>();
        let task = executor.submit(move || released.recv().is_ok());
        let watched = Watched::new([task]);
        let ended = Arc::clone(&watched.ended);
        let task = watched.into_rest().next().unwrap();
        assert_eq!(Arc::strong_count(&ended), 1);
        drop(release);
        assert!(!task.result().unwrap());
        executor.shutdown(Pending::Finish, Wait::Yes);
        assert!(!ended.wait(Some(Instant::now())), "nobody was told");
    }
}
