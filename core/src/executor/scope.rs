//! Jobs that borrow from the stack of whoever submits them.
#![allow(unsafe_code, reason = "the one call of `new_scoped_task`; its promise is kept by `run`")]

use super::cell::{Extra, Job, new_scoped_task};
use super::error::TaskError;
use super::pool::Pool;
use super::sync::Mutex;
use super::sync::atomic::{AtomicUsize, Ordering};
use super::sync::thread::{self, Thread};
use super::task::Task;
use super::worker::{self, Help};
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, PoisonError};

/// Where jobs may borrow what lives longer than the call of [`Executor::scope`](super::Executor::scope).
///
/// What lives inside of that call does not live long enough:
///
/// ```compile_fail,E0373
/// # let executor = linecrew_core::executor::Executor::new().unwrap();
/// executor.scope(|scope| {
///     let host = "r1".to_owned();
///     let _unread = scope.submit(|| host.len());
/// });
/// ```
///
/// Nor can a job's borrow leave it:
///
/// ```compile_fail,E0521
/// # let executor = linecrew_core::executor::Executor::new().unwrap();
/// let mut kept = None;
/// executor.scope(|scope| kept = Some(scope));
/// ```
pub struct Scope<'scope, 'env: 'scope> {
    pool: Arc<Pool>,
    crew: Arc<Crew>,
    // Invariant in both, as `std::thread::Scope` is: neither may be shortened or lengthened.
    _jobs: PhantomData<&'scope mut &'scope ()>,
    _borrowed: PhantomData<&'env mut &'env ()>,
}

impl<'scope> Scope<'scope, '_> {
    /// Submits a job that has ended when the scope does. Jobs can submit to the scope they run in.
    pub fn submit<F, T>(&'scope self, job: F) -> Task<T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.crew.unfinished.fetch_add(1, Ordering::Relaxed);
        // SAFETY: `run` returns, and so ends `'scope`, only after each task of the crew has told that it ended; every
        // task of a pool ends, since `enqueue` either queues it for a worker or returns the error that refuses it.
        let (job, handle) = unsafe { new_scoped_task(self.pool.id(), job, Arc::clone(&self.crew)) };
        self.crew.remember(&job);
        if let Err(error) = self.pool.enqueue(job) {
            handle.job().refuse(error);
        }
        Task::new(handle)
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unfinished = self.crew.unfinished.load(Ordering::Relaxed);
        f.debug_struct("Scope").field("unfinished", &unfinished).finish_non_exhaustive()
    }
}

/// Calls `function` with a new scope over `pool`, and waits for the scope's jobs whatever comes.
pub(super) fn run<'env, R>(
    pool: &Arc<Pool>,
    function: impl for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> R,
) -> R {
    let crew = Arc::new(Crew::of_this_thread(pool));
    let scope =
        Scope { pool: Arc::clone(pool), crew: Arc::clone(&crew), _jobs: PhantomData, _borrowed: PhantomData };
    let result = catch_unwind(AssertUnwindSafe(|| function(&scope)));
    crew.wait(pool);
    result.unwrap_or_else(|payload| resume_unwind(payload))
}

/// The tasks of one scope, as the thread sees them that must wait for them.
struct Crew {
    unfinished: AtomicUsize,
    owner: Thread,
    /// What the owner can help with: kept only if it is a worker of the pool.
    own: Option<Mutex<VecDeque<Job>>>,
}

impl Crew {
    fn of_this_thread(pool: &Pool) -> Self {
        let own = worker::is_own(pool.id()).then(Mutex::default);
        Self { unfinished: AtomicUsize::new(0), owner: thread::current(), own }
    }

    fn remember(&self, job: &Job) {
        let Some(own) = &self.own else { return };
        let mut own = own.lock().unwrap_or_else(PoisonError::into_inner);
        own.push_back(job.clone());
        let started = own.iter().take_while(|job| !job.is_pending()).count();
        let ended = own.drain(..started).collect::<Vec<_>>();
        drop(own);
        drop(ended);
        // It may be at the end of the scope already, and the only one who can run this.
        self.owner.unpark();
    }

    fn next_own(&self) -> Option<Job> {
        self.own.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn wait(&self, pool: &Pool) {
        while self.unfinished.load(Ordering::Acquire) > 0 {
            match self.next_own() {
                Some(job) => help_or_refuse(pool, &job),
                None => thread::park(),
            }
        }
        // Each task keeps the crew, and the crew what it has not helped with.
        while self.next_own().is_some() {}
    }
}

impl Extra for Arc<Crew> {
    const TOLD: bool = true;

    fn ended(&self) {
        if self.unfinished.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.owner.unpark();
        }
    }
}

/// A scope cannot return an error, so a job nested too deep gets it.
fn help_or_refuse(pool: &Pool, job: &Job) {
    if let Help::TooDeep(deepest) = worker::help(pool.id(), job) {
        job.refuse(TaskError::TooDeep(deepest));
    }
}
