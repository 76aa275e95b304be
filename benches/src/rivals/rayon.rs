//! rayon: `spawn` from outside; the children by `spawn` too, or in a scope.

use super::promise::{promise, sum};
use crate::Pool;
use oneshot::{Receiver, TryRecvError};

pub(super) struct Rayon(rayon::ThreadPool);

impl Pool for Rayon {
    const NAME: &'static str = "rayon";
    type Handle = Receiver<u64>;

    fn with_workers(workers: usize) -> Self {
        Self(rayon::ThreadPoolBuilder::new().num_threads(workers).build().expect("threads"))
    }

    fn submit(&self, job: impl FnOnce() -> u64 + Send + 'static) -> Self::Handle {
        let (job, result) = promise(job);
        self.0.spawn(job);
        result
    }

    fn sum(&self, handles: impl Iterator<Item = Self::Handle>) -> u64 {
        sum(handles)
    }

    /// A worker must not block, so the parent does other work of the pool while a child is not done.
    fn nested(&self, children: u64) -> u64 {
        let parent = self.submit(move || {
            let spawn = |child| {
                let (job, result) = promise(move || child);
                rayon::spawn(job);
                result
            };
            let children: Vec<_> = (0..children).map(spawn).collect();
            children.iter().map(read_in_worker).sum()
        });
        parent.recv().expect("a result")
    }
}

fn read_in_worker(result: &Receiver<u64>) -> u64 {
    loop {
        match result.try_recv() {
            Ok(result) => return result,
            Err(TryRecvError::Empty) => _ = rayon::yield_now(),
            Err(TryRecvError::Disconnected) => unreachable!("each job sends"),
        }
    }
}

/// The children in a scope, each writing into a place of its own: they have neither handles nor an end of their own.
pub(super) struct RayonScope(Rayon);

impl Pool for RayonScope {
    const NAME: &'static str = "rayon scope";
    type Handle = Receiver<u64>;

    fn with_workers(workers: usize) -> Self {
        Self(Rayon::with_workers(workers))
    }

    fn submit(&self, job: impl FnOnce() -> u64 + Send + 'static) -> Self::Handle {
        self.0.submit(job)
    }

    fn sum(&self, handles: impl Iterator<Item = Self::Handle>) -> u64 {
        self.0.sum(handles)
    }

    fn nested(&self, children: u64) -> u64 {
        let parent = self.submit(move || {
            let mut results = vec![0; usize::try_from(children).expect("few enough")];
            rayon::scope(|scope| {
                for (child, result) in (0..children).zip(&mut results) {
                    scope.spawn(move |_| *result = child);
                }
            });
            results.into_iter().sum()
        });
        parent.recv().expect("a result")
    }
}
