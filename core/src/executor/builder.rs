//! How an executor is set up.

use super::Executor;
use super::error::BuildError;
use super::pool::{Pool, Settings};
use super::sleep::MOST_WORKERS;
use std::sync::atomic::{AtomicU64, Ordering};

/// Sets up an [`Executor`]; made by [`Executor::builder`].
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is built before build()"]
pub struct Builder {
    max_workers: Option<usize>,
    thread_name_prefix: Option<String>,
    stack_size: Option<usize>,
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

    /// Builds the executor. It starts no thread before the first task.
    pub fn build(self) -> Result<Executor, BuildError> {
        let asked = self.max_workers.unwrap_or_else(default_max_workers);
        if !(1..=MOST_WORKERS).contains(&asked) {
            return Err(BuildError::MaxWorkers { asked, most: MOST_WORKERS });
        }
        let thread_name_prefix = self.thread_name_prefix.unwrap_or_else(default_prefix);
        if thread_name_prefix.contains('\0') {
            return Err(BuildError::ThreadName);
        }
        let settings = Settings { max_workers: asked, thread_name_prefix, stack_size: self.stack_size };
        Ok(Executor::over(Pool::new(settings)))
    }
}

fn default_max_workers() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    (cores + 4).min(32)
}

fn default_prefix() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("ThreadPoolExecutor-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
