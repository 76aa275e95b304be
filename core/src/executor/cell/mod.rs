//! One submitted task: its state word, its closure and then its result, and who waits for it. One allocation.
//!
//! The only module of the executor with `unsafe`, for two reasons.
//!
//! **The stage** of a cell, which holds the closure and later the result, has exactly one owner at any time, and the
//! state word says who.
//!
//! | state     | owner of the stage                                                            |
//! |-----------|-------------------------------------------------------------------------------|
//! | PENDING   | nobody: whoever changes the state away from PENDING becomes the owner         |
//! | RUNNING   | the thread that made it so; of a promise, the one `Settler`                   |
//! | CANCELLED | the thread that made it so; it empties the stage, and nobody reads it again   |
//! | DONE      | the one handle; the thread that made it so where DETACHED was set before      |
//!
//! PENDING is left by a compare-and-swap, so by one thread only. RUNNING becomes DONE by one with release order after
//! the result is written, and the handle reads it after an acquire load. There is one handle, it is not `Clone`, and
//! taking or lending the value needs it exclusively. Through a shared handle only an error is lent: it is `Sync`
//! whatever the value's type is.
//!
//! **The memory** is counted in the state word: one bit for the handle, a number for the jobs, which are what queues,
//! timers and running threads hold. Whoever takes the last of them away frees the task. An `Arc` would do the same with
//! four locked operations more for each task, since it must count down what everybody sees is the last; here the thread
//! that publishes a result gives its job up with the same compare-and-swap, and the handle that finds no job is alone.
//! All changes of the word but `SEEN` and `add_job` have release order, and who frees has read it with acquire order, so
//! every use comes before the end. A thread that published with its job given up touches nothing of the task after it.
//!
//! A scoped task's closure, its callbacks and a result that nobody will take may borrow from a stack frame that waits
//! for [`Extra::ended`]. All three are gone before that is called, on every way to the end; what a later free of the
//! cell finds is an empty stage. A result that the handle still holds keeps its lifetime in the handle's type.
#![allow(
    unsafe_code,
    reason = "a mutex and an `Arc` per task cost what a channel does; see the argument above"
)]

mod handle;
mod header;
mod injector;
mod job;
mod once_box;
mod settler;
mod slab;

pub(super) use handle::TaskHandle;
pub(super) use injector::Injector;
pub(super) use job::Job;
pub(super) use settler::{Settler, new_promise};

use super::error::TaskError;
use super::excepthook::{contained, reported, unread};
use super::runner::{Bystander, Runner};
use super::state::{TaskState, Word};
use super::sync::{Step, UnsafeCell, kept};
use super::waiter::{self, WaiterKey};
use crate::cancel::CancelToken;
use header::{Head, Header};
use std::ptr::NonNull;

/// Tells a pool from all others of the process.
pub(super) type PoolId = u32;
/// Of a task that belongs to no pool, so that nobody helps with it.
pub(super) const NO_POOL: PoolId = 0;

/// What a task carries beside its closure.
pub(super) trait Extra: Send + Sync {
    /// Whether [`ended`](Self::ended) does anything.
    const TOLD: bool = false;

    /// The closure, an unwanted result and the callbacks have been dropped.
    fn ended(&self) {}

    /// What the closure looks at.
    fn token(&self) -> Option<&CancelToken> {
        None
    }
}

impl Extra for () {}

impl Extra for CancelToken {
    fn token(&self) -> Option<&CancelToken> {
        Some(self)
    }
}

/// A new task: what goes into a queue, and the one handle to it.
pub(super) fn new_task<F, T, E>(pool: PoolId, closure: F, extra: E) -> (Job, TaskHandle<T>)
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
    E: Extra + 'static,
{
    // SAFETY: nothing borrows.
    unsafe { new_cell(pool, Stage::Ready(closure), extra) }
}

