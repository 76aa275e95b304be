//! The queue that lets one consumer watch any number of tasks: each completion costs it one push.

use super::sync::{Condvar, Mutex, MutexGuard, Step, kept};
use std::sync::PoisonError;
use std::time::Instant;

/// The places of the tasks that ended, in the order in which they did.
#[derive(Default)]
pub(super) struct CompletionQueue {
    ended: Mutex<Vec<usize>>,
    arrived: Condvar,
}

impl CompletionQueue {
    pub(super) fn push(&self, place: usize) {
        let mut ended = self.ended();
        ended.push(place);
        // The consumer empties the queue whole, so it sleeps only while the queue is empty.
        if ended.len() == 1 && kept(Step::Notify) {
            self.arrived.notify_one();
        }
    }

    /// Swaps the whole batch into `batch`, which must be empty; returns at once.
    pub(super) fn swap(&self, batch: &mut Vec<usize>) {
        std::mem::swap(&mut *self.ended(), batch);
    }

    /// Waits until something is there, or until `deadline`; tells whether something is.
    pub(super) fn wait(&self, deadline: Option<Instant>) -> bool {
        let mut ended = self.ended();
        while ended.is_empty() {
            ended = match deadline {
                None => self.arrived.wait(ended).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return false;
                    }
                    let waited = self.arrived.wait_timeout(ended, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        true
    }

    fn ended(&self) -> MutexGuard<'_, Vec<usize>> {
        // No user code runs under the lock.
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
