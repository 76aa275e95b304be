//! Which host of a run may start next, and when.
//!
//! A state machine that knows neither threads nor a clock: it is told what happened, and when, and says what to do. A host is
//! started once all that it needs is free, so no worker ever waits for a limit. Meanwhile it is in exactly one place:
//!
//! - `ready`: it may be tried at once, in the order of the inventory;
//! - at a gate, where a limit that it shares with others is used up;
//! - `paced`: it waits for the next login to be due;
//! - `later`: it failed and is tried again;
//! - nowhere: its batch has not begun, it runs, or it is over.
//!
//! Whoever leaves a gate calls the next one from there to `ready`; see [`Gates::call`] for why none is forgotten.

mod chance;
mod gates;
mod lockout;
mod pace;

pub(super) use chance::Chance;

use super::batches::{Batches, Share};
use super::limits::Limits;
use super::retry::Retry;
use super::skip::Skip;
use gates::{GateId, Gates, Limit};
use lockout::Credentials;
use pace::Pace;
use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant};

/// What a host shares with others.
#[derive(Clone, Debug, Default)]
pub(super) struct Needs {
    /// The device, by the address that it is reached at.
    pub(super) device: String,
    pub(super) redundancy_group: Option<String>,
    /// Its groups, and its limits group.
    pub(super) groups: Vec<String>,
    pub(super) jump_hosts: Vec<String>,
    /// What it logs in with.
    pub(super) credential: String,
    /// Which AAA service checks its logins.
    pub(super) realm: String,
    /// Whether its logins count towards the limits.
    pub(super) limits_logins: bool,
}

/// How a run is to go.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) workers: usize,
    pub(super) limits: Limits,
    pub(super) retry: Retry,
    pub(super) batches: Option<Batches>,
    /// Whether hosts may be worked on without their enable secret.
    pub(super) read_only: bool,
}

/// What to do next.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    /// Starts a host.
    Start(usize),
    /// A host will not be started.
    Skip(usize, Skip),
    /// Nothing before this moment, unless something happens.
    At(Instant),
    /// Nothing before something happens.
    Wait,
    /// All hosts are over.
    Over,
}

/// How an attempt ended.
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct End {
    /// The network failed it, so it may go better next time.
    pub(super) may_retry: bool,
    /// The login was refused.
    pub(super) refused: bool,
    /// The enable secret was refused.
    pub(super) enable_refused: bool,
    /// If it is the last attempt, the host counts as failed.
    pub(super) failed: bool,
}

/// What becomes of a host after an attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum After {
    /// It is tried again then.
    Retry(Duration),
    /// It is over.
    Over,
}

pub(super) struct Schedule {
    hosts: Vec<Host>,
    ready: BTreeSet<usize>,
    paced: BTreeSet<usize>,
    later: BTreeSet<(Instant, usize)>,
    gates: Gates,
    credentials: Credentials,
    pace: Option<Pace>,
    chance: Chance,
    delays: Vec<Duration>,
    read_only: bool,
    most_running: usize,
    running: usize,
    /// How many hosts are not over.
    left: usize,
    batches: Course,
    stopped: Option<Skip>,
}

struct Host {
    /// The gates that it is behind while it runs.
    gates: Vec<GateId>,
    /// Those that it leaves as soon as it is logged in; after those above in `all_gates`.
    login_gates: Vec<GateId>,
    /// The one of them that is for pilots.
    pilot: Option<GateId>,
    credential: usize,
    limits_logins: bool,
    place: Place,
    retries: usize,
    unprivileged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Waiting,
    LoggingIn,
    Working,
    Over,
}

/// How far the batches are.
struct Course {
    sizes: VecDeque<usize>,
    /// How many hosts were put into a batch.
    begun: usize,
    /// The size of the present batch, and how many of it are not over.
    size: usize,
    left: usize,
    max_failures: Option<Share>,
    soak: Duration,
    failed: usize,
    failed_of_batch: usize,
    soaks_until: Option<Instant>,
}

