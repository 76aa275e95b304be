//! What the workers and the handles of one executor share: its queues, and when a worker is woken or started.

use super::cell::{NO_POOL, PoolId, new_task};
use super::deques::{Deques, Job};
use super::error::TaskError;
use super::sleep::Sleep;
use super::sync::atomic::{AtomicBool, Ordering, fence};
use super::sync::thread::{self, JoinHandle};
use super::sync::{Injector, Mutex, MutexGuard, Steal, Step, kept, seq_cst_fence};
use super::task::Task;
use super::timer::Timers;
use super::worker;
use std::sync::{Arc, PoisonError};

/// What a pool is built with.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) max_workers: usize,
    pub(super) thread_name_prefix: String,
    pub(super) stack_size: Option<usize>,
}

pub(super) struct Pool {
    id: PoolId,
    settings: Settings,
    injector: Injector<Job>,
    pub(super) deques: Deques,
    pub(super) sleep: Sleep,
    threads: Mutex<Threads>,
    /// Held by whoever joins the threads, so that others who wait for the end wait for him.
    joining: Mutex<()>,
    /// What has not started is cancelled, also where a thief carries it from queue to queue.
    cancelling: AtomicBool,
    pub(super) timers: Timers,
}

#[derive(Default)]
struct Threads {
    started: usize,
    running: Vec<JoinHandle<()>>,
}

impl Pool {
    pub(super) fn new(settings: Settings) -> Arc<Self> {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(NO_POOL + 1);
        Arc::new(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            settings,
            injector: Injector::new(),
            deques: Deques::default(),
            sleep: Sleep::default(),
            threads: Mutex::default(),
            joining: Mutex::default(),
            cancelling: AtomicBool::new(false),
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
        let (job, handle) = new_task(self.id, closure);
        if let Err(error) = self.enqueue(job) {
            handle.runnable().refuse(error);
        }
        Task::new(handle)
    }

    /// Queues a task, and sees to it that somebody will run it. On an error the caller must refuse it, since it may
    /// be in a queue.
    pub(super) fn enqueue(self: &Arc<Self>, job: Job) -> Result<(), TaskError> {
        if self.sleep.word().is_closed() {
            return Err(TaskError::ShutDown);
        }
        let queued = worker::push_if_own(self.id, job).unwrap_or_else(|job| {
            self.injector.push(job);
            None
        });
        self.after_push(queued)
    }

    /// Takes the oldest of what came from outside.
    pub(super) fn take_injected(&self) -> Option<Job> {
        std::iter::repeat_with(|| self.injector.steal())
            .find(|steal| !steal.is_retry())
            .and_then(Steal::success)
    }

    /// Whether nothing from outside waits.
    pub(super) fn injector_is_empty(&self) -> bool {
        self.injector.is_empty()
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
        self.cancelling.fetch_or(cancel, Ordering::SeqCst);
        self.sleep.close();
        self.timers.cancel_all();
        fence(Ordering::SeqCst);
        if cancel {
            self.drain(|job| job.cancel());
        }
        // A submit that saw the pool open relies on this look if it could start nobody.
        if self.has_work() {
            // Without a thread everything has been refused already.
            let _ = self.ensure_runner(|| usize::from(self.has_work()), true);
        }
        while self.sleep.wake_one() {}
    }

    /// Whether tasks that have not started are to be cancelled.
    pub(super) fn is_cancelling(&self) -> bool {
        self.cancelling.load(Ordering::Relaxed)
    }

    /// Waits for the end of all workers.
    pub(super) fn join(&self) {
        let _alone = self.joining.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let running = std::mem::take(&mut self.threads().running);
            if running.is_empty() {
                return;
            }
            for thread in running {
                // A worker catches what its tasks panic with, so there is nothing to report.
                let _ = thread.join();
            }
        }
    }

    /// The second half of a submit. `queued` is the length of the worker's own queue if it went there.
    fn after_push(self: &Arc<Self>, queued: Option<usize>) -> Result<(), TaskError> {
        seq_cst_fence(Step::PushFence);
        if self.sleep.word().is_closed() {
            return Err(TaskError::ShutDown);
        }
        self.ensure_runner(|| queued.unwrap_or_else(|| self.injector.len()), false)
    }

    /// If nobody searches, wakes a worker, or starts one while there is room. Starts one too where `waiting` tasks are
    /// more than the searching workers will take: to leave that to the last searcher would start a cold pool's workers
    /// one after the other. `forced` starts them in a closed pool as well.
    fn ensure_runner(self: &Arc<Self>, waiting: impl Fn() -> usize, forced: bool) -> Result<(), TaskError> {
        loop {
            let word = self.sleep.word();
            let (searching, idle) = (word.searching(), word.idle());
            let room = idle == 0 && word.spawned() < self.settings.max_workers;
            let may_help = room || idle > 0 && searching == 0;
            // Nothing waits any more when a worker took it before the word was read.
            if !may_help || waiting() <= searching {
                return Ok(());
            }
            if room {
                return self.start_one(forced);
            }
            // Nobody to wake after all: an idle worker has taken its announcement back, so look at the word again.
            if self.sleep.wake_one() {
                return Ok(());
            }
        }
    }

    fn start_one(self: &Arc<Self>, forced: bool) -> Result<(), TaskError> {
        let mut threads = self.threads();
        if !self.sleep.reserve(self.settings.max_workers, forced) {
            return Ok(());
        }
        let started = self.start(&mut threads);
        drop(threads);
        started.or_else(|error| self.start_failed(&error))
    }

    fn start(self: &Arc<Self>, threads: &mut Threads) -> std::io::Result<()> {
        if threads.running.len() > 2 * self.sleep.word().spawned() {
            threads.running.retain(|thread| !thread.is_finished());
        }
        let name = format!("{}_{}", self.settings.thread_name_prefix, threads.started);
        let builder = thread::Builder::new().name(name);
        let builder = match self.settings.stack_size {
            Some(size) => builder.stack_size(size),
            None => builder,
        };
        let pool = Arc::clone(self);
        threads.running.push(builder.spawn(move || worker::run(pool))?);
        threads.started += 1;
        Ok(())
    }

    /// The system refused a thread: the task stays if any worker lives.
    fn start_failed(self: &Arc<Self>, error: &std::io::Error) -> Result<(), TaskError> {
        let word = self.sleep.release();
        fence(Ordering::SeqCst);
        // Others may have relied on the one that never came.
        if word.spawned() == 0 {
            self.drain(|job| job.refuse(TaskError::NoThread(error.kind())));
            return Err(TaskError::NoThread(error.kind()));
        }
        // A worker that is awake will search when it is done.
        if word.searching() == 0 && self.has_work() {
            self.sleep.wake_one();
        }
        Ok(())
    }

    fn drain(&self, end: impl Fn(Job) -> bool) {
        while let Some(job) = self.take_injected().or_else(|| self.deques.steal_one()) {
            end(job);
        }
    }

    fn threads(&self) -> MutexGuard<'_, Threads> {
        // No user code runs under the lock.
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
