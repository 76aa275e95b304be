//! tokio's multi-threaded runtime, the jobs as futures that are ready at their first poll.

use super::tokio_blocking::sum;
use crate::Pool;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

pub(super) struct TokioSpawn(Runtime);

impl Pool for TokioSpawn {
    const NAME: &'static str = "tokio spawn";
    type Handle = JoinHandle<u64>;

    fn with_workers(workers: usize) -> Self {
        Self(Builder::new_multi_thread().worker_threads(workers).build().expect("a runtime"))
    }

    fn submit(&self, job: impl FnOnce() -> u64 + Send + 'static) -> Self::Handle {
        self.0.spawn(async { job() })
    }

    fn sum(&self, handles: impl Iterator<Item = Self::Handle>) -> u64 {
        self.0.block_on(sum(handles))
    }

    fn nested(&self, children: u64) -> u64 {
        let parent = self.0.spawn(async move {
            let children: Vec<_> = (0..children).map(|child| tokio::spawn(async move { child })).collect();
            sum(children.into_iter()).await
        });
        self.0.block_on(parent).expect("no panic")
    }
}
