//! What the workers and the handles of one executor share: its queues, and when a worker is woken or started.

use super::builder::Initializer;
use super::cell::{Extra, Injector, Job, NO_POOL, PoolId, new_task};
use super::deques::{Deques, Place};
use super::error::{BrokenPool, TaskError};
use super::sleep::Sleep;
use super::stats::{Counts, Stats};
use super::sync::atomic::{AtomicU8, AtomicUsize, Ordering, fence};
use super::sync::{Step, kept, seq_cst_fence, seq_cst_fence_after_rmw};
use super::task::Task;
use super::threads::Threads;
use super::timer::Timers;
use super::worker;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// What a pool is built with.
pub(super) struct Settings {
    pub(super) max_workers: usize,
    pub(super) threads: Threads,
    pub(super) initializer: Option<Initializer>,
    pub(super) keep_alive: Duration,
}

/// What has not started is cancelled, also where a thief carries it from queue to queue.
const CANCEL: u8 = 0b001;
/// Likewise, but it is refused: the pool is broken.
const REFUSE: u8 = 0b010;
/// There are more workers than `max_workers`.
const SHRINK: u8 = 0b100;

pub(super) struct Pool {
    id: PoolId,
    /// Changed under the lock of `threads`.
    max_workers: AtomicUsize,
    injector: Injector,
    pub(super) deques: Deques,
    pub(super) sleep: Sleep,
    threads: Threads,
    initializer: Option<Initializer>,
    /// How long a worker sleeps before it ends.
    pub(super) keep_alive: Duration,
    /// What the workers heed between two tasks: `CANCEL`, `REFUSE`, `SHRINK`.
    orders: AtomicU8,
    /// Workers that run the initializer.
    initializing: AtomicUsize,
    broken: OnceLock<BrokenPool>,
    pub(super) timers: Timers,
}

