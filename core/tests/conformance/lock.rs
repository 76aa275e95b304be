//! Locks, semaphores, events, conditions, barriers: rows 98 to 112.

use crate::{HANG, pool, until};
use linecrew_core::executor::{
    Barrier, BoundedSemaphore, BrokenBarrier, Condition, Event, Lock, RLock, ReleaseError, Semaphore,
};
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const SHORT: Duration = Duration::from_millis(20);

/// Returns once `count` threads wait for `what`.
fn until_waiting(what: &impl Debug, count: usize) {
    let waiting = format!("waiting: {count}");
    until(|| format!("{what:?}").split([',', '}']).any(|field| field.trim_end().ends_with(&waiting)));
}

/// Runs `action` in `count` threads; the receiver has what each returned.
fn threads<T: Send + 'static>(
    count: usize,
    action: impl Fn() -> T + Clone + Send + 'static,
) -> (Vec<JoinHandle<()>>, Receiver<T>) {
    let (sender, results) = mpsc::channel();
    let spawn = |_| {
        let (action, sender) = (action.clone(), sender.clone());
        thread::spawn(move || sender.send(action()).unwrap())
    };
    ((0..count).map(spawn).collect(), results)
}

/// What `action` gives in another thread.
fn elsewhere<T: Send + 'static>(action: impl FnOnce() -> T + Send + 'static) -> T {
    thread::spawn(action).join().unwrap()
}

/// Acquire and release; a try fails while another thread holds the lock.
#[test]
fn row_98_acquire_release_and_try() {
    let lock = Lock::new();
    drop(lock.acquire());
    let held = lock.try_acquire().unwrap();
    let other = lock.clone();
    assert!(elsewhere(move || other.try_acquire().is_none()));
    assert!(lock.is_locked());
    drop(held);
    assert!(!lock.is_locked());
}

/// Five threads blocked on a lock all pass once it is released.
#[test]
fn row_99_all_who_wait_pass() {
    let lock = Lock::new();
    let held = lock.acquire();
    let waiter = lock.clone();
    let (_threads, passed) = threads(5, move || drop(waiter.acquire()));
    until_waiting(&lock, 5);
    assert!(passed.try_recv().is_err());
    drop(held);
    for _ in 0..5 {
        passed.recv_timeout(HANG).unwrap();
    }
}

/// The guard releases also on panic, and the lock is usable after it.
#[test]
fn row_100_a_panic_releases() {
    let lock = Lock::new();
    let other = lock.clone();
    let panicked = thread::spawn(move || {
        let _held = other.acquire();
        panic!("with the lock held");
    });
    assert!(panicked.join().is_err());
    assert!(lock.try_acquire().is_some());
}

/// A timed acquire gives up at its time, takes a free lock at once, and accepts a huge timeout.
#[test]
fn row_101_timed_acquire() {
    let lock = Lock::new();
    let held = lock.acquire();
    let before = Instant::now();
    assert!(lock.acquire_timeout(SHORT).is_none());
    assert!(before.elapsed() >= SHORT);
    let waiter = lock.clone();
    let (_threads, passed) = threads(1, move || waiter.acquire_timeout(Duration::MAX).is_some());
    until_waiting(&lock, 1);
    drop(held);
    assert!(passed.recv_timeout(HANG).unwrap());
    assert!(lock.acquire_timeout(Duration::ZERO).is_some());
}

/// A lock may be released by another thread, by hand or by moving the guard there.
#[test]
fn row_102_another_thread_releases() {
    let lock = Lock::new();
    lock.acquire().forget();
    let other = lock.clone();
    assert_eq!(elsewhere(move || other.release()), Ok(()));
    let held = lock.try_acquire().unwrap();
    elsewhere(move || drop(held));
    assert!(lock.try_acquire().is_some());
}

/// After an acquire that timed out the lock is as sound as before.
#[test]
fn row_103_state_after_timeout() {
    let lock = Lock::new();
    let held = lock.acquire();
    let other = lock.clone();
    assert!(elsewhere(move || other.acquire_timeout(SHORT).is_none()));
    drop(held);
    assert!(!lock.is_locked());
    assert!(lock.try_acquire().is_some());
}

/// Releasing a free lock is an error.
#[test]
fn row_104_release_of_a_free_lock() {
    let lock = Lock::new();
    assert_eq!(lock.release(), Err(ReleaseError::NotHeld));
    lock.acquire().forget();
    assert_eq!((lock.release(), lock.release()), (Ok(()), Err(ReleaseError::NotHeld)));
}

