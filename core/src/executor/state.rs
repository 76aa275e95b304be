//! The state word of a task: where it stands, what its end must heed, and who holds it.

#[cfg(loom)]
use super::sync::UnsafeCell;
use super::sync::atomic::{AtomicU32, Ordering};
use super::sync::{Step, kept, order};

const PENDING: u32 = 0;
const RUNNING: u32 = 1;
const DONE: u32 = 2;
const CANCELLED: u32 = 3;
const STATE: u32 = 0b00_0011;
/// Somebody is among the waiters.
const WATCHED: u32 = 0b00_0100;
/// The handle is gone: nobody will take the result.
const DETACHED: u32 = 0b00_1000;
/// A callback is among the waiters; a result is not published before it was called.
const CALLBACKS: u32 = 0b01_0000;
/// Somebody was shown the outcome, so it counts as read.
const SEEN: u32 = 0b10_0000;
/// One [`Job`](super::cell::Job); how many there are is what is above the bits.
const JOB: u32 = 1 << 8;
const NEW: u32 = PENDING | JOB;
/// Half of what can be counted: no two processors can each add one between the look and the end of the process.
const MOST: u32 = 1 << 31;

/// Where a task stands, as Python's `Future` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaskState {
    /// Submitted, not started.
    Pending,
    /// A thread is running it.
    Running,
    /// It ended, with a value or an error.
    Finished,
    /// It was cancelled before it started.
    Cancelled,
}

/// A reading of the state word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word(u32);

impl Word {
    pub(super) fn state(self) -> TaskState {
        match self.0 & STATE {
            PENDING => TaskState::Pending,
            RUNNING => TaskState::Running,
            DONE => TaskState::Finished,
            _ => TaskState::Cancelled,
        }
    }

    pub(super) fn is_done(self) -> bool {
        // DONE and CANCELLED have this bit, PENDING and RUNNING have not.
        self.0 & DONE != 0
    }

    pub(super) fn is_watched(self) -> bool {
        self.0 & WATCHED != 0
    }

    pub(super) fn is_detached(self) -> bool {
        self.0 & DETACHED != 0
    }

    pub(super) fn has_callbacks(self) -> bool {
        self.0 & CALLBACKS != 0
    }

    /// Whether callbacks or the drop of an unwanted result come before the end.
    pub(super) fn has_user_code(self) -> bool {
        self.0 & (DETACHED | CALLBACKS) != 0
    }

    pub(super) fn is_seen(self) -> bool {
        self.0 & SEEN != 0
    }

    /// Whether no job is left, so that the handle, if it is there, is alone with the task.
    pub(super) fn has_no_jobs(self) -> bool {
        self.0 < JOB
    }
}

/// The end of a task, as [`State::publish`] made it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Published {
    /// The word until then.
    pub(super) before: Word,
    /// The job that ran it has been given up with it: nothing of the task may be touched any more.
    pub(super) released: bool,
}

/// The state word of one task.
///
/// A task is freed by whoever sees that the last of its holders goes: the handle sets DETACHED when it goes, each job
/// takes itself off the count.
pub(super) struct State {
    word: AtomicU32,
    /// Touched with every use and ended with the task, so that a model tells of a use that no order keeps off the end.
    #[cfg(loom)]
    life: UnsafeCell<()>,
}

impl State {
    /// PENDING, with one job and a handle.
    pub(super) fn new() -> Self {
        Self {
            word: AtomicU32::new(NEW),
            #[cfg(loom)]
            life: UnsafeCell::new(()),
        }
    }

    pub(super) fn word(&self) -> Word {
        Word(self.used().load(Ordering::Acquire))
    }

    /// PENDING to RUNNING; tells whether this call did it.
    pub(super) fn start(&self) -> bool {
        self.claim(RUNNING)
    }

    /// PENDING to CANCELLED; tells whether this call did it.
    pub(super) fn cancel(&self) -> bool {
        self.claim(CANCELLED)
    }

    /// RUNNING to DONE; or, if there are callbacks to call before, what the word is. With `release` the job that ran
    /// the task is given up in the same step, unless there is more to do for it: waiters, or a value to drop.
    pub(super) fn publish(&self, release: bool) -> Result<Published, Word> {
        let mut word = self.used().load(Ordering::Acquire);
        loop {
            if word & CALLBACKS != 0 && kept(Step::CallbacksFirst) {
                return Err(Word(word));
            }
            let released = release && word & (WATCHED | DETACHED) == 0;
            // RUNNING ^ DONE turns the one into the other and keeps the bits beside it.
            let next = (word ^ RUNNING ^ DONE) - if released { JOB } else { 0 };
            let publish = order(Step::Publish, Ordering::AcqRel);
            match self.used().compare_exchange_weak(word, next, publish, Ordering::Acquire) {
                Ok(_) => return Ok(Published { before: Word(word), released }),
                Err(now) => word = now,
            }
        }
    }

