//! What an executor promises, seen from outside: results, order, cancel, shutdown, nesting.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests are outside of the test functions that the lint spares"
)]

mod common;

use common::{HANG, block, pool};
use linecrew_core::executor::{
    Executor, Handle, Pending, ReturnWhen, Task, TaskError, TaskState, Wait, as_completed, wait,
};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Barrier};
use std::time::Duration;

fn drained<T>(values: &Receiver<T>) -> Vec<T> {
    values.try_iter().collect()
}

mod submit {
    use super::*;

    #[test]
    fn the_result_is_the_closures_value() {
        assert_eq!(pool(1).submit(|| 2 + 3).result().unwrap(), 5);
    }

    #[test]
    fn what_comes_from_outside_starts_in_order() {
        let executor = pool(1);
        let (blocked, release) = block(&executor);
        let (sender, order) = mpsc::channel();
        let tasks: Vec<_> = (0..1000)
            .map(|n| {
                let sender = sender.clone();
                executor.submit(move || sender.send(n).unwrap())
            })
            .collect();
        drop(release);
        blocked.result().unwrap();
        for task in tasks {
            task.result().unwrap();
        }
        assert_eq!(drained(&order), (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn an_unread_result_is_dropped() {
        let executor = pool(1);
        let held = Arc::new(());
        let value = Arc::clone(&held);
        drop(executor.submit(move || value));
        drop(executor);
        assert_eq!(Arc::strong_count(&held), 1);
    }
}

mod workers {
    use super::*;

    #[test]
    fn children_of_a_blocked_job_start_on_other_workers() {
        let executor = pool(4);
        let handle = executor.handle();
        let parent = executor.submit(move || {
            let barrier = Arc::new(Barrier::new(4));
            for _ in 0..3 {
                let barrier = Arc::clone(&barrier);
                drop(handle.submit(move || barrier.wait().is_leader()));
            }
            barrier.wait();
        });
        parent.result().unwrap();
    }

    #[test]
    fn there_are_never_more_than_max_workers() {
        let executor = pool(3);
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let job = |_| {
            let (now, most) = (Arc::clone(&now), Arc::clone(&most));
            executor.submit(move || {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::yield_now();
                now.fetch_sub(1, Ordering::SeqCst);
                thread_name()
            })
        };
        let names: BTreeSet<_> = (0..1000).map(job).collect::<Vec<_>>().into_iter().map(name_of).collect();
        assert!(most.load(Ordering::SeqCst) <= 3 && names.len() <= 3, "{names:?}");
    }

    #[test]
    fn a_refused_first_thread_refuses_every_task() {
        for _ in 0..100 {
            // More than the address space has.
            let executor = Executor::builder().max_workers(1).stack_size(1 << 46).build().unwrap();
            let refused = || {
                let result = executor.submit(|| ()).result_timeout(HANG);
                assert!(matches!(result, Err(TaskError::NoThread(_))), "{result:?}");
            };
            std::thread::scope(|scope| {
                scope.spawn(refused);
                scope.spawn(refused);
            });
        }
    }

    #[test]
    fn a_name_that_the_system_does_not_take_is_refused() {
        let error = Executor::builder().thread_name_prefix("crew\0").build().unwrap_err();
        assert_eq!(error.to_string(), "thread_name_prefix must not contain a NUL");
    }

    fn thread_name() -> String {
        std::thread::current().name().unwrap().to_owned()
    }

    fn name_of(task: Task<String>) -> String {
        task.result().unwrap()
    }
}

mod task {
    use super::*;

    #[test]
    fn cancel_works_only_before_the_start() {
        let executor = pool(1);
        let (running, release) = block(&executor);
        let held = Arc::new(());
        let capture = Arc::clone(&held);
        let pending = executor.submit(move || drop(capture));
        assert_eq!((running.state(), pending.state()), (TaskState::Running, TaskState::Pending));
        assert!(!running.cancel() && pending.cancel() && pending.cancel());
        assert_eq!(Arc::strong_count(&held), 1, "the closure is dropped at once");
        assert!(pending.is_cancelled() && pending.is_done() && running.is_running());
        assert!(matches!(pending.result(), Err(TaskError::Cancelled)));
        drop(release);
        running.result().unwrap();
    }

    #[test]
    fn a_timed_result_can_be_asked_again() {
        let executor = pool(1);
        let (mut running, release) = block(&executor);
        assert!(matches!(running.result_timeout(Duration::ZERO), Err(TaskError::TimedOut)));
        assert!(matches!(running.result_timeout(Duration::from_millis(1)), Err(TaskError::TimedOut)));
        drop(release);
        running.result_timeout(HANG).unwrap();
        assert!(matches!(running.result_timeout(HANG), Err(TaskError::AlreadyTaken)));
    }
}

mod as_completed_ {
    use super::*;

    #[test]
    fn a_cancel_races_with_the_watch_without_a_second_gift() {
        for _ in 0..300 {
            let executor = pool(1);
            let (running, release) = block(&executor);
            let tasks: Vec<_> = (0..8).map(|_| executor.submit(|| ())).collect();
            std::thread::scope(|scope| {
                scope.spawn(|| executor.shutdown(Pending::Cancel, Wait::No));
                assert_eq!(as_completed(tasks).count(), 8);
            });
            drop(release);
            running.result().unwrap();
        }
    }
}

mod nested {
    use super::*;

    fn count_down(handle: &Handle, n: u32) -> u32 {
        if n == 0 {
            return 0;
        }
        let inner = handle.clone();
        1 + handle.submit(move || count_down(&inner, n - 1)).result().unwrap()
    }

    #[test]
    fn one_worker_runs_what_it_waits_for() {
        let executor = pool(1);
        let handle = executor.handle();
        assert_eq!(executor.submit(move || count_down(&handle, 100)).result().unwrap(), 100);
    }

    #[test]
    fn one_worker_can_map_and_complete_inside_a_job() {
        let executor = pool(1);
        let handle = executor.handle();
        let sum = executor.submit(move || {
            let mapped: u32 = handle.map(|n| n + 1, 0..10).map(Result::unwrap).sum();
            let buffered = handle.map_buffered(|n| n + 1, 0..10, 3).unwrap();
            let buffered: u32 = buffered.map(Result::unwrap).sum();
            let tasks: Vec<_> = (0..10).map(|n| handle.submit(move || n)).collect();
            mapped + buffered + as_completed(tasks).map(|task| task.result().unwrap()).sum::<u32>()
        });
        assert_eq!(sum.result().unwrap(), 55 + 55 + 45);
    }

    #[test]
    fn a_wait_runs_no_more_than_it_waits_for() {
        let executor = pool(1);
        let handle = executor.handle();
        let job = move |return_when: ReturnWhen| {
            let tasks = [false, true, false].map(|fails| handle.submit(move || assert!(!fails)));
            let waited = wait(tasks, return_when, None);
            (waited.done.len(), waited.not_done.len())
        };
        let kinds = [ReturnWhen::FirstCompleted, ReturnWhen::FirstException, ReturnWhen::AllCompleted];
        let counts = executor.submit(move || kinds.map(job)).result().unwrap();
        assert_eq!(counts, [(1, 2), (2, 1), (3, 0)]);
    }

    #[test]
    fn a_timed_wait_runs_nothing() {
        let executor = pool(1);
        let handle = executor.handle();
        let nothing = Some(Duration::ZERO);
        let job = move || {
            let [first, second, third] = [0; 3].map(|_| handle.submit(|| ()));
            let waited = wait([first], ReturnWhen::FirstCompleted, nothing).done.len();
            let completed = as_completed([second]).timeout(Duration::ZERO).flatten().count();
            let mapped = handle.map(|()| (), [()]).timeout(Duration::ZERO).flatten().count();
            (waited, completed, mapped, third.is_done())
        };
        assert_eq!(executor.submit(job).result().unwrap(), (0, 0, 0, false));
    }

    #[test]
    fn nesting_through_wait_without_end_returns() {
        fn forever(handle: &Handle) -> Result<(), String> {
            let inner = handle.clone();
            let task = handle.submit(move || forever(&inner));
            let waited = wait([task], ReturnWhen::AllCompleted, None);
            let task = waited.done.into_iter().chain(waited.not_done).next().ok_or("nothing came back")?;
            task.result().map_err(|error| error.to_string())?
        }
        let executor = Executor::builder().max_workers(1).stack_size(8 << 20).build().unwrap();
        let handle = executor.handle();
        let error = executor.submit(move || forever(&handle)).result().unwrap().unwrap_err();
        assert_eq!(error, "jobs that wait for each other are nested deeper than 256");
        executor.shutdown(Pending::Cancel, Wait::Yes);
    }

    #[test]
    fn nesting_through_as_completed_without_end_is_an_error() {
        fn forever(handle: &Handle) -> Result<(), String> {
            let inner = handle.clone();
            let task = handle.submit(move || forever(&inner));
            let task = as_completed([task]).next().ok_or("nothing was given")?;
            task.result().map_err(|error| error.to_string())?
        }
        let executor = Executor::builder().max_workers(1).stack_size(8 << 20).build().unwrap();
        let handle = executor.handle();
        let error = executor.submit(move || forever(&handle)).result().unwrap().unwrap_err();
        assert_eq!(error, "jobs that wait for each other are nested deeper than 256");
        executor.shutdown(Pending::Cancel, Wait::Yes);
    }

    #[test]
    fn nesting_without_end_is_an_error() {
        fn forever(handle: &Handle) -> Result<(), String> {
            let inner = handle.clone();
            let task = handle.submit(move || forever(&inner));
            task.result().map_err(|error| error.to_string())?
        }
        let executor = Executor::builder().max_workers(1).stack_size(8 << 20).build().unwrap();
        let handle = executor.handle();
        let error = executor.submit(move || forever(&handle)).result().unwrap().unwrap_err();
        assert_eq!(error, "jobs that wait for each other are nested deeper than 256");
        executor.shutdown(Pending::Cancel, Wait::Yes);
    }
}

mod shutdown {
    use super::*;

    #[test]
    fn whoever_waits_second_waits_too() {
        let executor = pool(1);
        let (running, release) = block(&executor);
        let (sender, waiting) = mpsc::channel();
        std::thread::scope(|scope| {
            for _ in 0..2 {
                let (sender, executor, running) = (sender.clone(), &executor, &running);
                scope.spawn(move || {
                    sender.send(()).unwrap();
                    executor.shutdown(Pending::Finish, Wait::Yes);
                    assert!(running.is_done());
                });
            }
            waiting.recv().unwrap();
            waiting.recv().unwrap();
            // Time for the second to come back too early, which without the wait it does.
            for _ in 0..1000 {
                std::thread::yield_now();
            }
            drop(release);
        });
    }

    #[test]
    fn a_worker_may_drop_its_own_executor() {
        let executor = pool(1);
        let handle = executor.handle();
        let (sender, receiver) = mpsc::channel::<Executor>();
        let task = executor.submit(move || drop(receiver.recv_timeout(HANG).unwrap()));
        sender.send(executor).unwrap();
        task.result().unwrap();
        assert!(matches!(handle.submit(|| ()).result(), Err(TaskError::ShutDown)));
    }

    #[test]
    fn a_racing_submit_is_run_or_refused_never_lost() {
        for round in 0..500 {
            let executor = pool(1 + round % 3);
            let (handle, start) = (executor.handle(), Arc::new(Barrier::new(2)));
            let ready = Arc::clone(&start);
            let submitter = std::thread::spawn(move || {
                ready.wait();
                (0..20).map(|n| handle.submit(move || n)).collect::<Vec<_>>()
            });
            start.wait();
            executor.shutdown(Pending::Finish, Wait::Yes);
            for task in submitter.join().unwrap() {
                assert!(matches!(task.result(), Ok(_) | Err(TaskError::ShutDown)));
            }
        }
    }
}

#[test]
fn a_million_tasks_from_four_threads_all_end_once() {
    let executor = pool(4);
    let count = Arc::new(AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    let job = |n| {
                        let count = Arc::clone(&count);
                        executor.submit(move || count.fetch_add(n % 2, Ordering::Relaxed))
                    };
                    let tasks: Vec<_> = (0..10_000_usize).map(job).collect();
                    assert_eq!(as_completed(tasks).filter_map(|task| task.result().ok()).count(), 10_000);
                }
            });
        }
    });
    assert_eq!(count.load(Ordering::Relaxed), 500_000);
}