/// The owner of a reentrant lock nests, and the count tells how deep; the last release frees it.
#[test]
fn row_105_nests_and_counts() {
    let lock = RLock::new();
    let counts = || (lock.count(), lock.is_locked());
    assert_eq!(counts(), (0, false));
    let outer = lock.acquire();
    let inner = [lock.acquire(), lock.try_acquire().unwrap(), lock.acquire_timeout(SHORT).unwrap()];
    assert_eq!(counts(), (4, true));
    let other = lock.clone();
    assert_eq!(elsewhere(move || other.count()), 0);
    drop(inner);
    assert_eq!(counts(), (1, true));
    drop(outer);
    assert_eq!(counts(), (0, false));
}

/// Releasing a reentrant lock once more than it was acquired is an error.
#[test]
fn row_106_release_of_a_free_rlock() {
    let lock = RLock::new();
    assert_eq!(lock.release(), Err(ReleaseError::NotOwner));
    lock.acquire().forget();
    lock.acquire().forget();
    assert_eq!(lock.release(), Ok(()));
    assert_eq!(lock.release(), Ok(()));
    assert_eq!(lock.release(), Err(ReleaseError::NotOwner));
}

/// Another thread can neither release nor enter a reentrant lock until its owner has let go.
#[test]
fn row_107_only_the_owner() {
    let lock = RLock::new();
    let held = lock.acquire();
    let other = lock.clone();
    assert_eq!(elsewhere(move || other.release()), Err(ReleaseError::NotOwner));
    let other = lock.clone();
    assert!(elsewhere(move || other.try_acquire().is_none() && other.acquire_timeout(SHORT).is_none()));
    let waiter = lock.clone();
    let (_threads, entered) = threads(1, move || drop(waiter.acquire()));
    assert!(entered.recv_timeout(SHORT).is_err());
    drop(held);
    entered.recv_timeout(HANG).unwrap();
}

/// The default is one permit. (A negative number is no `usize`.)
#[test]
fn row_108_default_is_one() {
    assert_eq!((Semaphore::default().available(), BoundedSemaphore::default().available()), (1, 1));
    assert_eq!(Semaphore::new(0).available(), 0);
}

/// A release of n wakes exactly n of those who wait.
#[test]
fn row_109_release_wakes_exactly_so_many() {
    let semaphore = Semaphore::new(7);
    let taker = semaphore.clone();
    let (_threads, passed) = threads(10, move || taker.acquire().forget());
    until_waiting(&semaphore, 3);
    for (released, passing) in [(0, 7), (2, 2), (1, 1)] {
        semaphore.release(released);
        for _ in 0..passing {
            passed.recv_timeout(HANG).unwrap();
        }
        assert!(passed.try_recv().is_err());
    }
    assert_eq!((semaphore.available(), semaphore.waiting()), (0, 0));
    semaphore.release(2);
    assert_eq!(semaphore.available(), 2);
}

/// The timed and the non-blocking forms, free and contended.
#[test]
fn row_110_timed_and_try() {
    let semaphore = Semaphore::new(2);
    let permits = [semaphore.try_acquire().unwrap(), semaphore.acquire_timeout(HANG).unwrap()];
    let other = semaphore.clone();
    assert!(elsewhere(move || other.try_acquire().is_none()));
    let before = Instant::now();
    assert!(semaphore.acquire_timeout(SHORT).is_none() && before.elapsed() >= SHORT);
    let waiter = semaphore.clone();
    let (_threads, passed) = threads(1, move || waiter.acquire_timeout(Duration::MAX).is_some());
    until_waiting(&semaphore, 1);
    drop(permits);
    assert!(passed.recv_timeout(HANG).unwrap());
}

/// A bounded semaphore refuses what is released beyond its initial value, from whatever thread and however often.
#[test]
fn row_111_bounded_release() {
    let semaphore = BoundedSemaphore::new(9);
    let surplus = Err(ReleaseError::Surplus { most: 9 });
    assert_eq!(semaphore.release(1), surplus);
    let taker = semaphore.clone();
    let (taking, _) = threads_joined(9, move || taker.acquire().forget());
    assert_eq!((taking, semaphore.available()), (9, 0));
    let giver = semaphore.clone();
    let (giving, results) = threads_joined(10, move || giver.release(1));
    assert_eq!(giving, 10);
    assert_eq!(results.iter().filter(|result| **result == surplus).count(), 1);
    assert_eq!(semaphore.available(), 9);
    semaphore.acquire().forget();
    assert_eq!((semaphore.release(2), semaphore.available()), (surplus, 8));
}

