//! The queue of one consumer and several producers.

use super::super::completion::CompletionQueue;
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
