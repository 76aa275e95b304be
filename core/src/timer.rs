//! What must happen at a given moment: one thread for the whole process, started when it is first needed.
//!
//! It sleeps until the next alarm is due, for ever where none is armed. Timers by the thousand so cost neither a
//! thread each nor a look at the clock in between.

use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

static QUEUE: Mutex<Queue> = Mutex::new(Queue::new());
/// The first alarm of the queue is another one.
static CHANGED: Condvar = Condvar::new();

/// Calls `action` at `when`, at once if that is past, on the timer thread: it must not block. An error if the thread
/// is not running yet and the system refuses it.
pub(crate) fn at(when: Instant, action: impl FnOnce() + Send + 'static) -> io::Result<Alarm> {
    let mut queue = queue();
    if !queue.started {
        thread::Builder::new().name("linecrew-timer".to_owned()).spawn(run)?;
        queue.started = true;
    }
    let key = queue.insert(when, Box::new(action));
    queue.tell_if_first(key);
    Ok(Alarm { key })
}

/// An armed action. Dropping it takes the action back, unless the timer thread has begun with it.
#[derive(Debug)]
#[must_use = "the action is taken back when this is dropped"]
pub(crate) struct Alarm {
    key: Key,
}

impl Alarm {
    /// The moment at which it goes off.
    pub(crate) fn when(&self) -> Instant {
        self.key.0
    }

    /// Moves it to another moment; `false` if it has gone off.
    pub(crate) fn rearm(&mut self, when: Instant) -> bool {
        let mut queue = queue();
        let Some(action) = queue.due.remove(&self.key) else { return false };
        self.key = queue.insert(when, action);
        queue.tell_if_first(self.key);
        true
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        let action = queue().due.remove(&self.key);
        // Dropped outside the lock: what the action owns may hold an alarm too.
        drop(action);
    }
}

type Action = Box<dyn FnOnce() + Send>;
/// The number keeps alarms of the same moment apart, and in the order in which they were armed.
type Key = (Instant, u64);

struct Queue {
    started: bool,
    next: u64,
    due: BTreeMap<Key, Action>,
}

impl Queue {
    const fn new() -> Self {
        Self { started: false, next: 0, due: BTreeMap::new() }
    }

    fn insert(&mut self, when: Instant, action: Action) -> Key {
        let key = (when, self.next);
        self.next += 1;
        self.due.insert(key, action);
        key
    }

    fn first(&self) -> Option<Key> {
        self.due.first_key_value().map(|(key, _)| *key)
    }

    fn pop_due(&mut self, now: Instant) -> Option<Action> {
        let due = self.first().is_some_and(|(when, _)| when <= now);
        due.then(|| self.due.pop_first()).flatten().map(|(_, action)| action)
    }

    fn tell_if_first(&self, key: Key) {
        if self.first() == Some(key) {
            CHANGED.notify_one();
        }
    }
}

fn queue() -> MutexGuard<'static, Queue> {
    // No action runs under the lock, so a poisoned queue is still whole.
    QUEUE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The body of the timer thread. It never ends; the process does not wait for it.
fn run() {
    let mut waiting = queue();
    loop {
        if let Some(action) = waiting.pop_due(Instant::now()) {
            drop(waiting);
            // The panic hook has told of it; the other alarms must go off all the same.
            drop(catch_unwind(AssertUnwindSafe(action)));
            waiting = queue();
        } else {
            waiting = sleep(waiting);
        }
    }
}

/// Sleeps until the first alarm is due or another one becomes the first.
fn sleep(queue: MutexGuard<'static, Queue>) -> MutexGuard<'static, Queue> {
    let Some((when, _)) = queue.first() else {
        return CHANGED.wait(queue).unwrap_or_else(PoisonError::into_inner);
    };
    let left = when.saturating_duration_since(Instant::now());
    CHANGED.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    const HANG: Duration = Duration::from_mins(1);

    #[test]
    fn alarms_go_off_by_time_and_then_in_the_order_of_arming() {
        let (sender, order) = mpsc::channel();
        let now = Instant::now();
        let mut queue = Queue::new();
        for (wait, name) in [(2, 'c'), (1, 'a'), (1, 'b'), (3, 'd')] {
            let sender = sender.clone();
            queue.insert(now + Duration::from_secs(wait), Box::new(move || sender.send(name).unwrap()));
        }
        let later = now + Duration::from_secs(2);
        std::iter::from_fn(|| queue.pop_due(later)).for_each(|action| action());
        assert_eq!(order.try_iter().collect::<String>(), "abc");
        assert_eq!(queue.first().map(|(when, _)| when), Some(now + Duration::from_secs(3)));
    }

    #[test]
    fn an_alarm_of_the_past_goes_off_at_once() {
        let (sender, fired) = mpsc::channel();
        let _alarm = at(Instant::now(), move || sender.send(()).unwrap()).unwrap();
        fired.recv_timeout(HANG).unwrap();
    }

    #[test]
    fn an_alarm_waits_for_its_moment() {
        let (sender, fired) = mpsc::channel();
        let when = Instant::now() + Duration::from_millis(20);
        let _alarm = at(when, move || sender.send(Instant::now()).unwrap()).unwrap();
        assert!(fired.recv_timeout(HANG).unwrap() >= when);
    }

    #[test]
    fn a_dropped_alarm_drops_its_action() {
        let (sender, fired) = mpsc::channel::<()>();
        let alarm = at(Instant::now() + HANG, move || sender.send(()).unwrap()).unwrap();
        drop(alarm);
        assert_eq!(fired.recv_timeout(HANG), Err(mpsc::RecvTimeoutError::Disconnected));
    }

    #[test]
    fn an_alarm_can_be_moved_until_it_has_gone_off() {
        let (sender, fired) = mpsc::channel();
        let mut alarm = at(Instant::now() + 60 * HANG, move || sender.send(()).unwrap()).unwrap();
        assert!(alarm.rearm(Instant::now()));
        fired.recv_timeout(HANG).unwrap();
        assert!(!alarm.rearm(Instant::now()));
    }

    #[test]
    fn a_panic_in_one_alarm_leaves_the_others_alone() {
        let (sender, fired) = mpsc::channel();
        let now = Instant::now();
        let _bad = at(now, || panic!("an alarm that fails")).unwrap();
        let _good = at(now, move || sender.send(()).unwrap()).unwrap();
        fired.recv_timeout(HANG).unwrap();
    }
}
