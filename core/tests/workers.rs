//! When an executor's workers end and how many there may be, and what is counted.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests are outside of the test functions that the lint spares"
)]

mod common;

use common::{HANG, block};
use linecrew_core::executor::{Builder, Executor, Handle, Pending, Task, TaskError, Wait};
use std::cell::Cell;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Barrier};
use std::time::Duration;

fn builder(max_workers: usize) -> Builder {
    Executor::builder().max_workers(max_workers)
}

/// A pool whose workers each send their name when they have ended.
fn watched(builder: Builder, prefix: &str) -> (Executor, Receiver<String>) {
    struct Teller(Sender<String>);
    impl Drop for Teller {
        fn drop(&mut self) {
            let _ = self.0.send(thread_name());
        }
    }
    thread_local!(static TELLER: Cell<Option<Teller>> = const { Cell::new(None) });
    let (sender, ends) = mpsc::channel();
    let initializer = move || TELLER.set(Some(Teller(sender.clone())));
    (builder.thread_name_prefix(prefix).initializer(initializer).build().unwrap(), ends)
}

fn thread_name() -> String {
    std::thread::current().name().unwrap().to_owned()
}

/// Tasks that end when `count` of them run at a time.
fn meet(executor: &Executor, count: usize) -> Vec<Task<()>> {
    let all = Arc::new(Barrier::new(count));
    let task = |_| {
        let all = Arc::clone(&all);
        executor.submit(move || _ = all.wait())
    };
    (0..count).map(task).collect()
}

fn finish<T>(tasks: Vec<Task<T>>) -> Vec<T> {
    tasks.into_iter().map(|mut task| task.result_timeout(HANG).unwrap()).collect()
}

mod keep_alive {
    use super::*;

    #[test]
    fn the_pool_shrinks_to_nothing_and_grows_again() {
        let (executor, ends) = watched(builder(8).keep_alive(Duration::from_millis(1)), "crew");
        finish(meet(&executor, 8));
        for _ in 0..8 {
            ends.recv_timeout(HANG).unwrap();
        }
        let stats = executor.stats();
        assert_eq!((stats.workers, stats.idle, stats.running), (0, 0, 0));
        assert_eq!(executor.submit(thread_name).result().unwrap(), "crew_8", "the numbers go on");
        assert_eq!(ends.recv_timeout(HANG).unwrap(), "crew_8");
    }

    #[test]
    fn a_worker_that_is_not_idle_so_long_stays() {
        let (executor, ends) = watched(builder(2).keep_alive(Duration::MAX), "stays");
        finish(meet(&executor, 2));
        assert!(ends.try_recv().is_err());
        assert_eq!(executor.stats().workers, 2);
    }

    #[test]
    fn a_push_that_meets_a_retiring_worker_is_not_lost() {
        for keep_alive in [Duration::ZERO, Duration::from_micros(50)] {
            let executor = builder(2).keep_alive(keep_alive).build().unwrap();
            for n in 0..3000_u64 {
                let mut task = executor.submit(move || n);
                assert_eq!(task.result_timeout(HANG).unwrap(), n);
                // Across the moment at which the worker goes.
                for _ in 0..n % 97 * 8 {
                    std::hint::spin_loop();
                }
            }
        }
    }

    #[test]
    fn submitters_of_all_kinds_meet_retiring_workers() {
        let executor = builder(3).keep_alive(Duration::ZERO).build().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for n in 0..500 {
                        let handle = executor.handle();
                        let parent = executor.submit(move || {
                            let children: Vec<_> =
                                (0..3).map(|child| handle.submit(move || n + child)).collect();
                            children.into_iter().map(|child| child.result().unwrap()).sum::<u32>()
                        });
                        assert_eq!(finish(vec![parent]), [3 * n + 3]);
                    }
                });
            }
        });
    }

    #[test]
    fn a_shutdown_meets_retiring_workers() {
        for round in 0..300 {
            let executor = builder(1 + round % 3).keep_alive(Duration::ZERO).build().unwrap();
            let tasks: Vec<_> = (0..4).map(|n| executor.submit(move || n)).collect();
            executor.shutdown(Pending::Finish, Wait::Yes);
            assert_eq!(finish(tasks), [0, 1, 2, 3]);
            assert_eq!(executor.stats().workers, 0);
        }
    }
}

