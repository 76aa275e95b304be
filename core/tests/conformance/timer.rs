//! `threading.Timer`: row 97, and what ours has besides.

use crate::{HANG, block, pool, until};
use linecrew_core::executor::{Pending, TaskError, TaskState, Timer, Wait};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Wake};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

const SOON: Duration = Duration::from_millis(20);
/// Longer than any test runs.
const FAR: Duration = Duration::from_hours(24);

fn assert_cancelled<T>(timer: Timer<T>) {
    assert!(matches!(timer.result(), Err(TaskError::Cancelled)));
}

/// A timer fires once, not before its delay, with its arguments, and can be joined.
#[test]
fn row_97_fires_once_after_the_delay() {
    let executor = pool(2);
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let (before, arguments) = (Instant::now(), (1, "r1"));
    let timer = executor.submit_after(SOON, move || {
        counted.fetch_add(1, Ordering::Relaxed);
        (arguments, Instant::now())
    });
    let (seen, at) = timer.result().unwrap();
    assert_eq!(seen, arguments);
    assert!(at - before >= SOON);
    executor.shutdown(Pending::Finish, Wait::Yes);
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

/// A timer cancelled before it fires never runs, and lets go of what it captured.
#[test]
fn row_97_cancelled_before_never_runs() {
    let executor = pool(1);
    let (sender, runs) = mpsc::channel::<()>();
    let timer = executor.submit_after(FAR, move || sender.send(()).unwrap());
    assert!(timer.cancel() && timer.cancel() && timer.is_cancelled());
    assert_eq!(runs.recv_timeout(HANG), Err(RecvTimeoutError::Disconnected));
    assert_cancelled(timer);
}

/// What one timer does to its arguments no other sees.
#[test]
fn row_97_arguments_are_not_shared() {
    let executor = pool(2);
    let arguments = vec!["show version"];
    let append = || {
        let mut own = arguments.clone();
        move || {
            own.push("exit");
            own
        }
    };
    let timers = [executor.submit_after(SOON, append()), executor.submit_after(SOON, append())];
    for timer in timers {
        assert_eq!(timer.result().unwrap(), ["show version", "exit"]);
    }
}

/// The other side of row 97's cancel: a timer that fired can be cancelled until its task starts, and then not.
#[test]
fn cancel_holds_until_the_task_starts() {
    let executor = pool(1);
    let (blocked, release) = block(&executor);
    let queued = executor.submit_after(Duration::ZERO, || ());
    // All timers share a thread, so this one fires after it.
    pool(1).submit_after(Duration::ZERO, || ()).result().unwrap();
    assert!(!queued.rearm(Duration::ZERO) && queued.cancel());
    drop(release);
    blocked.result().unwrap();
    let gate = Arc::new(Barrier::new(2));
    let (inside, mut running) = {
        let gate = Arc::clone(&gate);
        let (sender, inside) = mpsc::channel();
        let running = executor.submit_after(Duration::ZERO, move || {
            sender.send(()).unwrap();
            gate.wait();
        });
        (inside, running)
    };
    inside.recv_timeout(HANG).unwrap();
    assert!(!running.cancel());
    assert!(matches!(running.result_timeout(Duration::ZERO), Err(TaskError::TimedOut)));
    gate.wait();
    running.result().unwrap();
}

#[test]
fn rearm_moves_a_timer_until_it_fired_or_was_cancelled() {
    let executor = pool(1);
    let timer = executor.submit_after(FAR, || ());
    assert!(timer.rearm(2 * FAR) && timer.rearm(Duration::MAX));
    assert_eq!(timer.state(), TaskState::Pending);
    assert!(timer.rearm(Duration::ZERO));
    until(|| timer.is_done());
    assert!(!timer.rearm(Duration::ZERO));
    let cancelled = executor.submit_after(FAR, || ());
    cancelled.cancel();
    assert!(!cancelled.rearm(Duration::ZERO));
}

/// On one worker: nothing but the waiting job could run it, and it must not do so before its time.
#[test]
fn a_job_can_wait_for_a_timer_of_its_own_pool() {
    let executor = pool(1);
    let handle = executor.handle();
    let task = executor.submit(move || {
        let before = Instant::now();
        let timer = handle.submit_after(SOON, Instant::now);
        timer.result().unwrap() - before
    });
    assert!(task.result().unwrap() >= SOON);
}

#[test]
fn a_panic_is_the_timers_error() {
    let executor = pool(1);
    let error = executor.submit_after(Duration::ZERO, || panic!("no route")).result().unwrap_err();
    assert_eq!(error.to_string(), "the task panicked: no route");
}

#[test]
fn a_dropped_handle_leaves_the_timer_armed() {
    let executor = pool(1);
    let (sender, runs) = mpsc::channel();
    drop(executor.submit_after(Duration::ZERO, move || sender.send(()).unwrap()));
    runs.recv_timeout(HANG).unwrap();
}

#[test]
fn a_shutdown_cancels_what_has_not_fired_and_tells_those_who_wait() {
    for pending in [Pending::Finish, Pending::Cancel] {
        let executor = pool(1);
        let timer = executor.submit_after(FAR, || ());
        let waiter = thread::spawn(move || assert_cancelled(timer));
        let idle = executor.submit_after(FAR, || ());
        executor.shutdown(pending, Wait::Yes);
        waiter.join().unwrap();
        assert_cancelled(idle);
    }
}

#[test]
fn dropping_the_executor_cancels_what_has_not_fired() {
    let executor = pool(1);
    let timer = executor.submit_after(FAR, || ());
    drop(executor);
    assert_cancelled(timer);
}

#[test]
fn after_a_shutdown_no_timer_is_taken() {
    let executor = pool(1);
    executor.shutdown(Pending::Finish, Wait::Yes);
    let timer = executor.submit_after(Duration::ZERO, || ());
    assert!(matches!(timer.result(), Err(TaskError::ShutDown)));
}

#[test]
fn shutting_down_while_timers_fire_leaves_none_without_an_end() {
    for _ in 0..50 {
        let executor = pool(2);
        let timers: Vec<_> =
            (0..50).map(|n| executor.submit_after(Duration::from_micros(n), || ())).collect();
        executor.shutdown(Pending::Finish, Wait::Yes);
        for timer in timers {
            assert!(timer.is_done());
            assert!(matches!(timer.result(), Ok(()) | Err(TaskError::Cancelled)));
        }
    }
}

#[test]
fn a_timer_can_be_awaited() {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let executor = pool(1);
    let mut timer = Box::pin(executor.submit_after(SOON, || 7));
    let waker = Arc::new(Unpark(thread::current())).into();
    let value = loop {
        match timer.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => break value,
            Poll::Pending => thread::park(),
        }
    };
    assert_eq!(value.unwrap(), 7);
}

#[test]
fn ten_thousand_timers_need_one_thread() {
    let executor = pool(2);
    let timers: Vec<_> = (0..10_000).map(|n| executor.submit_after(FAR, move || n)).collect();
    // A worker that a timer of another test has just started still has that thread's name.
    #[cfg(target_os = "linux")]
    until(|| threads_named("linecrew-timer") == 1);
    assert!(timers.iter().all(|timer| timer.rearm(SOON)));
    let sum: u64 = timers.into_iter().map(|timer| timer.result().unwrap()).sum();
    assert_eq!(sum, 9_999 * 10_000 / 2);
}

#[cfg(target_os = "linux")]
fn threads_named(name: &str) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).ok());
    names.filter(|found| found.trim_end() == name).count()
}
