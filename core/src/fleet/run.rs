//! A run under way, and what each host of it came to.

use super::error::HostError;
use super::outcomes::{Completed, InOrder};
use crate::executor::Task;
use crate::inventory::Host;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What one host came to. Each host of a run has exactly one.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome<T> {
    /// The host.
    pub host: Arc<Host>,
    /// What its job returned, or what ended it.
    pub result: Result<T, HostError>,
    /// The time from the start of its job to the end; zero if it never started.
    pub elapsed: Duration,
    /// The address that its session was opened at, if one was.
    pub served: Option<Served>,
}

/// Which address of a host a session was opened at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Served {
    /// The host name or address, as the inventory gives it, and the port where it gives one: `192.0.2.7:2022`.
    pub address: String,
    /// Whether it is the second, out-of-band address.
    pub out_of_band: bool,
}

/// What the task of a host ends with.
pub(super) struct Value<T> {
    pub(super) result: Result<T, HostError>,
    pub(super) elapsed: Duration,
    pub(super) served: Option<Served>,
}

pub(super) type Pending<T> = Task<Value<T>>;

/// A run of a job over the hosts of a fleet. Dropping it cancels the hosts that have not started.
#[must_use = "dropping it cancels the hosts that have not started"]
pub struct Run<T> {
    hosts: Vec<(Arc<Host>, Pending<T>)>,
}

impl<T> Run<T> {
    pub(super) fn new(hosts: Vec<(Arc<Host>, Pending<T>)>) -> Self {
        Self { hosts }
    }

    /// How many hosts it has.
    pub fn len(&self) -> usize {
        self.hosts.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.hosts.is_empty()
    }

    /// Gives each host's outcome as it completes. Dropping the iterator cancels the hosts that have not started.
    pub fn as_completed(mut self) -> Completed<T> {
        Completed::new(std::mem::take(&mut self.hosts))
    }

    /// Gives the outcomes in the order of the inventory, each as soon as those before it are complete. Dropping the
    /// iterator cancels the hosts that have not started.
    pub fn in_order(mut self) -> InOrder<T> {
        InOrder::new(std::mem::take(&mut self.hosts))
    }
}

impl<T> Drop for Run<T> {
    fn drop(&mut self) {
        for (_, task) in &self.hosts {
            task.cancel();
        }
    }
}

impl<T> fmt::Debug for Run<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("hosts", &self.hosts.len()).finish()
    }
}
