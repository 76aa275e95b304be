//! The workers' own queues, as those see them who steal.

use super::cell::{Injector, Job};
use super::stats::Counts;
use super::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use super::sync::{Mutex, Steal, Stealer, Worker as Deque};
use std::cell::{Cell, OnceCell};
use std::sync::{Arc, OnceLock, PoisonError};

/// Places in the first block; block `n` has this many times `2^n`.
const FIRST_BLOCK: usize = 64;
/// 64 x (2^11 - 1) places are more than the sleep word can count workers.
const BLOCKS: usize = 11;

/// A place for each worker, and one bit for each place that may have something to steal.
///
/// Only the worker of a place sets and clears its bit, so no push is ever hidden behind a late clear; a thief that
/// finds nothing behind a set bit goes on. A search among 1,000 workers reads 16 words.
#[derive(Default)]
pub(super) struct Deques {
    blocks: [OnceLock<Box<[Group]>>; BLOCKS],
    used: AtomicUsize,
    free: Mutex<Vec<Place>>,
}

/// 64 places and their bits.
struct Group {
    filled: AtomicU64,
    seats: [OnceLock<Seat>; 64],
}

/// A place as others see it.
struct Seat {
    stealer: OnceLock<Stealer<Job>>,
    counts: Arc<Counts>,
}

impl Default for Group {
    fn default() -> Self {
        Self { filled: AtomicU64::new(0), seats: [const { OnceLock::new() }; 64] }
    }
}

/// A worker's own queue and counters, and where they are in the table.
pub(super) struct Place {
    index: usize,
    /// Made for the first task that it holds: an idle worker that never had one is a kilobyte smaller.
    deque: OnceCell<Deque<Job>>,
    counts: Arc<Counts>,
    /// Whether the place's bit is set, which only its worker changes.
    marked: Cell<bool>,
}

impl Deques {
    /// A place for a new worker, one that an ended worker left where there is one.
    pub(super) fn occupy(&self) -> Place {
        let left = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        left.unwrap_or_else(|| {
            let index = self.used.fetch_add(1, Ordering::SeqCst);
            let counts = Arc::<Counts>::default();
            let (group, bit) = self.group_or_new(index / 64, index % 64);
            // A fresh index is handed out once, so the place is empty.
            let _ = group.seats[bit].set(Seat { stealer: OnceLock::new(), counts: Arc::clone(&counts) });
            Place { index, deque: OnceCell::new(), counts, marked: Cell::new(false) }
        })
    }

