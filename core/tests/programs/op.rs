//! What a program of submits, cancels, panics and shutdowns is made of.

use linecrew_core::executor::{Pending, ReturnWhen, Wait};
use proptest::collection::vec;
use proptest::prelude::*;
use std::time::Duration;

/// One list of steps for each thread.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) max_workers: usize,
    /// How long an idle worker stays.
    pub(crate) keep_alive: Duration,
    pub(crate) threads: Vec<Vec<Op>>,
    /// The executor is dropped while jobs may still submit, which are refused then.
    pub(crate) drops_early: bool,
}

/// A step of a thread outside of the pool. Numbers choose among the handles that the thread has kept.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Submit(Job, Fate),
    SubmitAfter(Duration, Job, TimerFate),
    Cancel(usize),
    Read(usize),
    ReadIfDone(usize),
    Watch(usize),
    Forget(usize),
    Map { jobs: Vec<Job>, read: usize },
    AsCompleted { read: usize },
    WaitFor(ReturnWhen),
    Scope(Vec<Job>),
    SetMaxWorkers(usize),
    Shutdown(Pending, Wait),
}

/// What a job does.
#[derive(Clone, Debug)]
pub(crate) enum Job {
    Returns,
    Panics,
    Yields,
    Submits(Vec<(Job, Fate)>),
}

/// What becomes of the handle to a task.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fate {
    Kept,
    Dropped,
    Read,
    Cancelled,
}

/// What becomes of a timer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TimerFate {
    Dropped,
    Read,
    Cancelled,
    Rearmed,
}

impl Program {
    /// Whether a task may be refused, or cancelled by a shutdown; `late`: one that may be submitted after the last step.
    pub(crate) fn may_refuse(&self, late: bool) -> bool {
        let shuts_down = self.ops().any(|op| matches!(op, Op::Shutdown(..)));
        shuts_down || late && self.drops_early
    }

    /// The most workers that there may be at any time.
    pub(crate) fn most_workers(&self) -> usize {
        let set =
            self.ops().filter_map(|op| if let Op::SetMaxWorkers(most) = op { Some(*most) } else { None });
        set.chain([self.max_workers]).max().unwrap_or_default()
    }

    fn ops(&self) -> impl Iterator<Item = &Op> {
        self.threads.iter().flatten()
    }
}

pub(crate) fn programs() -> impl Strategy<Value = Program> {
    let keep_alive = prop_oneof![2 => Just(Duration::from_mins(1)), 1 => Just(Duration::ZERO)];
    (1..=4_usize, keep_alive, vec(vec(ops(), 0..24), 1..=3), any::<bool>()).prop_map(
        |(max_workers, keep_alive, threads, drops_early)| Program {
            max_workers,
            keep_alive,
            threads,
            drops_early,
        },
    )
}

fn ops() -> impl Strategy<Value = Op> {
    let chosen = || 0..8_usize;
    prop_oneof![
        12 => (jobs(), fates()).prop_map(|(job, fate)| Op::Submit(job, fate)),
        2 => (delays(), jobs(), timer_fates()).prop_map(|(delay, job, fate)| Op::SubmitAfter(delay, job, fate)),
        3 => chosen().prop_map(Op::Cancel),
        3 => chosen().prop_map(Op::Read),
        1 => chosen().prop_map(Op::ReadIfDone),
        2 => chosen().prop_map(Op::Watch),
        1 => chosen().prop_map(Op::Forget),
        1 => (vec(jobs(), 0..6), chosen()).prop_map(|(jobs, read)| Op::Map { jobs, read }),
        1 => chosen().prop_map(|read| Op::AsCompleted { read }),
        1 => conditions().prop_map(Op::WaitFor),
        1 => vec(jobs(), 0..4).prop_map(Op::Scope),
        1 => (1..=4_usize).prop_map(Op::SetMaxWorkers),
        1 => shutdowns(),
    ]
}

fn jobs() -> impl Strategy<Value = Job> {
    let leaf = prop_oneof![4 => Just(Job::Returns), 1 => Just(Job::Panics), 2 => Just(Job::Yields)];
    leaf.prop_recursive(2, 8, 3, |inner| vec((inner, fates()), 0..4).prop_map(Job::Submits))
}

fn fates() -> impl Strategy<Value = Fate> {
    prop_oneof![4 => Just(Fate::Kept), 2 => Just(Fate::Dropped), 2 => Just(Fate::Read), 1 => Just(Fate::Cancelled)]
}

fn timer_fates() -> impl Strategy<Value = TimerFate> {
    use TimerFate::{Cancelled, Dropped, Read, Rearmed};
    prop_oneof![Just(Dropped), Just(Read), Just(Cancelled), Just(Rearmed)]
}

/// Some are over while the next step runs.
fn delays() -> impl Strategy<Value = Duration> {
    (0..200_u64).prop_map(Duration::from_micros)
}

fn conditions() -> impl Strategy<Value = ReturnWhen> {
    prop_oneof![
        Just(ReturnWhen::FirstCompleted),
        Just(ReturnWhen::FirstException),
        Just(ReturnWhen::AllCompleted)
    ]
}

fn shutdowns() -> impl Strategy<Value = Op> {
    let pending = prop_oneof![Just(Pending::Finish), Just(Pending::Cancel)];
    let wait = prop_oneof![Just(Wait::Yes), Just(Wait::No)];
    (pending, wait).prop_map(|(pending, wait)| Op::Shutdown(pending, wait))
}
