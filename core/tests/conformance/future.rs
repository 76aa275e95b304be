//! Rows 44 to 65: what a `Future` does.

use super::{HANG, block, pool};
use linecrew_core::executor::{
    Executor, InvalidState, Pending, Promise, Task, TaskError, TaskState, Wait, as_completed,
};
use std::future::Future;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, ThreadId};
use std::time::Duration;

/// What a callback was shown, and on which thread.
type Shown = (Result<u32, String>, ThreadId);

/// Has `task` report its end into a channel.
fn watch(task: &mut Task<u32>) -> Receiver<Shown> {
    let (sender, shown) = mpsc::channel();
    task.add_done_callback(move |outcome| {
        let outcome = outcome.copied().map_err(ToString::to_string);
        sender.send((outcome, thread::current().id())).unwrap();
    });
    shown
}

/// A task that waits for the sender before it ends with `end`.
fn gated(executor: &Executor, end: fn() -> u32) -> (Task<u32>, Sender<()>) {
    let (release, released) = mpsc::channel::<()>();
    let task = executor.submit(move || {
        let _ = released.recv();
        end()
    });
    (task, release)
}

/// One of each kind: pending, running, finished, failed, cancelled; and what lets the running one end.
fn one_of_each(executor: &Executor) -> ([Task<()>; 5], Sender<()>) {
    let finished = executor.submit(|| ());
    let failed = executor.submit(|| panic!("no route"));
    for task in [&finished, &failed] {
        task.exception().unwrap();
    }
    let (running, release) = block(executor);
    let (pending, cancelled) = (executor.submit(|| ()), executor.submit(|| ()));
    assert!(cancelled.cancel());
    ([pending, running, finished, failed, cancelled], release)
}

/// A callback is given the value of the task, on the thread that ended it.
#[test]
fn row_44_done_callback_with_result() {
    let executor = pool(1);
    let (mut task, release) = gated(&executor, || 5);
    let shown = watch(&mut task);
    drop(release);
    let (outcome, thread) = shown.recv_timeout(HANG).unwrap();
    assert_eq!(outcome, Ok(5));
    assert_ne!(thread, thread::current().id());
    assert_eq!(task.result().unwrap(), 5, "the callback takes nothing away");
}

/// A callback is given the error of a failed task.
#[test]
fn row_45_done_callback_with_exception() {
    let executor = pool(1);
    let (mut task, release) = gated(&executor, || panic!("no route"));
    let shown = watch(&mut task);
    drop(release);
    let (outcome, _) = shown.recv_timeout(HANG).unwrap();
    assert_eq!(outcome.unwrap_err(), "the task panicked: no route");
}

/// A callback of a cancelled task is called in the cancelling thread.
#[test]
fn row_46_done_callback_with_cancel() {
    let executor = pool(1);
    let (_running, _release) = block(&executor);
    let mut task = executor.submit(|| 5);
    let shown = watch(&mut task);
    assert!(task.cancel());
    let (outcome, thread) = shown.try_recv().unwrap();
    assert_eq!(outcome.unwrap_err(), TaskError::Cancelled.to_string());
    assert_eq!(thread, thread::current().id());
}

/// A callback that panics does not keep later ones from being called, in the order in which they came.
#[test]
fn row_47_done_callback_raises() {
    let executor = pool(1);
    let (mut task, release) = gated(&executor, || 5);
    let (sender, order) = mpsc::channel();
    for n in 0..4 {
        let sender = sender.clone();
        task.add_done_callback(move |_| {
            sender.send(n).unwrap();
            assert!(n != 1, "a fault of the callback");
        });
    }
    drop(release);
    assert_eq!(task.result().unwrap(), 5);
    assert_eq!(order.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3], "all before the result is there");
    assert_eq!(executor.submit(|| 1).result().unwrap(), 1, "the worker lives on");
}

/// A callback added to a task that has succeeded is called at once, here.
#[test]
fn row_48_done_callback_already_successful() {
    let executor = pool(1);
    let mut task = executor.submit(|| 5);
    task.exception().unwrap();
    assert_eq!(watch(&mut task).try_recv().unwrap(), (Ok(5), thread::current().id()));
}

