//! What stands in for crossbeam-deque under loom, which would not see into it.
//!
//! A queue's length is loom's, so a thread may read an old one, as it may of crossbeam's indices; it is ordered more
//! weakly than those (no `SeqCst`), so what holds of these queues holds of those. What is in the queue changes with
//! the length in one step of the model. A thief takes all, so that two tasks are enough for a batch.

use super::atomic::{AtomicUsize, Ordering};
pub(in super::super) use crossbeam_deque::Steal;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

struct Queue<T> {
    len: AtomicUsize,
    /// The standard library's lock: no step of the model, and never contended in one.
    values: Mutex<VecDeque<T>>,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { len: AtomicUsize::new(0), values: Mutex::default() }
    }
}

impl<T> Queue<T> {
    fn push(&self, values: impl IntoIterator<Item = T>) {
        let values: Vec<_> = values.into_iter().collect();
        if !values.is_empty() {
            self.len.fetch_add(values.len(), Ordering::Release);
            self.values().extend(values);
        }
    }

    /// Takes all but what `leave` says of the length.
    fn take(&self, leave: impl Fn(usize) -> usize) -> VecDeque<T> {
        let mut len = self.len();
        while len > 0 {
            match self.len.compare_exchange(len, leave(len), Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return self.values().drain(..len - leave(len)).collect(),
                Err(now) => len = now,
            }
        }
        VecDeque::new()
    }

    fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }

    fn values(&self) -> MutexGuard<'_, VecDeque<T>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn steal<T>(mut taken: VecDeque<T>) -> Steal<T> {
    taken.pop_front().map_or(Steal::Empty, Steal::Success)
}

fn steal_to<T>(mut taken: VecDeque<T>, to: &Worker<T>) -> Steal<T> {
    let first = taken.pop_front();
    to.0.push(taken);
    first.map_or(Steal::Empty, Steal::Success)
}

pub(in super::super) struct Worker<T>(Arc<Queue<T>>);

impl<T> Worker<T> {
    pub(in super::super) fn new_fifo() -> Self {
        Self(Arc::default())
    }

    pub(in super::super) fn stealer(&self) -> Stealer<T> {
        Stealer(Arc::clone(&self.0))
    }

    pub(in super::super) fn push(&self, value: T) {
        self.0.push([value]);
    }

    pub(in super::super) fn pop(&self) -> Option<T> {
        self.0.take(|len| len - 1).pop_front()
    }

    pub(in super::super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(in super::super) fn len(&self) -> usize {
        self.0.len()
    }
}

pub(in super::super) struct Stealer<T>(Arc<Queue<T>>);

impl<T> Stealer<T> {
    pub(in super::super) fn steal(&self) -> Steal<T> {
        steal(self.0.take(|len| len - 1))
    }

    pub(in super::super) fn steal_batch_and_pop(&self, to: &Worker<T>) -> Steal<T> {
        steal_to(self.0.take(|_| 0), to)
    }

    pub(in super::super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(in super::super) fn len(&self) -> usize {
        self.0.len()
    }
}
