//! The pools that a user would pick instead, each set up as well as it can be for this work.

mod async_executor;
mod blocking;
mod channel;
mod executors;
mod futures_pool;
mod promise;
pub mod python;
mod rayon;
mod rusty_pool;
mod threadpool;
mod tokio_blocking;
mod tokio_spawn;

use crate::Candidate;

/// All that give each job a handle.
pub(crate) fn all() -> impl Iterator<Item = Candidate> {
    [
        Candidate::of::<async_executor::AsyncExecutor>(),
        Candidate::of::<blocking::Blocking>(),
        Candidate::of::<channel::ChannelPool>(),
        Candidate::of::<executors::WorkStealing>(),
        Candidate::of::<futures_pool::FuturesPool>(),
        Candidate::of::<rayon::Rayon>(),
        Candidate::of::<rusty_pool::RustyPool>(),
        Candidate::of::<threadpool::ThreadPool>(),
        Candidate::of::<tokio_blocking::TokioBlocking>(),
        Candidate::of::<tokio_spawn::TokioSpawn>(),
    ]
    .into_iter()
}

/// Those whose nested jobs have no handles.
pub(crate) fn scopes() -> impl Iterator<Item = Candidate> {
    std::iter::once(Candidate::of::<rayon::RayonScope>())
}