/// A new task that may borrow what lives for `'scope`.
///
/// # Safety
/// Nothing that lives for `'scope` may end before `extra` was told of the end, whatever happens to the task and its
/// handle.
pub(super) unsafe fn new_scoped_task<'scope, F, T, E>(
    pool: PoolId,
    closure: F,
    extra: E,
) -> (Job, TaskHandle<T>)
where
    F: FnOnce() -> T + Send + 'scope,
    T: Send + 'scope,
    E: Extra + 'static,
{
    const { assert!(E::TOLD) };
    // SAFETY: everything in the cell that may borrow is gone when `extra` is told (see the head of this file), and the
    // caller keeps what it borrows alive until then.
    unsafe { new_cell(pool, Stage::Ready(closure), extra) }
}

/// # Safety
/// What the closure and the result borrow outlives both.
unsafe fn new_cell<F, T, E>(pool: PoolId, stage: Stage<F, T>, extra: E) -> (Job, TaskHandle<T>)
where
    F: FnOnce() -> T + Send,
    T: Send,
    E: Extra,
{
    let header = Header::new(TaskCell::<F, T, E>::VTABLE, pool);
    let task = slab::put(TaskCell { header, stage: UnsafeCell::new(stage), extra }).cast();
    // SAFETY: a new task counts one job, and a handle, of this type.
    unsafe { (Job::new(task), TaskHandle::new(task)) }
}

/// What became of an attempt to run a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Run {
    /// Somebody else had claimed it.
    NotMine,
    /// It has ended.
    Ended,
    /// It has ended, and the job is given up: it may be gone.
    Released,
}

/// When a job is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Release {
    /// In one step with the end of the task, where that can be.
    WithTheEnd,
    /// Not by the one who runs it.
    Never,
}

/// What a job and a handle do to a task whose types they do not know. Each is given a task that is alive.
struct VTable {
    run: unsafe fn(NonNull<Head>, &dyn Runner, Release) -> Run,
    cancel: unsafe fn(NonNull<Head>) -> bool,
    refuse: unsafe fn(NonNull<Head>, TaskError) -> bool,
    token: unsafe fn(NonNull<Head>) -> Option<NonNull<CancelToken>>,
    /// By the handle alone, and exclusively, once the task is DONE: writes the result where there is one.
    take: unsafe fn(NonNull<Head>, *mut ()) -> bool,
    /// Likewise, and frees the task: no job holds it.
    take_last: unsafe fn(NonNull<Head>, *mut ()) -> bool,
    /// By the handle alone, once the task is DONE: the result, where there is one.
    look: unsafe fn(NonNull<Head>) -> Option<NonNull<()>>,
    /// The handle goes.
    detach: unsafe fn(NonNull<Head>),
    /// The last holder goes.
    free: unsafe fn(NonNull<Head>),
}

/// A task of closure `F` and result `T`. It begins with a `Header<T>`, and that with a `Head`.
#[repr(C)]
struct TaskCell<F, T, E> {
    header: Header<T>,
    stage: UnsafeCell<Stage<F, T>>,
    extra: E,
}

enum Stage<F, T> {
    Ready(F),
    Finished(Result<T, TaskError>),
    Empty,
}

