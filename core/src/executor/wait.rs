//! Waiting for the first, the first failed, or all of many tasks.

use super::watched::{Completes, Told, Watched};
use crate::deadline::Deadline;
use std::time::Duration;

/// What a [`wait`] waits for; Python's constants of these names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ReturnWhen {
    /// One task ended, or was cancelled.
    FirstCompleted,
    /// One task ended with an error, or all ended. A cancelled one has none.
    FirstException,
    /// All tasks ended.
    #[default]
    AllCompleted,
}

impl ReturnWhen {
    fn is_met_by<C: Completes>(self, ended: &C) -> bool {
        match self {
            Self::FirstCompleted => true,
            Self::FirstException => ended.task().failed(),
            Self::AllCompleted => false,
        }
    }
}

/// The tasks that [`wait`] was given, each part in the order in which they came.
#[derive(Debug)]
#[must_use = "the tasks are in it"]
pub struct Waited<C> {
    /// Those that have ended or were cancelled.
    pub done: Vec<C>,
    /// Those that have not.
    pub not_done: Vec<C>,
}

/// Waits until enough of `tasks` have ended, or for at most `timeout`, and gives all of them back in two parts.
/// Python's function of that name.
///
/// `None` waits for ever. A job that waits so for tasks of its own executor which nobody has started runs them here,
/// one after the other, until enough have ended; nested deeper than 256 it returns with what is done, and `result` of
/// the others says so. A timed wait runs none: they do not know the limit.
///
/// ```
/// use linecrew_core::executor::{Executor, ReturnWhen, wait};
/// use std::time::Duration;
///
/// let executor = Executor::new()?;
/// let tasks = ["r1", "core-sw1"].map(|host| (host, executor.submit(move || host.len())));
/// let waited = wait(tasks, ReturnWhen::FirstException, Some(Duration::from_secs(30)));
/// for (host, task) in waited.done {
///     println!("{host}: {}", task.result()?);
/// }
/// for (host, task) in waited.not_done {
///     println!("{host}: given up ({})", task.cancel());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn wait<C: Completes>(
    tasks: impl IntoIterator<Item = C>,
    return_when: ReturnWhen,
    timeout: Option<Duration>,
) -> Waited<C> {
    let deadline = timeout.map(|timeout| Deadline::after(timeout, "wait").instant());
    let mut watched = Watched::new(tasks);
    for _ in 0..watched.total() {
        let Some(Told::Ended(place)) = watched.next(deadline) else { break };
        if watched.get(place).is_some_and(|ended| return_when.is_met_by(ended)) {
            break;
        }
    }
    let (done, not_done) = watched.into_rest().partition(|item| item.task().is_done());
    Waited { done, not_done }
}
