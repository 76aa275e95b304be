//! What an executor counts.

use std::sync::atomic::{AtomicU64, Ordering};

/// A snapshot of an executor's counters, for metrics; made by [`Executor::stats`](super::Executor::stats).
///
/// The workers are counted at one moment, the rest shortly after it, so while tasks come and go the figures need not
/// add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// The most threads that may run.
    pub max_workers: usize,
    /// Threads that exist: those that run a task, those that are idle, and those that run the initializer. More than
    /// `max_workers` while tasks run that were started before it was lowered.
    pub workers: usize,
    /// Workers that run a task. A task that another one of the executor waits for, and runs, is part of that.
    pub running: usize,
    /// Workers that look or wait for a task.
    pub idle: usize,
    /// Tasks that no worker has taken out of a queue yet. A cancelled one counts until then.
    pub queued: usize,
    /// Tasks that were run since the executor was built, with a value or a panic. Of a task whose end was seen, the
    /// snapshot knows.
    pub completed: u64,
    /// Tasks that a worker took from another worker's queue, once for each time.
    pub stolen: u64,
}

/// The counters of one worker's place. Only the worker that holds the place writes them, so no two processors ever
/// fight for them, and they outlive it; a place changes hands under a lock. Two cache lines apart, since processors
/// fetch them in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Counts {
    completed: AtomicU64,
    stolen: AtomicU64,
}

impl Counts {
    /// The place's worker has run a task.
    pub(super) fn add_completed(&self) {
        add(&self.completed, 1);
    }

    /// The place's worker has taken `tasks` from another's queue.
    pub(super) fn add_stolen(&self, tasks: usize) {
        add(&self.stolen, tasks as u64);
    }

    pub(super) fn completed(&self) -> u64 {
        self.completed.load(Ordering::Relaxed)
    }

    pub(super) fn stolen(&self) -> u64 {
        self.stolen.load(Ordering::Relaxed)
    }
}

/// Not a read-modify-write: there is one writer.
fn add(counter: &AtomicU64, more: u64) {
    counter.store(counter.load(Ordering::Relaxed) + more, Ordering::Relaxed);
}
