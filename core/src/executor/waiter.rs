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

impl WaiterKey {
    /// The waker of who `.await`s the task: there is one handle, so there is one at most.
    pub(super) const AWAIT: Self = Self(u32::MAX);
}

/// The waiters of one task, in the order in which they came.
pub(super) struct Waiters<T> {
    /// Nearly always the only one.
    first: Option<(WaiterKey, Waiter<T>)>,
    others: Vec<(WaiterKey, Waiter<T>)>,
    next: WaiterKey,
}

impl<T> Default for Waiters<T> {
    fn default() -> Self {
        Self { first: None, others: Vec::new(), next: WaiterKey(0) }
    }
}

impl<T> Waiters<T> {
    pub(super) fn add(&mut self, waiter: Waiter<T>) -> WaiterKey {
        let key = match waiter {
            Waiter::Waker(_) => WaiterKey::AWAIT,
            _ => self.next_key(),
        };
        if self.first.is_none() && self.others.is_empty() {
            self.first = Some((key, waiter));
        } else {
            self.others.push((key, waiter));
        }
        key
    }

    fn next_key(&mut self) -> WaiterKey {
        let key = self.next;
        self.next = WaiterKey((key.0 + 1) % WaiterKey::AWAIT.0);
        key
    }

    /// Takes a waiter back, if it is still there.
    pub(super) fn remove(&mut self, key: WaiterKey) -> Option<Waiter<T>> {
        if let Some((_, waiter)) = self.first.take_if(|(first, _)| *first == key) {
            return Some(waiter);
        }
        let place = self.others.iter().position(|(other, _)| *other == key)?;
        Some(self.others.remove(place).1)
    }

    /// Takes the callbacks out.
    pub(super) fn take_callbacks(&mut self) -> Vec<Callback<T>> {
        let is_callback = |(_, waiter): &mut (_, Waiter<T>)| matches!(waiter, Waiter::Callback(_));
        let first = self.first.take_if(is_callback).into_iter();
        let taken = first.chain(self.others.extract_if(.., is_callback));
        taken.filter_map(|(_, waiter)| waiter.into_callback()).collect()
    }

    /// Tells everybody that the task has ended.
    pub(super) fn tell_all(self, runner: &dyn Runner) {
        for (_, waiter) in self.first.into_iter().chain(self.others) {
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