    /// Gives the place of an ending worker back. What is in its queue can be stolen as before.
    pub(super) fn leave(&self, place: Place) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(place);
    }

    /// Puts what the worker's own job submits into its queue, where others may steal it at once.
    pub(super) fn push(&self, place: &Place, job: Job) {
        self.deque(place).push(job);
        self.mark(place);
    }

    /// Takes the oldest from the worker's own queue.
    pub(super) fn pop(&self, place: &Place) -> Option<Job> {
        if !place.marked.get() {
            return None;
        }
        let job = place.deque.get()?.pop();
        if job.is_none() {
            self.unmark(place);
        }
        job
    }

    /// Takes a batch from some other worker: one to run, the rest into the worker's own queue.
    pub(super) fn steal(&self, place: &Place) -> Option<Job> {
        // Each thief starts behind itself, so that not all of them meet at the same victim.
        let job = self.marked(place.index + 1).find_map(|stealer| {
            let batch = || stealer.steal_batch_and_pop(self.deque(place));
            std::iter::repeat_with(batch).find(|steal| !steal.is_retry()).and_then(Steal::success)
        });
        if job.is_some() {
            let more = place.len();
            place.counts.add_stolen(1 + more);
            if more > 0 {
                self.mark(place);
            }
        }
        job
    }

    /// Takes up to `most` of what came from outside: the oldest to run, the rest into the worker's own queue. Tells
    /// how many that queue holds then.
    pub(super) fn take_batch(&self, injector: &Injector, place: &Place, most: usize) -> (Option<Job>, usize) {
        let deque = self.deque(place);
        let job = injector.take(most, |job| deque.push(job));
        let more = place.len();
        if more > 0 {
            self.mark(place);
        }
        (job, more)
    }

    /// Takes one from any worker.
    pub(super) fn steal_one(&self) -> Option<Job> {
        self.marked(0).find_map(|stealer| {
            std::iter::repeat_with(|| stealer.steal())
                .find(|steal| !steal.is_retry())
                .and_then(Steal::success)
        })
    }

    /// Whether no worker's queue holds anything.
    pub(super) fn are_empty(&self) -> bool {
        self.marked(0).all(Stealer::is_empty)
    }

    /// How many tasks the workers' queues hold together.
    pub(super) fn len(&self) -> usize {
        self.marked(0).map(Stealer::len).sum()
    }

    /// The counters of every place that was ever occupied.
    pub(super) fn counts(&self) -> impl Iterator<Item = &Counts> {
        (0..self.used.load(Ordering::SeqCst))
            .filter_map(|index| self.group(index / 64)?.seats[index % 64].get())
            .map(|seat| &*seat.counts)
    }

    /// The queue of a place, which others can reach from now on.
    fn deque<'p>(&self, place: &'p Place) -> &'p Deque<Job> {
        place.deque.get_or_init(|| {
            let deque = Deque::new_fifo();
            let group = self.group(place.index / 64);
            if let Some(seat) = group.and_then(|group| group.seats[place.index % 64].get()) {
                // Only the worker of the place sets it, and once.
                let _ = seat.stealer.set(deque.stealer());
            }
            deque
        })
    }

    fn mark(&self, place: &Place) {
        if !place.marked.replace(true) {
            self.set_bit(place.index, true);
        }
    }

    fn unmark(&self, place: &Place) {
        if place.marked.replace(false) {
            self.set_bit(place.index, false);
        }
    }

    fn set_bit(&self, index: usize, filled: bool) {
        let bit = 1 << (index % 64);
        match self.group(index / 64) {
            Some(group) if filled => _ = group.filled.fetch_or(bit, Ordering::SeqCst),
            Some(group) => _ = group.filled.fetch_and(!bit, Ordering::SeqCst),
            None => {}
        }
    }

    /// The stealers whose bit is set, from place `first` on and round.
    fn marked(&self, first: usize) -> impl Iterator<Item = &Stealer<Job>> {
        let groups = self.used.load(Ordering::SeqCst).div_ceil(64);
        let (start, low) = (first / 64, first % 64);
        // The first group comes twice: its upper part first, its lower part last.
        (0..=groups)
            .filter_map(move |step| {
                let group = self.group((start + step) % groups.max(1))?;
                let mask = match step {
                    0 => u64::MAX << low,
                    _ if step == groups => !(u64::MAX << low),
                    _ => u64::MAX,
                };
                Some((group, group.filled.load(Ordering::SeqCst) & mask))
            })
            .flat_map(|(group, bits)| ones(bits).filter_map(|bit| group.seats[bit].get()))
            .filter_map(|seat| seat.stealer.get())
    }

    fn group(&self, number: usize) -> Option<&Group> {
        let (block, offset) = locate(number);
        self.blocks[block].get().map(|groups| &groups[offset])
    }

    fn group_or_new(&self, number: usize, bit: usize) -> (&Group, usize) {
        let (block, offset) = locate(number);
        let groups = self.blocks[block].get_or_init(|| {
            std::iter::repeat_with(Group::default).take((FIRST_BLOCK << block) / 64).collect()
        });
        (&groups[offset], bit)
    }
}

impl Place {
    /// Takes what is claimed already out of the queue; the rest keeps its order.
    pub(super) fn clear_claimed(&self) {
        let Some(deque) = self.deque.get() else { return };
        for _ in 0..deque.len() {
            match deque.pop() {
                Some(job) if job.is_pending() => deque.push(job),
                Some(_) => {}
                None => return,
            }
        }
    }

    /// The counters, for the worker of the place.
    pub(super) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Whether the worker's own queue is empty.
    pub(super) fn is_empty(&self) -> bool {
        !self.marked.get() || self.deque.get().is_none_or(Deque::is_empty)
    }

