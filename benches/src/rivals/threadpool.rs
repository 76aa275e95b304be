//! threadpool.

use super::promise::{parent, promise, sum};
use crate::Pool;
use oneshot::Receiver;

pub(super) struct ThreadPool(threadpool::ThreadPool);

impl Pool for ThreadPool {
    const NAME: &'static str = "threadpool";
    type Handle = Receiver<u64>;

    fn with_workers(workers: usize) -> Self {
        Self(threadpool::ThreadPool::new(workers))
    }

    fn submit(&self, job: impl FnOnce() -> u64 + Send + 'static) -> Self::Handle {
        execute(&self.0, job)
    }

    fn sum(&self, handles: impl Iterator<Item = Self::Handle>) -> u64 {
        sum(handles)
    }

    fn nested(&self, children: u64) -> u64 {
        let pool = self.0.clone();
        let job = self.submit(move || parent(children, |child| execute(&pool, move || child)));
        job.recv().expect("a result")
    }
}

fn execute(pool: &threadpool::ThreadPool, job: impl FnOnce() -> u64 + Send + 'static) -> Receiver<u64> {
    let (job, result) = promise(job);
    pool.execute(job);
    result
}
