//! One submitted task: its state word, its closure and then its result, and who waits for it. One allocation.
//!
//! The only module of the executor with `unsafe`: the `stage` of a cell has exactly one owner at any time, and the
//! state word says who.
//!
//! | state     | owner of `stage`                                                              |
//! |-----------|-------------------------------------------------------------------------------|
//! | PENDING   | nobody: whoever changes the state away from PENDING becomes the owner         |
//! | RUNNING   | the thread that made it so                                                    |
//! | CANCELLED | the thread that made it so; it empties the stage, and nobody reads it again   |
//! | DONE      | the one handle; the thread that made it so where DETACHED was set before      |
//!
//! PENDING is left by a compare-and-swap, so by one thread only. RUNNING becomes DONE by a swap with release order
//! after the result is written, and the handle reads it after an acquire load. There is one handle, it is not
//! `Clone`, and taking needs it exclusively.
#![allow(unsafe_code, reason = "a mutex per task costs what a channel does; see the argument above")]

use super::error::{Panic, TaskError};
use super::runner::{Bystander, Runner};
use super::sync::atomic::{AtomicU8, Ordering};
use super::sync::{Mutex, MutexGuard, Step, UnsafeCell, kept, order};
use super::waiter::{Waiter, WaiterKey, Waiters};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};

const PENDING: u8 = 0;
const RUNNING: u8 = 1;
const DONE: u8 = 2;
const CANCELLED: u8 = 3;
const STATE: u8 = 0b0011;
/// Somebody is in `waiters`.
const WATCHED: u8 = 0b0100;
/// The handle is gone: nobody will take the result.
const DETACHED: u8 = 0b1000;

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

/// What a queue holds: a task without its result's type.
pub(super) trait Runnable: Send + Sync {
    /// Runs the closure on this thread if nobody else has claimed the task; tells whether it did.
    fn run(&self, runner: &dyn Runner) -> bool;

    /// Cancels the task if it has not started; tells whether it is cancelled.
    fn cancel(&self) -> bool;

    /// Ends the task with an error if it has not started; tells whether it did.
    fn refuse(&self, error: TaskError) -> bool;

    /// Whether nobody has claimed the task yet.
    fn is_pending(&self) -> bool;
}

/// A new task: what goes into a queue, and the one handle to it.
pub(super) fn new_task<F, T>(pool: u64, closure: F) -> (Arc<dyn Runnable>, TaskHandle<T>)
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let header = Header { state: AtomicU8::new(PENDING), waiters: Mutex::default(), pool };
    let cell = Arc::new(TaskCell { header, stage: UnsafeCell::new(Stage::Ready(closure)) });
    (Arc::clone(&cell) as Arc<dyn Runnable>, TaskHandle(cell))
}

/// The one handle to a task, without its closure's type. Dropping it drops the result, now or when it comes.
pub(super) struct TaskHandle<T>(Arc<dyn Join<T>>);

impl<T> TaskHandle<T> {
    /// The state and the waiters.
    pub(super) fn header(&self) -> &Header {
        self.0.header()
    }

    /// The task as a queue sees it.
    pub(super) fn runnable(&self) -> &dyn Runnable {
        &*self.0
    }

    /// Takes the result of a task that has ended.
    pub(super) fn take(&mut self) -> Result<T, TaskError> {
        // SAFETY: the one handle, exclusively.
        unsafe { self.0.take() }
    }
}

impl<T> Drop for TaskHandle<T> {
    fn drop(&mut self) {
        // SAFETY: the one handle, exclusively, for the last time.
        unsafe { self.0.detach() };
    }
}

/// A task without its closure's type.
trait Join<T>: Runnable {
    fn header(&self) -> &Header;

    /// # Safety
    /// Only by the task's one handle, and not from two threads at a time.
    unsafe fn take(&self) -> Result<T, TaskError>;

    /// # Safety
    /// As for `take`, which must not be called again.
    unsafe fn detach(&self);
}

/// The part of a cell that depends on no type.
pub(super) struct Header {
    state: AtomicU8,
    waiters: Mutex<Waiters>,
    pool: u64,
}

impl Header {
    /// The pool that the task was submitted to.
    pub(super) fn pool(&self) -> u64 {
        self.pool
    }

    pub(super) fn state(&self) -> TaskState {
        match self.state.load(Ordering::Acquire) & STATE {
            PENDING => TaskState::Pending,
            RUNNING => TaskState::Running,
            DONE => TaskState::Finished,
            _ => TaskState::Cancelled,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self.state(), TaskState::Finished | TaskState::Cancelled)
    }

    /// Has `waiter` told once when the task ends; `None`, and it is not told, if the task already has.
    pub(super) fn watch(&self, waiter: Waiter) -> Option<WaiterKey> {
        let mut waiters = self.waiters();
        // In the list first: the ending thread takes the list if its swap sees the bit, and this sees the end if not.
        let key = waiters.add(waiter);
        let before = self.state.fetch_or(if kept(Step::WatchedBit) { WATCHED } else { 0 }, Ordering::AcqRel);
        if !matches!(before & STATE, DONE | CANCELLED) || !kept(Step::SeenEnd) {
            return Some(key);
        }
        // The ending thread cannot take it from the list meanwhile: the list is locked.
        let waiter = waiters.remove(key);
        drop(waiters);
        drop(waiter);
        None
    }

    /// Takes a waiter back.
    pub(super) fn unwatch(&self, key: WaiterKey) {
        let waiter = self.waiters().remove(key);
        // A waker is user code, so it is dropped outside the lock.
        drop(waiter);
    }

