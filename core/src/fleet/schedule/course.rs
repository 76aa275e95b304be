//! The batches of a run, as they go by.

use crate::fleet::batches::{Batches, Share};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How far the batches are.
pub(super) struct Course {
    sizes: VecDeque<usize>,
    /// How many hosts were put into a batch.
    begun: usize,
    /// The size of the present batch, and how many of it are not over.
    size: usize,
    pub(super) left: usize,
    max_failures: Option<Share>,
    soak: Duration,
    failed: usize,
    failed_of_batch: usize,
    pub(super) soaks_until: Option<Instant>,
}

impl Course {
    pub(super) fn new(hosts: usize, batches: Option<Batches>) -> Self {
        let max_failures = batches.as_ref().map(|batches| batches.max_failures);
        let soak = batches.as_ref().map_or(Duration::ZERO, |batches| batches.soak);
        let sizes = batches.map_or(vec![hosts], |batches| batches.serial.sizes(hosts)).into();
        Self {
            sizes,
            begun: 0,
            size: 0,
            left: 0,
            max_failures,
            soak,
            failed: 0,
            failed_of_batch: 0,
            soaks_until: None,
        }
    }

    /// The hosts of the next batch.
    pub(super) fn begin(&mut self) -> std::ops::Range<usize> {
        let size = self.sizes.pop_front().unwrap_or(0);
        let batch = self.begun..self.begun + size;
        (self.begun, self.size, self.left) = (batch.end, size, size);
        (self.failed_of_batch, self.soaks_until) = (0, None);
        batch
    }

    /// Has no more batches.
    pub(super) fn give_up(&mut self) {
        self.sizes.clear();
        self.soaks_until = None;
    }

    /// A host of the batch is over; whether too many have failed.
    pub(super) fn over(&mut self, failed: bool, now: Instant) -> bool {
        // Of batches that had not begun when the run was stopped, nothing counts.
        self.left = self.left.saturating_sub(1);
        self.failed += usize::from(failed);
        self.failed_of_batch += usize::from(failed);
        if self.left == 0 && !self.sizes.is_empty() {
            self.soaks_until = now.checked_add(self.soak);
        }
        self.max_failures.is_some_and(|most| match most {
            Share::Hosts(most) => self.failed > most,
            Share::Percent(_) => self.failed_of_batch > most.of(self.size),
        })
    }
}
