//! The part of a task that its closure's type does not touch: the state word, and who waits.

use super::cell::PoolId;
use super::error::TaskError;
use super::runner::Runner;
use super::sync::atomic::{AtomicU8, Ordering};
use super::sync::{Mutex, MutexGuard, Step, kept, order};
use super::waiter::{Callback, Waiter, WaiterKey, Waiters};
use std::sync::PoisonError;

const PENDING: u8 = 0;
const RUNNING: u8 = 1;
const DONE: u8 = 2;
const CANCELLED: u8 = 3;
const STATE: u8 = 0b00_0011;
/// Somebody is in `waiters`.
const WATCHED: u8 = 0b00_0100;
/// The handle is gone: nobody will take the result.
const DETACHED: u8 = 0b00_1000;
/// A callback is in `waiters`; a result is not published before it was called.
const CALLBACKS: u8 = 0b01_0000;
/// Somebody was shown the outcome, so it counts as read.
const SEEN: u8 = 0b10_0000;

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
#[derive(Clone, Copy, Debug)]
pub(super) struct Word(u8);

impl Word {
    pub(super) fn state(self) -> TaskState {
        match self.0 & STATE {
            PENDING => TaskState::Pending,
            RUNNING => TaskState::Running,
            DONE => TaskState::Finished,
            _ => TaskState::Cancelled,
        }
    }

    pub(super) fn is_detached(self) -> bool {
        self.0 & DETACHED != 0
    }

    pub(super) fn has_callbacks(self) -> bool {
        self.0 & CALLBACKS != 0
    }

    pub(super) fn is_seen(self) -> bool {
        self.0 & SEEN != 0
    }

    fn is_done(self) -> bool {
        matches!(self.0 & STATE, DONE | CANCELLED)
    }
}

/// State and waiters of a task whose result is a `T`.
pub(super) struct Header<T> {
    word: AtomicU8,
    pool: PoolId,
    /// Boxed, since most tasks have ended before anybody waits: a third less memory for each.
    waiters: Mutex<Option<Box<Waiters<T>>>>,
}

impl<T> Header<T> {
    pub(super) fn new(pool: PoolId) -> Self {
        Self { word: AtomicU8::new(PENDING), pool, waiters: Mutex::default() }
    }

    /// The pool that the task was submitted to.
    pub(super) fn pool(&self) -> PoolId {
        self.pool
    }

    pub(super) fn word(&self) -> Word {
        Word(self.word.load(Ordering::Acquire))
    }

    pub(super) fn state(&self) -> TaskState {
        self.word().state()
    }

    pub(super) fn is_done(&self) -> bool {
        self.word().is_done()
    }

    /// PENDING to RUNNING; tells whether this call did it.
    pub(super) fn start(&self) -> bool {
        self.claim(RUNNING)
    }

    /// PENDING to CANCELLED; tells whether this call did it.
    pub(super) fn cancel(&self) -> bool {
        self.claim(CANCELLED)
    }

    /// RUNNING to DONE, and what the word was; or, if there are callbacks to call before, what it is.
    pub(super) fn publish(&self) -> Result<Word, Word> {
        // RUNNING ^ DONE turns the one into the other and keeps the bits beside it.
        let open = |word: u8| word & CALLBACKS == 0 || !kept(Step::CallbacksFirst);
        let done = |word: u8| open(word).then_some(word ^ RUNNING ^ DONE);
        self.word
            .fetch_update(order(Step::Publish, Ordering::AcqRel), Ordering::Acquire, done)
            .map(Word)
            .map_err(Word)
    }

    /// The handle is gone; returns what the word was before.
    pub(super) fn detach(&self) -> Word {
        let word = self.word();
        // Of a task that has ended nobody looks at the bit any more.
        if word.is_done() { word } else { Word(self.word.fetch_or(DETACHED, Ordering::AcqRel)) }
    }

    /// Somebody was shown the outcome.
    pub(super) fn see(&self) {
        self.word.fetch_or(SEEN, Ordering::Relaxed);
    }

    /// Has `waiter` told once when the task ends; gives it back, and it is not told, if the task already has.
    pub(super) fn watch(&self, waiter: Waiter<T>) -> Result<WaiterKey, Option<Waiter<T>>> {
        let bits = if matches!(waiter, Waiter::Callback(_)) { WATCHED | CALLBACKS } else { WATCHED };
        let bits = if kept(Step::WatchedBit) { bits } else { 0 };
        let mut waiters = self.waiters();
        // In the list first: the ending thread takes the list if its swap sees the bit, and this sees the end if not.
        let key = waiters.get_or_insert_default().add(waiter);
        let before = Word(self.word.fetch_or(bits, Ordering::AcqRel));
        if !before.is_done() || !kept(Step::SeenEnd) {
            return Ok(key);
        }
        // The ending thread cannot take it from the list meanwhile: the list is locked.
        Err(waiters.as_mut().and_then(|waiters| waiters.remove(key)))
    }

    /// Takes a waiter back.
    pub(super) fn unwatch(&self, key: WaiterKey) {
        let waiter = self.waiters().as_mut().and_then(|waiters| waiters.remove(key));
        // A waker is user code, so it is dropped outside the lock.
        drop(waiter);
    }

    /// Takes the callbacks that came so far; the outcome that they are about to see counts as read.
    pub(super) fn take_callbacks(&self) -> Vec<Callback<T>> {
        let mut waiters = self.waiters();
        self.word.fetch_or(SEEN, Ordering::Relaxed);
        // Under the lock, so that a callback is either taken here or sets the bit again.
        self.word.fetch_and(!CALLBACKS, Ordering::AcqRel);
        waiters.as_mut().map(|waiters| waiters.take_callbacks()).unwrap_or_default()
    }

    /// Tells all waiters of a task that has ended, where `before` has any.
    #[inline]
    pub(super) fn tell_waiters(&self, before: Word, runner: &dyn Runner) {
        if before.0 & WATCHED != 0 {
            self.tell_all(runner);
        }
    }

    fn tell_all(&self, runner: &dyn Runner) {
        let waiters = self.waiters().take();
        if let Some(waiters) = waiters {
            waiters.tell_all(runner);
        }
    }

    fn claim(&self, next: u8) -> bool {
        let claimed = |word: u8| (word & STATE == PENDING).then_some(word | next);
        self.word.fetch_update(Ordering::AcqRel, Ordering::Relaxed, claimed).is_ok()
    }

    fn waiters(&self) -> MutexGuard<'_, Option<Box<Waiters<T>>>> {
        // No user code runs under the lock, so a poisoned list is still whole.
        self.waiters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The outcome that a cancelled task shows.
pub(super) static CANCELLED_ERROR: TaskError = TaskError::Cancelled;
/// The outcome that a task shows whose result was taken.
pub(super) static TAKEN_ERROR: TaskError = TaskError::AlreadyTaken;