mod max_workers {
    use super::*;

    #[test]
    fn raised_it_starts_what_is_queued() {
        let executor = builder(1).build().unwrap();
        let tasks = meet(&executor, 4);
        executor.set_max_workers(4).unwrap();
        assert_eq!(executor.max_workers(), 4);
        finish(tasks);
    }

    #[test]
    fn raised_it_starts_the_children_of_a_blocked_job() {
        let executor = builder(1).build().unwrap();
        let handle = executor.handle();
        let (submitted, waits) = mpsc::channel();
        let parent = executor.submit(move || {
            let (done, results) = mpsc::channel();
            for n in 0..4 {
                let done = done.clone();
                drop(handle.submit(move || done.send(n).unwrap()));
            }
            submitted.send(()).unwrap();
            (0..4).map(|_| results.recv_timeout(HANG).unwrap()).sum::<u32>()
        });
        waits.recv_timeout(HANG).unwrap();
        executor.set_max_workers(2).unwrap();
        assert_eq!(finish(vec![parent]), [6]);
    }

    #[test]
    fn lowered_it_ends_the_idle_surplus_at_once() {
        let (executor, ends) = watched(builder(5), "idle");
        finish(meet(&executor, 5));
        executor.set_max_workers(2).unwrap();
        for _ in 0..3 {
            ends.recv_timeout(HANG).unwrap();
        }
        assert_eq!(executor.stats().workers, 2);
        finish(meet(&executor, 2));
        assert!(ends.try_recv().is_err());
    }

    #[test]
    fn lowered_it_lets_the_running_end_first() {
        let (executor, ends) = watched(builder(3), "running");
        let running: Vec<_> = (0..3).map(|_| block(&executor)).collect();
        executor.set_max_workers(1).unwrap();
        let queued = executor.submit(thread_name);
        assert!(ends.try_recv().is_err() && running.iter().all(|(task, _)| task.is_running()));
        let stats = executor.stats();
        assert_eq!((stats.max_workers, stats.workers, stats.running), (1, 3, 3));
        for (task, release) in running {
            drop(release);
            finish(vec![task]);
        }
        ends.recv_timeout(HANG).unwrap();
        ends.recv_timeout(HANG).unwrap();
        finish(vec![queued]);
        assert_eq!(executor.stats().workers, 1);
    }

    #[test]
    fn what_a_surplus_worker_leaves_in_its_queue_is_run() {
        let (executor, ends) = watched(builder(2), "leaves");
        let (busy, release_busy) = block(&executor);
        let (children, results) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let handle = executor.handle();
        let parent = executor.submit(move || {
            let tasks: Vec<_> = (0..50).map(|n| handle.submit(move || n)).collect();
            children.send(tasks).unwrap();
            let _ = released.recv();
        });
        let tasks = results.recv_timeout(HANG).unwrap();
        executor.set_max_workers(1).unwrap();
        drop(release);
        assert_eq!(ends.recv_timeout(HANG).unwrap(), "leaves_1");
        parent.result().unwrap();
        assert_eq!(executor.stats().queued, 50);
        drop(release_busy);
        assert_eq!(finish(tasks), (0..50).collect::<Vec<_>>());
        busy.result().unwrap();
    }

    #[test]
    fn raised_in_a_shutdown_it_starts_what_is_queued() {
        let executor = builder(1).build().unwrap();
        let tasks = meet(&executor, 3);
        executor.shutdown(Pending::Finish, Wait::No);
        executor.set_max_workers(3).unwrap();
        finish(tasks);
        executor.shutdown(Pending::Finish, Wait::Yes);
        assert_eq!(executor.stats().workers, 0);
    }

