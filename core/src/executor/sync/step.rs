//! The steps of the protocols without which something would be lost. Each can be left out of a model, which must fail
//! then: that shows that the step is needed, and that the model would tell.

use super::atomic::Ordering;
#[cfg(any(loom, not(target_arch = "x86_64")))]
use super::atomic::fence;
#[cfg(not(any(loom, not(target_arch = "x86_64"))))]
use std::sync::atomic::AtomicU32;
use std::sync::atomic::compiler_fence;

/// A step that no protocol does without; `README.md` has the rules that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Step {
    /// The fence between a push and the look at the sleep word: rule 1.
    PushFence,
    /// The fence between an announcement and the second look: rule 2.
    IdleFence,
    /// The look through the queues after the announcement: rule 2.
    SecondLook,
    /// The fence between the end of a search and the look through the queues: rule 3.
    SearchFence,
    /// Another worker is roused before the last searcher runs a job: rule 3.
    ChainedWake,
    /// Who waits sets WATCHED.
    WatchedBit,
    /// Who waits sees that the task has ended.
    SeenEnd,
    /// The release order in which DONE is published.
    Publish,
    /// A task with callbacks is not published before they were called.
    CallbacksFirst,
    /// A result whose handle went meanwhile is dropped by who ended the task.
    DropUnread,
    /// The order in which a holder goes: all that others did to the task comes before it is freed.
    LastHolder,
    /// A completion queue that was empty tells its consumer.
    Notify,
}

/// The fence that a step is.
pub(in super::super) fn seq_cst_fence(step: Step) {
    if kept(step) {
        full_fence();
    }
}

#[cfg(any(loom, not(target_arch = "x86_64")))]
fn full_fence() {
    fence(Ordering::SeqCst);
}

/// On x86-64 every locked instruction is a full fence, and `mfence`, which the compiler makes of a fence, takes three
/// times as long. crossbeam-epoch does the same where it pins.
#[cfg(not(any(loom, not(target_arch = "x86_64"))))]
fn full_fence() {
    let on_the_stack = AtomicU32::new(0);
    std::hint::black_box(&on_the_stack).swap(1, Ordering::SeqCst);
    compiler_fence(Ordering::SeqCst);
}

/// The fence that a step is, right after a read-modify-write of this thread: on x86-64 that was one already.
pub(in super::super) fn seq_cst_fence_after_rmw(step: Step) {
    if cfg!(all(target_arch = "x86_64", not(loom))) {
        compiler_fence(Ordering::SeqCst);
    } else {
        seq_cst_fence(step);
    }
}

/// The order of a step that is one.
pub(in super::super) fn order(step: Step, order: Ordering) -> Ordering {
    if kept(step) { order } else { Ordering::Relaxed }
}

/// Whether a step is taken, as it always is outside of models.
#[cfg(not(loom))]
pub(in super::super) const fn kept(_: Step) -> bool {
    true
}

/// Whether a step is taken: the environment may leave one out.
#[cfg(loom)]
pub(in super::super) fn kept(step: Step) -> bool {
    static LEFT_OUT: std::sync::LazyLock<Option<String>> =
        std::sync::LazyLock::new(|| std::env::var("LINECREW_LEAVE_OUT").ok());
    LEFT_OUT.as_ref().is_none_or(|left_out| *left_out != format!("{step:?}"))
}
