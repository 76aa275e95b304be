//! The one handle to a task.

use super::super::error::TaskError;
use super::super::header::Header;
use super::super::waiter::{self, Callback, Waiter, WaiterKey};
use super::{Join, Runnable};
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::task::{Poll, Waker};

/// The one handle to a task, without its closure's type. Dropping it drops the result, now or when it comes.
pub(in super::super) struct TaskHandle<T> {
    join: Arc<dyn Join<T>>,
    /// The waker of the last poll, where the task is `.await`ed.
    waker: Option<WaiterKey>,
}

impl<T> TaskHandle<T> {
    pub(super) fn new(join: Arc<dyn Join<T>>) -> Self {
        Self { join, waker: None }
    }

    /// The state and the waiters.
    pub(in super::super) fn header(&self) -> &Header<T> {
        self.join.header()
    }

    /// The task as a queue sees it.
    pub(in super::super) fn runnable(&self) -> &dyn Runnable {
        &*self.join
    }

    /// Where the task is in memory: no other has the same as long as this handle lives.
    pub(in super::super) fn address(&self) -> usize {
        Arc::as_ptr(&self.join).addr()
    }

    /// Takes the result of a task if it has ended.
    pub(in super::super) fn take(&mut self) -> Option<Result<T, TaskError>> {
        // SAFETY: the one handle, exclusively.
        unsafe { self.join.take() }
    }

    /// Takes the result of a task that has ended, and with it the handle, which then has nothing left to drop.
    pub(in super::super) fn into_result(mut self) -> Result<Result<T, TaskError>, Self> {
        let Some(result) = self.take() else { return Err(self) };
        self.forget_waker();
        let this = ManuallyDrop::new(self);
        // SAFETY: read once, as `this` is never dropped.
        drop(unsafe { std::ptr::read(&raw const this.join) });
        Ok(result)
    }

    /// Takes the result, or has `waker` woken in place of that of the last poll.
    pub(in super::super) fn poll(&mut self, waker: &Waker) -> Poll<Result<T, TaskError>> {
        self.forget_waker();
        if !self.header().is_done() {
            self.waker = self.header().watch(Waiter::Waker(waker.clone())).ok();
        }
        match self.waker {
            Some(_) => Poll::Pending,
            None => self.take().map_or(Poll::Pending, Poll::Ready),
        }
    }

    fn forget_waker(&mut self) {
        if let Some(key) = self.waker.take() {
            self.header().unwatch(key);
        }
    }

    /// Why a task that has ended has no value to give.
    pub(in super::super) fn error(&self) -> Option<&TaskError> {
        // SAFETY: the one handle; no value is lent out, and taking one needs the handle exclusively.
        unsafe { self.join.look() }.and_then(Result::err)
    }

    /// Has `callback` called when the task ends; at once, on this thread, if it already has.
    pub(in super::super) fn on_done(&mut self, callback: Callback<T>) {
        let Err(Some(Waiter::Callback(callback))) = self.header().watch(Waiter::Callback(callback)) else {
            return;
        };
        // SAFETY: the one handle, exclusively.
        if let Some(outcome) = unsafe { self.join.look() } {
            self.header().see();
            waiter::call(callback, outcome);
        }
    }
}

impl<T> Drop for TaskHandle<T> {
    fn drop(&mut self) {
        self.forget_waker();
        // SAFETY: the one handle, exclusively, for the last time.
        unsafe { self.join.detach() };
    }
}