/// A callback added to a task that has failed is called at once, here.
#[test]
fn row_49_done_callback_already_failed() {
    let executor = pool(1);
    let mut task: Task<u32> = executor.submit(|| panic!("no route"));
    task.exception().unwrap();
    let (outcome, thread) = watch(&mut task).try_recv().unwrap();
    assert!(outcome.is_err() && thread == thread::current().id());
}

/// A callback added to a cancelled task is called at once, here.
#[test]
fn row_50_done_callback_already_cancelled() {
    let executor = pool(1);
    let (_running, _release) = block(&executor);
    let mut task = executor.submit(|| 5);
    assert!(task.cancel());
    assert!(watch(&mut task).try_recv().unwrap().0.is_err());
}

/// A panic in a callback that is called at once does not reach who added it.
#[test]
fn row_51_done_callback_raises_already_succeeded() {
    let executor = pool(1);
    let mut task = executor.submit(|| 5);
    task.exception().unwrap();
    task.add_done_callback(|_| panic!("a fault of the callback"));
    assert_eq!(task.result().unwrap(), 5);
}

/// A callback is called though the handle is gone.
#[test]
fn row_44_done_callback_without_a_handle() {
    let executor = pool(1);
    let (mut task, release) = gated(&executor, || 5);
    let shown = watch(&mut task);
    drop(task);
    drop(release);
    assert_eq!(shown.recv_timeout(HANG).unwrap().0, Ok(5));
}

/// Callbacks that race with the end are each called exactly once.
#[test]
fn row_44_done_callback_racing_with_the_end() {
    let executor = pool(2);
    let (sender, called) = mpsc::channel();
    for _ in 0..2000 {
        let mut task = executor.submit(|| 5);
        for _ in 0..3 {
            let sender = sender.clone();
            task.add_done_callback(move |outcome| sender.send(*outcome.unwrap()).unwrap());
        }
        assert_eq!(task.result().unwrap(), 5);
    }
    assert_eq!(called.try_iter().count(), 6000);
}

/// Debug shows where the task stands and what came of it.
#[test]
fn row_52_repr() {
    let executor = pool(1);
    let (tasks, release) = one_of_each(&executor);
    let shown = tasks.each_ref().map(|task| format!("{task:?}"));
    let expected = ["state: Pending", "state: Running", "value: ()", "no route", "state: Cancelled"];
    for (shown, expected) in shown.iter().zip(expected) {
        assert!(shown.contains(expected), "{shown} has no {expected}");
    }
    drop(release);
}

/// `cancel` is true for what never starts, again too; false for what runs or has ended.
#[test]
fn row_53_cancel() {
    let executor = pool(1);
    let (tasks, release) = one_of_each(&executor);
    assert_eq!(tasks.each_ref().map(Task::cancel), [true, false, false, false, true]);
    drop(release);
}

/// Only a cancelled task is cancelled.
#[test]
fn row_54_cancelled() {
    let executor = pool(1);
    let (tasks, release) = one_of_each(&executor);
    assert_eq!(tasks.each_ref().map(Task::is_cancelled), [false, false, false, false, true]);
    drop(release);
}

/// Cancelled and ended tasks are done.
#[test]
fn row_55_done() {
    let executor = pool(1);
    let (tasks, release) = one_of_each(&executor);
    assert_eq!(tasks.each_ref().map(Task::is_done), [false, false, true, true, true]);
    drop(release);
}

/// Only a running task is running.
#[test]
fn row_56_running() {
    let executor = pool(1);
    let (tasks, release) = one_of_each(&executor);
    assert_eq!(tasks.each_ref().map(Task::is_running), [false, true, false, false, false]);
    drop(release);
}

/// `result_timeout` of zero gives what there is, and `TimedOut` where there is nothing yet.
#[test]
fn row_57_result_with_timeout() {
    let executor = pool(1);
    let (mut tasks, release) = one_of_each(&executor);
    let results = tasks.each_mut().map(|task| task.result_timeout(Duration::ZERO));
    assert!(matches!(
        results,
        [
            Err(TaskError::TimedOut),
            Err(TaskError::TimedOut),
            Ok(()),
            Err(TaskError::Panicked(_)),
            Err(TaskError::Cancelled)
        ]
    ));
    drop(release);
}

/// A blocked `result` wakes when the task ends.
#[test]
fn row_58_result_with_success() {
    let executor = pool(1);
    let (task, release) = gated(&executor, || 5);
    let waiting = thread::spawn(move || task.result());
    drop(release);
    assert_eq!(waiting.join().unwrap().unwrap(), 5);
}