mod scope {
    use super::*;

    #[test]
    fn jobs_borrow_from_the_stack() {
        let executor = pool(2);
        let words = ["alpha".to_owned(), "be".to_owned(), "gamma".to_owned()];
        let mut lengths = [0; 3];
        let total = executor.scope(|scope| {
            let tasks = words.iter().zip(&mut lengths).map(|(word, length)| {
                scope.submit(|| {
                    *length = word.len();
                    word.as_str()
                })
            });
            as_completed(tasks.collect::<Vec<_>>()).map(|task| task.result().unwrap().len()).sum::<usize>()
        });
        assert_eq!((total, lengths), (12, [5, 2, 5]));
    }

    #[test]
    fn it_ends_after_jobs_whose_handles_are_gone() {
        let executor = pool(2);
        let ran = AtomicUsize::new(0);
        for round in 1..=200 {
            executor.scope(|scope| {
                for _ in 0..10 {
                    drop(scope.submit(|| ran.fetch_add(1, Ordering::Relaxed)));
                }
            });
            assert_eq!(ran.load(Ordering::Relaxed), 10 * round);
        }
    }

    #[test]
    fn a_result_may_leave_it_as_far_as_it_borrows() {
        let executor = pool(1);
        let host = "r1".to_owned();
        let task = executor.scope(|scope| scope.submit(|| host.as_str()));
        assert_eq!(task.result().unwrap(), "r1");
    }