    #[test]
    fn changes_of_all_kinds_lose_no_task() {
        let executor = builder(4).keep_alive(Duration::from_micros(100)).build().unwrap();
        std::thread::scope(|scope| {
            let submitters: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| {
                        for n in 0..300_usize {
                            let handle = executor.handle();
                            let child = move || handle.submit(move || n).result().unwrap();
                            let tasks = (0..=n % 7).map(|_| executor.submit(child.clone())).collect();
                            assert_eq!(finish(tasks), vec![n; 1 + n % 7]);
                        }
                    })
                })
                .collect();
            for n in (0..).take_while(|_| !submitters.iter().all(std::thread::ScopedJoinHandle::is_finished))
            {
                executor.set_max_workers(1 + n % 6).unwrap();
                std::thread::yield_now();
            }
        });
        executor.set_max_workers(1).unwrap();
        executor.shutdown(Pending::Finish, Wait::Yes);
    }

    #[test]
    fn none_and_too_many_are_refused() {
        let executor = builder(3).build().unwrap();
        let error = executor.set_max_workers(0).unwrap_err();
        assert_eq!(error.to_string(), "max_workers must be between 1 and 65535, not 0");
        assert!(executor.set_max_workers(1 << 16).is_err());
        assert_eq!(executor.max_workers(), 3);
    }
}

mod stats {
    use super::*;

    #[test]
    fn they_tell_what_runs_waits_and_ended() {
        let executor = builder(2).build().unwrap();
        assert_eq!(executor.stats(), executor.stats());
        let running = [block(&executor), block(&executor)];
        let queued: Vec<_> = (0..5).map(|n| executor.submit(move || n)).collect();
        let stats = executor.stats();
        assert_eq!((stats.max_workers, stats.workers, stats.running, stats.idle), (2, 2, 2, 0));
        assert_eq!((stats.queued, stats.completed, stats.stolen), (5, 0, 0));
        for (task, release) in running {
            drop(release);
            finish(vec![task]);
        }
        finish(queued);
        let stats = executor.stats();
        assert_eq!((stats.queued, stats.completed, stats.running + stats.idle), (0, 7, 2));
    }

    #[test]
    fn a_result_is_counted_before_it_can_be_read() {
        let executor = builder(2).build().unwrap();
        for n in 1..2000 {
            executor.submit(|| ()).result().unwrap();
            assert_eq!(executor.stats().completed, n);
        }
    }

    #[test]
    fn a_task_that_was_run_by_helping_is_counted() {
        fn count_down(handle: &Handle, n: u32) {
            if n > 0 {
                let inner = handle.clone();
                handle.submit(move || count_down(&inner, n - 1)).result().unwrap();
            }
        }
        let executor = builder(1).build().unwrap();
        let handle = executor.handle();
        executor.submit(move || count_down(&handle, 10)).result().unwrap();
        assert_eq!(executor.stats().completed, 11);
    }

    #[test]
    fn a_panic_counts_and_a_cancelled_task_does_not() {
        let executor = builder(1).build().unwrap();
        let (running, release) = block(&executor);
        let panics = executor.submit(|| panic!("no route"));
        let cancelled = executor.submit(|| ());
        assert!(cancelled.cancel());
        drop(release);
        running.result().unwrap();
        assert!(matches!(panics.result(), Err(TaskError::Panicked(_))));
        executor.shutdown(Pending::Finish, Wait::Yes);
        assert_eq!(executor.stats().completed, 2);
    }

    #[test]
    fn they_outlive_the_workers() {
        let (executor, ends) = watched(builder(2).keep_alive(Duration::ZERO), "outlive");
        for n in 1..20 {
            executor.submit(|| ()).result().unwrap();
            ends.recv_timeout(HANG).unwrap();
            assert_eq!(executor.stats().completed, n);
        }
    }

    #[test]
    fn what_another_worker_takes_is_stolen() {
        let executor = builder(2).build().unwrap();
        let handle = executor.handle();
        let parent = executor.submit(move || {
            let (done, results) = mpsc::channel();
            for n in 0..8 {
                let done = done.clone();
                drop(handle.submit(move || done.send(n).unwrap()));
            }
            // Blocks without helping, so that the other worker must run them.
            (0..8).map(|_| results.recv_timeout(HANG).unwrap()).sum::<u32>()
        });
        assert_eq!(parent.result().unwrap(), 28);
        assert_eq!(executor.stats().stolen, 8);
    }
}
