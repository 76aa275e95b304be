//! The jobs that came from outside, first in, first out.

use super::super::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use super::super::sync::{Mutex, thread};
use super::Job;
use super::header::Head;
use std::ptr::{self, NonNull};
use std::sync::PoisonError;

/// A queue whose links are in the tasks themselves, so that it needs no memory of its own. (crossbeam's allocates its
/// blocks where jobs are submitted and frees them where they are taken, and both sides meet at the allocator's lock.)
///
/// A push waits for nobody: it swaps itself in as the last, then links itself behind the one that was. Those who take
/// do so one after the other, under a lock; they wait for a push that is between those two steps. The idea is Dmitry
/// Vyukov's, without his stub.
pub(in super::super) struct Injector {
    pushed: Padded<Pushed>,
    /// How many were taken; written under the lock.
    taken: AtomicUsize,
    /// The next to take, where it is known.
    first: Mutex<Link>,
}

/// On cache lines of its own, two of them since processors fetch them in pairs: those who take seldom look here.
#[repr(align(128))]
struct Padded<V>(V);

struct Pushed {
    /// Null where the queue is empty.
    last: AtomicPtr<Head>,
    /// Where the one that was pushed into an empty queue is left.
    entry: AtomicPtr<Head>,
    count: AtomicUsize,
}

/// A job in the queue, or null.
struct Link(*mut Head);

// SAFETY: a job can be sent.
unsafe impl Send for Link {}

impl Injector {
    pub(in super::super) fn new() -> Self {
        let [last, entry] = [(); 2].map(|()| AtomicPtr::new(ptr::null_mut()));
        Self {
            pushed: Padded(Pushed { last, entry, count: AtomicUsize::new(0) }),
            taken: AtomicUsize::new(0),
            first: Mutex::new(Link(ptr::null_mut())),
        }
    }

    /// Puts a job behind all others. A task may be pushed once in its life, since it has one link.
    pub(in super::super) fn push(&self, job: Job) {
        let Pushed { last, entry, count } = &self.pushed.0;
        let job = job.into_task().as_ptr();
        let before = last.swap(job, Ordering::AcqRel);
        // SAFETY: who takes a job that is not the last waits for its link, and only then frees it.
        let link = unsafe { before.as_ref() }.map_or(entry, |before| &before.next);
        link.store(job, Ordering::Release);
        count.fetch_add(1, Ordering::Release);
    }

    /// Takes the first; the up to `most - 1` behind it are given to `rest`.
    pub(in super::super) fn take(&self, most: usize, mut rest: impl FnMut(Job)) -> Option<Job> {
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        let job = self.pop(&mut first)?;
        let mut taken = 1;
        while taken < most
            && let Some(job) = self.pop(&mut first)
        {
            rest(job);
            taken += 1;
        }
        self.taken.store(self.taken.load(Ordering::Relaxed) + taken, Ordering::Release);
        Some(job)
    }

    /// Whether there is nothing whose push is over.
    pub(in super::super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many there are.
    pub(in super::super) fn len(&self) -> usize {
        let pushed = self.pushed.0.count.load(Ordering::Acquire);
        // Of jobs whose push is not over some may have been taken.
        pushed.saturating_sub(self.taken.load(Ordering::Acquire))
    }

    fn pop(&self, first: &mut Link) -> Option<Job> {
        let Pushed { last, entry, .. } = &self.pushed.0;
        if first.0.is_null() {
            if last.load(Ordering::Acquire).is_null() {
                return None;
            }
            first.0 = linked(entry);
            entry.store(ptr::null_mut(), Ordering::Relaxed);
        }
        let job = NonNull::new(first.0)?;
        // SAFETY: it is in the queue, which holds it.
        let next = unsafe { &job.as_ref().next };
        first.0 = next.load(Ordering::Acquire);
        let is_last =
            || last.compare_exchange(job.as_ptr(), ptr::null_mut(), Ordering::AcqRel, Ordering::Acquire);
        if first.0.is_null() && is_last().is_err() {
            first.0 = linked(next);
        }
        // SAFETY: taken out of the queue, which held it by this job.
        Some(unsafe { Job::new(job) })
    }
}

/// Waits for the second step of a push that has made its first.
fn linked(link: &AtomicPtr<Head>) -> *mut Head {
    loop {
        let job = link.load(Ordering::Acquire);
        if !job.is_null() {
            return job;
        }
        thread::yield_now();
    }
}

impl Drop for Injector {
    fn drop(&mut self) {
        while self.take(usize::MAX, drop).is_some() {}
    }
}

#[cfg(test)]
#[cfg(not(loom))]
mod tests {
    use super::super::super::runner::Bystander;
    use super::super::new_task;
    use super::*;
    use std::sync::{Arc, mpsc};

