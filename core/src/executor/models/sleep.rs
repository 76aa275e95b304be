//! The pool as it is, with its workers: no task is left behind, and every worker ends.

use super::super::pool::{Pool, Settings};
use super::check;
use loom::sync::mpsc;
use std::sync::Arc;

fn pool(max_workers: usize) -> Arc<Pool> {
    let pool = Pool::new(Settings { max_workers, thread_name_prefix: String::new(), stack_size: None });
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
    check(Some(3), || {
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
    check(Some(2), || {
        let pool = pool(2);
        let (sender, receiver) = mpsc::channel();
        let waiting = pool.submit(move || receiver.recv().unwrap());
        drop(pool.submit(move || sender.send(()).unwrap()));
        waiting.result().unwrap();
        end(&pool);
    });
}