impl Pool {
    pub(super) fn new(settings: Settings) -> Arc<Self> {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(NO_POOL + 1);
        Arc::new(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            max_workers: AtomicUsize::new(settings.max_workers),
            injector: Injector::new(),
            deques: Deques::default(),
            sleep: Sleep::default(),
            threads: settings.threads,
            initializer: settings.initializer,
            keep_alive: settings.keep_alive,
            orders: AtomicU8::new(0),
            initializing: AtomicUsize::new(0),
            broken: OnceLock::new(),
            timers: Timers::default(),
        })
    }

    /// Tells this pool from all others of the process.
    pub(super) fn id(&self) -> PoolId {
        self.id
    }

    /// Makes a task of a closure and queues it; one that cannot be run has ended with the reason.
    pub(super) fn submit<F, T>(self: &Arc<Self>, closure: F) -> Task<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.submit_with(closure, ())
    }

    /// As [`submit`](Self::submit), with what the task carries beside its closure.
    pub(super) fn submit_with<F, T, E>(self: &Arc<Self>, closure: F, extra: E) -> Task<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
        E: Extra + 'static,
    {
        let (job, handle) = new_task(self.id, closure, extra);
        if let Err(error) = self.enqueue(job) {
            handle.job().refuse(error);
        }
        Task::new(handle)
    }

    /// Queues a task, and sees to it that somebody will run it. On an error the caller must refuse it, since it may
    /// be in a queue.
    pub(super) fn enqueue(self: &Arc<Self>, job: Job) -> Result<(), TaskError> {
        if self.sleep.word().is_closed() {
            return Err(self.refusal());
        }
        let job = if worker::is_own(self.id) { worker::push_if_own(self.id, job) } else { Err(job) };
        let queued = job.unwrap_or_else(|job| {
            self.injector.push(job);
            None
        });
        self.after_push(queued)
    }

    /// Takes the oldest of what came from outside.
    pub(super) fn take_injected(&self) -> Option<Job> {
        self.injector.take(1, drop)
    }

    /// Takes up to `most` of what came from outside, the oldest to run now.
    pub(super) fn take_batch(self: &Arc<Self>, place: &Place, most: usize, searching: bool) -> Option<Job> {
        let (job, more) = self.deques.take_batch(&self.injector, place, most);
        // A searching worker looks again when it stops. For any other this is a push into its own queue.
        if more > 0 && !searching {
            seq_cst_fence(Step::PushFence);
            // The tasks are this worker's if nobody else can be had for them.
            let _ = self.ensure_runner(|| more, true);
        }
        job
    }

    /// Whether nothing from outside waits.
    pub(super) fn injector_is_empty(&self) -> bool {
        self.injector.is_empty()
    }

    /// How many tasks the queues hold.
    fn queued(&self) -> usize {
        self.injector.len() + self.deques.len()
    }

    /// Whether some queue holds something.
    pub(super) fn has_work(&self) -> bool {
        !self.injector.is_empty() || !self.deques.are_empty()
    }

    /// After a worker stopped searching: if it was the last and there is more, another must search.
    pub(super) fn pass_on(self: &Arc<Self>, last: bool) {
        seq_cst_fence(Step::SearchFence);
        if last && self.has_work() && kept(Step::ChainedWake) {
            // Whoever reads the queues next will find what is there; a refused thread changes nothing for it.
            let _ = self.ensure_runner(|| usize::from(self.has_work()), true);
        }
    }

    /// Takes no more tasks from now on. Those queued are run, or cancelled if `cancel`.
    pub(super) fn close(self: &Arc<Self>, cancel: bool) {
        self.close_with(if cancel { CANCEL } else { 0 });
    }

    /// Takes no more tasks, and runs none of those queued.
    pub(super) fn break_down(self: &Arc<Self>, broken: BrokenPool) {
        // Where several initializers fail, the errors tell of the first.
        let _ = self.broken.set(broken);
        self.close_with(REFUSE);
    }

    fn close_with(self: &Arc<Self>, order: u8) {
        self.orders.fetch_or(order, Ordering::SeqCst);
        self.sleep.close();
        self.timers.end_all(|job| match order {
            REFUSE => _ = job.refuse(self.refusal()),
            _ => _ = job.cancel(),
        });
        fence(Ordering::SeqCst);
        if order != 0 {
            self.drain(|job| _ = self.admits(&job));
        }
        // A submit that saw the pool open relies on this look if it could start nobody.
        if self.has_work() {
            // Without a thread everything has been refused already.
            let _ = self.ensure_runner(|| usize::from(self.has_work()), true);
        }
        while self.sleep.wake_one() {}
    }

    /// Why the pool runs no more tasks, if it is broken.
    pub(super) fn broken(&self) -> Option<&BrokenPool> {
        self.broken.get()
    }

    /// Whether a task may start; ends it if it may not.
    pub(super) fn admits(&self, job: &Job) -> bool {
        // Acquire, as the refusal must find what broke the pool.
        let orders = self.orders.load(Ordering::Acquire);
        if orders & CANCEL != 0 {
            job.cancel();
        } else if orders & REFUSE != 0 {
            job.refuse(self.refusal());
        }
        orders & (CANCEL | REFUSE) == 0
    }

    /// The most workers that may be.
    pub(super) fn max_workers(&self) -> usize {
        self.max_workers.load(Ordering::SeqCst)
    }

    /// Changes it. Starts workers for what is queued; wakes the idle surplus, so that it ends.
    pub(super) fn set_max_workers(self: &Arc<Self>, max_workers: usize) {
        let threads = self.threads.lock();
        self.max_workers.store(max_workers, Ordering::SeqCst);
        let surplus = self.note_surplus();
        drop(threads);
        fence(Ordering::SeqCst);
        for _ in 0..surplus {
            self.sleep.wake_coldest();
        }
        // A refused thread leaves the tasks to those that live; without any they have been refused.
        while matches!(self.ensure_runner(|| self.queued(), false), Ok(true)) {}
    }

    /// Whether workers should look if they are too many.
    pub(super) fn has_surplus(&self) -> bool {
        self.orders.load(Ordering::Relaxed) & SHRINK != 0
    }

    /// Counts a searching worker no more if there are too many; tells whether.
    pub(super) fn release_surplus(&self) -> bool {
        let _threads = self.threads.lock();
        let release = self.note_surplus() > 0;
        if release {
            self.sleep.release();
            self.note_surplus();
        }
        release
    }

    /// How many workers are too many. Under the lock of `threads`: none is started meanwhile.
    fn note_surplus(&self) -> usize {
        let surplus = self.sleep.word().spawned().saturating_sub(self.max_workers());
        if surplus > 0 {
            self.orders.fetch_or(SHRINK, Ordering::SeqCst);
        } else {
            self.orders.fetch_and(!SHRINK, Ordering::SeqCst);
        }
        surplus
    }

    /// Whether a worker that is counted no more may end. `false` if there is work: it is counted again, as searching.
    pub(super) fn let_go(self: &Arc<Self>) -> bool {
        fence(Ordering::SeqCst);
        let mut threads = self.threads.lock();
        if !self.has_work() {
            threads.forget_ended(self.sleep.word().spawned());
            return true;
        }
        let counted = self.sleep.reserve(self.max_workers(), true);
        drop(threads);
        if !counted {
            // As many as may be live already, but they may sleep.
            let _ = self.ensure_runner(|| usize::from(self.has_work()), true);
        }
        !counted
    }

    /// What each worker runs first. From then until [`initialized`](Self::initialized), which it must call when it
    /// counts as searching again, no other is started for what it will take.
    pub(super) fn begin_initializer(&self) -> Option<&Initializer> {
        self.initializer.as_ref().inspect(|_| _ = self.initializing.fetch_add(1, Ordering::SeqCst))
    }

    /// A worker's initializer has ended.
    pub(super) fn initialized(&self) {
        self.initializing.fetch_sub(1, Ordering::SeqCst);
    }

    /// The counters as they are now.
    pub(super) fn stats(&self) -> Stats {
        let word = self.sleep.word();
        let idle = word.searching() + word.idle();
        let initializing = self.initializing.load(Ordering::SeqCst);
        Stats {
            max_workers: self.max_workers(),
            workers: word.spawned(),
            running: (word.spawned() - idle).saturating_sub(initializing),
            idle,
            queued: self.queued(),
            completed: self.deques.counts().map(Counts::completed).sum(),
            stolen: self.deques.counts().map(Counts::stolen).sum(),
        }
    }

    /// Waits for the end of all workers.
    pub(super) fn join(&self) {
        self.threads.join();
    }

    /// The second half of a submit. `queued` is the length of the worker's own queue if it went there.
    #[inline]
    fn after_push(self: &Arc<Self>, queued: Option<usize>) -> Result<(), TaskError> {
        match queued {
            Some(_) => seq_cst_fence(Step::PushFence),
            // The injector's push ends with an addition.
            None => seq_cst_fence_after_rmw(Step::PushFence),
        }
        if self.sleep.word().is_closed() {
            return Err(self.refusal());
        }
        self.ensure_runner(|| queued.unwrap_or_else(|| self.injector.len()), false).map(drop)
    }

    /// Why a closed pool takes no task.
    pub(super) fn refusal(&self) -> TaskError {
        self.broken().map_or(TaskError::ShutDown, |broken| TaskError::BrokenPool(broken.clone()))
    }

    /// If nobody searches, wakes a worker, or starts one while there is room. Starts one too where `waiting` tasks are
    /// more than the searching workers will take: to leave that to the last searcher would start a cold pool's workers
    /// one after the other. `forced` starts them in a closed pool as well. Tells whether it woke or started one.
    fn ensure_runner(self: &Arc<Self>, waiting: impl Fn() -> usize, forced: bool) -> Result<bool, TaskError> {
        loop {
            let word = self.sleep.word();
            let (searching, idle) = (word.searching(), word.idle());
            let room = idle == 0 && word.spawned() < self.max_workers();
            let may_help = room || idle > 0 && searching == 0;
            // Nothing waits any more when a worker took it before the word was read.
            if !may_help || waiting() <= searching {
                return Ok(false);
            }
            if room {
                let coming = searching + self.initializing.load(Ordering::SeqCst);
                return if waiting() > coming { self.start_one(forced) } else { Ok(false) };
            }
            // Nobody to wake after all: an idle worker has taken its announcement back, so look at the word again.
            if self.sleep.wake_one() {
                return Ok(true);
            }
        }
    }

    fn start_one(self: &Arc<Self>, forced: bool) -> Result<bool, TaskError> {
        let mut threads = self.threads.lock();
        if !self.sleep.reserve(self.max_workers(), forced) {
            return Ok(false);
        }
        let pool = Arc::clone(self);
        let living = self.sleep.word().spawned();
        let started = self.threads.start(&mut threads, living, move || worker::run(pool));
        drop(threads);
        started.map(|()| true).or_else(|error| self.start_failed(&error).map(|()| false))
    }

    /// The system refused a thread: the task stays if any worker lives.
    fn start_failed(self: &Arc<Self>, error: &std::io::Error) -> Result<(), TaskError> {
        let word = self.sleep.release();
        fence(Ordering::SeqCst);
        // Others may have relied on the one that never came.
        if word.spawned() == 0 {
            self.drain(|job| _ = job.refuse(TaskError::NoThread(error.kind())));
            return Err(TaskError::NoThread(error.kind()));
        }
        // A worker that is awake will search when it is done.
        if word.searching() == 0 && self.has_work() {
            self.sleep.wake_one();
        }
        Ok(())
    }

    fn drain(&self, end: impl Fn(Job)) {
        while let Some(job) = self.take_injected().or_else(|| self.deques.steal_one()) {
            end(job);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Executor;
    use super::super::sleep::Parker;
    use super::*;

    /// A pool with one task, which no worker was started for.
    fn with_a_task(max_workers: usize) -> Arc<Pool> {
        let executor = Executor::builder().max_workers(max_workers).build().unwrap();
        let pool = Arc::clone(&executor.handle.pool);
        pool.injector.push(new_task(pool.id, || (), ()).0);
        // Its end would start one.
        std::mem::forget(executor);
        pool
    }

    fn until(condition: impl Fn() -> bool) {
        let begin = std::time::Instant::now();
        while !condition() {
            assert!(begin.elapsed() < Duration::from_mins(1), "it never came about");
            std::thread::yield_now();
        }
    }

    #[test]
    fn an_ending_worker_that_finds_a_task_stays() {
        let pool = with_a_task(1);
        assert!(!pool.let_go());
        assert_eq!((pool.sleep.word().spawned(), pool.sleep.word().searching()), (1, 1));
        assert!(pool.take_injected().is_some());
        pool.sleep.release();
        assert!(pool.let_go());
        assert_eq!(pool.sleep.word().spawned(), 0);
    }

    #[test]
    fn an_ending_worker_that_is_too_many_wakes_another_for_the_task() {
        let pool = with_a_task(1);
        let other = Parker::current();
        assert!(pool.sleep.reserve(1, false));
        pool.sleep.announce(&other);
        assert!(pool.let_go());
        assert!(other.park_timeout(Duration::ZERO));
        assert_eq!(pool.sleep.word().spawned(), 1);
    }

    #[test]
    fn sleeping_workers_that_are_too_many_end() {
        let executor = Executor::builder().max_workers(5).build().unwrap();
        let (pool, all) = (&executor.handle.pool, Arc::new(std::sync::Barrier::new(5)));
        for _ in 0..5 {
            let all = Arc::clone(&all);
            drop(executor.submit(move || _ = all.wait()));
        }
        until(|| pool.sleep.word().idle() == 5);
        executor.set_max_workers(2).unwrap();
        until(|| pool.sleep.word().spawned() == 2 && !pool.has_surplus());
    }

    #[test]
    fn the_handles_of_ended_workers_are_dropped() {
        let executor = Executor::builder().max_workers(1).keep_alive(Duration::ZERO).build().unwrap();
        let pool = &executor.handle.pool;
        for _ in 0..100 {
            executor.submit(|| ()).result().unwrap();
            until(|| pool.sleep.word().spawned() == 0);
        }
        until(|| {
            executor.submit(|| ()).result().unwrap();
            pool.threads.lock().len() < 20
        });
    }
}
