//! A task that runs no closure.

use super::super::error::TaskError;
use super::super::runner::Bystander;
use super::{Job, NO_POOL, Release, Stage, TaskCell, TaskHandle, new_cell};
use std::marker::PhantomData;

/// The closure's type is one of many that would do, since there is none.
type PromiseCell<T> = TaskCell<fn() -> T, T, ()>;

/// A task that runs no closure: whoever has the settler ends it.
pub(in super::super) fn new_promise<T: Send + 'static>() -> (Settler<T>, TaskHandle<T>) {
    // SAFETY: nothing borrows.
    let (job, handle) = unsafe { new_cell::<fn() -> T, T, ()>(NO_POOL, Stage::Empty, ()) };
    (Settler { job, started: false, _settles: PhantomData }, handle)
}

/// The one right to end a task that runs no closure.
pub(in super::super) struct Settler<T: Send + 'static> {
    /// Of a [`PromiseCell`], and never run.
    job: Job,
    started: bool,
    _settles: PhantomData<fn(T)>,
}

impl<T: Send + 'static> Settler<T> {
    /// The task can be cancelled no more; `false` if it was.
    pub(in super::super) fn start(&mut self) -> bool {
        self.started = self.started || self.cell().header.state().start();
        self.started
    }

    /// Ends the task; gives the result back if the task was cancelled.
    pub(in super::super) fn settle(
        mut self,
        result: Result<T, TaskError>,
    ) -> Result<(), Result<T, TaskError>> {
        if !self.start() {
            return Err(result);
        }
        // SAFETY: this settler made the task RUNNING, and is used up; its job is released when it is dropped.
        unsafe { self.cell().finish(result, &Bystander, Release::Never) };
        Ok(())
    }

    fn cell(&self) -> &PromiseCell<T> {
        // SAFETY: `new_promise` made it of this type, and the job keeps it alive.
        unsafe { self.job.task().cast().as_ref() }
    }
}
