//! Wakes tasks at a time, as exactly as the system wakes a thread. Tokio's timer counts whole milliseconds and rounds up
//! twice: a device that is to be 20 ms away was measured at 21.2.

use std::collections::BTreeMap;
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Instant;

/// One for all simulated devices of the process, with a thread of its own from its first use on.
static TIMER: LazyLock<Timer> = LazyLock::new(Timer::start);

/// An alarm clock of one task.
#[derive(Default)]
pub(crate) struct Alarm {
    set: Option<(Instant, Waker)>,
}

impl Alarm {
    /// Whether that time has come; if not, the task is woken then.
    pub(crate) fn poll_due(&mut self, due: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if due <= Instant::now() {
            self.set = None;
            return Poll::Ready(());
        }
        let is_set = self.set.as_ref().is_some_and(|(at, waker)| *at == due && waker.will_wake(cx.waker()));
        if !is_set {
            self.set = Some((due, cx.waker().clone()));
            TIMER.wake_at(due, cx.waker().clone());
        }
        Poll::Pending
    }
}

struct Timer {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    /// By their time, then in the order in which they came.
    wakers: BTreeMap<(Instant, u64), Waker>,
    count: u64,
}

impl Timer {
    fn start() -> Self {
        // Where no thread can be had the process cannot serve devices either.
        drop(thread::Builder::new().name("lab timer".to_owned()).spawn(|| TIMER.run()));
        Self { waiting: Mutex::default(), changed: Condvar::new() }
    }

    fn wake_at(&self, due: Instant, waker: Waker) {
        let mut waiting = self.lock();
        waiting.count += 1;
        let key = (due, waiting.count);
        waiting.wakers.insert(key, waker);
        let is_next = waiting.wakers.first_key_value().is_some_and(|(first, _)| *first == key);
        drop(waiting);
        if is_next {
            self.changed.notify_one();
        }
    }

    fn run(&self) {
        let mut waiting = self.lock();
        loop {
            let next = waiting.wakers.first_key_value().map(|((due, _), _)| *due);
            let left = next.map(|due| due.saturating_duration_since(Instant::now()));
            waiting = match left {
                None => self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner),
                Some(left) if !left.is_zero() => {
                    self.changed.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0
                }
                Some(_) => {
                    let due = waiting.take_due();
                    // Nobody waits for the lock while tasks are woken.
                    drop(waiting);
                    due.into_values().for_each(Waker::wake);
                    self.lock()
                }
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Whole entries go in and out, so a poisoned map is still good.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn take_due(&mut self) -> BTreeMap<(Instant, u64), Waker> {
        let later = self.wakers.split_off(&(Instant::now(), u64::MAX));
        std::mem::replace(&mut self.wakers, later)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use std::time::Duration;

    #[test]
    fn each_task_is_woken_and_none_before_its_time() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let start = Instant::now();
        let (told, woken) = std::sync::mpsc::channel();
        for milliseconds in [30, 10, 20, 10] {
            let (told, due) = (told.clone(), start + Duration::from_millis(milliseconds));
            runtime.spawn(async move {
                let mut alarm = Alarm::default();
                poll_fn(|cx| alarm.poll_due(due, cx)).await;
                told.send((milliseconds, Instant::now() >= due)).unwrap();
            });
        }
        drop(told);
        let woken: Vec<_> = woken.iter().collect();
        assert!(woken.iter().all(|(_, in_time)| *in_time), "{woken:?}");
        let mut order: Vec<_> = woken.iter().map(|(milliseconds, _)| *milliseconds).collect();
        order.sort_unstable();
        assert_eq!(order, [10, 10, 20, 30]);
    }

    #[test]
    fn a_time_that_is_past_has_come() {
        let mut cx = Context::from_waker(Waker::noop());
        assert!(Alarm::default().poll_due(Instant::now(), &mut cx).is_ready());
    }
}
