//! Threads that wait for their turn, first come, first served.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// Who waits, in the order in which they came. Its owner keeps it under the lock that guards what they wait for.
#[derive(Default)]
pub(super) struct Line {
    next: u64,
    waiting: BTreeMap<u64, Arc<Turn>>,
}

impl Line {
    /// Puts the current thread at the end.
    pub(super) fn join(&mut self) -> Ticket {
        let turn = Arc::new(Turn { thread: std::thread::current(), come: AtomicBool::new(false) });
        let place = self.next;
        self.next += 1;
        self.waiting.insert(place, Arc::clone(&turn));
        Ticket { place, turn }
    }

    /// Takes the first `most` out. Each is to be [called](Turn::call) once the lock is given back.
    pub(super) fn take(&mut self, most: usize) -> Vec<Arc<Turn>> {
        let first = std::iter::from_fn(|| self.waiting.pop_first());
        first.take(most).map(|(_, turn)| turn).collect()
    }

    /// Gives a place up; `false` if it was taken out before: its turn has come, or is about to.
    pub(super) fn leave(&mut self, ticket: &Ticket) -> bool {
        self.waiting.remove(&ticket.place).is_some()
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }
}

/// A place in a line.
pub(super) struct Ticket {
    place: u64,
    turn: Arc<Turn>,
}

impl Ticket {
    /// Sleeps until the turn comes; `false` if `until` passed first, or if `give_up` held when somebody
    /// [woke](Self::waker) the thread. `None`: without a limit.
    pub(super) fn wait(&self, until: Option<Instant>, give_up: impl Fn() -> bool) -> bool {
        while !self.turn.come.load(Ordering::Acquire) {
            if give_up() {
                return false;
            }
            match until.map(|until| until.saturating_duration_since(Instant::now())) {
                None => std::thread::park(),
                Some(Duration::ZERO) => return false,
                Some(left) => std::thread::park_timeout(left),
            }
        }
        true
    }

    /// The thread that waits, to have it look whether to give up.
    pub(super) fn waker(&self) -> Thread {
        self.turn.thread.clone()
    }
}

/// What one thread waits for.
pub(super) struct Turn {
    thread: Thread,
    come: AtomicBool,
}

impl Turn {
    /// Wakes the thread.
    pub(super) fn call(&self) {
        self.come.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_to_come_is_the_first_to_be_called() {
        let mut line = Line::default();
        let tickets = [line.join(), line.join(), line.join()];
        line.take(2).iter().for_each(|turn| turn.call());
        let past = Some(Instant::now());
        assert_eq!(tickets.each_ref().map(|ticket| ticket.wait(past, || false)), [true, true, false]);
    }

    #[test]
    fn who_leaves_is_not_called() {
        let mut line = Line::default();
        let (first, second) = (line.join(), line.join());
        assert!(line.leave(&first) && !line.leave(&first));
        assert_eq!(line.take(usize::MAX).len(), 1);
        assert!(!line.leave(&second));
    }
}