impl Schedule {
    pub(super) fn new(needs: &[Needs], rules: Rules, chance: Chance) -> Self {
        let Rules { workers, limits, retry, batches, read_only } = rules;
        let (mut gates, mut credentials) = (Gates::default(), Credentials::default());
        let hosts: Vec<Host> =
            needs.iter().map(|needs| Host::new(needs, &limits, &mut gates, &mut credentials)).collect();
        let jitter = limits.login_jitter;
        Self {
            ready: BTreeSet::new(),
            paced: BTreeSet::new(),
            later: BTreeSet::new(),
            gates,
            credentials,
            pace: limits.logins_per_second.map(|rate| Pace::new(rate, jitter)),
            chance,
            delays: retry.delays,
            read_only,
            most_running: workers.min(limits.sessions.unwrap_or(usize::MAX)).max(1),
            running: 0,
            left: hosts.len(),
            batches: Course::new(hosts.len(), batches),
            stopped: None,
            hosts,
        }
    }

    /// What to do now; to be called again until it says to wait.
    pub(super) fn next(&mut self, now: Instant) -> Next {
        loop {
            self.wake(now);
            if let Some(why) = self.stopped.clone() {
                return match self.ready.pop_first() {
                    Some(host) => self.skip(host, why, now),
                    None => self.pause(now),
                };
            }
            let Some(&host) = self.ready.first() else {
                if self.batches.left > 0 || !self.next_batch(now) {
                    return self.pause(now);
                }
                continue;
            };
            if let Some(why) = self.not_tried(host) {
                self.ready.pop_first();
                self.pass_on(host);
                return self.skip(host, why, now);
            }
            if self.running >= self.most_running {
                return Next::Wait;
            }
            self.ready.pop_first();
            if self.start(host, now) {
                return Next::Start(host);
            }
        }
    }

    /// Whether a host is to do without its enable secret.
    pub(super) fn is_unprivileged(&self, host: usize) -> bool {
        self.hosts[host].unprivileged
    }

    /// A host is logged in.
    pub(super) fn logged_in(&mut self, host: usize) {
        if self.hosts[host].place == Place::LoggingIn {
            self.hosts[host].place = Place::Working;
            let Host { credential, unprivileged, .. } = self.hosts[host];
            // Without the enable secret nothing is known of that yet.
            if !unprivileged || self.credentials.enable_has_stopped(credential) {
                self.prove(host);
            }
            self.leave_all(&self.hosts[host].login_gates.clone());
        }
    }

    /// An attempt has ended.
    pub(super) fn ended(&mut self, host: usize, end: End, now: Instant) -> After {
        self.running -= 1;
        let mut gates = self.hosts[host].gates.clone();
        if self.hosts[host].place == Place::LoggingIn {
            gates.extend(&self.hosts[host].login_gates);
        }
        self.hosts[host].place = Place::Waiting;
        let goes_on = end.enable_refused && self.read_only && !self.hosts[host].unprivileged;
        self.note_refusals(host, end);
        self.leave_all(&gates);
        if let Some(delay) = self.delay(host, end, goes_on) {
            self.later.insert((now + delay, host));
            After::Retry(delay)
        } else {
            self.over(host, end.failed, now);
            After::Over
        }
    }

    /// Starts no more hosts: those that have not started are skipped, and none is tried again.
    pub(super) fn stop(&mut self, why: Skip) {
        if self.stopped.is_none() {
            self.stopped = Some(why);
            let waiting = (0..self.hosts.len()).filter(|host| self.hosts[*host].place == Place::Waiting);
            self.ready = waiting.collect();
            self.paced.clear();
            self.later.clear();
            self.batches.give_up();
            drop(self.gates.call_everybody().collect::<Vec<_>>());
        }
    }

    /// Takes those to `ready` whose time has come.
    fn wake(&mut self, now: Instant) {
        while let Some((when, host)) = self.later.first().copied()
            && when <= now
        {
            self.later.pop_first();
            self.ready.insert(host);
        }
        if self.is_due(now)
            && let Some(host) = self.paced.pop_first()
        {
            self.ready.insert(host);
        }
    }

