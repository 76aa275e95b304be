//! The queue of one consumer and several producers.

use super::super::as_completed::as_completed;
use super::super::cell::new_task;
use super::super::completion::CompletionQueue;
use super::super::runner::Bystander;
use super::super::task::Task;
use super::check;
use loom::thread;
use std::sync::Arc;

#[test]
fn the_consumer_gets_all() {
    check(None, || {
        let queue = Arc::new(CompletionQueue::default());
        let producers = [0, 1].map(|place| {
            let queue = Arc::clone(&queue);
            thread::spawn(move || queue.push(place))
        });
        let (mut all, mut batch) = (Vec::new(), Vec::new());
        while all.len() < 2 {
            assert!(queue.wait(None));
            queue.swap(&mut batch);
            assert!(!batch.is_empty());
            all.append(&mut batch);
        }
        all.sort_unstable();
        assert_eq!(all, [0, 1]);
        for producer in producers {
            producer.join().unwrap();
        }
    });
}

#[test]
fn each_task_is_given_once() {
    check(Some(2), || {
        let (jobs, tasks): (Vec<_>, Vec<_>) = [1, 2]
            .map(|n| new_task(1, move || n, ()))
            .map(|(job, handle)| (job, Task::new(handle)))
            .into_iter()
            .unzip();
        let runners: Vec<_> =
            jobs.into_iter().map(|job| thread::spawn(move || job.run(&Bystander))).collect();
        let given: u32 = as_completed(tasks).map(|task| task.result().unwrap()).sum();
        assert_eq!(given, 3);
        for runner in runners {
            assert!(runner.join().unwrap());
        }
    });
}
