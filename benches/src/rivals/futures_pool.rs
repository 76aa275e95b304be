//! futures' `ThreadPool`.

use super::promise::sum_async;
use crate::Pool;
use futures::executor::{ThreadPool, block_on};
use futures::future::RemoteHandle;
use futures::task::SpawnExt as _;

pub(super) struct FuturesPool(ThreadPool);

impl Pool for FuturesPool {
    const NAME: &'static str = "futures";
    type Handle = RemoteHandle<u64>;

    fn with_workers(workers: usize) -> Self {
        Self(ThreadPool::builder().pool_size(workers).create().expect("threads"))
    }

    fn submit(&self, job: impl FnOnce() -> u64 + Send + 'static) -> Self::Handle {
        self.0.spawn_with_handle(async { job() }).expect("an open pool")
    }

    fn sum(&self, handles: impl Iterator<Item = Self::Handle>) -> u64 {
        block_on(sum_async(handles))
    }

    fn nested(&self, children: u64) -> u64 {
        let pool = self.0.clone();
        let parent = async move {
            let spawn = |child| pool.spawn_with_handle(async move { child }).expect("an open pool");
            let children: Vec<_> = (0..children).map(spawn).collect();
            sum_async(children.into_iter()).await
        };
        block_on(self.0.spawn_with_handle(parent).expect("an open pool"))
    }
}
