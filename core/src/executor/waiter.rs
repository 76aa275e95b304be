//! Who is told when a task ends.

use super::completion::CompletionQueue;
use super::error::TaskError;
use super::excepthook::reported;
use super::runner::Runner;
use super::sync::thread::Thread;
use std::sync::Arc;
use std::task::Waker;

/// User code that is shown how a task ended.
pub(super) type Callback<T> = Box<dyn FnOnce(Result<&T, &TaskError>) + Send>;

/// One that waits for a task of result `T`.
pub(super) enum Waiter<T> {
    /// A thread in `result`.
    Thread(Thread),
    /// A task of an async runtime.
    Waker(Waker),
    /// An `as_completed` or `wait` that watches many tasks; the number is this task's place among them.
    Queue(Arc<CompletionQueue>, usize),
    /// What `add_done_callback` was given; called before the result is published.
    Callback(Callback<T>),
}

/// Names a waiter for taking it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WaiterKey(u32);

#[allow(clippy::box_collection, reason = "8 bytes in each task instead of 24; it is hardly ever used")]
type Others<T> = Option<Box<Vec<(WaiterKey, Waiter<T>)>>>;

/// The waiters of one task. The first, which is nearly always the only one, needs no allocation.
pub(super) struct Waiters<T> {
    first: Option<Waiter<T>>,
    others: Others<T>,
    /// The key of `first`, kept outside of it because the two keys fill one word.
    first_key: WaiterKey,
    next: WaiterKey,
}

impl<T> Default for Waiters<T> {
    fn default() -> Self {
        Self { first: None, others: None, first_key: WaiterKey(0), next: WaiterKey(0) }
    }
}

impl<T> Waiters<T> {
    pub(super) fn add(&mut self, waiter: Waiter<T>) -> WaiterKey {
        let key = self.next;
        self.next = WaiterKey(key.0.wrapping_add(1));
        // Only into an empty list: callbacks are called in the order in which they came.
        if self.first.is_none() && self.others.is_none() {
            (self.first, self.first_key) = (Some(waiter), key);
        } else {
            self.others.get_or_insert_default().push((key, waiter));
        }
        key
    }

    /// Takes a waiter back, if it is still there.
    pub(super) fn remove(&mut self, key: WaiterKey) -> Option<Waiter<T>> {
        if self.first_key == key && self.first.is_some() {
            return self.first.take();
        }
        let others = self.others.as_mut()?;
        let place = others.iter().position(|(other, _)| *other == key)?;
        Some(others.remove(place).1)
    }

    /// Takes the callbacks out, in the order in which they came.
    pub(super) fn take_callbacks(&mut self) -> Vec<Callback<T>> {
        let first = self.first.take_if(|waiter| matches!(waiter, Waiter::Callback(_)));
        let others = self
            .others
            .iter_mut()
            .flat_map(|others| others.extract_if(.., |(_, waiter)| matches!(waiter, Waiter::Callback(_))));
        let taken = first.into_iter().chain(others.map(|(_, waiter)| waiter));
        taken.filter_map(Waiter::into_callback).collect()
    }

    /// Tells everybody that the task has ended.
    pub(super) fn tell_all(self, runner: &dyn Runner) {
        let others = self.others.into_iter().flat_map(|others| *others).map(|(_, waiter)| waiter);
        for waiter in self.first.into_iter().chain(others) {
            waiter.tell(runner);
        }
    }
}

impl<T> Waiter<T> {
    fn into_callback(self) -> Option<Callback<T>> {
        match self {
            Self::Callback(callback) => Some(callback),
            _ => None,
        }
    }

    fn tell(self, runner: &dyn Runner) {
        match self {
            Self::Thread(thread) => thread.unpark(),
            Self::Waker(waker) => {
                runner.before_user_code();
                // A waker that panics is a fault of the async runtime: it must not cost the pool a worker, nor the
                // other waiters their wake-up.
                reported(|| waker.wake());
            }
            Self::Queue(queue, place) => queue.push(place),
            // Callbacks of a task that ran were called before it was published, so this one was cancelled.
            Self::Callback(callback) => call(callback, Err(&TaskError::Cancelled)),
        }
    }
}

/// Calls a callback. One that panics must not keep the others from being called.
pub(super) fn call<T>(callback: Callback<T>, outcome: Result<&T, &TaskError>) {
    reported(|| callback(outcome));
}
