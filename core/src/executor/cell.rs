//! One submitted task: its state word, its closure and then its result, and who waits for it. One allocation.
//!
//! The only module of the executor with `unsafe`: the `stage` of a cell has exactly one owner at any time, and the
//! state word says who.
//!
//! | state     | owner of `stage`                                                              |
//! |-----------|-------------------------------------------------------------------------------|
//! | PENDING   | nobody: whoever changes the state away from PENDING becomes the owner         |
//! | RUNNING   | the thread that made it so; of a promise, the one `Settler`                   |
//! | CANCELLED | the thread that made it so; it empties the stage, and nobody reads it again   |
//! | DONE      | the one handle; the thread that made it so where DETACHED was set before      |
//!
//! PENDING is left by a compare-and-swap, so by one thread only. RUNNING becomes DONE by a swap with release order
//! after the result is written, and the handle reads it after an acquire load. There is one handle, it is not
//! `Clone`, and taking or lending the value needs it exclusively. Through a shared handle only an error is lent:
//! it is `Sync` whatever the value's type is.
//!
//! A scoped task's closure, its callbacks and a result that nobody will take may borrow from a stack frame that waits
//! for `Ended::ended`. All three are gone before that is called, on every way to the end; what a later drop of the
//! cell finds is an empty stage. A result that the handle still holds keeps its lifetime in the handle's type.
#![allow(unsafe_code, reason = "a mutex per task costs what a channel does; see the argument above")]

use super::error::TaskError;
use super::excepthook::{contained, reported, unread};
use super::header::{CANCELLED_ERROR, Header, TAKEN_ERROR, TaskState, Word};
use super::runner::{Bystander, Runner};
use super::sync::{Step, UnsafeCell, kept};
use super::waiter::{self, Callback, Waiter};
use std::sync::Arc;

/// Tells a pool from all others of the process.
pub(super) type PoolId = u32;
/// Of a task that belongs to no pool, so that nobody helps with it.
pub(super) const NO_POOL: PoolId = 0;

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

/// Who is told when nothing of a task's user code is left: a scope, or nobody.
pub(super) trait Ended: Send + Sync {
    /// The closure, an unwanted result and the callbacks have been dropped.
    fn ended(&self);
}

impl Ended for () {
    fn ended(&self) {}
}

/// A new task: what goes into a queue, and the one handle to it.
pub(super) fn new_task<F, T>(pool: PoolId, closure: F) -> (Arc<dyn Runnable>, TaskHandle<T>)
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let cell = Arc::new(TaskCell::new(pool, Stage::Ready(closure), ()));
    (Arc::clone(&cell) as Arc<dyn Runnable>, TaskHandle(cell))
}

/// A new task that may borrow what lives for `'scope`.
///
/// # Safety
/// Nothing that lives for `'scope` may end before `ended` was told, whatever happens to the task and its handle.
pub(super) unsafe fn new_scoped_task<'scope, F, T, E>(
    pool: PoolId,
    closure: F,
    ended: E,
) -> (Arc<dyn Runnable>, TaskHandle<T>)
where
    F: FnOnce() -> T + Send + 'scope,
    T: Send + 'scope,
    E: Ended + 'static,
{
    let cell = Arc::new(TaskCell::new(pool, Stage::Ready(closure), ended));
    let job: Arc<dyn Runnable + 'scope> = Arc::clone(&cell) as _;
    let join: Arc<dyn Join<T> + 'scope> = cell;
    // SAFETY: only the bound on the lifetime changes. Everything in the cell that it stands for is gone when `ended`
    // is told (see the head of this file), and the caller keeps it alive until then.
    unsafe {
        let job = std::mem::transmute::<Arc<dyn Runnable + 'scope>, Arc<dyn Runnable>>(job);
        let join = std::mem::transmute::<Arc<dyn Join<T> + 'scope>, Arc<dyn Join<T>>>(join);
        (job, TaskHandle(join))
    }
}

/// A task that runs no closure: whoever has the settler ends it.
pub(super) fn new_promise<T: Send + 'static>() -> (Settler<T>, TaskHandle<T>) {
    let cell = Arc::new(TaskCell::new(NO_POOL, Stage::Empty, ()));
    (Settler { cell: Arc::clone(&cell), started: false }, TaskHandle(cell))
}

/// The closure's type is one of many that would do, since there is none.
type PromiseCell<T> = TaskCell<fn() -> T, T, ()>;

