//! Rows 29 to 43: how a pool ends.

use super::{HANG, block, own_process, pool, tell_end, thread_name};
use linecrew_core::executor::{Executor, Pending, Task, TaskError, Wait, as_completed};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};

/// A submit after a shutdown is an error.
#[test]
fn row_29_run_after_shutdown() {
    let executor = pool(1);
    executor.shutdown(Pending::Finish, Wait::Yes);
    assert!(matches!(executor.submit(|| ()).result(), Err(TaskError::ShutDown)));
}

/// After a shutdown that waits, all results can be read.
#[test]
fn row_30_hang_issue12364() {
    let executor = pool(2);
    let tasks: Vec<_> = (0..50).map(|n| executor.submit(move || n)).collect();
    executor.shutdown(Pending::Finish, Wait::Yes);
    assert!(tasks.iter().all(Task::is_done));
    assert!(tasks.into_iter().enumerate().all(|(n, task)| task.result().unwrap() == n));
}

/// What is queued is cancelled, what runs is finished.
#[test]
fn row_31_cancel_futures() {
    let executor = pool(2);
    let running = [block(&executor), block(&executor)];
    let queued: Vec<_> = (0..50).map(|n| executor.submit(move || n)).collect();
    executor.shutdown(Pending::Cancel, Wait::No);
    assert!(queued.iter().all(Task::is_cancelled));
    for (task, release) in running {
        assert!(task.is_running());
        drop(release);
        task.result().unwrap();
    }
    executor.shutdown(Pending::Cancel, Wait::Yes);
}

/// Whoever waits for a task that a shutdown cancels is told at once.
#[test]
fn row_32_cancelled_by_shutdown_is_notified() {
    let executor = pool(1);
    let (running, release) = block(&executor);
    let tasks: Vec<_> = (0..50).map(|n| executor.submit(move || n)).collect();
    let single = executor.submit(|| ());
    std::thread::scope(|scope| {
        let watching = scope.spawn(move || as_completed(tasks).filter(Task::is_cancelled).count());
        let waiting = scope.spawn(move || single.result());
        executor.shutdown(Pending::Cancel, Wait::No);
        assert_eq!(watching.join().unwrap(), 50);
        assert!(matches!(waiting.join().unwrap(), Err(TaskError::Cancelled)));
    });
    assert!(running.is_running());
    drop(release);
    running.result().unwrap();
}

/// Without waiting, a shutdown returns while a task runs, which then ends.
#[test]
fn row_33_hang_gh83386() {
    let executor = pool(1);
    let (running, release) = block(&executor);
    executor.shutdown(Pending::Finish, Wait::No);
    drop(executor);
    assert!(running.is_running());
    drop(release);
    running.result().unwrap();
}

/// Submit, cancel, shutdown: no hang.
#[test]
fn row_34_hang_gh94440() {
    let executor = pool(1);
    for _ in 0..100 {
        executor.submit(|| ()).cancel();
    }
    let (running, release) = block(&executor);
    assert!(executor.submit(|| ()).cancel());
    drop(release);
    executor.shutdown(Pending::Finish, Wait::Yes);
    running.result().unwrap();
}

/// Cancels without waiting: the running task ends well, and the thread with it.
#[test]
fn row_35_cancel_futures_wait_false() {
    let executor = pool(1);
    let (ended, ends) = mpsc::channel();
    executor.submit(move || tell_end(&ended)).result().unwrap();
    let (running, release) = block(&executor);
    let queued = executor.submit(|| ());
    executor.shutdown(Pending::Cancel, Wait::No);
    drop(executor);
    assert!(queued.is_cancelled() && running.is_running());
    drop(release);
    running.result().unwrap();
    ends.recv_timeout(HANG).unwrap();
}

/// Three blocked tasks have three threads; a shutdown that waits has seen the end of them.
#[test]
fn row_36_threads_terminate() {
    let executor = pool(3);
    let (ended, ends) = mpsc::channel();
    let all = Arc::new(Barrier::new(4));
    for _ in 0..3 {
        let (all, ended) = (Arc::clone(&all), ended.clone());
        drop(executor.submit(move || {
            tell_end(&ended);
            all.wait();
        }));
    }
    all.wait();
    assert_eq!(executor.stats().workers, 3);
    executor.shutdown(Pending::Finish, Wait::Yes);
    assert_eq!((ends.try_iter().count(), executor.stats().workers), (3, 0));
}