/// A blocked `result` wakes when another thread cancels the task.
#[test]
fn row_59_result_with_cancel() {
    let executor = pool(1);
    let (running, release) = block(&executor);
    let pending = executor.submit(|| ());
    let waiting = thread::spawn(move || pending.result());
    executor.shutdown(Pending::Cancel, Wait::No);
    assert!(matches!(waiting.join().unwrap(), Err(TaskError::Cancelled)));
    drop(release);
    running.result().unwrap();
}

/// `exception_timeout` of zero tells what there is, and `TimedOut` where there is nothing yet.
#[test]
fn row_60_exception_with_timeout() {
    let executor = pool(1);
    let (tasks, release) = one_of_each(&executor);
    let exceptions = tasks.each_ref().map(|task| task.exception_timeout(Duration::ZERO));
    assert!(matches!(
        exceptions,
        [
            Err(TaskError::TimedOut),
            Err(TaskError::TimedOut),
            Ok(None),
            Ok(Some(TaskError::Panicked(_))),
            Ok(Some(TaskError::Cancelled))
        ]
    ));
    drop(release);
}

/// A blocked `exception` wakes when the task ends.
#[test]
fn row_61_exception_with_success() {
    let executor = pool(1);
    let (task, release) = gated(&executor, || panic!("no route"));
    let waiting = thread::spawn(move || matches!(task.exception(), Ok(Some(TaskError::Panicked(_)))));
    drop(release);
    assert!(waiting.join().unwrap());
}

/// A promise sets its task's value; it is taken by value, so what remains of "a second set" is one after a cancel.
#[test]
fn row_62_multiple_set_result() {
    let (promise, task) = Promise::new();
    promise.set_result(5).unwrap();
    assert_eq!(task.result().unwrap(), 5);

    let (promise, task) = Promise::new();
    assert!(task.cancel());
    assert_eq!(promise.set_result(5), Err(InvalidState));
    assert!(matches!(task.result(), Err(TaskError::Cancelled)));
}

/// A promise sets its task's error; a running one cannot be cancelled; one that is dropped leaves nobody waiting.
#[test]
fn row_63_multiple_set_exception() {
    let (mut promise, task) = Promise::<u32>::new();
    assert!(promise.set_running() && promise.set_running() && !task.cancel() && task.is_running());
    promise.set_exception("no route").unwrap();
    assert!(matches!(task.result(), Err(TaskError::Panicked(panic)) if panic.message() == "no route"));

    let (promise, task) = Promise::<u32>::new();
    let waiting = thread::spawn(move || task.result());
    drop(promise);
    assert!(matches!(waiting.join().unwrap(), Err(TaskError::Abandoned)));

    let (mut promise, task) = Promise::<u32>::new();
    assert!(task.cancel() && !promise.set_running());
    assert_eq!(promise.set_exception("late"), Err(InvalidState));
}

struct Woken(Mutex<Sender<()>>);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.lock().unwrap().send(()).unwrap();
    }
}

fn waker() -> (Waker, Receiver<()>) {
    let (sender, woken) = mpsc::channel();
    (Waker::from(Arc::new(Woken(Mutex::new(sender)))), woken)
}

/// A task can be awaited: it wakes the waker of the last poll, and that one only.
#[test]
fn row_64_await() {
    let executor = pool(1);
    let (task, release) = gated(&executor, || 9);
    let mut task = Box::pin(task);
    let ((first, first_woken), (second, woken)) = (waker(), waker());
    assert!(task.as_mut().poll(&mut Context::from_waker(&first)).is_pending());
    assert!(task.as_mut().poll(&mut Context::from_waker(&second)).is_pending());
    drop(release);
    woken.recv_timeout(HANG).unwrap();
    assert!(matches!(task.as_mut().poll(&mut Context::from_waker(&second)), Poll::Ready(Ok(9))));
    assert!(first_woken.try_recv().is_err(), "the waker of the first poll was replaced");
}

