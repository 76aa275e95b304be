//! What many write themselves: threads that take boxed closures from a crossbeam channel.

use super::promise::{parent, promise, sum};
use crate::Pool;
use crossbeam_channel::{Sender, unbounded};
use oneshot::Receiver;
use std::thread::JoinHandle;

type Job = Box<dyn FnOnce() + Send>;

pub(super) struct ChannelPool {
    /// Dropped to end the threads.
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool for ChannelPool {
    const NAME: &'static str = "crossbeam-channel";
    type Handle = Receiver<u64>;

    fn with_workers(workers: usize) -> Self {
        let (jobs, queue) = unbounded::<Job>();
        let thread = |_| {
            let queue = queue.clone();
            std::thread::spawn(move || queue.iter().for_each(|job| job()))
        };
        Self { jobs: Some(jobs), threads: (0..workers).map(thread).collect() }
    }

    fn submit(&self, job: impl FnOnce() -> u64 + Send + 'static) -> Self::Handle {
        send(self.jobs(), job)
    }

    fn sum(&self, handles: impl Iterator<Item = Self::Handle>) -> u64 {
        sum(handles)
    }

    fn nested(&self, children: u64) -> u64 {
        let jobs = self.jobs().clone();
        let job = self.submit(move || parent(children, |child| send(&jobs, move || child)));
        job.recv().expect("a result")
    }
}

impl ChannelPool {
    fn jobs(&self) -> &Sender<Job> {
        self.jobs.as_ref().expect("taken in Drop alone")
    }
}

fn send(jobs: &Sender<Job>, job: impl FnOnce() -> u64 + Send + 'static) -> Receiver<u64> {
    let (job, result) = promise(job);
    jobs.send(Box::new(job)).expect("threads that receive");
    result
}

impl Drop for ChannelPool {
    fn drop(&mut self) {
        drop(self.jobs.take());
        for thread in self.threads.drain(..) {
            thread.join().expect("no panic");
        }
    }
}