/// Leaving the scope finishes what was submitted and waits for it.
#[test]
fn row_37_context_manager_shutdown() {
    let count = Arc::new(AtomicUsize::new(0));
    {
        let executor = pool(2);
        for _ in 0..100 {
            let count = Arc::clone(&count);
            drop(executor.submit(move || count.fetch_add(1, Ordering::SeqCst)));
        }
    }
    assert_eq!(count.load(Ordering::SeqCst), 100);
}

/// The handles of tasks outlive the executor and have their results.
#[test]
fn row_38_del_shutdown() {
    let executor = pool(2);
    let tasks: Vec<_> = (0..50).map(|n| executor.submit(move || n)).collect();
    let results = executor.map(|n: usize| n, 0..50);
    drop(executor);
    assert_eq!(tasks.into_iter().map(|task| task.result().unwrap()).sum::<usize>(), 49 * 50 / 2);
    assert_eq!(results.map(Result::unwrap).sum::<usize>(), 49 * 50 / 2);
}

/// Without waiting, what is queued is run all the same, and the threads end by themselves.
#[test]
fn row_39_shutdown_no_wait() {
    let executor = pool(2);
    let (ended, ends) = mpsc::channel();
    let (running, release) = block(&executor);
    let tell = |n| {
        let ended = ended.clone();
        executor.submit(move || {
            tell_end(&ended);
            n
        })
    };
    let tasks: Vec<_> = (0..50).map(tell).collect();
    executor.shutdown(Pending::Finish, Wait::No);
    drop((executor, release, ended));
    assert_eq!(tasks.into_iter().map(|task| task.result().unwrap()).sum::<usize>(), 49 * 50 / 2);
    running.result().unwrap();
    while ends.recv_timeout(HANG).is_ok() {}
    assert!(matches!(ends.try_recv(), Err(mpsc::TryRecvError::Disconnected)));
}

fn names_of_all(executor: &Executor, workers: usize) -> BTreeSet<String> {
    let all = Arc::new(Barrier::new(workers));
    let meet = |_| {
        let all = Arc::clone(&all);
        executor.submit(move || {
            all.wait();
            thread_name()
        })
    };
    let tasks: Vec<_> = (0..workers).map(meet).collect();
    tasks.into_iter().map(|task| task.result().unwrap()).collect()
}

/// Threads are named by prefix and number.
#[test]
fn row_40_thread_names_assigned() {
    let executor = Executor::builder().max_workers(5).thread_name_prefix("SpecialPool").build().unwrap();
    let expected: BTreeSet<_> = (0..5).map(|n| format!("SpecialPool_{n}")).collect();
    assert_eq!(names_of_all(&executor, 5), expected);
}

/// Without a prefix: `ThreadPoolExecutor-N_k`, with another N for each pool.
#[test]
fn row_41_thread_names_default() {
    let prefix = || {
        let names = names_of_all(&pool(2), 2);
        let numbers: Vec<_> = names.iter().filter_map(|name| name.rsplit_once('_')).collect();
        assert!(matches!(numbers[..], [(first, "0"), (second, "1")] if first == second), "{names:?}");
        numbers[0].0.to_owned()
    };
    let (first, second) = (prefix(), prefix());
    let number = |name: &str| name.strip_prefix("ThreadPoolExecutor-").unwrap().parse::<u64>().unwrap();
    assert_ne!(number(&first), number(&second));
}

/// The end of the process waits for no task that nobody waits for, and loses nothing of one that was waited for.
#[test]
fn row_42_interpreter_shutdown() {
    let body = || {
        let executor = pool(2);
        let (_running, release) = block(&executor);
        // Not even flushed.
        executor.submit(|| print!("written by a task")).result().unwrap();
        for _ in 0..100 {
            drop(executor.submit(|| ()));
        }
        std::mem::forget((executor, release));
    };
    let Some(output) = own_process("shutdown::row_42_interpreter_shutdown", body) else { return };
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("written by a task"), "{printed}");
}

/// Twice, from two threads, and from a task: no deadlock.
#[test]
fn row_43_idempotence() {
    let executor = Arc::new(pool(2));
    let inside = Arc::clone(&executor);
    executor.submit(move || inside.shutdown(Pending::Finish, Wait::Yes)).result().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| executor.shutdown(Pending::Finish, Wait::Yes));
        }
    });
    executor.shutdown(Pending::Cancel, Wait::Yes);
}
