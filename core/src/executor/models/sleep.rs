//! The pool as it is, with its workers: no task is left behind, and every worker ends.

use super::super::builder::Initializer;
use super::super::error::TaskError;
use super::super::pace::MODEL_BATCH;
use super::super::pool::{Pool, Settings};
use super::super::threads::Threads;
use super::{Drops, check};
use loom::sync::mpsc;
use std::sync::Arc;
use std::time::Duration;

fn pool(max_workers: usize) -> Arc<Pool> {
    pool_with(max_workers, Duration::MAX, None)
}

fn pool_with(max_workers: usize, keep_alive: Duration, initializer: Option<Initializer>) -> Arc<Pool> {
    let threads = Threads::new(String::new(), None);
    let pool = Pool::new(Settings { max_workers, threads, initializer, keep_alive });
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
    check(Some(2), || waiting_for_the_next(&pool(2)));
}

/// The same where the first worker has taken both: what is left of its batch must be found in its own queue.
#[test]
fn a_job_that_waits_for_the_next_of_its_batch() {
    check(Some(1), || {
        MODEL_BATCH.set(2);
        waiting_for_the_next(&pool(2));
    });
    MODEL_BATCH.set(1);
}

fn waiting_for_the_next(pool: &Arc<Pool>) {
    // Before the pool is closed, since that looks for what was left behind.
    submit_waiting_for_the_next(pool).recv().unwrap();
    end(pool);
}

/// Submits a job that runs until the second one did, and tells of its end.
fn submit_waiting_for_the_next(pool: &Arc<Pool>) -> mpsc::Receiver<()> {
    let (sender, receiver) = mpsc::channel();
    let (done, ended) = mpsc::channel();
    drop(pool.submit(move || {
        receiver.recv().unwrap();
        done.send(()).unwrap();
    }));
    drop(pool.submit(move || sender.send(()).unwrap()));
    ended
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
        let pool = pool_with(1, Duration::ZERO, None);
        let tasks = [pool.submit(|| 1), pool.submit(|| 2)];
        assert_eq!(tasks.map(|task| task.result().unwrap()), [1, 2]);
        end(&pool);
    });
}

/// The same of two workers, of which one may retire while the other blocks.
#[test]
fn a_push_while_another_worker_retires() {
    check(Some(2), || waiting_for_the_next(&pool_with(2, Duration::ZERO, None)));
}

/// The first job blocks the only worker, so the second needs the one that is allowed meanwhile.
#[test]
fn a_second_worker_is_allowed() {
    check(Some(2), || {
        let pool = pool(1);
        let ended = submit_waiting_for_the_next(&pool);
        pool.set_max_workers(2);
        ended.recv().unwrap();
        end(&pool);
    });
}

/// One of two workers becomes too many while there are tasks: it leaves none behind.
#[test]
fn a_worker_becomes_too_many() {
    check(Some(1), || {
        let pool = pool(2);
        let tasks = [pool.submit(|| 1), pool.submit(|| 2)];
        pool.set_max_workers(1);
        assert_eq!(tasks.map(|task| task.result().unwrap()), [1, 2]);
        end(&pool);
    });
}

/// The initializer runs once in each worker, and before its first job.
#[test]
fn a_worker_is_initialized_before_its_first_job() {
    check(Some(2), || {
        let initialized = Drops::default();
        let counted = initialized.clone();
        let pool = pool_with(1, Duration::MAX, Some(Initializer::new(move || drop(counted.one()))));
        let tasks = [(); 2].map(|()| {
            let initialized = initialized.clone();
            pool.submit(move || initialized.count())
        });
        assert_eq!(tasks.map(|task| task.result().unwrap()), [1, 1]);
        end(&pool);
    });
}

/// A failing initializer ends what is queued, what comes meanwhile and what comes later.
#[test]
fn a_failing_initializer_breaks_the_pool() {
    check(Some(2), || {
        let failing = || std::panic::resume_unwind(Box::new("no licence"));
        let pool = pool_with(1, Duration::MAX, Some(Initializer::new(failing)));
        for task in [pool.submit(|| ()), pool.submit(|| ())] {
            assert!(matches!(task.result(), Err(TaskError::BrokenPool(_))));
        }
        end(&pool);
    });
}
