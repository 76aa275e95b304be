//! What the executor's protocols are made of: the standard library's, or loom's where a model checks them.

#[cfg(loom)]
pub(super) use loom::{
    sync::{Condvar, Mutex, MutexGuard, atomic},
    thread,
};
#[cfg(not(loom))]
pub(super) use std::{
    sync::{Condvar, Mutex, MutexGuard, atomic},
    thread,
};

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
