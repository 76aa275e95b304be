//! The work that is measured, the same for every pool.

use crate::{Linecrew, Pool};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A pool at work. Made anew for each round, so that no other pool's threads are alive while it is measured.
pub trait Work {
    /// Submits `jobs` jobs that do nothing and reads every result; gives the time that both took.
    fn noops(&mut self, jobs: u64) -> Duration;

    /// Runs a job that submits `children` jobs, `parents` times, one after the other.
    fn nested(&mut self, parents: u64, children: u64) -> Duration;

    /// Submits one job that sleeps for `nap`, `jobs` times, and reads every result. Gives the wall time, and by how
    /// many places a job started too early or too late, at most.
    fn sleepers(&mut self, jobs: u64, nap: Duration) -> (Duration, u64);
}

/// A pool that takes part.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// What the tables call it.
    pub name: &'static str,
    /// Makes one of so many threads.
    pub with_workers: fn(usize) -> Box<dyn Work>,
}

impl Candidate {
    pub(crate) fn of<P: Pool>() -> Self {
        let with_workers =
            |workers| Box::new(Worked::<P> { pool: P::with_workers(workers), handles: Vec::new() }) as _;
        Self { name: P::NAME, with_workers }
    }
}

/// Every pool that takes part with a handle for each job, ours first.
pub fn candidates() -> Vec<Candidate> {
    let ours = std::iter::once(Candidate::of::<Linecrew>());
    #[cfg(feature = "rivals")]
    return ours.chain(crate::rivals::all()).collect();
    #[cfg(not(feature = "rivals"))]
    ours.collect()
}

/// The one of that name.
pub fn candidate(name: &str) -> Candidate {
    candidates().into_iter().find(|candidate| candidate.name == name).expect("the name of a pool")
}

/// Those that run nested jobs in a scope, without handles: for work that needs none.
pub fn scopes() -> Vec<Candidate> {
    #[cfg(feature = "rivals")]
    return crate::rivals::scopes().collect();
    #[cfg(not(feature = "rivals"))]
    Vec::new()
}

struct Worked<P: Pool> {
    pool: P,
    /// Kept from run to run, so that it grows in the first only.
    handles: Vec<P::Handle>,
}

impl<P: Pool> Work for Worked<P> {
    fn noops(&mut self, jobs: u64) -> Duration {
        let start = Instant::now();
        self.handles.extend((0..jobs).map(|n| self.pool.submit(move || n)));
        let sum = self.pool.sum(self.handles.drain(..));
        let time = start.elapsed();
        assert_eq!(sum, sum_below(jobs), "{} lost a job", P::NAME);
        time
    }

    fn nested(&mut self, parents: u64, children: u64) -> Duration {
        let start = Instant::now();
        for _ in 0..parents {
            assert_eq!(self.pool.nested(children), sum_below(children), "{} lost a job", P::NAME);
        }
        start.elapsed()
    }

    fn sleepers(&mut self, jobs: u64, nap: Duration) -> (Duration, u64) {
        let clock = Arc::new(AtomicU64::new(0));
        let farthest = Arc::new(AtomicU64::new(0));
        let start = Instant::now();
        self.handles.extend((0..jobs).map(|n| {
            let (clock, farthest) = (Arc::clone(&clock), Arc::clone(&farthest));
            self.pool.submit(move || {
                farthest.fetch_max(clock.fetch_add(1, Ordering::Relaxed).abs_diff(n), Ordering::Relaxed);
                std::thread::sleep(nap);
                n
            })
        }));
        let sum = self.pool.sum(self.handles.drain(..));
        let time = start.elapsed();
        assert_eq!(sum, sum_below(jobs), "{} lost a job", P::NAME);
        (time, farthest.load(Ordering::Relaxed))
    }
}

fn sum_below(jobs: u64) -> u64 {
    jobs * jobs.saturating_sub(1) / 2
}
