//! A device that is switched on: its description and what its sessions share.

use crate::device::Device;
use crate::faults::Fault;
use crate::running::RunningConfig;
#[cfg(feature = "ssh")]
use std::sync::atomic::AtomicBool;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// A device that is switched on. Its sessions, however many and over whatever transport, share its running
/// configuration and its counters.
#[derive(Debug)]
pub struct Node {
    device: Device,
    running: Mutex<RunningConfig>,
    /// What a reload comes up with.
    startup: Mutex<RunningConfig>,
    /// What held before each commit, the last one first.
    history: Mutex<Vec<RunningConfig>>,
    /// A shared candidate that somebody left with changes.
    left_over: Mutex<Option<RunningConfig>>,
    /// Alive while a session has the candidate for itself.
    exclusive: Mutex<Weak<()>>,
    boots: AtomicU32,
    refusals_left: AtomicU32,
    opened: AtomicU64,
    closed: AtomicU64,
    logins_refused: AtomicU64,
    /// Connections to other hosts, as a jump host.
    #[cfg(feature = "ssh")]
    forwarded: AtomicU64,
    most_forwarded: AtomicU64,
}

/// What a device has counted since it was switched on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Connections accepted.
    pub sessions_opened: u64,
    /// Connections that are open now.
    pub sessions_open: u64,
    /// Passwords and keys refused, those of `enable` not counted.
    pub logins_refused: u64,
}

impl Device {
    /// Switches the device on.
    pub fn power_on(self) -> Arc<Node> {
        let refusals = self.faults.iter().map(|fault| match fault {
            Fault::RefuseLogins(times) => *times,
            _ => 0,
        });
        let factory = self.factory_config();
        Arc::new(Node {
            refusals_left: AtomicU32::new(refusals.fold(0, u32::saturating_add)),
            boots: AtomicU32::new(1),
            startup: Mutex::new(factory.clone()),
            running: Mutex::new(factory),
            history: Mutex::default(),
            left_over: Mutex::default(),
            exclusive: Mutex::default(),
            device: self,
            opened: AtomicU64::new(0),
            closed: AtomicU64::new(0),
            logins_refused: AtomicU64::new(0),
            #[cfg(feature = "ssh")]
            forwarded: AtomicU64::new(0),
            most_forwarded: AtomicU64::new(0),
        })
    }
}

impl Device {
    fn factory_config(&self) -> RunningConfig {
        let mut interfaces = self.platform.interfaces.clone();
        for (number, interface) in (0..).zip(&mut interfaces) {
            for line in &mut interface.lines {
                *line = line.replace("{address}", &self.facts.address(number));
            }
        }
        RunningConfig::new(&self.hostname, interfaces)
    }
}

impl Node {
    /// The description that it was made from.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The hostname as it is now.
    pub fn hostname(&self) -> String {
        self.running().hostname.clone()
    }

    /// What it has counted so far.
    pub fn counters(&self) -> Counters {
        // `closed` first: a session that ends between the two loads must not make the difference negative.
        let closed = self.closed.load(Ordering::Acquire);
        let opened = self.opened.load(Ordering::Acquire);
        Counters {
            sessions_opened: opened,
            sessions_open: opened - closed,
            logins_refused: self.logins_refused.load(Ordering::Relaxed),
        }
    }

    /// The most connections to other hosts that it has carried at a time as a jump host, each from when a client asked for it
    /// until the client closed it.
    pub fn most_forwarded(&self) -> u64 {
        self.most_forwarded.load(Ordering::Relaxed)
    }