/// The one right to end a task that runs no closure.
pub(super) struct Settler<T: Send + 'static> {
    cell: Arc<PromiseCell<T>>,
    started: bool,
}

impl<T: Send + 'static> Settler<T> {
    /// The task can be cancelled no more; `false` if it was.
    pub(super) fn start(&mut self) -> bool {
        self.started = self.started || self.cell.header.start();
        self.started
    }

    /// Ends the task; gives the result back if the task was cancelled.
    pub(super) fn settle(mut self, result: Result<T, TaskError>) -> Result<(), Result<T, TaskError>> {
        if !self.start() {
            return Err(result);
        }
        // SAFETY: this settler made the task RUNNING, and is used up.
        unsafe { self.cell.finish(result, &Bystander) };
        Ok(())
    }
}

/// The one handle to a task, without its closure's type. Dropping it drops the result, now or when it comes.
pub(super) struct TaskHandle<T>(Arc<dyn Join<T>>);

impl<T> TaskHandle<T> {
    /// The state and the waiters.
    pub(super) fn header(&self) -> &Header<T> {
        self.0.header()
    }

    /// The task as a queue sees it.
    pub(super) fn runnable(&self) -> &dyn Runnable {
        &*self.0
    }

    /// Where the task is in memory: no other has the same as long as this handle lives.
    pub(super) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// Takes the result of a task if it has ended.
    pub(super) fn take(&mut self) -> Option<Result<T, TaskError>> {
        // SAFETY: the one handle, exclusively.
        unsafe { self.0.take() }
    }

    /// Why a task that has ended has no value to give.
    pub(super) fn error(&self) -> Option<&TaskError> {
        // SAFETY: the one handle; no value is lent out, and taking one needs the handle exclusively.
        unsafe { self.0.look() }.and_then(Result::err)
    }

