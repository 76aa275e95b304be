//! Runs a program on an executor.

use crate::ledger::{Counted, Ledger, Record};
use crate::op::{Fate, Job, Op, Program, TimerFate};
use linecrew_core::executor::{Executor, Handle, Task, as_completed, wait};
use std::io::Write;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Long enough that only a hang reaches it.
const HANG: Duration = Duration::from_mins(1);

type Kept = (Arc<Record>, Task<Counted>);

/// Runs the program, and panics with what does not hold; ends the process if it hangs.
pub(crate) fn check(program: &Program) {
    let (ended, end) = mpsc::channel();
    let running = program.clone();
    let runner = thread::spawn(move || {
        // Sent on a panic, too.
        let _ended = SendOnDrop(ended);
        run(&running);
    });
    if end.recv_timeout(HANG).is_err() {
        // Not by `eprintln`, whose text the test harness keeps for an end that does not come.
        let _ = writeln!(std::io::stderr(), "it hangs: {program:#?}");
        std::process::abort();
    }
    if let Err(payload) = runner.join() {
        resume_unwind(payload);
    }
}

struct SendOnDrop(mpsc::Sender<()>);

impl Drop for SendOnDrop {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

fn run(program: &Program) {
    let builder = Executor::builder().max_workers(program.max_workers).keep_alive(program.keep_alive);
    let executor = builder.build().unwrap();
    let ledger = Arc::new(Ledger::default());
    thread::scope(|scope| {
        for ops in &program.threads {
            let outside = Outside { executor: &executor, ledger: Arc::clone(&ledger), kept: Vec::new() };
            scope.spawn(|| outside.run(ops));
        }
    });
    if !program.drops_early {
        ledger.settle();
    }
    drop(executor);
    ledger.settle();
    ledger.check(program);
}

/// A thread that is not of the pool.
struct Outside<'e> {
    executor: &'e Executor,
    ledger: Arc<Ledger>,
    kept: Vec<Kept>,
}

impl Outside<'_> {
    fn run(mut self, ops: &[Op]) {
        for op in ops {
            self.step(op);
        }
    }

    fn step(&mut self, op: &Op) {
        match op {
            Op::Submit(job, fate) => {
                let kept = submit(&self.executor.handle(), &self.ledger, job);
                self.kept.extend(meet(kept, *fate));
            }
            Op::SubmitAfter(delay, job, fate) => self.submit_after(*delay, job, *fate),
            Op::Cancel(nth) => self.with(*nth, |(record, task)| record.cancelled(task.cancel())),
            Op::Read(nth) => _ = self.take(*nth).map(read),
            Op::ReadIfDone(nth) => self.with(*nth, |(record, task)| {
                if task.is_done() {
                    record.told(task.result_timeout(Duration::ZERO).as_ref().err());
                }
            }),
            Op::Watch(nth) => self.with(*nth, watch),
            Op::Forget(nth) => drop(self.take(*nth)),
            Op::Map { jobs, read } => self.map(jobs, *read),
            Op::AsCompleted { read: most } => {
                as_completed(std::mem::take(&mut self.kept)).take(*most).for_each(read);
            }
            Op::WaitFor(condition) => {
                let waited = wait(std::mem::take(&mut self.kept), *condition, None);
                assert!(waited.done.iter().all(|(_, task)| task.is_done()));
                self.kept.extend(waited.done.into_iter().chain(waited.not_done));
            }
            Op::Scope(jobs) => self.scope(jobs),
            Op::SetMaxWorkers(most) => self.executor.set_max_workers(*most).unwrap(),
            Op::Shutdown(pending, wait) => self.executor.shutdown(*pending, *wait),
        }
    }

    fn with(&mut self, nth: usize, action: impl FnOnce(&mut Kept)) {
        let nth = nth.checked_rem(self.kept.len());
        if let Some(kept) = nth.and_then(|nth| self.kept.get_mut(nth)) {
            action(kept);
        }
    }

    fn take(&mut self, nth: usize) -> Option<Kept> {
        nth.checked_rem(self.kept.len()).map(|nth| self.kept.swap_remove(nth))
    }

    fn submit_after(&self, delay: Duration, job: &Job, fate: TimerFate) {
        let (record, call) = call(&self.executor.handle(), &self.ledger, job);
        record.late();
        let timer = self.executor.submit_after(delay, || call.run());
        match fate {
            TimerFate::Dropped => drop(timer),
            TimerFate::Read => record.told(timer.result().as_ref().err()),
            TimerFate::Cancelled => record.cancelled(timer.cancel()),
            TimerFate::Rearmed => {
                timer.rearm(Duration::ZERO);
                record.told(timer.result().as_ref().err());
            }
        }
    }

    fn map(&self, jobs: &[Job], most: usize) {
        let calls: Vec<_> = jobs.iter().map(|job| call(&self.executor.handle(), &self.ledger, job)).collect();
        let (records, calls): (Vec<_>, Vec<_>) = calls.into_iter().unzip();
        for record in &records {
            record.disowned();
        }
        let results = self.executor.map(|call: Call| call.run(), calls);
        for (record, result) in records.iter().zip(results).take(most) {
            record.told(result.as_ref().err());
        }
    }

    fn scope(&self, jobs: &[Job]) {
        let calls: Vec<_> = jobs.iter().map(|job| call(&self.executor.handle(), &self.ledger, job)).collect();
        let (records, calls): (Vec<_>, Vec<_>) = calls.into_iter().unzip();
        self.executor.scope(|scope| {
            let tasks: Vec<_> = calls.into_iter().map(|call| scope.submit(|| call.run())).collect();
            for (record, task) in records.iter().zip(tasks).step_by(2) {
                record.told(task.result().as_ref().err());
            }
        });
    }
}