    /// Whether the pace lets a login begin.
    fn is_due(&mut self, now: Instant) -> bool {
        self.pace.as_mut().is_none_or(|pace| pace.next(now, &mut self.chance) <= now)
    }

    /// What to say where no host may start.
    fn pause(&mut self, now: Instant) -> Next {
        if self.left == 0 {
            return Next::Over;
        }
        let paced = if self.paced.is_empty() { None } else { self.pace.as_mut() };
        let due = paced.map(|pace| pace.next(now, &mut self.chance));
        let later = self.later.first().map(|(when, _)| *when);
        let soak = self.batches.soaks_until.filter(|_| self.batches.left == 0);
        let first = [due, later, soak].into_iter().flatten().min();
        first.filter(|_| self.running < self.most_running).map_or(Next::Wait, Next::At)
    }

    /// Begins the next batch, if it is time and there is one.
    fn next_batch(&mut self, now: Instant) -> bool {
        if self.batches.soaks_until.is_some_and(|until| until > now) {
            return false;
        }
        let batch = self.batches.begin();
        self.ready.extend(batch.clone());
        !batch.is_empty()
    }

    fn not_tried(&self, host: usize) -> Option<Skip> {
        let id = self.hosts[host].credential;
        let is_useless =
            self.credentials.has_stopped(id) || !self.read_only && self.credentials.enable_has_stopped(id);
        is_useless.then(|| Skip::CredentialRefused(self.credentials.name(id).to_owned()))
    }

    /// Starts a host if all that it needs is free; else it waits for that.
    fn start(&mut self, host: usize, now: Instant) -> bool {
        let counts = self.hosts[host].limits_logins;
        if counts && !self.is_due(now) {
            self.paced.insert(host);
            return false;
        }
        let all: Vec<GateId> = self.hosts[host].all_gates().collect();
        let enters = self.gates.enter(host, &all);
        self.pass_on(host);
        if enters {
            if let Some(pace) = self.pace.as_mut().filter(|_| counts) {
                pace.begins(now);
            }
            self.running += 1;
            let slot = &mut self.hosts[host];
            slot.place = Place::LoggingIn;
            slot.unprivileged |= self.read_only && self.credentials.enable_has_stopped(slot.credential);
        }
        enters
    }

    /// A host that was called from a gate, or could have been, has had its try: the next one there gets its own.
    fn pass_on(&mut self, host: usize) {
        let all: Vec<GateId> = self.hosts[host].all_gates().collect();
        self.ready.extend(all.into_iter().filter_map(|gate| self.gates.call(gate)));
    }

    fn leave_all(&mut self, gates: &[GateId]) {
        for gate in gates {
            self.gates.leave(*gate);
        }
        self.ready.extend(gates.iter().filter_map(|gate| self.gates.call(*gate)));
    }

    /// The credential was let in: no more pilots.
    fn prove(&mut self, host: usize) {
        if let Some(pilot) = self.hosts[host].pilot {
            self.gates.set_most(pilot, usize::MAX);
            self.ready.extend(self.gates.call_all(pilot));
        }
    }

    fn note_refusals(&mut self, host: usize, end: End) {
        let Host { credential, pilot, .. } = self.hosts[host];
        if end.enable_refused {
            self.credentials.enable_refused(credential);
            self.hosts[host].unprivileged = true;
        }
        if !end.refused && !end.enable_refused {
            return;
        }
        let stops = end.refused && self.credentials.login_refused(credential)
            || end.enable_refused && self.credentials.enable_has_stopped(credential);
        let Some(pilot) = pilot else { return };
        if stops {
            // Those who wait are told, or go on without the secret.
            self.prove(host);
        } else {
            // One at a time again, until one is let in.
            self.gates.set_most(pilot, 1);
        }
    }

