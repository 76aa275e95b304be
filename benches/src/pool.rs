//! What a pool must do to take part.

/// A pool of threads that runs closures and hands out their results.
///
/// Each adapter uses its pool in the fastest way that its documentation offers.
pub trait Pool: Sized + 'static {
    /// What the tables call it.
    const NAME: &'static str;

    /// What a submitted job is read by.
    type Handle: 'static;

    /// A pool of so many threads.
    fn with_workers(workers: usize) -> Self;

    /// Submits a job from outside the pool.
    fn submit(&self, job: impl FnOnce() -> u64 + Send + 'static) -> Self::Handle;

    /// Waits for each job in turn and adds the results up.
    fn sum(&self, handles: impl Iterator<Item = Self::Handle>) -> u64;

    /// Submits a job that submits `children` jobs to the same pool, each of which returns its number, and returns the
    /// sum of what they return. One such job runs at a time, so in a pool whose workers cannot do anything while they
    /// wait, it may hold one of them: the children have the others.
    fn nested(&self, children: u64) -> u64;
}