    fn claim(&self, next: u8) -> bool {
        let mut seen = self.state.load(Ordering::Relaxed);
        while seen & STATE == PENDING {
            match self.state.compare_exchange_weak(seen, seen | next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => seen = now,
            }
        }
        false
    }

    fn tell_waiters(&self, before: u8, runner: &dyn Runner) {
        if before & WATCHED != 0 {
            let waiters = std::mem::take(&mut *self.waiters());
            waiters.tell_all(runner);
        }
    }

    fn waiters(&self) -> MutexGuard<'_, Waiters> {
        // No user code runs under the lock, so a poisoned list is still whole.
        self.waiters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task of closure `F` and result `T`.
struct TaskCell<F, T> {
    header: Header,
    stage: UnsafeCell<Stage<F, T>>,
}

enum Stage<F, T> {
    Ready(F),
    Finished(Result<T, TaskError>),
    Empty,
}

// SAFETY: `stage` is reached by one owner at a time (see the head of this file), on whatever thread it is, so its
// contents must be `Send`; no reference to them is ever shared between threads.
unsafe impl<F: Send, T: Send> Sync for TaskCell<F, T> {}

impl<F, T> TaskCell<F, T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    /// Replaces the stage and returns what it was.
    ///
    /// # Safety
    /// The caller owns the stage, as the state word says.
    unsafe fn replace(&self, next: Stage<F, T>) -> Stage<F, T> {
        // SAFETY: the owner is alone with the stage, and no reference outlives this call.
        self.stage.with_mut(|stage| unsafe { std::mem::replace(&mut *stage, next) })
    }

    /// Publishes `result`.
    ///
    /// # Safety
    /// The caller made the task RUNNING.
    unsafe fn finish(&self, result: Result<T, TaskError>, runner: &dyn Runner) {
        if self.header.state.load(Ordering::Acquire) & DETACHED != 0 {
            drop_quietly(result);
            runner.before_publish();
        } else {
            // SAFETY: RUNNING, and this thread made it so.
            unsafe { self.replace(Stage::Finished(result)) };
            runner.before_publish();
        }
        // RUNNING ^ DONE turns the one into the other and keeps the bits beside it.
        let before = self.header.state.fetch_xor(RUNNING ^ DONE, order(Step::Publish, Ordering::AcqRel));
        if before & DETACHED != 0 {
            // SAFETY: the handle went before DONE, so the stage is still this thread's.
            let unwanted = unsafe { self.replace(Stage::Empty) };
            if matches!(unwanted, Stage::Finished(_)) {
                runner.before_user_code();
                drop_quietly(unwanted);
            }
        }
        self.header.tell_waiters(before, runner);
    }
}

impl<F, T> Runnable for TaskCell<F, T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    fn run(&self, runner: &dyn Runner) -> bool {
        if !self.header.claim(RUNNING) {
            return false;
        }
        // SAFETY: this thread made the task RUNNING.
        if let Stage::Ready(closure) = unsafe { self.replace(Stage::Empty) } {
            let result = catch_unwind(AssertUnwindSafe(closure));
            let result = result.map_err(|payload| TaskError::Panicked(Panic::new(payload)));
            // SAFETY: likewise.
            unsafe { self.finish(result, runner) };
        }
        true
    }

    fn cancel(&self) -> bool {
        if !self.header.claim(CANCELLED) {
            return self.header.state() == TaskState::Cancelled;
        }
        // SAFETY: this thread made the task CANCELLED, and nobody else reads the stage of such a task.
        let closure = unsafe { self.replace(Stage::Empty) };
        drop_quietly(closure);
        self.header.tell_waiters(self.header.state.load(Ordering::Acquire), &Bystander);
        true
    }

    fn refuse(&self, error: TaskError) -> bool {
        if !self.header.claim(RUNNING) {
            return false;
        }
        // SAFETY: this thread made the task RUNNING.
        drop_quietly(unsafe { self.replace(Stage::Empty) });
        // SAFETY: likewise.
        unsafe { self.finish(Err(error), &Bystander) };
        true
    }

    fn is_pending(&self) -> bool {
        self.header.state() == TaskState::Pending
    }
}

impl<F, T> Join<T> for TaskCell<F, T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    fn header(&self) -> &Header {
        &self.header
    }

    unsafe fn take(&self) -> Result<T, TaskError> {
        match self.header.state() {
            TaskState::Cancelled => Err(TaskError::Cancelled),
            // SAFETY: DONE, and the caller is the one handle.
            TaskState::Finished => match unsafe { self.replace(Stage::Empty) } {
                Stage::Finished(result) => result,
                Stage::Ready(_) | Stage::Empty => Err(TaskError::AlreadyTaken),
            },
            TaskState::Pending | TaskState::Running => Err(TaskError::TimedOut),
        }
    }

    unsafe fn detach(&self) {
        let before = self.header.state.fetch_or(DETACHED, Ordering::AcqRel);
        if before & STATE == DONE {
            // SAFETY: DONE before the handle went: the stage is the handle's.
            drop(unsafe { self.replace(Stage::Empty) });
        }
    }
}

/// Drops what may hold user data whose `Drop` panics, on a thread that must go on.
fn drop_quietly<V>(value: V) {
    // The panic hook has already told of it, and there is no result to put it in.
    drop(catch_unwind(AssertUnwindSafe(move || drop(value))));
}
