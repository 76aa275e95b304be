//! Carries a schedule out: starts hosts on the executor, and turns whatever becomes of each into exactly one outcome.

use super::attempt::{Attempt, Ended};
use super::cause::Refusal;
use super::error::HostError;
use super::event::What;
use super::outcome::{Outcome, Status};
use super::plan::{Job, Plan, Way};
use super::schedule::{After, Chance, End, Needs, Next, Rules, Schedule};
use super::skip::Skip;
use super::teller::Teller;
use crate::cancel::CancelHook;
use crate::deadline::Deadline;
use crate::executor::Handle;
use crate::inventory::Host;
use crate::session::{ErrorKind, SessionError};
use crate::timer::{self, Alarm};
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

/// What a value says of its host: why it counts as failed, if it does.
pub(super) type Judge<T> = dyn Fn(&T) -> Option<Refusal> + Send + Sync;

/// A run under way. Whoever brings news, on whatever thread, starts what may start then.
pub(super) struct Engine<T> {
    hosts: Vec<Arc<Host>>,
    pub(super) plan: Plan,
    pub(super) job: Box<Job<T>>,
    judge: Box<Judge<T>>,
    executor: Handle,
    run_deadline: Option<Deadline>,
    state: Mutex<State>,
    teller: Teller<(usize, Outcome<T>)>,
    /// What tells of a cancel, and of the end of the run's time.
    watches: OnceLock<(Vec<CancelHook>, Option<Alarm>)>,
}

struct State {
    schedule: Schedule,
    /// Somebody is at it already, and looks again before leaving where there is news.
    pumping: bool,
    news: bool,
    alarm: Option<Alarm>,
    hosts: Vec<Course>,
    /// How those were refused that have another credential to try.
    refusals: HashMap<usize, HostError>,
}

/// How far a host is.
#[derive(Clone, Copy, Default)]
struct Course {
    began: Option<Instant>,
    attempts: u32,
}

/// A run that can be told to start no more hosts.
pub(super) trait Stops: Send + Sync {
    fn stop(self: Arc<Self>, why: Skip);
}

