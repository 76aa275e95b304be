//! `map`: order, errors, timeout, and what it takes ahead.

use super::{HANG, block, pool};
use linecrew_core::executor::{Pending, TaskError, Wait, zip};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// Each buffersize that may matter to `count` inputs.
fn buffersizes(count: usize) -> [usize; 4] {
    [1, 2, count, 2 * count]
}

/// The results are those of the sequential map over the zipped inputs, in their order.
#[test]
fn row_03_map_over_two_iterables() {
    let powers = pool(4).map(|(base, exponent): (u64, u32)| base.pow(exponent), zip((0..10, 0..10)));
    let expected: Vec<_> = (0..10).zip(0..10).map(|(base, exponent)| u64::pow(base, exponent)).collect();
    assert_eq!(powers.map(Result::unwrap).collect::<Vec<_>>(), expected);
}

/// Of several iterables the shortest ends the map.
#[test]
fn row_04_the_shortest_ends_it() {
    let executor = pool(2);
    let sums = executor.map(|(a, b, c)| a + b + c, zip((0..100, [10, 20], 0..)));
    assert_eq!(sums.map(Result::unwrap).collect::<Vec<_>>(), [10, 22]);
    assert_eq!(executor.map(|(a, b): (u8, u8)| a + b, zip((0..100, []))).count(), 0);
}

/// An error comes at its own place, after the results before it.
#[test]
fn row_05_an_error_at_its_own_place() {
    let results: Vec<_> = pool(2).map(|n| 10 / n, [5, 0, 2]).map(Result::ok).collect();
    assert_eq!(results, [Some(2), None, Some(5)]);
}

/// Results that are there come first, then one timeout.
#[test]
fn row_06_finished_results_then_the_timeout() {
    let executor = pool(1);
    let (release, released) = mpsc::channel::<()>();
    let (started, running) = mpsc::channel();
    let channels = std::sync::Mutex::new((started, released));
    let job = move |n| {
        if n == 2 {
            let (started, released) = &*channels.lock().unwrap();
            started.send(()).unwrap();
            assert!(released.recv().is_err());
        }
        n
    };
    let mut results = executor.map(job, 0..5).timeout(Duration::ZERO);
    // The only worker has the third, so the first two have ended.
    running.recv_timeout(HANG).unwrap();
    assert_eq!(results.next().unwrap().unwrap(), 0);
    assert_eq!(results.next().unwrap().unwrap(), 1);
    assert!(matches!(results.next(), Some(Err(TaskError::TimedOut))));
    drop(release);
}

/// A job's own timeout is its value: it is not taken for the map's, and later items still come.
#[test]
fn row_07_a_jobs_own_timeout() {
    let job = |n| if n == 0 { Err(TaskError::TimedOut) } else { Ok(n) };
    let mut results = pool(2).map(job, 0..3).timeout(HANG);
    assert!(matches!(results.next(), Some(Ok(Err(TaskError::TimedOut)))));
    assert!(matches!(results.next(), Some(Ok(Ok(1)))));
    assert!(matches!(results.next(), Some(Ok(Ok(2)))));
    assert!(results.next().is_none());
}

/// After its timeout the map is exhausted for ever, whatever ends later.
#[test]
fn row_08_exhausted_after_the_timeout() {
    let executor = pool(1);
    let (running, release) = block(&executor);
    let mut results = executor.map(|n| n, 0..3).timeout(Duration::ZERO);
    let mut buffered = executor.map_buffered(|n| n, 0.., 3).unwrap().timeout(Duration::ZERO);
    assert!(matches!(results.next(), Some(Err(TaskError::TimedOut))));
    assert!(matches!(buffered.next(), Some(Err(TaskError::TimedOut))));
    drop(release);
    running.result().unwrap();
    executor.shutdown(Pending::Finish, Wait::Yes);
    for _ in 0..2 {
        assert!(results.next().is_none() && buffered.next().is_none());
    }
    assert_eq!((results.size_hint(), buffered.size_hint()), ((0, Some(0)), (0, Some(0))));
}

