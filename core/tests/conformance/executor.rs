//! Rows 19 to 24: the pool's size, and when threads start.

use super::{HANG, block, pool, thread_name};
use linecrew_core::executor::{Executor, Pending, Wait};
use std::collections::BTreeSet;
use std::sync::{Arc, Barrier, Mutex, mpsc};

/// A pool of none is an error.
#[test]
fn row_19_max_workers_negative() {
    let error = Executor::builder().max_workers(0).build().unwrap_err();
    assert_eq!(error.to_string(), "max_workers must be between 1 and 65535, not 0");
}

/// Default: the processor's cores and 4 more, at most 32.
#[test]
fn row_20_default_workers() {
    let cores = std::thread::available_parallelism().unwrap().get();
    assert_eq!(Executor::new().unwrap().max_workers(), (cores + 4).min(32));
}

/// 15 times as many blocking tasks as workers: as many threads as workers, and all tasks end.
#[test]
fn row_21_saturation() {
    let executor = pool(4);
    let (release, released) = mpsc::channel::<()>();
    let released = Arc::new(Mutex::new(released));
    let task = |_| {
        let released = Arc::clone(&released);
        executor.submit(move || {
            released.lock().unwrap().recv().unwrap();
            thread_name()
        })
    };
    let tasks: Vec<_> = (0..15 * 4).map(task).collect();
    assert_eq!(executor.stats().workers, 4);
    for _ in &tasks {
        release.send(()).unwrap();
    }
    let names: BTreeSet<_> = tasks.into_iter().map(|task| task.result().unwrap()).collect();
    assert!(names.len() <= 4, "{names:?}");
    assert_eq!(executor.stats().workers, 4);
}

/// One task after the other needs one thread.
#[test]
fn row_22_idle_thread_reuse() {
    let executor = pool(8);
    let names: BTreeSet<_> = (0..200).map(|_| executor.submit(thread_name).result().unwrap()).collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

/// As many tasks as workers that wait for each other all start.
#[test]
fn row_23_lost_capacity() {
    for _ in 0..20 {
        let executor = pool(16);
        let barrier = Arc::new(Barrier::new(16));
        let meet = |_| {
            let barrier = Arc::clone(&barrier);
            executor.submit(move || barrier.wait().is_leader())
        };
        let tasks: Vec<_> = (0..16).map(meet).collect();
        for task in tasks {
            task.result().unwrap();
        }
    }
}

/// The same beside a busy worker, while `max_workers` goes up and down.
#[test]
fn row_23_lost_capacity_warm() {
    let executor = pool(6);
    let (busy, release) = block(&executor);
    for round in 0..200 {
        executor.set_max_workers(3 + round % 4).unwrap();
        let barrier = Arc::new(Barrier::new(2 + round % 4));
        let meet = |_| {
            let barrier = Arc::clone(&barrier);
            executor.submit(move || barrier.wait().is_leader())
        };
        let tasks: Vec<_> = (0..2 + round % 4).map(meet).collect();
        for mut task in tasks {
            task.result_timeout(HANG).unwrap();
        }
    }
    drop(release);
    busy.result().unwrap();
}

/// A shutdown right after a map does not hang, and finishes the map.
#[test]
fn row_24_shutdown_race_issue12456() {
    for _ in 0..100 {
        let executor = pool(2);
        let results = executor.map(|n: u32| n + 1, 0..4);
        executor.shutdown(Pending::Finish, Wait::Yes);
        assert_eq!(results.map(Result::unwrap).sum::<u32>(), 10);
    }
}
