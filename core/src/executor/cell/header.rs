//! The part of a task that its closure's type does not touch.

use super::super::runner::Runner;
use super::super::state::{State, Word};
use super::super::sync::atomic::AtomicPtr;
use super::super::sync::{Mutex, MutexGuard, Step, kept};
use super::super::waiter::{Callback, Waiter, WaiterKey, Waiters};
use super::once_box::OnceBox;
use super::{PoolId, VTable};
use std::ptr;
use std::sync::PoisonError;

/// What every task begins with, whatever its types.
#[repr(C)]
pub(super) struct Head {
    pub(super) vtable: &'static VTable,
    pub(super) state: State,
    pub(super) pool: PoolId,
    /// The job behind this one in the injector.
    pub(super) next: AtomicPtr<Self>,
}

/// What every task of a `T` begins with.
#[repr(C)]
pub(in super::super) struct Header<T> {
    head: Head,
    /// Most tasks have ended before anybody waits for them.
    waiters: OnceBox<Mutex<Waiters<T>>>,
}

impl<T> Header<T> {
    pub(super) fn new(vtable: &'static VTable, pool: PoolId) -> Self {
        let next = AtomicPtr::new(ptr::null_mut());
        Self { head: Head { vtable, state: State::new(), pool, next }, waiters: OnceBox::new() }
    }

    pub(super) fn vtable(&self) -> &'static VTable {
        self.head.vtable
    }

    /// The pool that the task was submitted to.
    pub(in super::super) fn pool(&self) -> PoolId {
        self.head.pool
    }

    pub(in super::super) fn state(&self) -> &State {
        &self.head.state
    }

    pub(in super::super) fn word(&self) -> Word {
        self.head.state.word()
    }

    pub(in super::super) fn is_done(&self) -> bool {
        self.word().is_done()
    }

    /// Has `waiter` told once when the task ends; gives it back, and it is not told, if the task already has.
    pub(in super::super) fn watch(&self, waiter: Waiter<T>) -> Result<WaiterKey, Option<Waiter<T>>> {
        let callback = matches!(waiter, Waiter::Callback(_));
        let mut waiters = lock(self.waiters.get_or_init(Mutex::default));
        // In the list first: the ending thread takes the list if its swap sees the bit, and this sees the end if not.
        let key = waiters.add(waiter);
        if !self.head.state.watch(callback).is_done() || !kept(Step::SeenEnd) {
            return Ok(key);
        }
        // The ending thread cannot take it from the list meanwhile: the list is locked.
        Err(waiters.remove(key))
    }

    /// Takes a waiter back.
    pub(in super::super) fn unwatch(&self, key: WaiterKey) {
        let waiter = self.waiters.get().and_then(|waiters| lock(waiters).remove(key));
        // A waker is user code, so it is dropped outside the lock.
        drop(waiter);
    }

    /// Takes the callbacks that came so far; the outcome that they are about to see counts as read.
    pub(super) fn take_callbacks(&self) -> Vec<Callback<T>> {
        let Some(waiters) = self.waiters.get() else { return Vec::new() };
        let mut waiters = lock(waiters);
        // Under the lock, so that a callback is either taken here or sets the bit again.
        self.head.state.call_callbacks();
        waiters.take_callbacks()
    }

    /// Tells all waiters of a task that has ended, where `before` has any.
    pub(super) fn tell_waiters(&self, before: Word, runner: &dyn Runner) {
        if before.is_watched()
            && let Some(waiters) = self.waiters.get()
        {
            let waiters = std::mem::take(&mut *lock(waiters));
            waiters.tell_all(runner);
        }
    }
}

fn lock<T>(waiters: &Mutex<Waiters<T>>) -> MutexGuard<'_, Waiters<T>> {
    // No user code runs under the lock, so a poisoned list is still whole.
    waiters.lock().unwrap_or_else(PoisonError::into_inner)
}
