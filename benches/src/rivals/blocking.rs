//! The `blocking` crate: one pool per process, its size from the environment.

use super::promise::sum_async;
use crate::Pool;
use crate::process::WORKERS;
use blocking::{Task, unblock};
use futures_lite::future::block_on;

pub(super) struct Blocking;

impl Pool for Blocking {
    const NAME: &'static str = "blocking";
    type Handle = Task<u64>;

    fn with_workers(workers: usize) -> Self {
        let set = std::env::var(WORKERS).ok().and_then(|set| set.parse().ok());
        assert_eq!(set, Some(workers), "{WORKERS} must be what this process measures");
        Self
    }

    fn submit(&self, job: impl FnOnce() -> u64 + Send + 'static) -> Self::Handle {
        unblock(job)
    }

    fn sum(&self, handles: impl Iterator<Item = Self::Handle>) -> u64 {
        block_on(sum_async(handles))
    }

    fn nested(&self, children: u64) -> u64 {
        let parent = unblock(move || {
            let children: Vec<_> = (0..children).map(|child| unblock(move || child)).collect();
            block_on(sum_async(children.into_iter()))
        });
        block_on(parent)
    }
}
