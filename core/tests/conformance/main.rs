//! What `CPython`'s own tests of `threading` and `concurrent.futures` assert, said for Rust. Each test bears the number
//! of its row in the guide for Python programmers.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests are outside of the test functions that the lint spares"
)]

mod as_completed;
mod future;
mod lock;
mod map;
mod timer;
mod wait;

use linecrew_core::executor::{Executor, Task};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// Long enough that only a hang reaches it.
const HANG: Duration = Duration::from_mins(1);

fn pool(max_workers: usize) -> Executor {
    Executor::builder().max_workers(max_workers).build().unwrap()
}

/// Occupies a worker until the sender is used or dropped; returns once it runs.
fn block(executor: &Executor) -> (Task<()>, Sender<()>) {
    let (release, released) = mpsc::channel::<()>();
    let (started, running) = mpsc::channel();
    let task = executor.submit(move || {
        started.send(()).unwrap();
        let _ = released.recv();
    });
    running.recv_timeout(HANG).unwrap();
    (task, release)
}

/// A task that has ended.
fn ended<T: Send + 'static>(executor: &Executor, job: impl FnOnce() -> T + Send + 'static) -> Task<T> {
    let task = executor.submit(job);
    until(|| task.is_done());
    task
}

/// Returns once `condition` holds, which some other thread must bring about.
fn until(condition: impl Fn() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < HANG, "it never came about");
        thread::yield_now();
    }
}
