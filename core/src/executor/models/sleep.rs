//! The pool as it is, with its workers: no task is left behind, and every worker ends.

use super::super::error::TaskError;
use super::super::pace::MODEL_BATCH;
use super::super::pool::{Pool, Settings};
use super::super::threads::Threads;
use super::check;
use loom::sync::mpsc;
use std::sync::Arc;
use std::time::Duration;

fn pool(max_workers: usize) -> Arc<Pool> {
    pool_with(max_workers, Duration::MAX)
}

fn pool_with(max_workers: usize, keep_alive: Duration) -> Arc<Pool> {
    let threads = Threads::new(String::new(), None);
    let pool = Pool::new(Settings { max_workers, threads, initializer: None, keep_alive });
    // The table's first block is made here, before there are threads: loom does not see a `OnceLock` order it.
    let place = pool.deques.occupy();
    pool.deques.leave(place);
    pool
}

fn end(pool: &Arc<Pool>) {
    pool.close(false);
    pool.join();
}

/// The second may come while the only worker falls asleep.
#[test]
fn a_push_while_the_worker_falls_asleep() {
    check(Some(2), || {
        let pool = pool(1);
        let first = pool.submit(|| 1);
        let second = pool.submit(|| 2);
        assert_eq!(first.result().unwrap(), 1);
        assert_eq!(second.result().unwrap(), 2);
        end(&pool);
    });
}

/// The first runs for ever if nobody is found for the second.
#[test]
fn a_job_that_waits_for_the_next() {
    check(Some(2), waiting_for_the_next);
}

/// The same where the first worker has taken both: what is left of its batch must be found in its own queue.
#[test]
fn a_job_that_waits_for_the_next_of_its_batch() {
    check(Some(1), || {
        MODEL_BATCH.set(2);
        waiting_for_the_next();
    });
    MODEL_BATCH.set(1);
}

fn waiting_for_the_next() {
    let pool = pool(2);
    let (sender, receiver) = mpsc::channel();
    let (done, ended) = mpsc::channel();
    drop(pool.submit(move || {
        receiver.recv().unwrap();
        done.send(()).unwrap();
    }));
    drop(pool.submit(move || sender.send(()).unwrap()));
    // Before the pool is closed, since that looks for what was left behind.
    ended.recv().unwrap();
    end(&pool);
}

/// What a job submits goes to its worker's own queue, where the other worker must find it.
#[test]
fn a_job_that_waits_for_its_child() {
    check(Some(2), || {
        let pool = pool(2);
        let (sender, receiver) = mpsc::channel();
        let (done, ended) = mpsc::channel();
        let inner = Arc::clone(&pool);
        drop(pool.submit(move || {
            drop(inner.submit(move || sender.send(()).unwrap()));
            receiver.recv().unwrap();
            done.send(()).unwrap();
        }));
        ended.recv().unwrap();
        end(&pool);
    });
}

/// The second comes when the worker's queue was known to have something already, while the other worker falls asleep.
#[test]
fn a_job_that_waits_for_one_child_after_the_other() {
    check(Some(2), || {
        let pool = pool(2);
        let (done, ended) = mpsc::channel();
        let inner = Arc::clone(&pool);
        drop(pool.submit(move || {
            for _ in 0..2 {
                let (sender, receiver) = mpsc::channel();
                drop(inner.submit(move || sender.send(()).unwrap()));
                receiver.recv().unwrap();
            }
            done.send(()).unwrap();
        }));
        ended.recv().unwrap();
        end(&pool);
    });
}

/// A job on the only worker runs the child that it waits for itself.
#[test]
fn a_job_that_reads_its_child() {
    check(Some(3), || {
        let pool = pool(1);
        let inner = Arc::clone(&pool);
        let parent = pool.submit(move || inner.submit(|| 5).result().unwrap());
        assert_eq!(parent.result().unwrap(), 5);
        end(&pool);
    });
}

/// A racing submit is run or refused, and the pool ends.
#[test]
fn a_submit_that_meets_the_close() {
    check(Some(2), || {
        let pool = pool(1);
        let submitter = Arc::clone(&pool);
        let submitter = loom::thread::spawn(move || submitter.submit(|| 3));
        end(&pool);
        let task = submitter.join().unwrap();
        assert!(task.is_done());
        assert!(matches!(task.result(), Ok(3) | Err(TaskError::ShutDown)));
    });
}

/// What a cancelling close finds is cancelled, the rest is run.
#[test]
fn a_cancelling_close() {
    check(Some(2), || {
        let pool = pool(1);
        let tasks = [pool.submit(|| 1), pool.submit(|| 1)];
        pool.close(true);
        pool.join();
        for task in tasks {
            assert!(task.is_done());
            assert!(matches!(task.result(), Ok(1) | Err(TaskError::Cancelled)));
        }
    });
}

/// A worker whose time is always up retires while the next task comes, which needs it or another.
#[test]
fn a_push_while_the_worker_retires() {
    check(Some(2), || {
        let pool = pool_with(1, Duration::ZERO);
        let tasks = [pool.submit(|| 1), pool.submit(|| 2)];
        assert_eq!(tasks.map(|task| task.result().unwrap()), [1, 2]);
        end(&pool);
    });
}
