//! executors' work-stealing pool, the one that its docs recommend.

use super::promise::sum_async;
use crate::Pool;
use executors::crossbeam_workstealing_pool::{ThreadPool, pool_with_auto_parker};
use executors::futures_executor::FuturesExecutor as _;
use executors::parker::DynParker;
use executors::{Executor as _, JoinHandle};
use futures_lite::future::block_on;

pub(super) struct WorkStealing(ThreadPool<DynParker>);

impl Pool for WorkStealing {
    const NAME: &'static str = "executors";
    type Handle = JoinHandle<u64>;

    fn with_workers(workers: usize) -> Self {
        Self(pool_with_auto_parker(workers))
    }

    fn submit(&self, job: impl FnOnce() -> u64 + Send + 'static) -> Self::Handle {
        self.0.spawn(async { job() })
    }

    fn sum(&self, handles: impl Iterator<Item = Self::Handle>) -> u64 {
        block_on(sum_async(handles))
    }

    fn nested(&self, children: u64) -> u64 {
        let pool = self.0.clone();
        let parent = self.0.spawn(async move {
            let children: Vec<_> = (0..children).map(|child| pool.spawn(async move { child })).collect();
            drop(pool);
            sum_async(children.into_iter()).await
        });
        block_on(parent)
    }
}

impl Drop for WorkStealing {
    fn drop(&mut self) {
        // It gives up after 5 s, which 1,000 workers have been seen to need; they end all the same.
        let _ = self.0.shutdown_borrowed();
    }
}
