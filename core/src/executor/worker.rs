//! A worker thread: takes tasks, runs them, searches, sleeps, ends.

use super::cell::{Job, NO_POOL, PoolId};
use super::deques::Place;
use super::error::BrokenPool;
use super::excepthook::{contained, unread};
use super::pace::Pace;
use super::panic::Panic;
use super::pool::Pool;
use super::runner::Runner;
use super::sleep::Parker;
use super::sync::{Step, kept, looks, seq_cst_fence, thread, thread_local};
use std::cell::{Cell, OnceCell};
use std::sync::Arc;

/// How often a worker looks at what came from outside, whatever its own queue holds. A prime, as in tokio, so that
/// it keeps no step with periodic work.
const TURNS_PER_INJECTOR_LOOK: u32 = 61;
/// How often a searching worker looks through all queues before it sleeps: 8 times at once with growing pauses, then
/// giving up its time slice in between.
const LOOKS: u32 = looks(24);
const LOOKS_WITHOUT_YIELD: u32 = 8;
/// So many tasks that were run by helping may stay in their queue before it is looked through.
const CLEAR_ABOVE: usize = 64;
/// How many tasks may run inside of one another on one stack.
const DEEPEST: u32 = 256;

thread_local! {
    static CURRENT: OnceCell<Worker> = const { OnceCell::new() };
}

thread_local! {
    /// The pool of `CURRENT`, for a look that costs a submit from outside next to nothing.
    static OWN_POOL: Cell<PoolId> = const { Cell::new(NO_POOL) };
}

struct Worker {
    pool: Arc<Pool>,
    /// `None` only while it is given back, when the thread ends.
    place: Option<Place>,
    parker: Arc<Parker>,
    searching: Cell<bool>,
    turn: Cell<u32>,
    pace: Pace,
    depth: Cell<u32>,
    /// How many tasks were run by helping since the own queue was last cleared of them.
    tombstones: Cell<usize>,
}

/// The body of a worker's thread; the worker is counted, and counted as searching, already.
pub(super) fn run(pool: Arc<Pool>) {
    OWN_POOL.with(|own| own.set(pool.id()));
    CURRENT.with(|current| {
        let place = Some(pool.deques.occupy());
        let worker = current.get_or_init(|| Worker {
            pool,
            place,
            parker: Parker::current(),
            searching: Cell::new(true),
            turn: Cell::new(0),
            pace: Pace::new(),
            depth: Cell::new(0),
            tombstones: Cell::new(0),
        });
        worker.initialize();
        while let Some(job) = worker.next() {
            if worker.pool.admits(&job) {
                job.run(&Turn::new(worker, true));
            }
        }
    });
}

/// Puts a job into the current worker's own queue, if this thread is a worker of the pool, and tells its length.
pub(super) fn push_if_own(pool: PoolId, job: Job) -> Result<Option<usize>, Job> {
    let mut job = Some(job);
    let pushed = with_own(pool, |worker| worker.push(&mut job));
    job.map_or(Ok(pushed.flatten()), Err)
}

/// Whether this thread is a worker of the pool.
#[inline]
pub(super) fn is_own(pool: PoolId) -> bool {
    OWN_POOL.with(Cell::get) == pool
}

/// What came of helping with a task that this thread waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Help {
    /// This thread is no worker of the task's pool, or the task had been claimed.
    None,
    /// The task was run here.
    Ran,
    /// Too many tasks are already nested on this stack.
    TooDeep(u32),
}

/// Runs a task of the current worker's own pool here and now, if nobody has claimed it: who waits for a task of his
/// own pool would otherwise hold the very thread that it needs.
pub(super) fn help(pool: PoolId, job: &Job) -> Help {
    let helped = with_own(pool, |worker| {
        let depth = worker.depth.get();
        if depth >= DEEPEST {
            return Help::TooDeep(DEEPEST);
        }
        worker.depth.set(depth + 1);
        let ran = worker.pool.admits(job) && job.help(&Turn::new(worker, false));
        worker.depth.set(depth);
        worker.tombstones.set(worker.tombstones.get() + usize::from(ran));
        if ran { Help::Ran } else { Help::None }
    });
    helped.unwrap_or(Help::None)
}

fn with_own<R>(pool: PoolId, action: impl FnOnce(&Worker) -> R) -> Option<R> {
    // `try_with`: a task's value may submit from its destructor while the thread ends.
    let found = is_own(pool).then(|| CURRENT.try_with(|current| current.get().map(action)));
    found?.ok().flatten()
}

impl Worker {
    /// The next task to run; `None` when the worker must end, which it has then told.
    fn next(&self) -> Option<Job> {
        if !self.searching.get() {
            let job = if self.pool.has_surplus() { None } else { self.take() };
            if job.is_some() {
                return job;
            }
            self.begin_search();
        }
        loop {
            if self.pool.has_surplus() && self.end_if_surplus() {
                return None;
            }
            if let Some(job) = self.search() {
                self.end_search();
                return Some(job);
            }
            if !self.sleep() {
                return None;
            }
        }
    }