/// A timeout cancels the item waited for and all others that have not started, and so does a drop.
#[test]
fn row_09_timeout_and_drop_cancel_what_has_not_started() {
    let executor = pool(1);
    let (running, release) = block(&executor);
    let count = Arc::new(AtomicUsize::new(0));
    let job = || {
        let counter = Arc::clone(&count);
        move |_| counter.fetch_add(1, Ordering::SeqCst)
    };
    let mut timed = executor.map(job(), 0..100).timeout(Duration::ZERO);
    let mut buffered = executor.map_buffered(job(), 0.., 100).unwrap().timeout(Duration::ZERO);
    assert!(timed.next().unwrap().is_err() && buffered.next().unwrap().is_err());
    drop(executor.map(job(), 0..100));
    drop(executor.map_buffered(job(), 0.., 100));
    drop(release);
    running.result().unwrap();
    drop(executor);
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

/// All is submitted at once: everything runs though nobody reads.
#[test]
fn row_10_submits_without_iteration() {
    let executor = pool(2);
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let results = executor.map(move |_| counter.fetch_add(1, Ordering::SeqCst), 0..100);
    executor.shutdown(Pending::Finish, Wait::Yes);
    assert_eq!((count.load(Ordering::SeqCst), results.count()), (100, 100));
}

/// A buffersize of 0 is refused, before any input is taken.
#[test]
fn row_11_buffersize_zero() {
    let inputs = std::iter::from_fn(|| -> Option<u8> { panic!("an input was taken") });
    let error = pool(1).map_buffered(|n| n, inputs, 0).unwrap_err();
    assert_eq!(error.to_string(), "buffersize must be at least 1, not 0");
}

/// The results are right and in order with a buffersize of 1, 2, n and 2n.
#[test]
fn row_12_buffersize() {
    let executor = pool(3);
    for buffersize in buffersizes(10) {
        let results = executor.map_buffered(|n: u32| n * n, 0..10, buffersize).unwrap();
        let expected: Vec<_> = (0..10).map(|n| n * n).collect();
        assert_eq!(results.map(Result::unwrap).collect::<Vec<_>>(), expected, "{buffersize}");
    }
}

/// The same with two iterables.
#[test]
fn row_13_buffersize_on_multiple_iterables() {
    let executor = pool(3);
    for buffersize in buffersizes(10) {
        let inputs = zip((0..10, 100..));
        let results = executor.map_buffered(|(a, b): (u32, u32)| a * b, inputs, buffersize).unwrap();
        let expected: Vec<_> = (0..10).zip(100..).map(|(a, b)| a * b).collect();
        assert_eq!(results.map(Result::unwrap).collect::<Vec<_>>(), expected, "{buffersize}");
    }
}

/// An endless iterable works.
#[test]
fn row_14_buffersize_on_endless_iterable() {
    let executor = pool(2);
    let mut results = executor.map_buffered(|n: u64| n, 0.., 2).unwrap();
    for n in 0..1000 {
        assert_eq!(results.next().unwrap().unwrap(), n);
    }
}

/// No input gives no result, and starts no thread.
#[test]
fn row_15_buffersize_on_empty_iterable() {
    let executor = pool(2);
    let mut results = executor.map_buffered(|n: u8| n, [], 2).unwrap();
    assert!(results.next().is_none() && results.next().is_none());
    let handle = format!("{:?}", executor.handle());
    assert!(handle.contains("workers: 0,"), "{handle}");
}

/// `buffersize` inputs are taken before the first `next`, never one more than that ahead of the results read; and
/// never are more than `buffersize` tasks unfinished (cpython#131466).
#[test]
fn row_16_never_more_than_buffersize_ahead() {
    for buffersize in buffersizes(10) {
        let executor = pool(4);
        let (taken, finished) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (taking, finishing) = (Arc::clone(&taken), Arc::clone(&finished));
        let inputs = (0..).inspect(|_| {
            let unfinished = taking.fetch_add(1, Ordering::SeqCst) + 1 - finished.load(Ordering::SeqCst);
            assert!(unfinished <= buffersize, "{unfinished} > {buffersize}");
        });
        let job = move |_: u32| finishing.fetch_add(1, Ordering::SeqCst);
        let mut results = executor.map_buffered(job, inputs, buffersize).unwrap();
        for given in 0..50 {
            assert_eq!(taken.load(Ordering::SeqCst), given + buffersize);
            results.next().unwrap().unwrap();
        }
    }
}

/// What a task captured is dropped before its result is there.
#[test]
fn row_17_no_stale_references() {
    let executor = pool(1);
    let held = Arc::new(());
    let capture = Arc::clone(&held);
    executor.submit(move || drop(Arc::clone(&capture))).result().unwrap();
    assert_eq!(Arc::strong_count(&held), 1);
    let mut results = executor.map(|input| drop(Arc::clone(&input)), [Arc::clone(&held)]);
    results.next().unwrap().unwrap();
    assert_eq!(Arc::strong_count(&held), 1);
}

/// The iterator keeps no result that it has given.
#[test]
fn row_18_no_result_is_kept() {
    let executor = pool(1);
    let inputs: Vec<_> = (0..3).map(|_| Arc::new(())).collect();
    let mut at_once = executor.map(|input| input, inputs.clone());
    let mut buffered = executor.map_buffered(|input| input, inputs.clone(), 2).unwrap();
    for input in &inputs {
        drop(at_once.next().unwrap().unwrap());
        drop(buffered.next().unwrap().unwrap());
        assert_eq!(Arc::strong_count(input), 1);
    }
}