    /// Leaked handles, unread results and panics: nothing that borrows is dropped after the scope.
    #[test]
    fn what_is_leaked_or_unread_is_dropped_before_it_ends() {
        struct Borrows<'a>(&'a AtomicUsize);
        impl Drop for Borrows<'_> {
            fn drop(&mut self) {
                // Time in which a scope that does not wait for this would end.
                (0..50).for_each(|_| std::thread::yield_now());
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let executor = pool(2);
        for _ in 0..500 {
            let dropped = Box::new(AtomicUsize::new(0));
            executor.scope(|scope| {
                drop(scope.submit(|| Borrows(&dropped)));
                std::mem::forget(scope.submit(|| Borrows(&dropped)));
                let captured = Borrows(&dropped);
                drop(scope.submit(move || panic!("no route, {}", captured.0.load(Ordering::Relaxed))));
                let captured = Borrows(&dropped);
                let cancelled = scope.submit(move || drop(captured));
                cancelled.cancel();
            });
            // The leaked handle keeps its result for ever.
            assert_eq!(dropped.load(Ordering::Relaxed), 3);
        }
    }

    #[test]
    fn a_panic_inside_of_it_waits_for_the_jobs() {
        let executor = pool(1);
        let (ran, host) = (AtomicUsize::new(0), "r1".to_owned());
        let (release, released) = mpsc::channel::<()>();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            executor.scope(|scope| {
                let ran = &ran;
                let _unread = scope.submit(move || {
                    let _ = released.recv();
                    ran.fetch_add(1, Ordering::Relaxed);
                });
                drop(release);
                panic!("a fault in {host}");
            })
        }));
        assert_eq!(panicked.unwrap_err().downcast_ref::<String>().unwrap(), "a fault in r1");
        assert_eq!(ran.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn jobs_submit_to_the_scope_they_run_in() {
        let executor = pool(2);
        let ran = AtomicUsize::new(0);
        let ran = &ran;
        executor.scope(|scope| {
            for _ in 0..10 {
                drop(scope.submit(move || {
                    for _ in 0..10 {
                        drop(scope.submit(move || ran.fetch_add(1, Ordering::Relaxed)));
                    }
                }));
            }
        });
        assert_eq!(ran.load(Ordering::Relaxed), 100);
    }

    fn nest(handle: &Handle, deep: u32) -> u32 {
        let mut below = 0;
        if deep > 0 {
            handle.scope(|scope| drop(scope.submit(|| below = nest(handle, deep - 1))));
        }
        below + 1
    }

    #[test]
    fn one_worker_runs_the_jobs_of_its_own_scopes() {
        let executor = pool(1);
        let handle = executor.handle();
        let nested = executor.submit(move || nest(&handle, 100));
        assert_eq!(nested.result().unwrap(), 101);
    }

    #[test]
    fn nesting_scopes_without_end_refuses_the_deepest() {
        let executor = pool(1);
        let handle = executor.handle();
        let nested = executor.submit(move || nest(&handle, 100_000));
        assert!((200..1000).contains(&nested.result().unwrap()));
    }

    #[test]
    fn after_a_shutdown_its_jobs_are_refused() {
        let executor = pool(1);
        executor.shutdown(Pending::Finish, Wait::Yes);
        let captured = "r1".to_owned();
        let refused = executor.scope(|scope| scope.submit(|| captured.len()).result());
        assert!(matches!(refused, Err(TaskError::ShutDown)));
    }
}