/// How many threads ended, and what they returned.
fn threads_joined<T: Send + 'static>(
    count: usize,
    action: impl Fn() -> T + Clone + Send + 'static,
) -> (usize, Vec<T>) {
    let (threads, results) = threads(count, action);
    let ended = threads.into_iter().map(|thread| thread.join().unwrap()).count();
    (ended, results.iter().collect())
}

/// One set of permits holds jobs of several pools to its number.
#[test]
fn row_109_one_set_for_several_pools() {
    let pools = [pool(6), pool(6)];
    let semaphore = Semaphore::new(3);
    let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let three = Arc::new(std::sync::Barrier::new(3));
    let tasks: Vec<_> = (0..12)
        .map(|n| {
            let (semaphore, three) = (semaphore.clone(), Arc::clone(&three));
            let (inside, most) = (Arc::clone(&inside), Arc::clone(&most));
            pools[n % 2].submit(move || {
                let _permit = semaphore.acquire();
                most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                // All three permits are out at once.
                three.wait();
                inside.fetch_sub(1, Ordering::SeqCst);
            })
        })
        .collect();
    for task in tasks {
        task.result().unwrap();
    }
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

mod event {
    use super::*;

    /// A set wakes all who wait, and who comes later does not wait.
    #[test]
    fn row_112_event_notify() {
        let event = Event::new();
        assert!(!event.is_set());
        let waiter = event.clone();
        let (_threads, woken) = threads(5, move || waiter.wait());
        until_waiting(&event, 5);
        assert!(woken.try_recv().is_err());
        event.set();
        for _ in 0..5 {
            woken.recv_timeout(HANG).unwrap();
        }
        event.wait();
        assert!(event.is_set());
    }

    /// A timed wait tells whether the event was set, and waits no shorter.
    #[test]
    fn row_112_event_timeout() {
        let event = Event::new();
        let before = Instant::now();
        assert!(!event.wait_timeout(SHORT) && before.elapsed() >= SHORT);
        let waiter = event.clone();
        let (_threads, woken) = threads(1, move || waiter.wait_timeout(Duration::MAX));
        until_waiting(&event, 1);
        event.set();
        assert!(woken.recv_timeout(HANG).unwrap());
        assert!(event.wait_timeout(Duration::ZERO));
    }

    /// Who waits when the event is set is woken, also if it is cleared at once.
    #[test]
    fn row_112_event_set_and_clear() {
        let event = Event::new();
        let waiter = event.clone();
        let (_threads, woken) = threads(5, move || waiter.wait_timeout(HANG));
        until_waiting(&event, 5);
        event.set();
        event.clear();
        for _ in 0..5 {
            assert!(woken.recv_timeout(HANG).unwrap());
        }
        assert!(!event.is_set() && !event.wait_timeout(Duration::ZERO));
    }
}

mod condition {
    use super::*;

    /// A notify of n wakes the first n, `notify_all` the rest, and each has the lock when it returns.
    #[test]
    fn row_112_condition_notify() {
        let (lock, condition) = (Lock::new(), Condition::new());
        let waiter = (lock.clone(), condition.clone());
        let (_threads, woken) = threads(6, move || {
            let mut held = waiter.0.acquire();
            waiter.1.wait(&mut held);
            assert!(waiter.0.try_acquire().is_none());
        });
        until_waiting(&condition, 6);
        for (count, left) in [(0, 6), (2, 4), (3, 1)] {
            let held = lock.acquire();
            condition.notify(count);
            until_waiting(&condition, left);
            // They need the lock.
            assert!(woken.try_recv().is_err());
            drop(held);
            for _ in 0..count {
                woken.recv_timeout(HANG).unwrap();
            }
        }
        condition.notify_all();
        woken.recv_timeout(HANG).unwrap();
        condition.notify(1);
        until_waiting(&condition, 0);
    }

    /// A wait without a notify ends at its time, not before, with the lock held again.
    #[test]
    fn row_112_condition_timeout() {
        let (lock, condition) = (Lock::new(), Condition::new());
        let mut held = lock.acquire();
        let before = Instant::now();
        assert!(!condition.wait_timeout(&mut held, SHORT) && before.elapsed() >= SHORT);
        assert!(lock.try_acquire().is_none());
        drop(held);
        assert!(lock.try_acquire().is_some());
        until_waiting(&condition, 0);
    }

    /// `wait_for` returns once its predicate holds, however many notifies that takes.
    #[test]
    fn row_112_condition_wait_for() {
        let (lock, condition) = (Lock::new(), Condition::new());
        let state = Arc::new(AtomicUsize::new(0));
        let waiter = (lock.clone(), condition.clone(), Arc::clone(&state));
        let (_threads, woken) = threads(1, move || {
            let (lock, condition, state) = &waiter;
            let four = || state.load(Ordering::Relaxed) == 4;
            condition.wait_for(&mut lock.acquire(), four);
            condition.wait_for_timeout(&mut lock.acquire(), Duration::ZERO, four)
        });
        for value in 1..=4 {
            until_waiting(&condition, 1);
            let _held = lock.acquire();
            assert!(woken.try_recv().is_err());
            state.store(value, Ordering::Relaxed);
            condition.notify(1);
        }
        assert!(woken.recv_timeout(HANG).unwrap());
    }

    /// `wait_for` with a timeout tells whether the predicate holds, and counts the whole of its waits.
    #[test]
    fn row_112_condition_wait_for_timeout() {
        let (lock, condition) = (Lock::new(), Condition::new());
        let before = Instant::now();
        let mut asked = 0;
        let holds = condition.wait_for_timeout(&mut lock.acquire(), SHORT, || {
            asked += 1;
            false
        });
        assert!(!holds && asked == 2 && before.elapsed() >= SHORT);
    }
}

mod barrier {
    use super::*;

    fn sorted(numbers: &Receiver<Result<usize, BrokenBarrier>>, count: usize) -> Vec<usize> {
        let mut numbers: Vec<_> = (0..count).map(|_| numbers.recv_timeout(HANG).unwrap().unwrap()).collect();
        numbers.sort_unstable();
        numbers
    }

    /// All leave when the last has come, each with a number of its own, and again in the next round.
    #[test]
    fn row_112_barrier_serves_again() {
        let barrier = Barrier::new(5);
        let waiter = barrier.clone();
        let (_threads, numbers) = threads(4, move || {
            let first = waiter.wait();
            waiter.wait().and(first)
        });
        for _ in 0..2 {
            until_waiting(&barrier, 4);
            assert!(numbers.try_recv().is_err());
            assert_eq!(barrier.wait(), Ok(4));
        }
        assert_eq!(sorted(&numbers, 4), [0, 1, 2, 3]);
        assert_eq!((barrier.parties(), barrier.waiting(), barrier.is_broken()), (5, 0, false));
    }

    /// An abort breaks the barrier for those who wait and those who come, until a reset.
    #[test]
    fn row_112_barrier_abort_and_reset() {
        let barrier = Barrier::new(3);
        let waiter = barrier.clone();
        let (_threads, results) = threads(2, move || waiter.wait());
        until_waiting(&barrier, 2);
        barrier.abort();
        for _ in 0..2 {
            assert_eq!(results.recv_timeout(HANG).unwrap(), Err(BrokenBarrier));
        }
        assert_eq!((barrier.is_broken(), barrier.wait()), (true, Err(BrokenBarrier)));
        barrier.reset();
        let waiter = barrier.clone();
        let (_threads, numbers) = threads(3, move || waiter.wait());
        assert_eq!(sorted(&numbers, 3), [0, 1, 2]);
    }

    /// A reset breaks it for those who wait, and for nobody after.
    #[test]
    fn row_112_barrier_reset_while_some_wait() {
        let barrier = Barrier::new(2);
        let waiter = barrier.clone();
        let (_threads, results) = threads(1, move || waiter.wait());
        until_waiting(&barrier, 1);
        barrier.reset();
        assert_eq!(results.recv_timeout(HANG).unwrap(), Err(BrokenBarrier));
        let waiter = barrier.clone();
        let (_threads, numbers) = threads(2, move || waiter.wait());
        assert_eq!(sorted(&numbers, 2), [0, 1]);
    }

    /// A wait that runs out of time breaks the barrier for all.
    #[test]
    fn row_112_barrier_timeout() {
        let barrier = Barrier::new(3);
        let waiter = barrier.clone();
        let (_threads, results) = threads(1, move || waiter.wait_timeout(HANG));
        until_waiting(&barrier, 1);
        let before = Instant::now();
        assert_eq!(barrier.wait_timeout(SHORT), Err(BrokenBarrier));
        assert!(before.elapsed() >= SHORT && barrier.is_broken());
        assert_eq!(results.recv_timeout(HANG).unwrap(), Err(BrokenBarrier));
    }

    /// A barrier for one holds nobody back.
    #[test]
    fn row_112_barrier_of_one() {
        let barrier = Barrier::new(1);
        assert_eq!((barrier.wait(), barrier.wait_timeout(Duration::ZERO)), (Ok(0), Ok(0)));
    }
}
