//! What the executor's tests share.
#![allow(dead_code, reason = "not every test program uses all of it")]

use linecrew_core::executor::{Executor, Task};
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

/// Long enough that only a hang reaches it.
pub(crate) const HANG: Duration = Duration::from_mins(1);

pub(crate) fn pool(max_workers: usize) -> Executor {
    Executor::builder().max_workers(max_workers).build().unwrap()
}

/// Occupies a worker until the sender is used or dropped; returns once it runs.
pub(crate) fn block(executor: &Executor) -> (Task<()>, Sender<()>) {
    let (release, released) = mpsc::channel::<()>();
    let (started, running) = mpsc::channel();
    let task = executor.submit(move || {
        started.send(()).unwrap();
        let _ = released.recv();
    });
    running.recv_timeout(HANG).unwrap();
    (task, release)
}
