//! The one handle to a task.

use super::super::error::TaskError;
use super::super::state::TaskState;
use super::super::waiter::{self, Callback, Waiter, WaiterKey};
use super::Job;
use super::header::{Head, Header};
use crate::cancel::CancelToken;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::NonNull;
use std::task::{Poll, Waker};

/// The one handle to a task, without its closure's type. One pointer. Dropping it drops the result, now or when it
/// comes.
pub(in super::super) struct TaskHandle<T> {
    /// Not counted as a job: the handle keeps the task alive by not having gone.
    job: ManuallyDrop<Job>,
    /// Neither shortened nor lengthened: callbacks take a `T`, the result is one.
    _result: PhantomData<fn(T) -> T>,
}

// SAFETY: what it gives is sent to the thread that it is on; through a shared handle only an error is lent, which is
// `Sync`.
unsafe impl<T: Send> Send for TaskHandle<T> {}
// SAFETY: likewise.
unsafe impl<T: Send> Sync for TaskHandle<T> {}

static CANCELLED: TaskError = TaskError::Cancelled;
static TAKEN: TaskError = TaskError::AlreadyTaken;

impl<T> TaskHandle<T> {
    /// # Safety
    /// The task has a result of this type, and no other handle.
    pub(super) unsafe fn new(task: NonNull<Head>) -> Self {
        // SAFETY: the handle keeps the task alive, and never drops the job.
        Self { job: ManuallyDrop::new(unsafe { Job::new(task) }), _result: PhantomData }
    }

    /// The state and the waiters.
    pub(in super::super) fn header(&self) -> &Header<T> {
        // SAFETY: every task of a `T` begins with one, and the handle keeps it alive.
        unsafe { self.job.task().cast().as_ref() }
    }

    /// The task as a queue sees it.
    pub(in super::super) fn job(&self) -> &Job {
        &self.job
    }

    /// Where the task is in memory: no other has the same as long as this handle lives.
    pub(in super::super) fn address(&self) -> usize {
        self.job.task().addr().get()
    }

    /// The token that the closure looks at, where it was submitted with one.
    pub(in super::super) fn token(&self) -> Option<&CancelToken> {
        // SAFETY: the token is in the task, which this handle keeps alive.
        unsafe { (self.header().vtable().token)(self.job.task()).map(|token| token.as_ref()) }
    }

    /// Takes the result of a task if it has ended.
    pub(in super::super) fn take(&mut self) -> Option<Result<T, TaskError>> {
        self.take_as(self.header().word().state())
    }

    fn take_as(&mut self, state: TaskState) -> Option<Result<T, TaskError>> {
        match state {
            TaskState::Pending | TaskState::Running => None,
            TaskState::Cancelled => Some(Err(TaskError::Cancelled)),
            // SAFETY: DONE, and this is the one handle, exclusively.
            TaskState::Finished => Some(unsafe { self.result_by(self.header().vtable().take) }),
        }
    }

    /// Takes the result of a task that has ended, and with it the handle.
    pub(in super::super) fn into_result(mut self) -> Result<Result<T, TaskError>, Self> {
        let word = self.header().word();
        if word.state() == TaskState::Finished && word.has_no_jobs() {
            let this = ManuallyDrop::new(self);
            // SAFETY: DONE, and nobody else holds the task; the handle is not used any more.
            return Ok(unsafe { this.result_by(this.header().vtable().take_last) });
        }
        self.take_as(word.state()).ok_or(self)
    }

    /// # Safety
    /// As `by` asks.
    unsafe fn result_by(&self, by: unsafe fn(NonNull<Head>, *mut ()) -> bool) -> Result<T, TaskError> {
        let mut result = MaybeUninit::<Result<T, TaskError>>::uninit();
        // SAFETY: the place is for a result of the task's type; it was written if `by` says so.
        unsafe {
            let written = by(self.job.task(), result.as_mut_ptr().cast());
            if written { result.assume_init() } else { Err(TaskError::AlreadyTaken) }
        }
    }

    /// Takes the result, or has `waker` woken in place of that of the last poll.
    pub(in super::super) fn poll(&mut self, waker: &Waker) -> Poll<Result<T, TaskError>> {
        let (header, word) = (self.header(), self.header().word());
        if word.is_watched() {
            header.unwatch(WaiterKey::AWAIT);
        }
        let done = word.is_done() || header.watch(Waiter::Waker(waker.clone())).is_err();
        if done { self.take().map_or(Poll::Pending, Poll::Ready) } else { Poll::Pending }
    }

    /// Why a task that has ended has no value to give.
    pub(in super::super) fn error(&self) -> Option<&TaskError> {
        // SAFETY: the one handle; no value is lent out, and taking one needs the handle exclusively.
        unsafe { self.look() }.and_then(Result::err)
    }

    /// Has `callback` called when the task ends; at once, on this thread, if it already has.
    pub(in super::super) fn on_done(&mut self, callback: Callback<T>) {
        let Err(Some(Waiter::Callback(callback))) = self.header().watch(Waiter::Callback(callback)) else {
            return;
        };
        // SAFETY: the one handle, exclusively.
        if let Some(outcome) = unsafe { self.look() } {
            self.header().state().see();
            waiter::call(callback, outcome);
        }
    }

    /// The outcome of a task that has ended.
    ///
    /// # Safety
    /// While the reference lives nothing is taken. If the handle is shared, a value that this returns must not be
    /// used, since it may not be `Sync`.
    unsafe fn look(&self) -> Option<Result<&T, &TaskError>> {
        match self.header().word().state() {
            TaskState::Pending | TaskState::Running => None,
            TaskState::Cancelled => Some(Err(&CANCELLED)),
            TaskState::Finished => {
                // SAFETY: DONE, so that the stage is the handle's; it is of the task's type.
                let result = unsafe {
                    let result = (self.header().vtable().look)(self.job.task());
                    result.map(|result| result.cast::<Result<T, TaskError>>().as_ref())
                };
                Some(result.map_or(Err(&TAKEN), Result::as_ref))
            }
        }
    }
}

impl<T> Drop for TaskHandle<T> {
    fn drop(&mut self) {
        // SAFETY: the one handle, exclusively, for the last time.
        unsafe { (self.header().vtable().detach)(self.job.task()) };
    }
}
