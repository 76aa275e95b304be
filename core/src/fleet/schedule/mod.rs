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
mod course;
mod gates;
mod host;
mod lockout;
mod logins;
mod pace;
mod pilots;

pub(super) use chance::Chance;
pub(super) use host::{Login, Needs};

use super::batches::Batches;
use super::limits::Limits;
use super::retry::Retry;
use super::skip::Skip;
use course::Course;
use gates::{GateId, Gates};
use host::{Host, Place};
use lockout::Credentials;
use pace::Pace;
use pilots::Pilots;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

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
    /// A host that was refused will not be started again: what else it could log in with is not used any more.
    GiveUp(usize, Skip),
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
    /// It was put off before it logged in.
    pub(super) put_off: bool,
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
    pilots: Pilots,
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
            pilots: Pilots::default(),
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
            if self.is_useless(self.hosts[host].way().credential) {
                // Of those who wait where it may have come from, the next one.
                self.pass_on(host);
                if self.try_next_login(host) {
                    continue;
                }
                self.ready.remove(&host);
                return self.without_login(host, now);
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

    /// Which of its logins a host is to take.
    pub(super) fn login(&self, host: usize) -> usize {
        self.hosts[host].login
    }

    /// A host that was started connects now.
    pub(super) fn connects(&mut self, host: usize, now: Instant) {
        if let Some(pace) = &mut self.pace {
            pace.connects(host, now);
        }
    }

    /// A host is logged in.
    pub(super) fn logged_in(&mut self, host: usize, now: Instant) {
        if self.hosts[host].place == Place::LoggingIn {
            self.hosts[host].place = Place::Working;
            self.answered(host, now);
            let credential = self.hosts[host].way().credential;
            // Without the enable secret nothing is known of that yet.
            if !self.hosts[host].unprivileged || self.credentials.enable_has_stopped(credential) {
                self.prove(host);
            }
            self.leave_all(&self.hosts[host].way().gates.clone());
        }
    }

    /// An attempt has ended.
    pub(super) fn ended(&mut self, host: usize, end: End, now: Instant) -> After {
        self.running -= 1;
        self.connects(host, now);
        let mut gates = self.hosts[host].gates.clone();
        if self.hosts[host].place == Place::LoggingIn {
            gates.extend(&self.hosts[host].way().gates);
            self.answered(host, now);
        }
        self.hosts[host].place = Place::Waiting;
        let goes_on = end.enable_refused && self.read_only && !self.hosts[host].unprivileged;
        self.note_refusals(host, end, now);
        self.leave_all(&gates);
        let goes_on = goes_on || end.put_off || end.refused && self.try_next_login(host);
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
            self.pilots.give_up();
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
        while let Some(gate) = self.pilots.pop_due(now) {
            self.gates.set_most(gate, self.gates.inside(gate) + 1);
            self.ready.extend(self.gates.call(gate));
        }
        if self.is_due(now)
            && let Some(host) = self.paced.pop_first()
        {
            self.ready.insert(host);
        }
    }

    /// Whether the pace lets a login begin.
    fn is_due(&mut self, now: Instant) -> bool {
        self.pace.as_mut().is_none_or(|pace| pace.is_free() && pace.next(now, &mut self.chance) <= now)
    }

    /// What to say where no host may start.
    fn pause(&mut self, now: Instant) -> Next {
        if self.left == 0 {
            return Next::Over;
        }
        let paced =
            if self.paced.is_empty() { None } else { self.pace.as_mut().filter(|pace| pace.is_free()) };
        let due = paced.map(|pace| pace.next(now, &mut self.chance));
        let later = self.later.first().map(|(when, _)| *when);
        let soak = self.batches.soaks_until.filter(|_| self.batches.left == 0);
        let first = [due, later, soak, self.pilots.next()].into_iter().flatten().min();
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
                pace.starts(host);
            }
            self.running += 1;
            let slot = &mut self.hosts[host];
            slot.place = Place::LoggingIn;
            let credential = slot.way().credential;
            slot.unprivileged |= self.read_only && self.credentials.enable_has_stopped(credential);
            if let Some(pilot) = slot.way().pilot {
                self.pilots.head_start(pilot, now);
            }
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

    /// After which delay a host is tried again, if it is; one that `goes_on` does so at once: without its enable secret, with
    /// its next login, or when it may log in.
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

#[cfg(test)]
mod tests;
