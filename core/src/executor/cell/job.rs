//! What a queue holds: a task without its types.

use super::super::error::TaskError;
use super::super::runner::Runner;
use super::super::state::TaskState;
use super::header::Head;
use super::{Release, Run};
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

/// A task without its types, to be run, cancelled or refused. One pointer; each clone is counted in the task.
pub(in super::super) struct Job(NonNull<Head>);

// SAFETY: whatever thread it is on, a job reaches the closure and the result only as the state word says (see the head
// of `cell`), and both are `Send`.
unsafe impl Send for Job {}
// SAFETY: likewise.
unsafe impl Sync for Job {}

impl Job {
    /// # Safety
    /// The task is alive and counts this job, or is kept alive otherwise for as long as the job is, which is then never
    /// dropped.
    pub(super) unsafe fn new(task: NonNull<Head>) -> Self {
        Self(task)
    }

    pub(super) fn task(&self) -> NonNull<Head> {
        self.0
    }

    /// The task, which still counts this job.
    pub(super) fn into_task(self) -> NonNull<Head> {
        ManuallyDrop::new(self).0
    }

    /// Runs the closure on this thread if nobody else has claimed the task; tells whether it did.
    pub(in super::super) fn run(self, runner: &dyn Runner) -> bool {
        let job = ManuallyDrop::new(self);
        // SAFETY: the job keeps the task alive until it is released, and is not used after that.
        let run = unsafe { (job.head().vtable.run)(job.0, runner, Release::WithTheEnd) };
        if run != Run::Released {
            drop(ManuallyDrop::into_inner(job));
        }
        run != Run::NotMine
    }

    /// As [`run`](Self::run), by somebody who keeps the job: it may be in a queue as well.
    pub(in super::super) fn help(&self, runner: &dyn Runner) -> bool {
        // SAFETY: the job keeps the task alive.
        let run = unsafe { (self.head().vtable.run)(self.0, runner, Release::Never) };
        run != Run::NotMine
    }

    /// Cancels the task if it has not started; tells whether it is cancelled.
    pub(in super::super) fn cancel(&self) -> bool {
        // SAFETY: the job keeps the task alive.
        unsafe { (self.head().vtable.cancel)(self.0) }
    }

    /// Ends the task with an error if it has not started; tells whether it did.
    pub(in super::super) fn refuse(&self, error: TaskError) -> bool {
        // SAFETY: the job keeps the task alive.
        unsafe { (self.head().vtable.refuse)(self.0, error) }
    }

    /// Whether nobody has claimed the task yet.
    pub(in super::super) fn is_pending(&self) -> bool {
        self.head().state.word().state() == TaskState::Pending
    }

    fn head(&self) -> &Head {
        // SAFETY: every task begins with one, and this one is alive.
        unsafe { self.0.as_ref() }
    }
}

impl Clone for Job {
    fn clone(&self) -> Self {
        self.head().state.add_job();
        Self(self.0)
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if self.head().state.release_job() {
            // SAFETY: this was the last holder.
            unsafe { (self.head().vtable.free)(self.0) };
        }
    }
}
