//! A run under way, and its outcomes one by one. Who stops reading them gives up the hosts that have not started.

use super::engine::Stops;
use super::outcome::Outcome;
use super::skip::Skip;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

/// A run of a job over the hosts of a fleet. Dropping it starts no more hosts; those that run go on.
///
/// Its outcomes wait for whoever reads them, so the run goes on whether they are read or not. A job of the same executor
/// that reads them needs a worker to spare.
#[must_use = "dropping it skips the hosts that have not started"]
pub struct Run<T> {
    outcomes: Receiver<(usize, Outcome<T>)>,
    left: usize,
    engine: Arc<dyn Stops>,
}

impl<T> Run<T> {
    pub(super) fn new(outcomes: Receiver<(usize, Outcome<T>)>, hosts: usize, engine: Arc<dyn Stops>) -> Self {
        Self { outcomes, left: hosts, engine }
    }

    /// How many outcomes were not read yet.
    pub fn len(&self) -> usize {
        self.left
    }

    /// Whether all were.
    pub fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// Gives each host's outcome as it completes. Dropping the iterator skips the hosts that have not started.
    pub fn as_completed(self) -> Completed<T> {
        Completed { run: self }
    }

    /// Gives the outcomes in the order of the inventory, each as soon as those before it are complete. Dropping the
    /// iterator skips the hosts that have not started.
    pub fn in_order(self) -> InOrder<T> {
        InOrder { run: self, next: 0, early: BTreeMap::new() }
    }

    fn next(&mut self) -> Option<(usize, Outcome<T>)> {
        self.left = self.left.checked_sub(1)?;
        // Each host sends its outcome before the run lets go of the sender.
        self.outcomes.recv().ok()
    }
}

impl<T> Drop for Run<T> {
    fn drop(&mut self) {
        if self.left > 0 {
            Arc::clone(&self.engine).stop(Skip::Abandoned);
        }
    }
}

/// Outcomes as they complete. Dropping it skips the hosts that have not started.
#[must_use = "dropping it skips the hosts that have not started"]
pub struct Completed<T> {
    run: Run<T>,
}

impl<T> Iterator for Completed<T> {
    type Item = Outcome<T>;

    fn next(&mut self) -> Option<Outcome<T>> {
        self.run.next().map(|(_, outcome)| outcome)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.run.left, Some(self.run.left))
    }
}

/// Outcomes in the order of the inventory. Dropping it skips the hosts that have not started.
#[must_use = "dropping it skips the hosts that have not started"]
pub struct InOrder<T> {
    run: Run<T>,
    next: usize,
    /// Those that completed before their turn.
    early: BTreeMap<usize, Outcome<T>>,
}

impl<T> Iterator for InOrder<T> {
    type Item = Outcome<T>;

    fn next(&mut self) -> Option<Outcome<T>> {
        while !self.early.contains_key(&self.next) {
            let (index, outcome) = self.run.next()?;
            self.early.insert(index, outcome);
        }
        self.next += 1;
        self.early.remove(&(self.next - 1))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.run.left + self.early.len();
        (left, Some(left))
    }
}

impl<T> fmt::Debug for Run<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("left", &self.left).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Completed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Completed").field("left", &self.run.left).finish()
    }
}

impl<T> fmt::Debug for InOrder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InOrder").field("left", &self.size_hint().0).finish()
    }
}
