//! How much of a run goes on at a time.

use std::collections::BTreeMap;
use std::time::Duration;

/// What a run holds itself to beyond the executor's workers. Nothing is limited unless set: what suits a fleet behind AAA
/// servers, [`Limits::cautious`], is the command line's default.
///
/// A host that has to wait for a limit holds no worker: the next one that may run does.
///
/// ```
/// use linecrew_core::fleet::Limits;
/// use std::time::Duration;
///
/// let limits = Limits::default().logins_in_flight(10).logins_per_second(5.0, Duration::from_millis(500)).group("wan", 4);
/// assert_eq!(limits.logins_in_flight, Some(10));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Sessions at a time, of all hosts: what the open files allow.
    pub sessions: Option<usize>,
    /// Logins at a time: from the connect until the session is logged in.
    pub logins_in_flight: Option<usize>,
    /// Logins that begin within any second: that are connected to, at the first of the jump hosts if there are any. It is kept
    /// with 100 ms of slack, so that the devices count no more either where the network does not bunch them up by more.
    pub logins_per_second: Option<f64>,
    /// How much later than its turn a login may begin, by chance, so that they do not come in step.
    pub login_jitter: Duration,
    /// Sessions at a time behind one jump host.
    pub per_jump_host: Option<usize>,
    /// Sessions at a time with the hosts of an inventory's group, those of its child groups too, or of a limits group.
    pub groups: BTreeMap<String, usize>,
}

impl Limits {
    /// 10 logins at a time, 5 a second with 0.5 s of jitter: AAA servers give way above some ten at once.
    pub fn cautious() -> Self {
        Self::default().logins_in_flight(10).logins_per_second(5.0, Duration::from_millis(500))
    }

    /// Sets how many sessions there are at a time.
    pub fn sessions(mut self, most: usize) -> Self {
        self.sessions = Some(most);
        self
    }

    /// Sets how many logins there are at a time.
    pub fn logins_in_flight(mut self, most: usize) -> Self {
        self.logins_in_flight = Some(most);
        self
    }

    /// Sets how many logins begin within any second, and how much later than its turn each may begin by chance.
    pub fn logins_per_second(mut self, most: f64, jitter: Duration) -> Self {
        self.logins_per_second = Some(most);
        self.login_jitter = jitter;
        self
    }

    /// Sets how many sessions there are at a time behind each jump host.
    pub fn per_jump_host(mut self, most: usize) -> Self {
        self.per_jump_host = Some(most);
        self
    }

    /// Sets how many sessions there are at a time with the hosts of a group.
    pub fn group(mut self, name: impl Into<String>, most: usize) -> Self {
        self.groups.insert(name.into(), most);
        self
    }
}
