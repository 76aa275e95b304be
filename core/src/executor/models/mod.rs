//! loom runs these programs in every order of their threads' steps, and with every value that a load may see. What
//! loom is told about, and what each model leaves open, is in `README.md` of the executor.

mod completion;
mod sleep;
mod task;

use super::sync::Step;
use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Checks `program` without a bound, or with at most `preemptions` changes of a thread that could have gone on.
fn check(preemptions: Option<usize>, program: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = model.preemption_bound.or(preemptions);
    model.max_branches = 10_000;
    model.check(program);
}

/// Counts how often copies of it were dropped. It tells loom nothing, so it orders nothing.
#[derive(Clone, Default)]
struct Drops(Arc<AtomicUsize>);

struct Counted(Drops);

impl Drops {
    fn one(&self) -> Counted {
        Counted(self.clone())
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Which model misses which step, and what it says then.
const MISSED: [(Step, &str, &str); 14] = [
    (Step::PushFence, "sleep::a_push_while_the_worker_falls_asleep", "deadlock"),
    (Step::IdleFence, "sleep::a_push_while_the_worker_falls_asleep", "deadlock"),
    (Step::PushFence, "sleep::a_job_that_waits_for_one_child_after_the_other", "deadlock"),
    (Step::IdleFence, "sleep::a_job_that_waits_for_one_child_after_the_other", "deadlock"),
    (Step::SecondLook, "sleep::a_push_while_the_worker_falls_asleep", "deadlock"),
    (Step::SearchFence, "sleep::a_job_that_waits_for_the_next", "deadlock"),
    (Step::ChainedWake, "sleep::a_job_that_waits_for_the_next", "deadlock"),
    (Step::WatchedBit, "task::a_thread_waits", "deadlock"),
    (Step::SeenEnd, "task::a_queue_that_watches_is_told_once", "deadlock"),
    (Step::Publish, "task::a_thread_waits", "Causality violation"),
    (Step::CallbacksFirst, "task::a_callback_sees_the_value_once", "called with the value"),
    (Step::DropUnread, "task::an_unread_value_goes_before_the_end_is_told", "dropped after the end"),
    (Step::LastHolder, "task::a_thread_waits", "Causality violation"),
    (Step::Notify, "completion::the_consumer_gets_all", "deadlock"),
];

/// A model that cannot fail shows nothing. Each runs in a process of its own, since a model that fails aborts it.
#[test]
fn each_step_is_missed() {
    let steps: BTreeSet<_> = MISSED.iter().map(|(step, ..)| *step as usize).collect();
    assert_eq!(steps.len(), Step::Notify as usize + 1);
    for (step, model, says) in MISSED {
        // What one preemption shows, two show as well, but in some fifteen times the time.
        let told = without(step, model, Some("1")).or_else(|| without(step, model, None)).unwrap_or_default();
        assert!(told.contains(says), "{model} without {step:?}: {told}");
    }
}

/// What the model says that lacks the step; nothing where it passes all the same.
fn without(step: Step, model: &str, preemptions: Option<&str>) -> Option<String> {
    let mut run = Command::new(std::env::current_exe().unwrap());
    run.arg(format!("executor::models::{model}")).args(["--exact", "--nocapture"]);
    run.envs(preemptions.map(|count| ("LOOM_MAX_PREEMPTIONS", count)));
    let run = run.env("LINECREW_LEAVE_OUT", format!("{step:?}")).env("RUST_BACKTRACE", "0").output().unwrap();
    let (out, told) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(out.contains("running 1 test"), "there is no model {model}");
    (!run.status.success()).then(|| format!("{out}{told}"))
}