    /// Jobs that say who pushed them and in which place.
    fn jobs(pusher: u32, sender: &mpsc::Sender<(u32, u32)>, count: u32) -> impl Iterator<Item = Job> {
        (0..count).map(move |n| {
            let sender = sender.clone();
            new_task(0, move || sender.send((pusher, n)).unwrap(), ()).0
        })
    }

    #[test]
    fn the_first_comes_first_alone_or_with_those_behind_it() {
        let ((sender, order), queue) = (mpsc::channel(), Injector::new());
        assert!(queue.is_empty() && queue.take(5, drop).is_none());
        jobs(0, &sender, 10).for_each(|job| queue.push(job));
        assert_eq!(queue.len(), 10);
        let mut most = [1, 4, 4, 4].into_iter();
        while let Some(most) = most.next().filter(|_| !queue.is_empty()) {
            let mut rest = Vec::new();
            assert!(queue.take(most, |job| rest.push(job)).unwrap().run(&Bystander));
            assert!(rest.into_iter().all(|job| job.run(&Bystander)));
        }
        assert!(queue.is_empty() && queue.take(1, drop).is_none());
        assert_eq!(order.try_iter().map(|(_, n)| n).collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_left_is_dropped_with_the_queue() {
        let (alive, queue) = (Arc::new(()), Injector::new());
        for _ in 0..3 {
            let alive = Arc::clone(&alive);
            queue.push(new_task(0, move || drop(alive), ()).0);
        }
        drop(queue);
        assert_eq!(Arc::strong_count(&alive), 1);
    }

    #[test]
    fn many_push_and_many_take_and_each_job_comes_once() {
        const EACH: u32 = 20_000;
        let ((sender, order), queue) = (mpsc::channel(), Injector::new());
        let left = AtomicUsize::new(2 * EACH as usize);
        thread::scope(|scope| {
            for pusher in 0..2 {
                let (queue, sender) = (&queue, sender.clone());
                scope.spawn(move || jobs(pusher, &sender, EACH).for_each(|job| queue.push(job)));
            }
            for most in [1, 7] {
                let (queue, left) = (&queue, &left);
                scope.spawn(move || {
                    while left.load(Ordering::Relaxed) > 0 {
                        let mut jobs = Vec::new();
                        let first = queue.take(most, |job| jobs.push(job));
                        for job in first.into_iter().chain(jobs) {
                            assert!(job.run(&Bystander));
                            left.fetch_sub(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        drop(sender);
        let mut all: Vec<_> = order.iter().collect();
        all.sort_unstable();
        let expected: Vec<_> = (0..2).flat_map(|pusher| (0..EACH).map(move |n| (pusher, n))).collect();
        assert!(all == expected && queue.is_empty());
    }

    #[test]
    fn those_of_one_pusher_come_in_order() {
        let ((sender, order), queue) = (mpsc::channel(), Injector::new());
        thread::scope(|scope| {
            for pusher in 0..3 {
                let (queue, sender) = (&queue, sender.clone());
                scope.spawn(move || jobs(pusher, &sender, 5_000).for_each(|job| queue.push(job)));
            }
            scope.spawn(|| {
                for _ in 0..15_000 {
                    std::iter::repeat_with(|| queue.take(1, drop)).flatten().next().unwrap().run(&Bystander);
                }
            });
        });
        let mut next = [0; 3];
        for (pusher, n) in order.try_iter() {
            assert_eq!(std::mem::replace(&mut next[pusher as usize], n + 1), n);
        }
    }
}
