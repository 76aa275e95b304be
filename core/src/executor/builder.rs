//! How an executor is set up.

use super::Executor;
use super::error::BuildError;
use super::pool::{Pool, Settings};
use super::sleep::MOST_WORKERS;
use super::threads::Threads;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const KEEP_ALIVE: Duration = Duration::from_mins(1);

/// Sets up an [`Executor`]; made by [`Executor::builder`].
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is built before build()"]
pub struct Builder {
    max_workers: Option<usize>,
    thread_name_prefix: Option<String>,
    stack_size: Option<usize>,
    initializer: Option<Initializer>,
    keep_alive: Option<Duration>,
}

impl Builder {
    /// The most threads that run at a time; they are started as they are needed. Default: the machine's cores and 4
    /// more, at most 32, as in Python.
    pub fn max_workers(mut self, max_workers: usize) -> Self {
        self.max_workers = Some(max_workers);
        self
    }

    /// The threads are named `PREFIX_0`, `PREFIX_1`, ... Default: `ThreadPoolExecutor-N`, as in Python, with another
    /// `N` for each executor.
    pub fn thread_name_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.thread_name_prefix = Some(prefix.into());
        self
    }

    /// The stack of each thread in bytes. Default: the standard library's, 2 MiB unless `RUST_MIN_STACK` is set.
    pub fn stack_size(mut self, bytes: usize) -> Self {
        self.stack_size = Some(bytes);
        self
    }

    /// Run once in each thread before its first task. If it panics, the executor is broken: the tasks that have not
    /// started and all that are submitted later end with [`TaskError::BrokenPool`](super::TaskError::BrokenPool), the
    /// ones that run go on to their end. Python's `initializer`; its `initargs` are what the closure captures.
    ///
    /// ```
    /// use linecrew_core::executor::Executor;
    /// use std::cell::Cell;
    ///
    /// thread_local!(static LOG: Cell<&'static str> = const { Cell::new("") });
    /// let executor = Executor::builder().initializer(|| LOG.set("run.log")).build()?;
    /// assert_eq!(executor.submit(|| LOG.get()).result()?, "run.log");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn initializer(mut self, initializer: impl Fn() + Send + Sync + 'static) -> Self {
        self.initializer = Some(Initializer::new(initializer));
        self
    }

    /// A thread that has had no task for so long ends, the one that has been idle longest first, down to none at all;
    /// the next submit starts one again. Zero keeps no idle thread. Default: 60 s. (Python's threads stay.)
    pub fn keep_alive(mut self, keep_alive: Duration) -> Self {
        self.keep_alive = Some(keep_alive);
        self
    }

    /// Builds the executor. It starts no thread before the first task.
    pub fn build(self) -> Result<Executor, BuildError> {
        let max_workers = self.max_workers.unwrap_or_else(default_max_workers);
        check_max_workers(max_workers)?;
        let thread_name_prefix = self.thread_name_prefix.unwrap_or_else(default_prefix);
        if thread_name_prefix.contains('\0') {
            return Err(BuildError::ThreadName);
        }
        let settings = Settings {
            max_workers,
            threads: Threads::new(thread_name_prefix, self.stack_size),
            initializer: self.initializer,
            keep_alive: self.keep_alive.unwrap_or(KEEP_ALIVE),
        };
        Ok(Executor::over(Pool::new(settings)))
    }
}

/// What each worker runs first.
#[derive(Clone)]
pub(super) struct Initializer(Arc<dyn Fn() + Send + Sync>);

impl Initializer {
    pub(super) fn new(initializer: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(initializer))
    }

    pub(super) fn run(&self) {
        (self.0)();
    }
}

impl fmt::Debug for Initializer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Initializer")
    }
}

/// Whether a pool can have so many workers.
pub(super) fn check_max_workers(asked: usize) -> Result<(), BuildError> {
    if (1..=MOST_WORKERS).contains(&asked) {
        return Ok(());
    }
    Err(BuildError::MaxWorkers { asked, most: MOST_WORKERS })
}

fn default_max_workers() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    (cores + 4).min(32)
}

fn default_prefix() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("ThreadPoolExecutor-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