    /// Has `callback` called when the task ends; at once, on this thread, if it already has.
    pub(super) fn on_done(&mut self, callback: Callback<T>) {
        let Err(Some(Waiter::Callback(callback))) = self.header().watch(Waiter::Callback(callback)) else {
            return;
        };
        // SAFETY: the one handle, exclusively.
        if let Some(outcome) = unsafe { self.0.look() } {
            self.header().see();
            waiter::call(callback, outcome);
        }
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
    fn header(&self) -> &Header<T>;

    /// Takes the result of a task if it has ended.
    ///
    /// # Safety
    /// Only by the task's one handle, and not while another call of it runs or a reference of `look` lives.
    unsafe fn take(&self) -> Option<Result<T, TaskError>>;

    /// The outcome of a task that has ended.
    ///
    /// # Safety
    /// Only by the task's one handle. If it is shared, a value that this returns must not be used, since it may not
    /// be `Sync`.
    unsafe fn look(&self) -> Option<Result<&T, &TaskError>>;

    /// # Safety
    /// As for `take`; neither may be called again.
    unsafe fn detach(&self);
}

/// A task of closure `F` and result `T`.
struct TaskCell<F, T, E> {
    header: Header<T>,
    stage: UnsafeCell<Stage<F, T>>,
    ended: E,
}

enum Stage<F, T> {
    Ready(F),
    Finished(Result<T, TaskError>),
    Empty,
}

// SAFETY: `stage` is reached by one owner at a time (see the head of this file), on whatever thread it is, so its
// contents must be `Send`; no reference to them is shared between threads but one to an error, which is `Sync`.
unsafe impl<F: Send, T: Send, E: Ended> Sync for TaskCell<F, T, E> {}

impl<F, T, E> TaskCell<F, T, E> {
    fn new(pool: PoolId, stage: Stage<F, T>, ended: E) -> Self {
        Self { header: Header::new(pool), stage: UnsafeCell::new(stage), ended }
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
    unsafe fn outcome(&self) -> Option<Result<&T, &TaskError>> {
        // SAFETY: as the caller says.
        match self.stage.with(|stage| unsafe { &*stage }) {
            Stage::Finished(result) => Some(result.as_ref()),
            Stage::Ready(_) | Stage::Empty => None,
        }
    }

    /// Drops a result that nobody will take.
    ///
    /// # Safety
    /// The caller owns the stage.
    #[inline]
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

    /// Calls the callbacks and publishes `result`.
    ///
    /// # Safety
    /// The caller made the task RUNNING.
    #[inline]
    unsafe fn finish(&self, result: Result<T, TaskError>, runner: &dyn Runner) {
        // SAFETY: RUNNING, and this thread made it so.
        unsafe { self.replace(Stage::Finished(result)) };
        let mut word = self.header.word();
        let before = loop {
            // SAFETY: likewise.
            unsafe { self.run_user_code(word) };
            runner.before_publish();
            match self.header.publish() {
                Ok(before) => break before,
                Err(now) => word = now,
            }
            runner.before_user_code();
        };
        if before.is_detached() && !word.is_detached() && kept(Step::DropUnread) {
            // The handle went before DONE, so the stage is still this thread's.
            runner.before_user_code();
            // SAFETY: likewise.
            unsafe { self.drop_unread(before.is_seen()) };
        }
        self.header.tell_waiters(before, runner);
    }

    /// What of the user's must run before the result is published: callbacks, and the drop of an unwanted result.
    ///
    /// # Safety
    /// The caller made the task RUNNING.
    unsafe fn run_user_code(&self, word: Word) {
        if word.has_callbacks() {
            for callback in self.header.take_callbacks() {
                // SAFETY: RUNNING, and this thread made it so; a callback cannot reach the stage otherwise.
                if let Some(outcome) = unsafe { self.outcome() } {
                    waiter::call(callback, outcome);
                }
            }
        }
        if word.is_detached() {
            // SAFETY: likewise.
            unsafe { self.drop_unread(self.header.word().is_seen()) };
        }
    }
}

impl<F, T, E> Runnable for TaskCell<F, T, E>
where
    F: FnOnce() -> T + Send,
    T: Send,
    E: Ended,
{
    fn run(&self, runner: &dyn Runner) -> bool {
        if !self.header.start() {
            return false;
        }
        // SAFETY: this thread made the task RUNNING.
        if let Stage::Ready(closure) = unsafe { self.replace(Stage::Empty) } {
            let result = contained(closure).map_err(TaskError::Panicked);
            // SAFETY: likewise.
            unsafe { self.finish(result, runner) };
        }
        self.ended.ended();
        true
    }

    fn cancel(&self) -> bool {
        if !self.header.cancel() {
            return self.header.state() == TaskState::Cancelled;
        }
        // SAFETY: this thread made the task CANCELLED, and nobody else reads the stage of such a task.
        let closure = unsafe { self.replace(Stage::Empty) };
        drop_quietly(closure);
        self.header.tell_waiters(self.header.word(), &Bystander);
        self.ended.ended();
        true
    }

    fn refuse(&self, error: TaskError) -> bool {
        if !self.header.start() {
            return false;
        }
        // SAFETY: this thread made the task RUNNING.
        drop_quietly(unsafe { self.replace(Stage::Empty) });
        // SAFETY: likewise.
        unsafe { self.finish(Err(error), &Bystander) };
        self.ended.ended();
        true
    }

    fn is_pending(&self) -> bool {
        self.header.state() == TaskState::Pending
    }
}

impl<F, T, E> Join<T> for TaskCell<F, T, E>
where
    F: FnOnce() -> T + Send,
    T: Send,
    E: Ended,
{
    fn header(&self) -> &Header<T> {
        &self.header
    }

    unsafe fn take(&self) -> Option<Result<T, TaskError>> {
        match self.header.state() {
            TaskState::Cancelled => Some(Err(TaskError::Cancelled)),
            // SAFETY: DONE, and the caller is the one handle.
            TaskState::Finished => match unsafe { self.replace(Stage::Empty) } {
                Stage::Finished(result) => Some(result),
                Stage::Ready(_) | Stage::Empty => Some(Err(TaskError::AlreadyTaken)),
            },
            TaskState::Pending | TaskState::Running => None,
        }
    }

    unsafe fn look(&self) -> Option<Result<&T, &TaskError>> {
        match self.header.state() {
            TaskState::Cancelled => Some(Err(&CANCELLED_ERROR)),
            // SAFETY: DONE, and the caller is the one handle.
            TaskState::Finished => unsafe { self.outcome() }.or(Some(Err(&TAKEN_ERROR))),
            TaskState::Pending | TaskState::Running => None,
        }
    }

    unsafe fn detach(&self) {
        let before = self.header.detach();
        if before.state() == TaskState::Finished {
            // SAFETY: DONE before the handle went: the stage is the handle's.
            unsafe { self.drop_unread(before.is_seen()) };
        }
    }
}

/// Drops what may hold user data whose `Drop` panics, on a thread that must go on.
fn drop_quietly<V>(value: V) {
    reported(move || drop(value));
}