/// A job before it is submitted.
struct Call {
    job: Job,
    handle: Handle,
    ledger: Arc<Ledger>,
    record: Arc<Record>,
    captured: Counted,
}

fn call(handle: &Handle, ledger: &Arc<Ledger>, job: &Job) -> (Arc<Record>, Call) {
    let record = ledger.record();
    let (handle, ledger, captured) = (handle.clone(), Arc::clone(ledger), record.closure());
    let call = Call { job: job.clone(), handle, ledger, record: Arc::clone(&record), captured };
    (record, call)
}

fn submit(handle: &Handle, ledger: &Arc<Ledger>, job: &Job) -> Kept {
    let (record, call) = call(handle, ledger, job);
    (record, handle.submit(|| call.run()))
}

impl Call {
    fn run(self) -> Counted {
        let _busy = self.ledger.enter();
        self.record.started();
        match &self.job {
            Job::Returns => {}
            // No panic hook, which would print a message for each.
            Job::Panics => resume_unwind(Box::new("as it was told to")),
            Job::Yields => thread::yield_now(),
            Job::Submits(children) => self.submit(children),
        }
        drop(self.captured);
        self.record.value()
    }

    fn submit(&self, children: &[(Job, Fate)]) {
        let submit = |(job, fate): &(Job, Fate)| meet(submit(&self.handle, &self.ledger, job), *fate);
        let kept: Vec<_> = children.iter().filter_map(submit).collect();
        as_completed(kept).for_each(read);
    }
}

/// Brings the task's fate about; returns the handle if it is kept.
fn meet(kept: Kept, fate: Fate) -> Option<Kept> {
    match fate {
        Fate::Kept => return Some(kept),
        Fate::Dropped => drop(kept),
        Fate::Read => read(kept),
        Fate::Cancelled => kept.0.cancelled(kept.1.cancel()),
    }
    None
}

fn read((record, task): Kept) {
    record.told(task.result().as_ref().err());
}

fn watch((record, task): &mut Kept) {
    let (told, called) = (Arc::clone(record), record.callback());
    task.add_done_callback(move |outcome| {
        told.told(outcome.err());
        drop(called);
    });
}
