//! `rusty_pool`, all of its threads core threads.

use crate::Pool;
use rusty_pool::{Builder, JoinHandle, ThreadPool};

pub(super) struct RustyPool(ThreadPool);

impl Pool for RustyPool {
    const NAME: &'static str = "rusty_pool";
    type Handle = JoinHandle<u64>;

    fn with_workers(workers: usize) -> Self {
        Self(Builder::new().core_size(workers).max_size(workers).build())
    }

    fn submit(&self, job: impl FnOnce() -> u64 + Send + 'static) -> Self::Handle {
        self.0.evaluate(job)
    }

    fn sum(&self, handles: impl Iterator<Item = Self::Handle>) -> u64 {
        sum(handles)
    }

    fn nested(&self, children: u64) -> u64 {
        let pool = self.0.clone();
        let parent = self.0.evaluate(move || {
            let children: Vec<_> = (0..children).map(|child| pool.evaluate(move || child)).collect();
            sum(children.into_iter())
        });
        parent.await_complete()
    }
}

fn sum(handles: impl Iterator<Item = JoinHandle<u64>>) -> u64 {
    handles.map(JoinHandle::await_complete).sum()
}
