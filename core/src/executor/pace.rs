//! How many tasks a worker takes from outside at once.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// A task that is over sooner is a quick one: to take it costs a fair part of its run.
const QUICK: Duration = Duration::from_micros(100);
/// What it holds can be stolen, and its owner looks at the rest of what came from outside soon.
const MOST: u32 = 32;

/// One task at a time, so that they start in the order in which they came and a job that blocks holds none behind it;
/// twice as many each time that all of those before were quick, which spares the workers a fight over the injector.
pub(super) struct Pace {
    batch: Cell<u32>,
    taken: Cell<Instant>,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { batch: Cell::new(0), taken: Cell::new(Instant::now()) }
    }

    /// How many to take now. A model has no clock, so it says that itself.
    pub(super) fn batch(&self) -> usize {
        #[cfg(loom)]
        return MODEL_BATCH.get();
        #[cfg(not(loom))]
        self.timed_batch()
    }

    #[cfg_attr(loom, expect(dead_code, reason = "a model has no clock"))]
    fn timed_batch(&self) -> usize {
        let now = Instant::now();
        let took = now.duration_since(self.taken.replace(now));
        self.batch.set(next(self.batch.get(), took));
        self.batch.get() as usize
    }

    /// The worker ran dry: the next tasks may be other ones.
    pub(super) fn rest(&self) {
        self.batch.set(0);
    }
}

#[cfg(loom)]
std::thread_local! {
    /// Of all threads of one model: they share a thread of the system.
    pub(super) static MODEL_BATCH: Cell<usize> = const { Cell::new(1) };
}

/// The batch after one that took so long.
fn next(batch: u32, took: Duration) -> u32 {
    if took < QUICK * batch { (2 * batch).min(MOST) } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_tasks_come_in_growing_batches_and_a_slow_one_ends_that() {
        let growing = std::iter::successors(Some(1), |batch| Some(next(*batch, Duration::ZERO)));
        assert_eq!(growing.take(7).collect::<Vec<_>>(), [1, 2, 4, 8, 16, 32, 32]);
        assert_eq!(next(32, 32 * QUICK), 1);
        assert_eq!(next(0, Duration::ZERO), 1, "the first after a rest");
    }
}
