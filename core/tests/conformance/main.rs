//! What `CPython`'s own tests of `threading` and `concurrent.futures` assert, said for Rust. Each test bears the number
//! of its row in the guide for Python programmers.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests are outside of the test functions that the lint spares"
)]

mod future;

use linecrew_core::executor::{Executor, Task};
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

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
