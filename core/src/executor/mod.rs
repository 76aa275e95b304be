//! A work-stealing pool of threads for blocking jobs, after Python's `concurrent.futures`.
//!
//! | Python                                   | here                                              |
//! |------------------------------------------|---------------------------------------------------|
//! | `ThreadPoolExecutor(max_workers=5)`      | `Executor::builder().max_workers(5).build()?`     |
//! | `executor.submit(f, x)`                  | `executor.submit(move \|\| f(x))`                 |
//! | `executor.map(f, xs)`                    | `executor.map(f, xs)`                             |
//! | `executor.map(f, xs, ys)`                | `executor.map(\|(x, y)\| .., zip((xs, ys)))`      |
//! | `executor.map(f, xs, timeout=9)`         | `executor.map(f, xs).timeout(nine_seconds)`       |
//! | `executor.map(f, xs, buffersize=8)`      | `executor.map_buffered(f, xs, 8)?`                |
//! | `as_completed(futures)`                  | `as_completed(tasks)`                             |
//! | `as_completed(futures, timeout=9)`       | `as_completed(tasks).timeout(nine_seconds)`       |
//! | `wait(futures, timeout=9)`               | `wait(tasks, AllCompleted, Some(nine_seconds))`   |
//! | `future.result()`, `.result(timeout=1)`  | `task.result()`, `task.result_timeout(second)`    |
//! | `future.cancel()`, `.done()`             | `task.cancel()`, `task.is_done()`                 |
//! | `executor.shutdown(cancel_futures=True)` | `executor.shutdown(Pending::Cancel, Wait::Yes)`   |
//! | leaving `with`                           | dropping the executor                             |
//! | `threading.Timer(60, f)`                 | `executor.submit_after(Duration::from_secs(60), f)` |
//! | `threading.Semaphore(5)`, `Lock()`, ...  | [`Semaphore`], [`BoundedSemaphore`], [`Lock`], [`RLock`], [`Event`], [`Condition`], [`Barrier`] |
//!
//! What comes from outside the pool starts in the order in which it came. What a job submits goes to its worker's own
//! queue, where every other worker may steal it at once. A job that waits for tasks of its own pool runs those that
//! nobody has claimed, so nested submits do not deadlock. A panic ends its task, never a worker.
//!
//! ```
//! use linecrew_core::executor::Executor;
//!
//! let executor = Executor::builder().max_workers(5).build()?;
//! let lengths = executor.map(|host: &str| host.len(), ["r1", "core-sw1", "r10"]);
//! assert_eq!(lengths.collect::<Result<Vec<_>, _>>()?, [2, 8, 3]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![doc = include_str!("README.md")]

mod as_completed;
mod builder;
mod cell;
mod completion;
mod deques;
mod error;
pub(crate) mod excepthook;
#[doc = include_str!("../../docs/from-python.md")]
pub mod from_python {}
mod locks;
mod map;
mod map_buffered;
#[cfg(all(loom, test))]
mod models;
mod pace;
mod panic;
mod pool;
mod promise;
mod runner;
mod scope;
mod sleep;
mod state;
mod stats;
mod sync;
mod task;
pub mod thread;
mod threads;
mod timer;
mod wait;
mod waiter;
mod watched;
mod worker;
mod zip;

pub use as_completed::{AsCompleted, TimedAsCompleted, as_completed};
pub use builder::Builder;
pub use error::{BrokenPool, BuildError, TaskError, Unfinished};
pub use locks::{
    AcquireError, Barrier, BoundedSemaphore, BrokenBarrier, Condition, Event, Lock, LockGuard, Permit, RLock,
    RLockGuard, ReleaseError, Semaphore,
};
pub use map::Map;
pub use map_buffered::MapBuffered;
pub use panic::{Panic, PanicLocation};
pub use promise::{InvalidState, Promise};
pub use scope::Scope;
pub use state::TaskState;
pub use stats::Stats;
pub use task::{Task, TaskId};
pub use timer::Timer;
pub use wait::{ReturnWhen, Waited, wait};
pub use watched::Completes;
pub use zip::{Iterables, Zip, zip};

