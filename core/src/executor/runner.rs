//! Who runs a task, as far as the task must know.

/// What the thread that runs a task does around the moment at which waiters learn of the result.
pub(super) trait Runner {
    /// Called just before the result is published. What follows takes no user code with it.
    fn before_publish(&self) {}

    /// Called if user code (a waker, the `Drop` of a result that nobody wants) must run after all.
    fn before_user_code(&self) {}
}

/// A thread that is no worker, or a worker that is in the middle of a job.
pub(super) struct Bystander;

impl Runner for Bystander {}
