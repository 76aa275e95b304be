//! Rows 25 to 28: what each worker runs first, and what becomes of the pool when that panics.

use super::{HANG, block, own_process, thread_name};
use linecrew_core::executor::{Executor, Task, TaskError, as_completed};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::time::Duration;

/// A pool whose `healthy` first workers are initialized, and all others not.
fn frail(max_workers: usize, prefix: &str, healthy: usize) -> Executor {
    let started = AtomicUsize::new(0);
    let initializer = move || {
        assert!(started.fetch_add(1, Ordering::SeqCst) < healthy, "no licence");
    };
    Executor::builder()
        .max_workers(max_workers)
        .thread_name_prefix(prefix)
        .initializer(initializer)
        .build()
        .unwrap()
}

#[track_caller]
fn assert_broken<T: std::fmt::Debug>(mut task: Task<T>, worker: &str) {
    let error = task.result_timeout(HANG).unwrap_err();
    let TaskError::BrokenPool(broken) = &error else { panic!("{error}") };
    assert_eq!((broken.worker(), broken.message()), (worker, "no licence"));
}

/// The initializer has run once in each worker before its first task.
#[test]
fn row_25_initializer() {
    thread_local!(static READY: Cell<u32> = const { Cell::new(0) });
    let executor =
        Executor::builder().max_workers(3).initializer(|| READY.set(READY.get() + 1)).build().unwrap();
    for _ in 0..20 {
        let all = Arc::new(Barrier::new(3));
        let meet = |_| {
            let all = Arc::clone(&all);
            executor.submit(move || {
                all.wait();
                READY.get()
            })
        };
        let ready: Vec<_> = (0..3).map(meet).collect();
        assert!(ready.into_iter().all(|task| task.result().unwrap() == 1));
    }
}

/// One task starts one worker, however long that worker's initializer takes.
#[test]
fn row_25_initializer_that_takes_long() {
    let (sender, initializing) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let initializer = move || {
        sender.send(thread_name()).unwrap();
        let _ = released.lock().unwrap().recv();
    };
    let executor = Executor::builder()
        .max_workers(8)
        .thread_name_prefix("slow")
        .initializer(initializer)
        .build()
        .unwrap();
    let mut task = executor.submit(|| 5);
    assert_eq!(initializing.recv_timeout(HANG).unwrap(), "slow_0");
    let stats = executor.stats();
    assert_eq!((stats.workers, stats.running, stats.idle, stats.queued), (1, 0, 0, 1));
    drop(release);
    assert_eq!(task.result_timeout(HANG).unwrap(), 5);
    assert!(initializing.try_recv().is_err());
}

/// A worker in its initializer holds no task up that another can run.
#[test]
fn row_25_initializer_that_blocks_holds_up_no_task() {
    let (stuck, stucks) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let (released, first) = (Mutex::new(released), AtomicUsize::new(0));
    let initializer = move || {
        if first.fetch_add(1, Ordering::SeqCst) > 0 {
            stuck.send(()).unwrap();
            let _ = released.lock().unwrap().recv();
        }
    };
    let executor = Executor::builder().max_workers(2).initializer(initializer).build().unwrap();
    let (busy, release_busy) = block(&executor);
    let mut second = executor.submit(|| ());
    stucks.recv_timeout(HANG).unwrap();
    drop(release_busy);
    busy.result().unwrap();
    second.result_timeout(HANG).unwrap();
    for n in 0..1000 {
        assert_eq!(executor.submit(move || n).result_timeout(HANG).unwrap(), n);
    }
    drop(release);
}

/// A panicking initializer: what is pending fails, and whoever waits for it is told.
#[test]
fn row_26_failing_initializer_fails_pending() {
    let executor = frail(2, "row26", 1);
    let (running, release) = block(&executor);
    let tasks: Vec<_> = (0..20).map(|_| executor.submit(|| ())).collect();
    assert_eq!(as_completed(tasks).map(|task| assert_broken(task, "row26_1")).count(), 20);
    assert!(running.is_running());
    drop(release);
    running.result().unwrap();
}

/// The first worker of all.
#[test]
fn row_26_failing_initializer_of_the_only_worker() {
    for _ in 0..50 {
        let executor = frail(1, "row26-only", 0);
        let tasks: Vec<_> = (0..5).map(|_| executor.submit(|| ())).collect();
        for task in tasks {
            assert_broken(task, "row26-only_0");
        }
    }
}

/// A job that waits for a task of the pool is told as well.
#[test]
fn row_26_failing_initializer_and_a_job_that_waits() {
    let executor = frail(2, "row26-nested", 1);
    let handle = executor.handle();
    let parent = executor.submit(move || {
        let children: Vec<_> = (0..3).map(|_| handle.submit(|| ())).collect();
        while !children.iter().all(Task::is_done) {
            std::thread::yield_now();
        }
        for child in children {
            assert_broken(child, "row26-nested_1");
        }
        assert_broken(handle.submit(|| ()), "row26-nested_1");
    });
    parent.result().unwrap();
}

/// So is whoever waits for a timer.
#[test]
fn row_26_failing_initializer_and_timers() {
    let executor = frail(1, "row26-timer", 0);
    let armed = executor.submit_after(HANG, || ());
    assert_broken(executor.submit(|| ()), "row26-timer_0");
    let later = executor.submit_after(Duration::ZERO, || ());
    for timer in [armed, later] {
        assert!(matches!(timer.result(), Err(TaskError::BrokenPool(_))));
    }
}

/// Later submits fail, and the executor says why.
#[test]
fn row_27_failing_initializer_fails_later_submits() {
    let executor = frail(3, "row27", 0);
    assert_broken(executor.submit(|| ()), "row27_0");
    assert_broken(executor.submit(|| ()), "row27_0");
    assert_broken(executor.handle().submit(|| ()), "row27_0");
    let error = executor.submit(|| ()).result().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the task was not run: the initializer panicked in worker row27_0: no licence (build another executor)"
    );
    let shown = format!("{executor:?}");
    assert!(
        shown.contains(r#"broken: Some(BrokenPool { worker: "row27_0", message: "no licence" })"#),
        "{shown}"
    );
}

/// The initializer's panic is printed, with the worker's name.
#[test]
fn row_28_failing_initializer_is_logged() {
    let body = || assert_broken(frail(1, "row28", 0).submit(|| ()), "row28_0");
    let Some(output) = own_process("initializer::row_28_failing_initializer_is_logged", body) else { return };
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(log.contains("'row28_0'") && log.contains("no licence"), "{log}");
}
