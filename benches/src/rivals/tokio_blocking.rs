//! tokio's blocking pool, which its docs advise for jobs that block.

use super::promise::sum_async;
use crate::Pool;
use futures_lite::future::block_on;
use std::time::Duration;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

pub(super) struct TokioBlocking(Runtime);

impl Pool for TokioBlocking {
    const NAME: &'static str = "tokio spawn_blocking";
    type Handle = JoinHandle<u64>;

    fn with_workers(workers: usize) -> Self {
        let mut builder = Builder::new_current_thread();
        builder.max_blocking_threads(workers).thread_keep_alive(Duration::from_mins(1));
        Self(builder.build().expect("a runtime"))
    }

    fn submit(&self, job: impl FnOnce() -> u64 + Send + 'static) -> Self::Handle {
        self.0.spawn_blocking(job)
    }

    fn sum(&self, handles: impl Iterator<Item = Self::Handle>) -> u64 {
        self.0.block_on(sum(handles))
    }

    fn nested(&self, children: u64) -> u64 {
        let parent = self.0.spawn_blocking(move || {
            let runtime = Handle::current();
            let children: Vec<_> = (0..children).map(|child| runtime.spawn_blocking(move || child)).collect();
            block_on(sum(children.into_iter()))
        });
        self.0.block_on(parent).expect("no panic")
    }
}

pub(super) async fn sum(handles: impl Iterator<Item = JoinHandle<u64>>) -> u64 {
    sum_async(handles.map(async |handle| handle.await.expect("no panic"))).await
}
