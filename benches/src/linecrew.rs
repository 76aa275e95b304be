//! Ours.

use crate::Pool;
use linecrew_core::executor::{Executor, Task};

/// [`Executor`], its tasks read by [`Task::result`].
#[derive(Debug)]
pub struct Linecrew(Executor);

impl Pool for Linecrew {
    const NAME: &'static str = "linecrew";
    type Handle = Task<u64>;

    fn with_workers(workers: usize) -> Self {
        Self(Executor::builder().max_workers(workers).build().expect("workers above 0"))
    }

    fn submit(&self, job: impl FnOnce() -> u64 + Send + 'static) -> Self::Handle {
        self.0.submit(job)
    }

    fn sum(&self, handles: impl Iterator<Item = Self::Handle>) -> u64 {
        sum(handles)
    }

    fn nested(&self, children: u64) -> u64 {
        let pool = self.0.handle();
        let parent = self.0.submit(move || {
            let children: Vec<_> = (0..children).map(|child| pool.submit(move || child)).collect();
            sum(children.into_iter())
        });
        parent.result().expect("no panic")
    }
}

fn sum(tasks: impl Iterator<Item = Task<u64>>) -> u64 {
    tasks.map(|task| task.result().expect("no panic")).sum()
}
