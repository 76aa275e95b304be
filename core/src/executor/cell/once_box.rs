//! A value in the heap, made when it is first needed: what most tasks do without costs them one pointer.

use super::super::sync::atomic::{AtomicPtr, Ordering};
use std::marker::PhantomData;
use std::ptr;

/// As `OnceLock<Box<V>>`, in half the memory, and seen by a model.
pub(super) struct OnceBox<V> {
    value: AtomicPtr<V>,
    _owned: PhantomData<V>,
}

impl<V> OnceBox<V> {
    pub(super) fn new() -> Self {
        Self { value: AtomicPtr::new(ptr::null_mut()), _owned: PhantomData }
    }

    pub(super) fn get(&self) -> Option<&V> {
        // SAFETY: not null, it came from `Box::into_raw` below, is never changed again, and lives as long as `self`.
        unsafe { self.value.load(Ordering::Acquire).as_ref() }
    }

    /// The value, after `make` where there was none. Of two that are made at once one is dropped.
    pub(super) fn get_or_init(&self, make: impl FnOnce() -> V) -> &V {
        if let Some(value) = self.get() {
            return value;
        }
        let fresh = Box::into_raw(Box::new(make()));
        let set = self.value.compare_exchange(ptr::null_mut(), fresh, Ordering::AcqRel, Ordering::Acquire);
        let value = match set {
            Ok(_) => fresh,
            Err(other) => {
                // SAFETY: nobody else has seen it.
                drop(unsafe { Box::from_raw(fresh) });
                other
            }
        };
        // SAFETY: as in `get`.
        unsafe { &*value }
    }
}

impl<V> Drop for OnceBox<V> {
    fn drop(&mut self) {
        // Exclusive, so no order is needed. (loom has no `get_mut` here.)
        let value = self.value.load(Ordering::Relaxed);
        if !value.is_null() {
            // SAFETY: from `Box::into_raw`, and dropped once.
            drop(unsafe { Box::from_raw(value) });
        }
    }
}

// SAFETY: it owns a `V`, and lends it to several threads at once, as `OnceLock` does.
unsafe impl<V: Send> Send for OnceBox<V> {}
// SAFETY: likewise.
unsafe impl<V: Send + Sync> Sync for OnceBox<V> {}