    pub(crate) fn running(&self) -> MutexGuard<'_, RunningConfig> {
        unpoisoned(&self.running)
    }

    /// Lets a candidate hold.
    pub(crate) fn commit(&self, candidate: RunningConfig) {
        let before = std::mem::replace(&mut *self.running(), candidate);
        unpoisoned(&self.history).insert(0, before);
    }

    /// What held so many commits ago.
    pub(crate) fn committed(&self, commits: usize) -> Option<RunningConfig> {
        match commits.checked_sub(1) {
            None => Some(self.running().clone()),
            Some(at) => unpoisoned(&self.history).get(at).cloned(),
        }
    }

    /// Lets what held before the last commit hold again.
    pub(crate) fn undo(&self) {
        let mut history = unpoisoned(&self.history);
        if !history.is_empty() {
            *self.running() = history.remove(0);
        }
    }

    /// Leaves a shared candidate to whoever configures next.
    pub(crate) fn leave_over(&self, candidate: Option<RunningConfig>) {
        *unpoisoned(&self.left_over) = candidate;
    }

    pub(crate) fn take_left_over(&self) -> Option<RunningConfig> {
        unpoisoned(&self.left_over).take()
    }

    /// Opens the candidate, for one session alone as long as its lock lives, where there is one; not where another session
    /// has it so.
    pub(crate) fn lock(&self, lock: Option<&Arc<()>>) -> bool {
        let mut exclusive = unpoisoned(&self.exclusive);
        let is_free = exclusive.upgrade().is_none();
        if let (true, Some(lock)) = (is_free, lock) {
            *exclusive = Arc::downgrade(lock);
        }
        is_free
    }

    /// Makes the running configuration the one that a reload comes up with.
    pub(crate) fn save(&self) {
        let running = self.running().clone();
        *self.startup() = running;
    }

    /// Forgets what was saved.
    pub(crate) fn erase(&self) {
        *self.startup() = self.device.factory_config();
    }

    /// Comes up with what was saved; the sessions of before end.
    pub(crate) fn reload(&self) {
        let saved = self.startup().clone();
        *self.running() = saved;
        self.boots.fetch_add(1, Ordering::AcqRel);
    }

    /// How often it has come up.
    pub(crate) fn boot(&self) -> u32 {
        self.boots.load(Ordering::Acquire)
    }

    fn startup(&self) -> MutexGuard<'_, RunningConfig> {
        unpoisoned(&self.startup)
    }

    /// Whether this login succeeds; `username` is none where the device asked for none.
    pub(crate) fn admits(&self, username: Option<&str>, password: &str) -> bool {
        let device = &self.device;
        let right = match (&device.aaa, username) {
            (Some(aaa), Some(name)) => aaa.admits(name, password, &device.hostname),
            _ => username.is_none_or(|name| name == device.username) && password == device.password.expose(),
        };
        self.admits_proof(right)
    }

    /// Whether a login succeeds whose proof of identity was `right`, and counts it where it does not.
    ///
    /// What a recorded device took as proof is in no recording, so that it takes any.
    pub(crate) fn admits_proof(&self, right: bool) -> bool {
        let right = right || self.device.recording.is_some();
        let refused_by_fault = self
            .refusals_left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
            .is_ok();
        let admitted = right && !refused_by_fault;
        if !admitted {
            self.logins_refused.fetch_add(1, Ordering::Relaxed);
        }
        admitted
    }

    /// What a client is told that comes when enough sessions are open, its own counted.
    pub(crate) fn turns_away(&self) -> Option<&[u8]> {
        let open = self.counters().sessions_open;
        self.device.faults.iter().find_map(|fault| match fault {
            Fault::SessionLimit { most, words } if open > *most => Some(&words[..]),
            _ => None,
        })
    }

    /// Counts a connection until the guard is dropped.
    pub(crate) fn open_session(self: &Arc<Self>) -> SessionCount {
        self.opened.fetch_add(1, Ordering::AcqRel);
        SessionCount(Arc::clone(self))
    }
}

impl Node {
    /// Counts a connection to another host until it ends.
    #[cfg(feature = "ssh")]
    pub(crate) fn forward(self: &Arc<Self>) -> Forwarded {
        let open = self.forwarded.fetch_add(1, Ordering::Relaxed) + 1;
        self.most_forwarded.fetch_max(open, Ordering::Relaxed);
        Forwarded { node: Arc::clone(self), has_ended: AtomicBool::new(false) }
    }
}

/// A connection to another host, in the device's count.
#[cfg(feature = "ssh")]
#[derive(Debug)]
pub(crate) struct Forwarded {
    node: Arc<Node>,
    has_ended: AtomicBool,
}

#[cfg(feature = "ssh")]
impl Forwarded {
    pub(crate) fn end(&self) {
        if !self.has_ended.swap(true, Ordering::Relaxed) {
            self.node.forwarded.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(feature = "ssh")]
impl Drop for Forwarded {
    fn drop(&mut self) {
        self.end();
    }
}

/// Each change is one assignment or push, so what a panic left is still whole.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An open connection, in the device's count.
#[derive(Debug)]
pub(crate) struct SessionCount(Arc<Node>);

impl Drop for SessionCount {
    fn drop(&mut self) {
        self.0.closed.fetch_add(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_refused_as_often_as_the_fault_says_and_each_refusal_counts() {
        let node = Device::cisco_iosxe("R1").fault(Fault::RefuseLogins(2)).power_on();
        let tries: Vec<bool> = (0..3).map(|_| node.admits(Some("admin"), "admin")).collect();
        assert_eq!(tries, [false, false, true]);
        assert!(!node.admits(Some("admin"), "wrong") && !node.admits(Some("root"), "admin"));
        assert_eq!(node.counters().logins_refused, 4);
    }

    #[test]
    fn sessions_are_counted_while_they_are_open() {
        let node = Device::cisco_iosxe("R1").power_on();
        let (first, _second) = (node.open_session(), node.open_session());
        drop(first);
        assert_eq!(node.counters(), Counters { sessions_opened: 2, sessions_open: 1, logins_refused: 0 });
    }
}
