//! Who searches, who sleeps, who exists: one word, and the stack of the sleeping. `README.md` has the protocol.

use super::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use super::sync::thread::{self, Thread};
use super::sync::{Mutex, MutexGuard};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

/// The most workers that the word can count.
pub(super) const MOST_WORKERS: usize = (1 << 16) - 1;

const SEARCHING: u64 = 1;
const IDLE: u64 = 1 << 16;
const SPAWNED: u64 = 1 << 32;
const CLOSED: u64 = 1 << 63;

/// A reading of the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word(u64);

impl Word {
    /// Workers that look for work and will look through all queues once more before they sleep.
    pub(super) fn searching(self) -> usize {
        (self.0 & 0xFFFF) as usize
    }

    /// Workers that sleep, or are about to.
    pub(super) fn idle(self) -> usize {
        (self.0 >> 16 & 0xFFFF) as usize
    }

    /// Workers that exist.
    pub(super) fn spawned(self) -> usize {
        (self.0 >> 32 & 0xFFFF) as usize
    }

    /// Whether the pool takes no more tasks.
    pub(super) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }
}

/// The word, and the stack of idle workers. The last to fall asleep is the first to be woken: its stack is warm.
#[derive(Default)]
pub(super) struct Sleep {
    word: AtomicU64,
    idle: Mutex<Vec<Arc<Parker>>>,
}

impl Sleep {
    pub(super) fn word(&self) -> Word {
        Word(self.word.load(Ordering::SeqCst))
    }

    /// Marks the pool as closed; tells whether it was open.
    pub(super) fn close(&self) -> bool {
        self.word.fetch_or(CLOSED, Ordering::SeqCst) & CLOSED == 0
    }

    /// A working worker begins to search.
    pub(super) fn begin_search(&self) {
        self.word.fetch_add(SEARCHING, Ordering::SeqCst);
    }

    /// A searching worker found work; tells whether it was the last that searched.
    pub(super) fn end_search(&self) -> bool {
        Word(self.word.fetch_sub(SEARCHING, Ordering::SeqCst)).searching() == 1
    }

    /// Counts a new worker, searching from its birth, unless there are `most` already, or the pool is closed and its
    /// last worker has gone. `forced` passes over the latter: who closes the pool may find work and nobody to do it.
    pub(super) fn reserve(&self, most: usize, forced: bool) -> bool {
        let more = |word: u64| {
            let spawned = Word(word).spawned();
            let living = forced || spawned > 0 || !Word(word).is_closed();
            (spawned < most && living).then_some(word + SPAWNED + SEARCHING)
        };
        self.word.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more).is_ok()
    }

    /// A searching worker ends, or a reserved one could not be started; returns the word after it.
    pub(super) fn release(&self) -> Word {
        Word(self.word.fetch_sub(SPAWNED + SEARCHING, Ordering::SeqCst) - SPAWNED - SEARCHING)
    }

    /// A searching worker announces that it will sleep. It must look through all queues once more before it does.
    pub(super) fn announce(&self, me: &Arc<Parker>) {
        let mut idle = self.idle();
        idle.push(Arc::clone(me));
        self.word.fetch_add(IDLE - SEARCHING, Ordering::SeqCst);
    }

    /// Takes the announcement back; the worker searches again. `false` if somebody is waking it already, which
    /// counts it as searching too; then it must [`park`](Parker::park) to consume that.
    pub(super) fn retract(&self, me: &Arc<Parker>) -> bool {
        let mut idle = self.idle();
        let place = idle.iter().rposition(|other| Arc::ptr_eq(other, me));
        if let Some(place) = place {
            idle.remove(place);
            self.word.fetch_sub(IDLE - SEARCHING, Ordering::SeqCst);
        }
        place.is_some()
    }

    /// Wakes one idle worker, which searches from this moment on; `false` if there is none.
    pub(super) fn wake_one(&self) -> bool {
        self.wake(Vec::pop)
    }

    /// As [`wake_one`](Self::wake_one), but the one that has been idle longest, which can be spared first.
    pub(super) fn wake_coldest(&self) -> bool {
        self.wake(|idle| (!idle.is_empty()).then(|| idle.remove(0)))
    }

    fn wake(&self, choose: impl FnOnce(&mut Vec<Arc<Parker>>) -> Option<Arc<Parker>>) -> bool {
        let mut idle = self.idle();
        let Some(parker) = choose(&mut idle) else { return false };
        self.word.fetch_sub(IDLE - SEARCHING, Ordering::SeqCst);
        drop(idle);
        parker.unpark();
        true
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Arc<Parker>>> {
        // No user code runs under the lock.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one worker sleeps on.
pub(super) struct Parker {
    woken: AtomicBool,
    thread: Thread,
}

impl Parker {
    /// The parker of the current thread.
    pub(super) fn current() -> Arc<Self> {
        Arc::new(Self { woken: AtomicBool::new(false), thread: thread::current() })
    }

    /// Sleeps until [`unpark`](Self::unpark), and consumes it.
    pub(super) fn park(&self) {
        while !self.woken.swap(false, Ordering::Acquire) {
            thread::park();
        }
    }

    /// As [`park`](Self::park), but for at most `limit`; tells whether it was woken.
    pub(super) fn park_timeout(&self, limit: Duration) -> bool {
        let Some(end) = Instant::now().checked_add(limit) else {
            self.park();
            return true;
        };
        while !self.woken.swap(false, Ordering::Acquire) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            thread::park_timeout(left);
        }
        true
    }

    fn unpark(&self) {
        // A swap, and no store: loom takes the order of a store and a swap that race for open.
        self.woken.swap(true, Ordering::Release);
        self.thread.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_counts_each_kind_apart() {
        let sleep = Sleep::default();
        assert!(sleep.reserve(2, false) && sleep.reserve(2, false) && !sleep.reserve(2, false));
        let me = Parker::current();
        sleep.announce(&me);
        let word = sleep.word();
        assert_eq!((word.searching(), word.idle(), word.spawned()), (1, 1, 2));
        assert!(sleep.wake_one() && !sleep.wake_one());
        me.park();
        assert!(!sleep.end_search() && sleep.end_search());
        assert_eq!(sleep.word(), Word(2 * SPAWNED));
    }

    #[test]
    fn a_retracted_announcement_leaves_nothing_to_wake() {
        let sleep = Sleep::default();
        assert!(sleep.reserve(1, false));
        let me = Parker::current();
        sleep.announce(&me);
        assert!(sleep.retract(&me) && !sleep.retract(&me) && !sleep.wake_one());
        assert_eq!(sleep.release(), Word(0));
    }

    #[test]
    fn a_closed_pool_counts_no_new_worker_unless_forced() {
        let sleep = Sleep::default();
        assert!(sleep.close() && !sleep.close());
        assert!(!sleep.reserve(2, false) && sleep.reserve(2, true));
        assert!(sleep.reserve(2, false), "one lives");
    }

    #[test]
    fn the_longest_idle_is_the_coldest() {
        let sleep = Sleep::default();
        let parkers: Vec<_> = (0..3).map(|_| Parker::current()).collect();
        for parker in &parkers {
            assert!(sleep.reserve(3, false));
            sleep.announce(parker);
        }
        assert!(sleep.wake_coldest() && sleep.wake_one());
        let woken: Vec<_> = parkers.iter().map(|parker| parker.park_timeout(Duration::ZERO)).collect();
        assert_eq!(woken, [true, false, true]);
    }

    #[test]
    fn a_limit_beyond_all_time_is_none() {
        let me = Parker::current();
        me.unpark();
        assert!(me.park_timeout(Duration::MAX));
    }
}
