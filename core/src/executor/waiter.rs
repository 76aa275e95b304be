//! Who is told when a task ends.

use super::completion::CompletionQueue;
use std::sync::Arc;
use std::task::Waker;
use std::thread::Thread;

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

    /// Takes a waiter back; tells whether it was still there.
    pub(super) fn remove(&mut self, key: WaiterKey) -> bool {
        if self.first.as_ref().is_some_and(|(first, _)| *first == key) {
            self.first = None;
            return true;
        }
        let place =
            self.others.as_ref().and_then(|others| others.iter().position(|(other, _)| *other == key));
        if let (Some(others), Some(place)) = (&mut self.others, place) {
            others.remove(place);
        }
        place.is_some()
    }

    pub(super) fn tell_all(self) {
        let others = self.others.into_iter().flat_map(|others| *others);
        for (_, waiter) in self.first.into_iter().chain(others) {
            waiter.tell();
        }
    }
}

impl Waiter {
    fn tell(self) {
        match self {
            Self::Thread(thread) => thread.unpark(),
            Self::Waker(waker) => waker.wake(),
            Self::Queue(queue, place) => queue.push(place),
        }
    }
}