    /// After which delay a host is tried again, if it is; one that `goes_on` does so at once, without its enable secret.
    fn delay(&mut self, host: usize, end: End, goes_on: bool) -> Option<Duration> {
        let slot = &mut self.hosts[host];
        if self.stopped.is_some() {
            None
        } else if goes_on {
            Some(Duration::ZERO)
        } else {
            let delay = *self.delays.get(slot.retries).filter(|_| end.may_retry)?;
            slot.retries += 1;
            Some(delay + delay.mul_f64(self.chance.draw() / 4.0))
        }
    }

    fn skip(&mut self, host: usize, why: Skip, now: Instant) -> Next {
        self.over(host, false, now);
        Next::Skip(host, why)
    }

    fn over(&mut self, host: usize, failed: bool, now: Instant) {
        self.hosts[host].place = Place::Over;
        self.left -= 1;
        if self.batches.over(failed, now) {
            self.stop(Skip::TooManyFailures);
        }
    }
}

impl Host {
    fn new(needs: &Needs, limits: &Limits, gates: &mut Gates, credentials: &mut Credentials) -> Self {
        let mut of_host = vec![gates.id(Limit::Device(needs.device.clone()), 1)];
        of_host
            .extend(needs.redundancy_group.iter().map(|name| gates.id(Limit::Redundancy(name.clone()), 1)));
        for group in &needs.groups {
            if let Some(most) = limits.groups.get(group) {
                of_host.push(gates.id(Limit::Group(group.clone()), *most));
            }
        }
        if let Some(most) = limits.per_jump_host {
            of_host.extend(needs.jump_hosts.iter().map(|jump| gates.id(Limit::Jump(jump.clone()), most)));
        }
        of_host.sort_unstable();
        of_host.dedup();
        let counts = needs.limits_logins;
        let logins = limits.logins_in_flight.filter(|_| counts);
        let logins = logins.map(|most| gates.id(Limit::Logins, most));
        let realm = || Limit::Realm(needs.credential.clone(), needs.realm.clone());
        let pilot = counts.then(|| gates.id(realm(), 1));
        Self {
            gates: of_host,
            login_gates: logins.into_iter().chain(pilot).collect(),
            pilot,
            credential: credentials.id(&needs.credential),
            limits_logins: counts,
            place: Place::Waiting,
            retries: 0,
            unprivileged: false,
        }
    }

    fn all_gates(&self) -> impl Iterator<Item = GateId> {
        self.gates.iter().chain(&self.login_gates).copied()
    }
}

impl Course {
    fn new(hosts: usize, batches: Option<Batches>) -> Self {
        let max_failures = batches.as_ref().map(|batches| batches.max_failures);
        let soak = batches.as_ref().map_or(Duration::ZERO, |batches| batches.soak);
        let sizes = batches.map_or(vec![hosts], |batches| batches.serial.sizes(hosts)).into();
        Self {
            sizes,
            begun: 0,
            size: 0,
            left: 0,
            max_failures,
            soak,
            failed: 0,
            failed_of_batch: 0,
            soaks_until: None,
        }
    }

    /// The hosts of the next batch.
    fn begin(&mut self) -> std::ops::Range<usize> {
        let size = self.sizes.pop_front().unwrap_or(0);
        let batch = self.begun..self.begun + size;
        (self.begun, self.size, self.left) = (batch.end, size, size);
        (self.failed_of_batch, self.soaks_until) = (0, None);
        batch
    }

    /// Has no more batches.
    fn give_up(&mut self) {
        self.sizes.clear();
        self.soaks_until = None;
    }

    /// A host of the batch is over; whether too many have failed.
    fn over(&mut self, failed: bool, now: Instant) -> bool {
        // Of batches that had not begun when the run was stopped, nothing counts.
        self.left = self.left.saturating_sub(1);
        self.failed += usize::from(failed);
        self.failed_of_batch += usize::from(failed);
        if self.left == 0 && !self.sizes.is_empty() {
            self.soaks_until = now.checked_add(self.soak);
        }
        self.max_failures.is_some_and(|most| match most {
            Share::Hosts(most) => self.failed > most,
            Share::Percent(_) => self.failed_of_batch > most.of(self.size),
        })
    }
}

#[cfg(test)]
mod tests;
