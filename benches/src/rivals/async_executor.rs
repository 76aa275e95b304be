//! async-executor, run by n threads; a job is a future that is ready at its first poll.

use super::promise::sum_async;
use crate::Pool;
use async_executor::{Executor, StaticExecutor, Task};
use futures::FutureExt as _;
use futures::channel::oneshot::{self, Canceled};
use futures_lite::future::block_on;
use std::thread::JoinHandle;

/// The `'static` kind, which saves the bookkeeping of live tasks. Leaked, as its docs say: 200 bytes per round.
pub(super) struct AsyncExecutor {
    executor: &'static StaticExecutor,
    /// Never sent on; dropped to end the threads.
    stop: Option<oneshot::Sender<()>>,
    threads: Vec<JoinHandle<Canceled>>,
}

impl Pool for AsyncExecutor {
    const NAME: &'static str = "async-executor";
    type Handle = Task<u64>;

    fn with_workers(workers: usize) -> Self {
        let executor = Executor::new().leak();
        let (stop, stopped) = oneshot::channel();
        let stopped = stopped.shared();
        let thread = |_| {
            let stopped = stopped.clone();
            std::thread::spawn(move || block_on(executor.run(stopped)).expect_err("nothing is sent"))
        };
        Self { executor, stop: Some(stop), threads: (0..workers).map(thread).collect() }
    }

    fn submit(&self, job: impl FnOnce() -> u64 + Send + 'static) -> Self::Handle {
        self.executor.spawn(async { job() })
    }

    fn sum(&self, handles: impl Iterator<Item = Self::Handle>) -> u64 {
        block_on(sum_async(handles))
    }

    fn nested(&self, children: u64) -> u64 {
        let executor = self.executor;
        let parent = executor.spawn(async move {
            let children: Vec<_> = (0..children).map(|child| executor.spawn(async move { child })).collect();
            sum_async(children.into_iter()).await
        });
        block_on(parent)
    }
}

impl Drop for AsyncExecutor {
    fn drop(&mut self) {
        drop(self.stop.take());
        for thread in self.threads.drain(..) {
            thread.join().expect("no panic");
        }
    }
}
