//! `as_completed`: each once as it ends, timeouts, and what it keeps.

use super::{HANG, block, ended, pool};
use linecrew_core::executor::{Unfinished, as_completed};
use std::sync::Arc;
use std::time::Duration;

/// Cancelled, failed, finished, and pending tasks are given, each once, as they end.
#[test]
fn row_75_no_timeout() {
    let executor = pool(2);
    let (first, release_first) = block(&executor);
    let (second, release_second) = block(&executor);
    let cancelled = executor.submit(|| ());
    cancelled.cancel();
    let pending = executor.submit(|| ());
    drop(release_second);
    let failed = ended(&executor, || panic!("no route"));
    let tasks = [("first", first), ("second", second), ("cancelled", cancelled), ("failed", failed)];
    let mut completed = as_completed(tasks.into_iter().chain([("pending", pending)]));
    let mut before: Vec<_> = completed.by_ref().take(4).map(|(key, _)| key).collect();
    before.sort_unstable();
    assert_eq!(before, ["cancelled", "failed", "pending", "second"]);
    drop(release_first);
    assert_eq!(completed.len(), 1);
    assert_eq!(completed.next().unwrap().0, "first");
    assert!(completed.next().is_none() && completed.next().is_none());
}

/// What has finished comes first, then one timeout, then nothing any more, whatever ends later.
#[test]
fn row_76_timeout() {
    let executor = pool(2);
    let (running, release) = block(&executor);
    let mut tasks = vec![("running", running)];
    for timeout in [Duration::ZERO, Duration::from_millis(100)] {
        tasks.push(("done", ended(&executor, || ())));
        let mut completed = as_completed(tasks).timeout(timeout);
        assert_eq!(completed.next().unwrap().unwrap().0, "done");
        assert_eq!(completed.next().unwrap().unwrap_err(), Unfinished { unfinished: 1, total: 2 });
        assert!(completed.next().is_none() && completed.next().is_none());
        tasks = completed.into_unfinished();
        assert_eq!(tasks.len(), 1);
    }
    let mut completed = as_completed(tasks).timeout(Duration::ZERO);
    assert!(completed.next().unwrap().is_err());
    drop(release);
    drop(executor);
    assert!(completed.next().is_none());
    let (key, mut running) = completed.into_unfinished().remove(0);
    running.result_timeout(HANG).unwrap();
    assert_eq!(key, "running");
}

/// The iterator keeps nothing of a task that it has given.
#[test]
fn row_78_no_task_is_kept() {
    let executor = pool(1);
    let values: Vec<_> = (0..3).map(|_| Arc::new(())).collect();
    let submit = |value: &Arc<()>| {
        let value = Arc::clone(value);
        executor.submit(move || value)
    };
    let mut completed = as_completed(values.iter().map(submit).collect::<Vec<_>>());
    let mut timed = as_completed(values.iter().map(submit).collect::<Vec<_>>()).timeout(HANG);
    // One worker: they end in the order in which they were submitted.
    for value in &values {
        drop(completed.next());
        timed.next().unwrap().unwrap().result().unwrap();
        assert_eq!(Arc::strong_count(value), 1);
    }
}

/// The error tells how many of how many are unfinished.
#[test]
fn row_79_timeout_message() {
    let executor = pool(1);
    let done = [ended(&executor, || ()), ended(&executor, || ())];
    let (running, release) = block(&executor);
    let tasks = done.into_iter().chain([running, executor.submit(|| ())]);
    let error = as_completed(tasks).timeout(Duration::ZERO).nth(2).unwrap().unwrap_err();
    assert_eq!(error.to_string(), "2 (of 4) tasks unfinished");
    drop(release);
}
