//! What `CPython`'s own tests of `threading` and `concurrent.futures` assert, said for Rust. Each test bears the number
//! of its row in the guide for Python programmers.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests are outside of the test functions that the lint spares"
)]

mod as_completed;
#[path = "../common/mod.rs"]
mod common;
mod executor;
mod future;
mod initializer;
mod lock;
mod map;
mod shutdown;
mod thread;
mod timer;
mod wait;

use common::{HANG, block, pool};
use linecrew_core::executor::{Executor, Task};
use std::cell::Cell;
use std::process::{Command, Output};
use std::sync::mpsc::Sender;
use std::time::Instant;

fn thread_name() -> String {
    std::thread::current().name().unwrap().to_owned()
}

/// Has the sender used when the calling thread has ended.
fn tell_end(ended: &Sender<()>) {
    struct Teller(Sender<()>);
    impl Drop for Teller {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }
    thread_local!(static TELLER: Cell<Option<Teller>> = const { Cell::new(None) });
    let teller = TELLER.take().unwrap_or_else(|| Teller(ended.clone()));
    TELLER.set(Some(teller));
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
        std::thread::yield_now();
    }
}

/// Runs `body` in a process of its own, for what is global to one: a child that runs the test `name` alone. In the
/// parent it gives what the child printed, once `body` has passed there; in the child it gives nothing.
fn own_process(name: &str, body: impl FnOnce()) -> Option<Output> {
    const CHILD: &str = "CONFORMANCE_OWN_PROCESS";
    if std::env::var_os(CHILD).is_some() {
        std::thread::spawn(|| {
            std::thread::sleep(HANG);
            std::process::exit(124);
        });
        body();
        return None;
    }
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([name, "--exact", "--nocapture"]).env(CHILD, "1").env("RUST_BACKTRACE", "0");
    let output = child.output().unwrap();
    let passed = String::from_utf8_lossy(&output.stdout).contains("test result: ok. 1 passed");
    assert!(output.status.success() && passed, "{name} in its own process: {output:#?}");
    Some(output)
}
