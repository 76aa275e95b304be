//! What threads wait for each other with, after Python's `threading`. All waits sleep; none polls.

mod barrier;
mod condition;
mod event;
mod line;
mod lock;
mod permit;
mod rlock;
mod semaphore;

pub use barrier::{Barrier, BrokenBarrier};
pub use condition::Condition;
pub use event::Event;
pub use lock::{Lock, LockGuard};
pub use permit::{AcquireError, Permit, ReleaseError};
pub use rlock::{RLock, RLockGuard};
pub use semaphore::{BoundedSemaphore, Semaphore};