    /// What needs no other worker: the own queue, then what came from outside; every 61 turns the other way round.
    fn take(&self) -> Option<Job> {
        let turn = self.turn.get().wrapping_add(1);
        self.turn.set(turn);
        if turn.is_multiple_of(TURNS_PER_INJECTOR_LOOK) {
            return self.pool.take_injected().or_else(|| self.pop());
        }
        self.pop().or_else(|| self.take_batch())
    }

    /// Takes what came from outside: one task, or several where those before were over at once.
    fn take_batch(&self) -> Option<Job> {
        if self.pool.injector_is_empty() {
            return None;
        }
        match self.pace.batch() {
            1 => self.pool.take_injected(),
            most => {
                // The batch is older than what is still outside.
                self.turn.set(0);
                self.pool.take_batch(self.place.as_ref()?, most, self.searching.get())
            }
        }
    }

    /// Puts a job into the own queue and tells its length; leaves it where it is if there is no queue any more.
    fn push(&self, job: &mut Option<Job>) -> Option<usize> {
        let place = self.place.as_ref()?;
        if let Some(job) = job.take() {
            self.pool.deques.push(place, job);
        }
        if self.tombstones.get() > CLEAR_ABOVE && 2 * self.tombstones.get() > place.len() {
            self.tombstones.set(0);
            place.clear_claimed();
        }
        Some(place.len())
    }

    fn pop(&self) -> Option<Job> {
        self.pool.deques.pop(self.place.as_ref()?)
    }

    fn search(&self) -> Option<Job> {
        (0..LOOKS).find_map(|look| {
            let job = self.take().or_else(|| self.pool.deques.steal(self.place.as_ref()?));
            if job.is_none() {
                match look {
                    0..LOOKS_WITHOUT_YIELD => (0..1 << look).for_each(|_| std::hint::spin_loop()),
                    _ => thread::yield_now(),
                }
            }
            job
        })
    }

    /// Announces, looks once more, sleeps. `true`: search again; `false`: the worker has ended.
    fn sleep(&self) -> bool {
        let (pool, sleep) = (&self.pool, &self.pool.sleep);
        sleep.announce(&self.parker);
        seq_cst_fence(Step::IdleFence);
        let more = kept(Step::SecondLook) && pool.has_work() || pool.has_surplus();
        if !more && !sleep.word().is_closed() && self.parker.park_timeout(pool.keep_alive) {
            return true;
        }
        if !sleep.retract(&self.parker) {
            self.parker.park();
            return true;
        }
        more || !self.end()
    }

    /// Ends a searching worker, unless a task came in between; tells whether it ended.
    fn end(&self) -> bool {
        self.pool.sleep.release();
        self.pool.let_go()
    }

    /// Ends a searching worker if there are too many; tells whether it ended.
    fn end_if_surplus(&self) -> bool {
        self.pool.release_surplus() && self.pool.let_go()
    }

    /// Runs the pool's initializer. It may block, so the worker does not count as searching meanwhile.
    fn initialize(&self) {
        let Some(initializer) = self.pool.begin_initializer() else { return };
        self.end_search();
        if let Err(panic) = contained(|| initializer.run()) {
            self.initializer_failed(panic);
        }
        self.begin_search();
        self.pool.initialized();
    }

    /// Breaks the pool. The worker stays to refuse what it finds, and ends with the others.
    fn initializer_failed(&self, panic: Panic) {
        let thread = thread::current();
        self.pool.break_down(BrokenPool::new(thread.name().unwrap_or_default(), panic.message()));
        unread(&panic);
        panic.discard();
    }

    fn begin_search(&self) {
        self.pace.rest();
        self.searching.set(true);
        self.pool.sleep.begin_search();
    }

    fn end_search(&self) {
        self.searching.set(false);
        let last = self.pool.sleep.end_search();
        self.pool.pass_on(last);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            self.pool.deques.leave(place);
        }
    }
}

/// One task that a worker runs, between two others or in the middle of one.
struct Turn<'a> {
    worker: &'a Worker,
    /// Nothing of the worker's own goes on after the task.
    outermost: bool,
    /// The task is published anew where its waiters change meanwhile, and counts once.
    counted: Cell<bool>,
}

impl<'a> Turn<'a> {
    fn new(worker: &'a Worker, outermost: bool) -> Self {
        Self { worker, outermost, counted: Cell::new(false) }
    }
}

impl Runner for Turn<'_> {
    /// Counts as searching before anybody can learn that the task ended: who submits the next one upon that finds a
    /// worker and starts none.
    fn before_publish(&self) {
        let first = !self.counted.replace(true);
        let Some(place) = &self.worker.place else { return };
        if first {
            place.counts().add_completed();
        }
        if self.outermost && place.is_empty() && self.worker.pool.injector_is_empty() {
            self.worker.begin_search();
        }
    }

    /// Code that may block runs after all: pass the search on.
    fn before_user_code(&self) {
        if self.outermost && self.worker.searching.get() {
            self.worker.end_search();
        }
    }
}
