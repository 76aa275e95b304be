//! The outcomes of a run, one by one. Who stops reading them gives up the hosts that have not started.

use super::error::HostError;
use super::run::{Outcome, Pending, Value};
use crate::executor::{AsCompleted, Completes, Task, TaskError, as_completed};
use crate::inventory::Host;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Outcomes as they complete. Dropping it cancels the hosts that have not started.
#[must_use = "dropping it cancels the hosts that have not started"]
pub struct Completed<T> {
    members: AsCompleted<Member<T>>,
}

impl<T> Completed<T> {
    pub(super) fn new(hosts: Vec<(Arc<Host>, Pending<T>)>) -> Self {
        Self { members: as_completed(hosts.into_iter().map(|(host, task)| Member { host, task })) }
    }
}

impl<T> Iterator for Completed<T> {
    type Item = Outcome<T>;

    fn next(&mut self) -> Option<Outcome<T>> {
        let mut member = self.members.next()?;
        // It has ended, so this does not wait.
        let result = member.task.result_timeout(Duration::ZERO);
        Some(outcome(Arc::clone(&member.host), result))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.members.size_hint()
    }
}

/// Outcomes in the order of the inventory. Dropping it cancels the hosts that have not started.
#[must_use = "dropping it cancels the hosts that have not started"]
pub struct InOrder<T> {
    rest: std::vec::IntoIter<(Arc<Host>, Pending<T>)>,
}

impl<T> InOrder<T> {
    pub(super) fn new(hosts: Vec<(Arc<Host>, Pending<T>)>) -> Self {
        Self { rest: hosts.into_iter() }
    }
}

impl<T> Iterator for InOrder<T> {
    type Item = Outcome<T>;

    fn next(&mut self) -> Option<Outcome<T>> {
        let (host, task) = self.rest.next()?;
        Some(outcome(host, task.result()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rest.size_hint()
    }
}

impl<T> Drop for InOrder<T> {
    fn drop(&mut self) {
        for (_, task) in self.rest.as_slice() {
            task.cancel();
        }
    }
}

impl<T> fmt::Debug for Completed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Completed").field("left", &self.size_hint().0).finish()
    }
}

impl<T> fmt::Debug for InOrder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InOrder").field("left", &self.rest.len()).finish()
    }
}

/// A host whose task is cancelled with it, unless it has started.
struct Member<T> {
    host: Arc<Host>,
    task: Pending<T>,
}

impl<T> Completes for Member<T> {
    type Value = Value<T>;

    fn task(&self) -> &Task<Value<T>> {
        &self.task
    }
}

impl<T> Drop for Member<T> {
    fn drop(&mut self) {
        self.task.cancel();
    }
}

fn outcome<T>(host: Arc<Host>, ended: Result<Value<T>, TaskError>) -> Outcome<T> {
    let value = ended.unwrap_or_else(|source| {
        let name = host.name().to_owned();
        let error = match source {
            TaskError::Cancelled => HostError::Cancelled { host: name },
            source => HostError::Task { host: name, source },
        };
        Value { result: Err(error), elapsed: Duration::ZERO, served: None }
    });
    let Value { result, elapsed, served } = value;
    Outcome { host, result, elapsed, served }
}