impl<T: Send + 'static> Engine<T> {
    /// Starts a run; what it gives is read from the receiver, each host once.
    pub(super) fn start(
        executor: Handle,
        hosts: Vec<Arc<Host>>,
        plan: Plan,
        job: Box<Job<T>>,
        judge: Box<Judge<T>>,
    ) -> (Arc<Self>, Receiver<(usize, Outcome<T>)>) {
        let (outcomes, receiver) = channel();
        let needs: Vec<Needs> = hosts.iter().map(|host| plan.needs(host)).collect();
        let rules = Rules {
            workers: executor.max_workers(),
            limits: plan.limits.clone(),
            retry: plan.retry.clone(),
            batches: plan.batches.clone(),
            read_only: plan.read_only,
        };
        let state = State {
            schedule: Schedule::new(&needs, rules, Chance::new()),
            pumping: false,
            news: false,
            alarm: None,
            hosts: vec![Course::default(); hosts.len()],
            refusals: HashMap::new(),
        };
        let run_deadline = plan.run_timeout.map(|limit| Deadline::after(limit, "run"));
        let engine = Arc::new_cyclic(|engine: &Weak<Self>| Self {
            teller: Teller::new(
                outcomes,
                hosts.len(),
                plan.journal.clone(),
                stop(Weak::clone(engine), Skip::Journal),
            ),
            hosts,
            plan,
            job,
            judge,
            executor,
            run_deadline,
            state: Mutex::new(state),
            watches: OnceLock::new(),
        });
        engine.watch();
        engine.pump();
        (engine, receiver)
    }

    /// Follows the tokens and the time of the run.
    fn watch(self: &Arc<Self>) {
        let stop = |why: Skip| stop(Arc::downgrade(self), why);
        let cancelled = self.plan.cancel.on_cancel(stop(Skip::Interrupted));
        let (cancel, grace) = (self.plan.cancel.clone(), self.plan.grace);
        let drain = stop(Skip::Interrupted);
        let stopped = self.plan.stop.on_cancel(move || {
            // Without a thread to wait on there is no grace.
            if cancel.cancel_after(grace).is_err() {
                cancel.cancel();
            }
            drain();
        });
        let over = self.run_deadline.map(|deadline| timer::at(deadline.instant(), stop(Skip::RunTimedOut)));
        // Without a thread to wait on, the sessions' own deadlines hold all the same.
        let _ = self.watches.set((vec![cancelled, stopped], over.and_then(Result::ok)));
    }

    /// Does what the schedule says until it has nothing more to say. Never twice at a time: whoever finds another at it
    /// leaves word.
    fn pump(self: &Arc<Self>) {
        let mut state = self.state();
        state.news = true;
        if std::mem::replace(&mut state.pumping, true) {
            return;
        }
        while std::mem::take(&mut state.news) {
            while let Some(step) = self.step(&mut state) {
                drop(state);
                match step {
                    Step::Start(index, number, way) => self.submit(index, number, way),
                    Step::End(index, why) => self.end_unstarted(index, why),
                }
                state = self.state();
            }
        }
        state.pumping = false;
    }

    /// What to do outside of the lock; nothing where there is to be waited, and it is seen to that the waiting ends.
    fn step(self: &Arc<Self>, state: &mut State) -> Option<Step> {
        loop {
            match state.schedule.next(Instant::now()) {
                Next::Start(index) => {
                    let (number, way) = state.begin(index);
                    return Some(Step::Start(index, number, way));
                }
                Next::Skip(index, why) => return Some(Step::End(index, self.skipped(index, why))),
                Next::GiveUp(index, why) => {
                    let refusal = state.refusals.remove(&index);
                    return Some(Step::End(index, refusal.unwrap_or_else(|| self.skipped(index, why))));
                }
                Next::At(when) if !self.wake_at(state, when) => state.schedule.stop(Skip::Abandoned),
                Next::At(_) | Next::Wait | Next::Over => return None,
            }
        }
    }

    /// Looks again at that moment; not where the system gives no thread to wait on.
    fn wake_at(self: &Arc<Self>, state: &mut State, when: Instant) -> bool {
        let engine = Arc::downgrade(self);
        let alarm = timer::at(when, move || {
            if let Some(engine) = engine.upgrade() {
                engine.pump();
            }
        });
        state.alarm = alarm.ok();
        state.alarm.is_some()
    }

    fn submit(self: &Arc<Self>, index: usize, number: u32, way: Way) {
        let attempt = Attempt::new(self, index, number, way);
        // Its end is told by the attempt itself, also where the executor drops it unrun.
        drop(self.executor.submit(move || attempt.run()));
    }

    pub(super) fn host(&self, index: usize) -> &Arc<Host> {
        &self.hosts[index]
    }

    /// Until when a host may take.
    pub(super) fn deadline(&self, index: usize) -> Deadline {
        let began = self.state().hosts[index].began.unwrap_or_else(Instant::now);
        let host = Deadline::counted_from(began, self.plan.host_timeout(&self.hosts[index]), "host");
        self.run_deadline.map_or(host, |run| host.sooner(run))
    }

    pub(super) fn connects(self: &Arc<Self>, index: usize) {
        self.state().schedule.connects(index, Instant::now());
        self.pump();
    }

    /// Whether a host that is connected may log in.
    pub(super) fn may_log_in(&self, index: usize) -> bool {
        self.state().schedule.may_log_in(index)
    }

    pub(super) fn logged_in(self: &Arc<Self>, index: usize) {
        self.state().schedule.logged_in(index, Instant::now());
        self.pump();
    }

    /// An attempt has ended.
    pub(super) fn ended(self: &Arc<Self>, index: usize, ended: Ended<T>) {
        let put_off = ended.put_off;
        let may_go_on = !ended.wrote && !self.deadline(index).is_past() && !self.plan.cancel.is_cancelled();
        let (outcome, refusal) = self.outcome(index, ended);
        let error = outcome.result.as_ref().err();
        let kind = error.and_then(HostError::session).map(SessionError::kind);
        let end = End {
            may_retry: may_go_on && error.is_some_and(HostError::may_retry),
            put_off,
            refused: kind == Some(ErrorKind::Authentication),
            enable_refused: kind == Some(ErrorKind::SecretRefused),
            failed: !outcome.status.is_well(),
        };
        let mut state = self.state();
        let after = state.schedule.ended(index, end, Instant::now());
        match (after, outcome.result) {
            (After::Retry(after), Err(error)) => {
                let told = error.to_string();
                if end.refused {
                    state.refusals.insert(index, error);
                }
                drop(state);
                self.plan.emit(&self.hosts[index], What::Retried { error: told, after });
            }
            (_, result) => {
                drop(state);
                self.finish(index, Outcome { result, ..outcome }, refusal);
            }
        }
        self.pump();
    }

    /// What an attempt is worth, and what its value is refused for.
    fn outcome(&self, index: usize, ended: Ended<T>) -> (Outcome<T>, Option<Refusal>) {
        let Course { began, attempts } = self.state().hosts[index];
        let Ended { result, served, wrote, .. } = ended;
        let refusal = result.as_ref().ok().and_then(|value| (self.judge)(value));
        let (status, cause) = match (&result, &refusal) {
            (Ok(_), Some(refusal)) => (Status::Failed, Some(refusal.cause)),
            (Ok(_), None) if wrote => (Status::Changed, None),
            (Ok(_), None) => (Status::Ok, None),
            (Err(error), _) => (error.status(wrote), Some(error.cause())),
        };
        let elapsed = began.map_or(Duration::ZERO, |began| began.elapsed());
        let host = Arc::clone(&self.hosts[index]);
        (Outcome { host, status, cause, result, elapsed, attempts, served }, refusal)
    }

    fn skipped(&self, index: usize, why: Skip) -> HostError {
        HostError::Skipped { host: self.hosts[index].name().to_owned(), why }
    }

    /// Ends a host that is not to be started, or not again.
    fn end_unstarted(self: &Arc<Self>, index: usize, why: HostError) {
        let (outcome, refusal) = self.outcome(index, Ended::unstarted(why));
        self.finish(index, outcome, refusal);
    }

    /// Tells everybody: the journal first, and the reader of outcomes last, once the journal is on the disk.
    fn finish(self: &Arc<Self>, index: usize, outcome: Outcome<T>, refusal: Option<Refusal>) {
        let error = outcome.result.as_ref().err().map(ToString::to_string).or(refusal.map(|it| it.why));
        if self.plan.record(&outcome, error.as_deref()).is_err() {
            self.state().schedule.stop(Skip::Journal);
        }
        let (status, elapsed) = (outcome.status, outcome.elapsed);
        self.plan.emit(&outcome.host, What::Finished { status, error, elapsed });
        self.teller.tell((index, outcome));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nobody else's code runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Send + 'static> Stops for Engine<T> {
    fn stop(self: Arc<Self>, why: Skip) {
        self.state().schedule.stop(why);
        self.pump();
    }
}

/// Starts no more hosts of the run, if it still goes on.
fn stop<T: Send + 'static>(engine: Weak<Engine<T>>, why: Skip) -> impl Fn() + Send + Sync + 'static {
    move || {
        if let Some(engine) = engine.upgrade() {
            Stops::stop(engine, why.clone());
        }
    }
}

/// What is done outside of the lock.
enum Step {
    Start(usize, u32, Way),
    End(usize, HostError),
}

impl State {
    /// The number of an attempt, and how it is to log in.
    fn begin(&mut self, index: usize) -> (u32, Way) {
        let course = &mut self.hosts[index];
        course.began.get_or_insert_with(Instant::now);
        course.attempts += 1;
        let (login, unprivileged) = (self.schedule.login(index), self.schedule.is_unprivileged(index));
        (course.attempts, Way { login, unprivileged })
    }
}
