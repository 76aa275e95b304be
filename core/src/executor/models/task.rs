//! One task, and those who run it, cancel it, wait for it and give it up. `Bystander` stands for the worker.

use super::super::cell::{Extra, Job, new_scoped_task, new_task};
use super::super::completion::CompletionQueue;
use super::super::error::TaskError;
use super::super::promise::Promise;
use super::super::runner::Bystander;
use super::super::sync::thread::{self as park, Thread};
use super::super::task::Task;
use super::super::waiter::Waiter;
use super::{Counted, Drops, check};
use loom::thread::{self, JoinHandle, ThreadId};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// A task whose closure and value are counted when they are dropped.
struct Subject {
    job: Job,
    task: Task<Counted>,
    closures: Drops,
    values: Drops,
    cells: Drops,
}

/// Goes with the memory of its task.
impl Extra for Counted {}

fn subject() -> Subject {
    let (closures, values, cells) = (Drops::default(), Drops::default(), Drops::default());
    let (captured, value) = (closures.one(), values.clone());
    let job = move || {
        drop(captured);
        value.one()
    };
    let (job, handle) = new_task(1, job, cells.one());
    Subject { job, task: Task::new(handle), closures, values, cells }
}

/// Runs the job on another thread, which tells whether it was this that claimed it.
fn run(job: Job) -> JoinHandle<bool> {
    thread::spawn(move || job.run(&Bystander))
}

#[test]
fn it_is_run_once_or_cancelled() {
    check(Some(4), || {
        let Subject { job, task, closures, values, cells } = subject();
        let runners = [run(job.clone()), run(job)];
        let cancelled = task.cancel();
        let ran = runners.map(|runner| runner.join().unwrap()).iter().filter(|ran| **ran).count();
        assert_eq!(usize::from(cancelled) + ran, 1);
        assert_eq!((closures.count(), values.count()), (1, 0));
        assert_eq!(matches!(task.result(), Err(TaskError::Cancelled)), cancelled);
        assert_eq!((closures.count(), values.count(), cells.count()), (1, ran, 1));
    });
}

#[test]
fn a_thread_waits() {
    check(None, || {
        let Subject { job, task, values, cells, .. } = subject();
        let runner = run(job);
        let value = task.result().unwrap();
        assert_eq!(values.count(), 0);
        drop(value);
        assert!(runner.join().unwrap());
        assert_eq!((values.count(), cells.count()), (1, 1));
    });
}

#[test]
fn a_thread_that_waits_learns_of_a_cancel() {
    check(Some(2), || {
        let Subject { job, task, closures, values, cells } = subject();
        let runner = run(job.clone());
        let canceller = thread::spawn(move || job.cancel());
        let ran = task.result().is_ok();
        assert_eq!(runner.join().unwrap(), ran);
        assert_eq!(canceller.join().unwrap(), !ran);
        assert_eq!((closures.count(), values.count(), cells.count()), (1, usize::from(ran), 1));
    });
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[test]
fn a_waker_that_was_replaced_is_woken() {
    check(Some(4), || {
        let Subject { job, task, values, cells, .. } = subject();
        let runner = run(job);
        drop(awaited(task).unwrap());
        assert!(runner.join().unwrap());
        assert_eq!((values.count(), cells.count()), (1, 1));
    });
}

/// Polls with one waker, and then with another, which wakes this thread.
fn awaited<T>(task: Task<T>) -> Result<T, TaskError> {
    let mut task = pin!(task);
    let mut polled = task.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    let waker = Waker::from(Arc::new(Unpark(park::current())));
    loop {
        match polled {
            Poll::Ready(result) => return result,
            Poll::Pending => polled = task.as_mut().poll(&mut Context::from_waker(&waker)),
        }
        if polled.is_pending() {
            park::park();
        }
    }
}

#[test]
fn a_queue_that_watches_is_told_once() {
    check(None, || {
        let Subject { job, task, cells, .. } = subject();
        let runner = run(job);
        let queue = Arc::new(CompletionQueue::default());
        let mut batch = Vec::new();
        if task.watch(Waiter::Queue(Arc::clone(&queue), 7)).is_some() {
            assert!(queue.wait(None));
        }
        assert!(runner.join().unwrap() && task.is_done());
        queue.swap(&mut batch);
        assert!(batch.is_empty() || batch == [7]);
        drop(task.result().unwrap());
        assert_eq!(cells.count(), 1);
    });
}

#[test]
fn a_handle_that_goes_leaves_nothing() {
    check(None, || {
        let Subject { job, task, closures, values, cells } = subject();
        let runner = run(job);
        drop(task);
        assert!(runner.join().unwrap());
        assert_eq!((closures.count(), values.count(), cells.count()), (1, 1, 1));
    });
}

#[test]
fn a_callback_sees_the_value_once() {
    check(None, || {
        let Subject { job, mut task, values, cells, .. } = subject();
        let runner = run(job);
        let (calls, counter) = (Arc::new(AtomicUsize::new(0)), Drops::default());
        let (called, captured) = (Arc::clone(&calls), counter.one());
        task.add_done_callback(move |outcome| {
            drop(captured);
            called.fetch_add(if outcome.is_ok() { 1 } else { 100 }, Ordering::Relaxed);
        });
        assert!(runner.join().unwrap());
        assert_eq!((calls.load(Ordering::Relaxed), counter.count()), (1, 1), "called with the value");
        drop(task.result().unwrap());
        assert_eq!((values.count(), cells.count()), (1, 1));
    });
}

/// Told by a scoped task when nothing of it is left but what the handle holds.
struct Told(Arc<AtomicBool>);

impl Extra for Told {
    const TOLD: bool = true;

    fn ended(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A value that may borrow what is gone after the end, unless the handle is what drops it.
struct Borrowing {
    ended: Arc<AtomicBool>,
    holder: ThreadId,
    late: Drops,
}

impl Drop for Borrowing {
    fn drop(&mut self) {
        if self.ended.load(Ordering::Relaxed) && thread::current().id() != self.holder {
            drop(self.late.one());
        }
    }
}

#[test]
#[allow(unsafe_code, reason = "the one call of `new_scoped_task` beside that of the scope")]
fn an_unread_value_goes_before_the_end_is_told() {
    check(None, || {
        let (ended, late, holder) =
            (Arc::new(AtomicBool::new(false)), Drops::default(), thread::current().id());
        let value = Borrowing { ended: Arc::clone(&ended), holder, late: late.clone() };
        // SAFETY: nothing is borrowed.
        let (job, handle) = unsafe { new_scoped_task(1, move || value, Told(Arc::clone(&ended))) };
        let runner = thread::spawn(move || job.run(&Bystander));
        drop(handle);
        assert!(runner.join().unwrap() && ended.load(Ordering::Relaxed));
        assert_eq!(late.count(), 0, "dropped after the end");
    });
}

#[test]
fn a_promise_is_kept_or_cancelled() {
    check(None, || {
        let (promise, task) = Promise::new();
        let values = Drops::default();
        let value = values.one();
        let setter = thread::spawn(move || promise.set_result(value).is_ok());
        let cancelled = task.cancel();
        let result = task.result();
        assert_eq!(setter.join().unwrap(), !cancelled);
        assert_eq!(matches!(result, Err(TaskError::Cancelled)), cancelled);
        drop(result);
        assert_eq!(values.count(), 1);
    });
}