    /// How many tasks the worker's own queue holds.
    pub(super) fn len(&self) -> usize {
        self.deque.get().map_or(0, Deque::len)
    }
}

/// The numbers of the bits that are set, the lowest first.
fn ones(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = bits.trailing_zeros() as usize;
        (bits != 0).then(|| {
            bits &= bits - 1;
            lowest
        })
    })
}

/// The block that a group is in, and its place there: blocks have 1, 2, 4, ... groups.
fn locate(group: usize) -> (usize, usize) {
    let block = (group + 1).ilog2() as usize;
    (block, group + 1 - (1 << block))
}

#[cfg(test)]
mod tests {
    use super::super::cell::new_task;
    use super::super::runner::Bystander;
    use super::*;

    #[test]
    fn groups_fill_one_block_after_the_other() {
        let places: Vec<_> = (0..7).map(locate).collect();
        assert_eq!(places, [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2), (2, 3)]);
        assert!(locate(super::super::sleep::MOST_WORKERS / 64).0 < BLOCKS);
    }

    #[test]
    fn a_thief_finds_a_task_in_any_place() {
        for owner in [0, 63, 64, 199] {
            let deques = Deques::default();
            let places: Vec<_> = (0..200).map(|_| deques.occupy()).collect();
            assert!(deques.are_empty());
            deques.push(&places[owner], new_task(0, || (), ()).0);
            assert!(!deques.are_empty());
            let thief = &places[(owner + 70) % 200];
            assert!(deques.steal(thief).is_some(), "owner {owner}");
            assert!(deques.are_empty());
        }
    }

    #[test]
    fn claimed_tasks_are_cleared_and_the_rest_keeps_its_order() {
        let (deques, (sender, order)) = (Deques::default(), std::sync::mpsc::channel());
        let place = deques.occupy();
        let jobs: Vec<_> = (0..10)
            .map(|n| {
                let sender = sender.clone();
                new_task(0, move || sender.send(n), ()).0
            })
            .collect();
        for job in &jobs {
            deques.push(&place, job.clone());
        }
        for job in jobs.iter().step_by(2) {
            job.cancel();
        }
        place.clear_claimed();
        assert_eq!(place.len(), 5);
        while let Some(job) = deques.pop(&place) {
            job.run(&Bystander);
        }
        assert_eq!(order.try_iter().collect::<Vec<_>>(), [1, 3, 5, 7, 9]);
    }

    #[test]
    fn a_stolen_batch_can_be_stolen_on() {
        let deques = Deques::default();
        let (owner, thief, second) = (deques.occupy(), deques.occupy(), deques.occupy());
        for _ in 0..8 {
            deques.push(&owner, new_task(0, || (), ()).0);
        }
        assert!(deques.steal(&thief).is_some());
        while deques.pop(&owner).is_some() {}
        assert!(!thief.is_empty() && deques.steal(&second).is_some());
    }

    #[test]
    fn what_an_ending_worker_leaves_is_stolen_or_inherited() {
        let deques = Deques::default();
        let (owner, thief) = (deques.occupy(), deques.occupy());
        for _ in 0..2 {
            deques.push(&owner, new_task(0, || (), ()).0);
        }
        owner.counts().add_completed();
        deques.leave(owner);
        assert_eq!(deques.len(), 2);
        assert!(deques.steal_one().is_some());
        let heir = deques.occupy();
        assert!(deques.pop(&heir).is_some() && deques.steal(&thief).is_none());
        heir.counts().add_completed();
        assert_eq!(deques.counts().map(Counts::completed).collect::<Vec<_>>(), [2, 0]);
    }

    #[test]
    fn a_stolen_batch_counts_each_task() {
        let deques = Deques::default();
        let (owner, thief) = (deques.occupy(), deques.occupy());
        for _ in 0..8 {
            deques.push(&owner, new_task(0, || (), ()).0);
        }
        assert!(deques.steal(&thief).is_some());
        assert_eq!(thief.counts().stolen(), 8 - owner.len() as u64);
        assert_eq!(owner.counts().stolen(), 0);
    }
}
