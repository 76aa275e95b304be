//! `wait`: for the first, the first failed, all, and with a timeout.

use super::{HANG, block, ended, pool};
use linecrew_core::executor::{Pending, ReturnWhen, Task, TaskError, Wait, Waited, as_completed, wait};
use std::sync::mpsc;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

/// The keys of both parts.
fn keys<K, T>(waited: Waited<(K, Task<T>)>) -> (Vec<K>, Vec<K>) {
    let keys = |tasks: Vec<(K, Task<T>)>| tasks.into_iter().map(|(key, _)| key).collect();
    (keys(waited.done), keys(waited.not_done))
}

/// Tasks that a shutdown cancels are told to whoever waits for them, in each way.
#[test]
fn row_32_a_shutdown_tells_of_what_it_cancels() {
    let executor = pool(1);
    let (running, release) = block(&executor);
    let submit = || (0..50).map(|n| executor.submit(move || n)).collect::<Vec<_>>();
    let (waited, completed, result) = (submit(), submit(), executor.submit(|| ()));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| wait(waited, ReturnWhen::AllCompleted, None));
        let completing = scope.spawn(|| as_completed(completed).filter(Task::is_cancelled).count());
        let reading = scope.spawn(|| result.result());
        executor.shutdown(Pending::Cancel, Wait::No);
        assert_eq!(waiting.join().unwrap().done.iter().filter(|task| task.is_cancelled()).count(), 50);
        assert_eq!(completing.join().unwrap(), 50);
        assert!(matches!(reading.join().unwrap(), Err(TaskError::Cancelled)));
    });
    drop(release);
    running.result().unwrap();
}

/// It returns as soon as one is done.
#[test]
fn row_67_first_completed() {
    let executor = pool(2);
    let (first, release_first) = block(&executor);
    let (second, release_second) = block(&executor);
    let waiting = std::thread::spawn(move || {
        wait([("first", first), ("second", second)], ReturnWhen::FirstCompleted, None)
    });
    drop(release_second);
    assert_eq!(keys(waiting.join().unwrap()), (vec!["second"], vec!["first"]));
    drop(release_first);
}

/// What is done already is returned at once, and only that.
#[test]
fn row_68_first_completed_some_already_completed() {
    let executor = pool(2);
    let (running, release) = block(&executor);
    let cancelled = executor.submit(|| ());
    cancelled.cancel();
    let tasks = [("cancelled", cancelled), ("running", running), ("done", ended(&executor, || ()))];
    let waited = wait(tasks, ReturnWhen::FirstCompleted, None);
    assert_eq!(keys(waited), (vec!["cancelled", "done"], vec!["running"]));
    drop(release);
}

/// It returns at the first error, with that and what was finished before.
#[test]
fn row_69_first_exception() {
    let executor = pool(2);
    let (running, release) = block(&executor);
    let (fail, failing) = mpsc::channel::<()>();
    let tasks = [
        ("done", ended(&executor, || ())),
        ("failing", executor.submit(move || failing.recv().unwrap())),
        ("running", running),
    ];
    let waiting = std::thread::spawn(move || wait(tasks, ReturnWhen::FirstException, None));
    drop(fail);
    assert_eq!(keys(waiting.join().unwrap()), (vec!["done", "failing"], vec!["running"]));
    drop(release);
}

/// A cancelled task is no failed one, nor is one that ended with a value.
#[test]
fn row_70_first_exception_some_already_complete() {
    let executor = pool(1);
    let done = ended(&executor, || ());
    let (running, release) = block(&executor);
    let (cancelled, pending) = (executor.submit(|| ()), executor.submit(|| panic!("no route")));
    cancelled.cancel();
    let tasks = [("done", done), ("cancelled", cancelled), ("running", running), ("pending", pending)];
    let waited = wait(tasks, ReturnWhen::FirstException, Some(Duration::ZERO));
    assert_eq!((waited.done.len(), waited.not_done.len()), (2, 2), "nothing has failed");
    let tasks = waited.done.into_iter().chain(waited.not_done);
    drop(release);
    let waited = wait(tasks, ReturnWhen::FirstException, None);
    assert_eq!(keys(waited), (vec!["done", "cancelled", "running", "pending"], vec![]));
}

/// One that failed before makes it return at once.
#[test]
fn row_71_first_exception_one_already_failed() {
    let executor = pool(2);
    let (running, release) = block(&executor);
    let tasks = [("running", running), ("failed", ended(&executor, || panic!("no route")))];
    assert_eq!(keys(wait(tasks, ReturnWhen::FirstException, None)), (vec!["failed"], vec!["running"]));
    drop(release);
}

/// All are done, finished, failed, and cancelled ones, in the order in which they came.
#[test]
fn row_72_all_completed() {
    let executor = pool(1);
    let (running, release) = block(&executor);
    let cancelled = executor.submit(|| ());
    cancelled.cancel();
    let failed = executor.submit(|| panic!("no route"));
    let tasks = [("running", running), ("cancelled", cancelled), ("failed", failed)];
    let waiting = std::thread::spawn(move || wait(tasks, ReturnWhen::AllCompleted, None));
    drop(release);
    assert_eq!(keys(waiting.join().unwrap()), (vec!["running", "cancelled", "failed"], vec![]));
    assert_eq!(keys(wait::<((), Task<()>)>([], ReturnWhen::AllCompleted, None)), (vec![], vec![]));
}

/// At the timeout, what has finished is done, and the rest is not.
#[test]
fn row_73_timeout() {
    let executor = pool(2);
    let (running, release) = block(&executor);
    let mut tasks = vec![("running", running), ("done", ended(&executor, || ()))];
    for timeout in [Duration::ZERO, Duration::from_millis(1)] {
        let waited = wait(tasks, ReturnWhen::AllCompleted, Some(timeout));
        assert_eq!((waited.done.len(), waited.not_done.len()), (1, 1));
        assert_eq!((waited.done[0].0, waited.not_done[0].0), ("done", "running"));
        tasks = waited.not_done.into_iter().chain(waited.done).collect();
    }
    drop(release);
    let waited = wait(tasks, ReturnWhen::AllCompleted, Some(HANG));
    assert_eq!(keys(waited), (vec!["running", "done"], vec![]));
}

/// A hundred tasks that are released together never leave a wait for all of them hanging.
#[test]
fn row_74_pending_calls_race() {
    let (sender, done) = mpsc::channel();
    std::thread::spawn(move || {
        let executor = pool(5);
        let until = Instant::now() + Duration::from_secs(1);
        while Instant::now() < until {
            let gate = Arc::new(RwLock::new(()));
            let closed = gate.write().unwrap();
            let pass = |_| {
                let gate = Arc::clone(&gate);
                executor.submit(move || drop(gate.read()))
            };
            let tasks: Vec<_> = (0..100).map(pass).collect();
            drop(closed);
            let waited = wait(tasks, ReturnWhen::AllCompleted, None);
            assert_eq!((waited.done.len(), waited.not_done.len()), (100, 0));
        }
        sender.send(()).unwrap();
    });
    done.recv_timeout(HANG).unwrap();
}