use crate::cancel::CancelToken;
use pool::Pool;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a shutdown does with tasks that have not started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    /// Runs them.
    Finish,
    /// Cancels them; whoever waits for one is told.
    Cancel,
}

/// Whether a shutdown waits for the threads to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// It does.
    Yes,
    /// It returns at once; the threads end by themselves.
    No,
}

/// A pool of threads that runs submitted closures.
///
/// Threads are started as they are needed, up to `max_workers`. Dropping the executor finishes what was submitted
/// and waits for it, as leaving Python's `with` does; but not after `shutdown(_, Wait::No)`, and not where one of its
/// own workers drops it.
///
/// The end of the process waits for no thread: what an executor that was leaked, or shut down without waiting, has not
/// finished when `main` returns is lost. (Python waits for such threads at exit.)
#[derive(Debug)]
pub struct Executor {
    handle: Handle,
    detached: AtomicBool,
}

impl Executor {
    /// An executor with the default settings.
    pub fn new() -> Result<Self, BuildError> {
        Self::builder().build()
    }

    /// Sets an executor up.
    pub fn builder() -> Builder {
        Builder::default()
    }

    fn over(pool: Arc<Pool>) -> Self {
        Self { handle: Handle { pool }, detached: AtomicBool::new(false) }
    }

    /// A handle that submits to this executor from anywhere and does not keep it open.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// The most threads that run at a time.
    pub fn max_workers(&self) -> usize {
        self.handle.pool.max_workers()
    }

    /// Changes the most threads that run at a time; running tasks are left alone. Raised, it starts threads for what
    /// is queued at once. Lowered, idle threads that are too many end at once, others when the task that they run, or
    /// were just taking, has ended.
    pub fn set_max_workers(&self, max_workers: usize) -> Result<(), BuildError> {
        builder::check_max_workers(max_workers)?;
        self.handle.pool.set_max_workers(max_workers);
        Ok(())
    }

    /// The counters as they are now. It takes no lock, and costs some nanoseconds for each thread.
    pub fn stats(&self) -> Stats {
        self.handle.pool.stats()
    }

    /// Runs `job` on one of the threads. After a shutdown the task ends with [`TaskError::ShutDown`].
    pub fn submit<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Task<T> {
        self.handle.submit(job)
    }

    /// Runs `job` on one of the threads with a token that [`Task::request_cancel`] cancels. The job must look at it.
    pub fn submit_with<T: Send + 'static>(
        &self,
        job: impl FnOnce(&CancelToken) -> T + Send + 'static,
    ) -> Task<T> {
        self.handle.submit_with(job)
    }

    /// Calls `function` with a [`Scope`], to which it can submit jobs that borrow from the stack, and waits until all
    /// of them have ended, also if `function` panics. Called by a job of this executor, it runs those that nobody has
    /// claimed.
    ///
    /// ```
    /// use linecrew_core::executor::Executor;
    ///
    /// let executor = Executor::new()?;
    /// let hosts = vec!["r1".to_owned(), "core-sw1".to_owned()];
    /// let mut lengths = [0; 2];
    /// executor.scope(|scope| {
    ///     for (host, length) in hosts.iter().zip(&mut lengths) {
    ///         let _unread = scope.submit(move || *length = host.len());
    ///     }
    /// });
    /// assert_eq!(lengths, [2, 8]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn scope<'env, R>(&self, function: impl for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> R) -> R {
        self.handle.scope(function)
    }

    /// Submits `function` for each of `inputs` at once and gives the results in the order of the inputs. Several
    /// iterables are walked side by side with [`zip`].
    ///
    /// Python's `chunksize` has no counterpart: it spares a pool of processes messages, and Python's pool of threads
    /// ignores it too.
    pub fn map<I, T>(&self, function: impl Fn(I::Item) -> T + Send + Sync + 'static, inputs: I) -> Map<T>
    where
        I: IntoIterator<Item: Send + 'static>,
        T: Send + 'static,
    {
        self.handle.map(function, inputs)
    }

    /// As [`map`](Self::map), but with at most `buffersize` inputs taken ahead of the results that were read, so that
    /// `inputs` may be endless, or too many to hold. [`BuildError::BufferSize`] if it is 0.
    pub fn map_buffered<I, F, T>(
        &self,
        function: F,
        inputs: I,
        buffersize: usize,
    ) -> Result<MapBuffered<I::IntoIter, F, T>, BuildError>
    where
        I: IntoIterator<Item: Send + 'static>,
        F: Fn(I::Item) -> T + Send + Sync + 'static,
        T: Send + 'static,
    {
        self.handle.map_buffered(function, inputs, buffersize)
    }

    /// Takes no more tasks, and finishes or cancels those that have not started. Further calls do what is left to do:
    /// the first may not have waited. From one of the executor's own workers it never waits. Timers that have not fired
    /// are cancelled either way.
    pub fn shutdown(&self, pending: Pending, wait: Wait) {
        let pool = &self.handle.pool;
        pool.close(pending == Pending::Cancel);
        match wait {
            Wait::Yes if !worker::is_own(pool.id()) => pool.join(),
            Wait::Yes => {}
            Wait::No => self.detached.store(true, Ordering::Relaxed),
        }
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        let wait = if self.detached.load(Ordering::Relaxed) { Wait::No } else { Wait::Yes };
        self.shutdown(Pending::Finish, wait);
    }
}

