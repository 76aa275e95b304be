//! Who is told when a task ends.

use super::completion::CompletionQueue;
use super::runner::Runner;
use super::sync::thread::Thread;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Waker;

/// One that waits for a task.
pub(super) enum Waiter {
    /// A thread in `result`.
    Thread(Thread),
    /// A task of an async runtime.
    Waker(Waker),
    /// An `as_completed` or `wait` that watches many tasks; the number is this task's place among them.
    Queue(Arc<CompletionQueue>, usize),
}

/// Names a waiter for taking it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WaiterKey(u32);

/// The waiters of one task. The first, which is nearly always the only one, needs no allocation.
#[derive(Default)]
pub(super) struct Waiters {
    first: Option<(WaiterKey, Waiter)>,
    #[allow(clippy::box_collection, reason = "8 bytes in each task instead of 24; it is hardly ever used")]
    others: Option<Box<Vec<(WaiterKey, Waiter)>>>,
    next: u32,
}

impl Waiters {
    pub(super) fn add(&mut self, waiter: Waiter) -> WaiterKey {
        let key = WaiterKey(self.next);
        self.next = self.next.wrapping_add(1);
        if self.first.is_none() {
            self.first = Some((key, waiter));
        } else {
            self.others.get_or_insert_default().push((key, waiter));
        }
        key
    }

    /// Takes a waiter back, if it is still there.
    pub(super) fn remove(&mut self, key: WaiterKey) -> Option<Waiter> {
        if let Some((_, waiter)) = self.first.take_if(|(first, _)| *first == key) {
            return Some(waiter);
        }
        let others = self.others.as_mut()?;
        let place = others.iter().position(|(other, _)| *other == key)?;
        Some(others.remove(place).1)
    }

    pub(super) fn tell_all(self, runner: &dyn Runner) {
        let others = self.others.into_iter().flat_map(|others| *others);
        for (_, waiter) in self.first.into_iter().chain(others) {
            waiter.tell(runner);
        }
    }
}

impl Waiter {
    fn tell(self, runner: &dyn Runner) {
        match self {
            Self::Thread(thread) => thread.unpark(),
            Self::Waker(waker) => {
                runner.before_user_code();
                // A waker that panics is a fault of the async runtime, which the panic hook has told of; it must not
                // cost the pool a worker, nor the other waiters their wake-up.
                let _ = catch_unwind(AssertUnwindSafe(|| waker.wake()));
            }
            Self::Queue(queue, place) => queue.push(place),
        }
    }
}
