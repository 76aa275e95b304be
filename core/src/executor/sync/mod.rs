//! What the executor's protocols are made of: the standard library's and crossbeam's, or loom's where a model checks
//! them.

#[cfg(loom)]
mod deque;
mod step;
#[cfg(loom)]
pub(super) mod thread;

#[cfg(loom)]
pub(super) use deque::{Steal, Stealer, Worker};
#[cfg(loom)]
pub(super) use loom::sync::{Condvar, Mutex, MutexGuard, atomic};
pub(super) use step::{Step, kept, order, seq_cst_fence, seq_cst_fence_after_rmw};
#[cfg(loom)]
pub(super) use thread::thread_local;
#[cfg(not(loom))]
pub(super) use {
    crossbeam_deque::{Steal, Stealer, Worker},
    std::{
        sync::{Condvar, Mutex, MutexGuard, atomic},
        thread, thread_local,
    },
};

/// How often to look before sleeping: `looks`, or once where a model would take each look for a state of its own.
pub(super) const fn looks(looks: u32) -> u32 {
    if cfg!(loom) { 1 } else { looks }
}

/// A cell without a lock, whose every access a model sees.
#[derive(Debug)]
pub(super) struct UnsafeCell<V>(
    #[cfg(loom)] loom::cell::UnsafeCell<V>,
    #[cfg(not(loom))] std::cell::UnsafeCell<V>,
);

impl<V> UnsafeCell<V> {
    pub(super) fn new(value: V) -> Self {
        #[cfg(loom)]
        return Self(loom::cell::UnsafeCell::new(value));
        #[cfg(not(loom))]
        return Self(std::cell::UnsafeCell::new(value));
    }

    /// Lends the pointer to the value to `access`, which says why it may use it.
    pub(super) fn with_mut<R>(&self, access: impl FnOnce(*mut V) -> R) -> R {
        #[cfg(loom)]
        return self.0.with_mut(access);
        #[cfg(not(loom))]
        return access(self.0.get());
    }

    /// Lends the pointer to the value for reading.
    pub(super) fn with<R>(&self, access: impl FnOnce(*const V) -> R) -> R {
        #[cfg(loom)]
        return self.0.with(access);
        #[cfg(not(loom))]
        return access(self.0.get());
    }
}