/// Submits to an [`Executor`] from anywhere, and does not keep it open: once that is dropped or shut down, tasks end
/// with [`TaskError::ShutDown`].
#[derive(Clone)]
pub struct Handle {
    pool: Arc<Pool>,
}

impl Handle {
    /// As [`Executor::max_workers`].
    pub fn max_workers(&self) -> usize {
        self.pool.max_workers()
    }

    /// As [`Executor::submit`].
    pub fn submit<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Task<T> {
        self.pool.submit(job)
    }

    /// As [`Executor::submit_with`].
    pub fn submit_with<T: Send + 'static>(
        &self,
        job: impl FnOnce(&CancelToken) -> T + Send + 'static,
    ) -> Task<T> {
        let cancel = CancelToken::new();
        let token = cancel.clone();
        self.pool.submit_with(move || job(&token), cancel)
    }

    /// As [`Executor::scope`].
    pub fn scope<'env, R>(&self, function: impl for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> R) -> R {
        scope::run(&self.pool, function)
    }

    /// As [`Executor::map`].
    pub fn map<I, T>(&self, function: impl Fn(I::Item) -> T + Send + Sync + 'static, inputs: I) -> Map<T>
    where
        I: IntoIterator<Item: Send + 'static>,
        T: Send + 'static,
    {
        let function = Arc::new(function);
        Map::new(inputs.into_iter().map(|input| self.submit_call(&function, input)))
    }

    /// As [`Executor::map_buffered`].
    pub fn map_buffered<I, F, T>(
        &self,
        function: F,
        inputs: I,
        buffersize: usize,
    ) -> Result<MapBuffered<I::IntoIter, F, T>, BuildError>
    where
        I: IntoIterator<Item: Send + 'static>,
        F: Fn(I::Item) -> T + Send + Sync + 'static,
        T: Send + 'static,
    {
        MapBuffered::new(self.clone(), function, inputs.into_iter(), buffersize)
    }

    fn submit_call<A, T>(
        &self,
        function: &Arc<impl Fn(A) -> T + Send + Sync + 'static>,
        argument: A,
    ) -> Task<T>
    where
        A: Send + 'static,
        T: Send + 'static,
    {
        let function = Arc::clone(function);
        self.submit(move || function(argument))
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.pool.sleep.word();
        f.debug_struct("Handle")
            .field("max_workers", &self.pool.max_workers())
            .field("workers", &word.spawned())
            .field("idle", &word.idle())
            .field("closed", &word.is_closed())
            .field("broken", &self.pool.broken())
            .finish()
    }
}