/// An awaited task that panics or is cancelled gives its error.
#[test]
fn row_64_await_of_failed_and_cancelled() {
    let executor = pool(1);
    let (tasks, release) = one_of_each(&executor);
    let [_, _, _, failed, cancelled] = tasks;
    let (waker, _woken) = waker();
    for (task, message) in [(failed, "no route"), (cancelled, "cancelled")] {
        match Box::pin(task).as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(Err(error)) => assert!(error.to_string().contains(message)),
            other => panic!("{other:?}"),
        }
    }
    drop(release);
}

/// Dropping a task that was polled neither cancels nor leaks: it runs, its waker and its result are dropped.
#[test]
fn row_64_dropping_an_awaited_task() {
    let executor = pool(1);
    let (running, release) = block(&executor);
    let (held, (ran, runs)) = (Arc::new(()), mpsc::channel());
    let value = Arc::clone(&held);
    let mut task = Box::pin(executor.submit(move || {
        ran.send(()).unwrap();
        value
    }));
    let (waker, woken) = waker();
    assert!(task.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(task);
    drop(waker);
    assert!(matches!(woken.try_recv(), Err(mpsc::TryRecvError::Disconnected)), "the waker is dropped");
    drop(release);
    running.result().unwrap();
    runs.recv_timeout(HANG).unwrap();
    executor.shutdown(Pending::Finish, Wait::Yes);
    assert_eq!(Arc::strong_count(&held), 1, "the unread result is dropped");
}

/// A waker that panics costs no worker; one that blocks holds up no other task.
#[test]
fn row_64_wakers_that_misbehave() {
    struct Calls<F>(F);
    impl<F: Fn() + Send + Sync + 'static> Wake for Calls<F> {
        fn wake(self: Arc<Self>) {
            (self.0)();
        }
    }
    let executor = pool(2);
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let wakers = [
        Waker::from(Arc::new(Calls(|| panic!("a fault of the runtime")))),
        Waker::from(Arc::new(Calls(move || _ = released.lock().unwrap().recv()))),
    ];
    for waker in wakers {
        let (task, end) = gated(&executor, || 1);
        let mut task = Box::pin(task);
        assert!(task.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        drop(end);
    }
    for n in 0..100 {
        assert_eq!(executor.submit(move || n).result_timeout(HANG).unwrap(), n);
    }
    drop(release);
}

/// A panic's payload reaches `result`; worker and pool stay usable.
#[test]
fn row_65_panics() {
    let executor = pool(1);
    let error = executor.submit(|| panic!("no route to {}", "r1")).result().unwrap_err();
    assert_eq!(error.to_string(), "the task panicked: no route to r1");
    let error = executor.submit(|| thread::current().id()).result();
    let error_of_any = executor.submit(|| std::panic::panic_any(7_u8)).result().unwrap_err();
    let TaskError::Panicked(panic) = error_of_any else { panic!("{error_of_any}") };
    assert_eq!(panic.message(), "a value that is no text");
    assert_eq!(panic.into_payload().downcast_ref(), Some(&7_u8));
    assert_eq!(executor.submit(|| thread::current().id()).result().unwrap(), error.unwrap());
}

/// The key of Python's `{future: host}`: ids differ between tasks and stay the same through `as_completed`.
#[test]
fn ids_tell_tasks_apart() {
    let executor = pool(2);
    let tasks: Vec<_> = (0..100).map(|n| executor.submit(move || n)).collect();
    let places: std::collections::HashMap<_, _> = tasks.iter().map(Task::id).zip(0..).collect();
    assert_eq!(places.len(), 100);
    for task in as_completed(tasks) {
        assert_eq!(places[&task.id()], task.result().unwrap());
    }
}

/// A running job that was given a token learns of `request_cancel`; a pending one never starts.
#[test]
fn request_cancel_reaches_a_running_job() {
    let executor = pool(1);
    let (started, running) = mpsc::channel();
    let task = executor.submit_with(move |cancel| {
        let (sender, woken) = mpsc::channel();
        let _hook = cancel.on_cancel(move || sender.send(()).unwrap());
        started.send(()).unwrap();
        woken.recv_timeout(HANG).unwrap();
        cancel.is_cancelled()
    });
    running.recv_timeout(HANG).unwrap();
    let pending = executor.submit_with(|_| ());
    assert!(pending.request_cancel() && pending.is_cancelled());
    assert_eq!(task.state(), TaskState::Running);
    assert!(!task.request_cancel());
    assert!(task.result().unwrap());
}
