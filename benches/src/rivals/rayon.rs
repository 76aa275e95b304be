//! rayon: `spawn` from outside, a scope for the children.

use super::promise::{promise, sum};
use crate::Pool;
use oneshot::Receiver;

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

    /// Each child of a scope writes into a place of its own, so no channel is needed.
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