impl<F, T, E> TaskCell<F, T, E>
where
    F: FnOnce() -> T + Send,
    T: Send,
    E: Extra,
{
    const VTABLE: &'static VTable = &VTable {
        run: Self::run,
        cancel: Self::cancel,
        refuse: Self::refuse,
        token: Self::token,
        take: Self::take,
        take_last: Self::take_last,
        look: Self::look,
        detach: Self::detach,
        free: Self::free,
    };

    /// # Safety
    /// The task is alive, and of this type, for as long as the reference is used.
    unsafe fn of<'a>(task: NonNull<Head>) -> &'a Self {
        // SAFETY: as the caller says.
        unsafe { task.cast().as_ref() }
    }

    unsafe fn run(task: NonNull<Head>, runner: &dyn Runner, release: Release) -> Run {
        // SAFETY: alive until `finish` has given the job up.
        let cell = unsafe { Self::of(task) };
        if !cell.header.state().start() {
            return Run::NotMine;
        }
        // SAFETY: this thread made the task RUNNING.
        let Stage::Ready(closure) = (unsafe { cell.replace(Stage::Empty) }) else { return Run::NotMine };
        let result = contained(closure).map_err(TaskError::Panicked);
        // SAFETY: likewise.
        unsafe { cell.finish(result, runner, release) }
    }

    unsafe fn cancel(task: NonNull<Head>) -> bool {
        // SAFETY: the caller keeps it alive.
        let cell = unsafe { Self::of(task) };
        if !cell.header.state().cancel() {
            return cell.header.word().state() == TaskState::Cancelled;
        }
        // SAFETY: this thread made the task CANCELLED, and nobody else reads the stage of such a task.
        let closure = unsafe { cell.replace(Stage::Empty) };
        drop_quietly(closure);
        cell.header.tell_waiters(cell.header.word(), &Bystander);
        cell.extra.ended();
        true
    }

    unsafe fn refuse(task: NonNull<Head>, error: TaskError) -> bool {
        // SAFETY: the caller keeps it alive.
        let cell = unsafe { Self::of(task) };
        if !cell.header.state().start() {
            return false;
        }
        // SAFETY: this thread made the task RUNNING.
        drop_quietly(unsafe { cell.replace(Stage::Empty) });
        // SAFETY: likewise.
        unsafe { cell.finish(Err(error), &Bystander, Release::Never) };
        true
    }

    unsafe fn token(task: NonNull<Head>) -> Option<NonNull<CancelToken>> {
        // SAFETY: the caller keeps it alive.
        unsafe { Self::of(task) }.extra.token().map(NonNull::from)
    }

    unsafe fn take(task: NonNull<Head>, result: *mut ()) -> bool {
        // SAFETY: DONE, and the caller is the handle, so the stage is his.
        let stage = unsafe { Self::of(task).replace(Stage::Empty) };
        // SAFETY: the place is for a result.
        unsafe { write_result(stage, result) }
    }

    unsafe fn take_last(task: NonNull<Head>, result: *mut ()) -> bool {
        // SAFETY: DONE, and the caller is the handle and the last holder. The place is for a result.
        unsafe {
            let stage = Self::of(task).replace(Stage::Empty);
            Self::free(task);
            write_result(stage, result)
        }
    }

    unsafe fn look(task: NonNull<Head>) -> Option<NonNull<()>> {
        // SAFETY: DONE, and the caller is the handle, so the stage is his.
        let result = unsafe { Self::of(task).outcome() };
        result.map(|result| NonNull::from(result).cast())
    }

    unsafe fn detach(task: NonNull<Head>) {
        // SAFETY: the handle keeps it alive until it has left.
        let cell = unsafe { Self::of(task) };
        let (state, mut word) = (cell.header.state(), cell.header.word());
        if word.is_watched() && !word.is_done() {
            cell.header.unwatch(WaiterKey::AWAIT);
        }
        while !word.is_done() {
            match state.detach(word) {
                // Whoever ends the task drops the result. Without a job nobody will.
                Ok(()) if word.has_no_jobs() => break,
                Ok(()) => return,
                Err(now) => word = now,
            }
        }
        if word.state() == TaskState::Finished {
            // SAFETY: DONE before the handle went: the stage is the handle's.
            unsafe { cell.drop_unread(word.is_seen()) };
        }
        if word.has_no_jobs() || state.leave() {
            // SAFETY: this was the last holder.
            unsafe { Self::free(task) };
        }
    }

    unsafe fn free(task: NonNull<Head>) {
        // SAFETY: it was put by `new_cell`, with this type, and the caller is the last holder.
        unsafe {
            Self::of(task).header.state().end();
            slab::free(task.cast::<Self>());
        }
    }

    /// Replaces the stage and returns what it was.
    ///
    /// # Safety
    /// The caller owns the stage, as the state word says.
    unsafe fn replace(&self, next: Stage<F, T>) -> Stage<F, T> {
        // SAFETY: the owner is alone with the stage, and no reference outlives this call.
        self.stage.with_mut(|stage| unsafe { std::mem::replace(&mut *stage, next) })
    }

    /// The outcome in the stage.
    ///
    /// # Safety
    /// The caller owns the stage, and does not replace it while the reference lives.
    unsafe fn outcome(&self) -> Option<&Result<T, TaskError>> {
        // SAFETY: as the caller says.
        match self.stage.with(|stage| unsafe { &*stage }) {
            Stage::Finished(result) => Some(result),
            Stage::Ready(_) | Stage::Empty => None,
        }
    }

    /// Drops a result that nobody will take.
    ///
    /// # Safety
    /// The caller owns the stage.
    unsafe fn drop_unread(&self, seen: bool) {
        // SAFETY: as the caller says, and the reference ends with the match.
        match unsafe { self.outcome() } {
            Some(Err(TaskError::Panicked(panic))) if !seen => unread(panic),
            Some(_) => {}
            // It was taken, which is the most frequent end.
            None => return,
        }
        // SAFETY: as the caller says.
        let unwanted = unsafe { self.replace(Stage::Empty) };
        drop_quietly(unwanted);
    }

    /// Calls the callbacks and publishes `result`, and tells whether the job was given up with that.
    ///
    /// # Safety
    /// The caller made the task RUNNING, and does not use the cell any more if its job was given up.
    #[inline]
    unsafe fn finish(&self, result: Result<T, TaskError>, runner: &dyn Runner, release: Release) -> Run {
        // SAFETY: RUNNING, and this thread made it so. The stage is empty: nothing in it is to be dropped.
        self.stage.with_mut(|stage| unsafe { stage.write(Stage::Finished(result)) });
        let (state, mut word) = (self.header.state(), self.header.word());
        let published = loop {
            if word.has_user_code() {
                // SAFETY: likewise.
                unsafe { self.run_user_code(word) };
            }
            runner.before_publish();
            match state.publish(release == Release::WithTheEnd && !E::TOLD) {
                Ok(published) if published.released => return Run::Released,
                Ok(published) => break published.before,
                Err(now) => word = now,
            }
            runner.before_user_code();
        };
        if published.is_detached() && !word.is_detached() && kept(Step::DropUnread) {
            // The handle went before DONE, so the stage is still this thread's.
            runner.before_user_code();
            // SAFETY: likewise.
            unsafe { self.drop_unread(published.is_seen()) };
        }
        self.header.tell_waiters(published, runner);
        self.extra.ended();
        Run::Ended
    }

    /// What of the user's must run before the result is published: callbacks, and the drop of an unwanted result.
    ///
    /// # Safety
    /// The caller made the task RUNNING.
    #[cold]
    unsafe fn run_user_code(&self, word: Word) {
        if word.has_callbacks() {
            for callback in self.header.take_callbacks() {
                // SAFETY: RUNNING, and this thread made it so; a callback cannot reach the stage otherwise.
                if let Some(outcome) = unsafe { self.outcome() } {
                    waiter::call(callback, outcome.as_ref());
                }
            }
        }
        if word.is_detached() {
            // SAFETY: likewise.
            unsafe { self.drop_unread(self.header.word().is_seen()) };
        }
    }
}

/// Writes the result in a stage to its place; tells whether there was one.
///
/// # Safety
/// The place is for a result of this type.
unsafe fn write_result<F, T>(stage: Stage<F, T>, place: *mut ()) -> bool {
    let Stage::Finished(result) = stage else { return false };
    // SAFETY: as the caller says.
    unsafe { place.cast::<Result<T, TaskError>>().write(result) };
    true
}

/// Drops what may hold user data whose `Drop` panics, on a thread that must go on.
fn drop_quietly<V>(value: V) {
    reported(move || drop(value));
}