    /// Notes that there is somebody to tell, with a callback or without; returns the word until then.
    pub(super) fn watch(&self, callback: bool) -> Word {
        let bits = if callback { WATCHED | CALLBACKS } else { WATCHED };
        let bits = if kept(Step::WatchedBit) { bits } else { 0 };
        Word(self.used().fetch_or(bits, Ordering::AcqRel))
    }

    /// The callbacks that came so far are about to be called; the outcome that they see counts as read.
    pub(super) fn call_callbacks(&self) {
        self.see();
        self.used().fetch_and(!CALLBACKS, Ordering::AcqRel);
    }

    /// Somebody was shown the outcome.
    pub(super) fn see(&self) {
        self.used().fetch_or(SEEN, Ordering::Relaxed);
    }

    /// The handle goes from a task that has not ended, whose word was read as `word`; what it is now, if that changed.
    pub(super) fn detach(&self, word: Word) -> Result<(), Word> {
        let next = word.0 | DETACHED;
        self.used()
            .compare_exchange(word.0, next, Ordering::AcqRel, Ordering::Acquire)
            .map(drop)
            .map_err(Word)
    }

    /// The handle goes from a task that has ended; tells whether it was the last holder.
    pub(super) fn leave(&self) -> bool {
        Word(self.used().fetch_or(DETACHED, order(Step::LastHolder, Ordering::AcqRel))).has_no_jobs()
    }

    /// Counts one more job; the caller has one, or the handle.
    pub(super) fn add_job(&self) {
        if self.used().fetch_add(JOB, Ordering::Relaxed) > MOST {
            // As `Arc` does: to go on would free what is in use.
            std::process::abort();
        }
    }

    /// Counts one job less; tells whether it was the last holder.
    pub(super) fn release_job(&self) -> bool {
        let before = self.used().fetch_sub(JOB, order(Step::LastHolder, Ordering::AcqRel));
        before & DETACHED != 0 && Word(before - JOB).has_no_jobs()
    }

    /// The last holder is about to free the task.
    #[cfg_attr(not(loom), expect(clippy::unused_self, reason = "for the model alone"))]
    pub(super) fn end(&self) {
        #[cfg(loom)]
        self.life.with_mut(drop);
    }

    fn claim(&self, next: u32) -> bool {
        // Nearly always the word is new, so that looking first would cost a cache miss of its own.
        let mut word = NEW;
        while word & STATE == PENDING {
            match self.used().compare_exchange(word, word | next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    fn used(&self) -> &AtomicU32 {
        #[cfg(loom)]
        self.life.with(drop);
        &self.word
    }
}

#[cfg(test)]
#[cfg(not(loom))]
mod tests {
    use super::*;

    #[test]
    fn the_last_holder_is_told_so() {
        let state = State::new();
        state.add_job();
        assert!(!state.release_job());
        assert_eq!(state.detach(state.word()), Ok(()));
        assert!(state.word().is_detached() && state.release_job() && state.word().has_no_jobs());
        let state = State::new();
        assert!(!state.release_job() && state.leave());
    }

    #[test]
    fn a_job_is_given_up_with_the_end_unless_somebody_must_be_told() {
        let ended = |before_the_end: fn(&State)| {
            let state = State::new();
            assert!(state.start() && !state.cancel());
            before_the_end(&state);
            let released = state.publish(true).map(|published| published.released);
            (released.ok(), state.word().state(), state.word().has_no_jobs())
        };
        assert_eq!(ended(|_| {}), (Some(true), TaskState::Finished, true));
        assert_eq!(ended(|state| _ = state.watch(false)), (Some(false), TaskState::Finished, false));
        assert_eq!(ended(|state| _ = state.watch(true)), (None, TaskState::Running, false));
        assert_eq!(
            ended(|state| state.detach(state.word()).unwrap()),
            (Some(false), TaskState::Finished, false)
        );
    }

    #[test]
    fn a_stale_reading_does_not_detach() {
        let state = State::new();
        let word = state.word();
        assert!(state.cancel());
        assert_eq!(state.detach(word).map_err(Word::state), Err(TaskState::Cancelled));
    }
}
