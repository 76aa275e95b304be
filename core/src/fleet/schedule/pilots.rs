//! Who tries a credential first, in each AAA realm.
//!
//! Until a credential was let in there, one host at a time sends it, and the others wait at the realm's gate. That lets one
//! in, the pilot. A pilot that is down may not get as far as its login for a long time, and sends nothing until then: after a
//! while another one is let in beside it, and so on. The first to ask may send the credential, and the gate is shut until
//! the answer is known; whoever asks meanwhile is put off, and waits at the gate again.

use super::gates::GateId;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// How long a pilot has the realm for itself before it asks.
pub(super) const HEAD_START: Duration = Duration::from_secs(1);

/// The realms of all credentials, each by its gate.
#[derive(Default)]
pub(super) struct Pilots {
    realms: BTreeMap<GateId, Realm>,
    /// When a realm gets one more pilot, the soonest first.
    due: BTreeSet<(Instant, GateId)>,
}

#[derive(Default)]
struct Realm {
    is_proven: bool,
    /// Who has sent the credential, and has no answer yet.
    sender: Option<usize>,
    /// When it gets one more pilot.
    due: Option<Instant>,
}

impl Pilots {
    /// Gives those who connect in a realm time until one more does, if it has yet to be found out whether the credential is
    /// taken there.
    pub(super) fn head_start(&mut self, gate: GateId, now: Instant) {
        self.settle(gate);
        let realm = self.realms.entry(gate).or_default();
        if !realm.is_proven && realm.sender.is_none() {
            realm.due = now.checked_add(HEAD_START);
            self.due.extend(realm.due.map(|due| (due, gate)));
        }
    }

    /// Whether the credential is known to be taken.
    pub(super) fn is_proven(&self, gate: GateId) -> bool {
        self.realms.get(&gate).is_some_and(|realm| realm.is_proven)
    }

    /// Whether a host may send the credential.
    pub(super) fn may_send(&mut self, gate: GateId, host: usize) -> bool {
        let realm = self.realms.entry(gate).or_default();
        let may = realm.is_proven || *realm.sender.get_or_insert(host) == host;
        if may {
            self.settle(gate);
        }
        may
    }

    /// What came of a host's login is known, whatever it is.
    pub(super) fn answered(&mut self, gate: GateId, host: usize, now: Instant) {
        let realm = self.realms.entry(gate).or_default();
        if realm.sender == Some(host) {
            realm.sender = None;
            self.head_start(gate, now);
        }
    }

    /// The credential was let in, or is not used any more: there is nothing to find out.
    pub(super) fn prove(&mut self, gate: GateId) {
        self.settle(gate);
        self.realms.insert(gate, Realm { is_proven: true, ..Realm::default() });
    }

    /// The credential was refused: it is to be tried by one host at a time again.
    pub(super) fn doubt(&mut self, gate: GateId, now: Instant) {
        self.realms.entry(gate).or_default().is_proven = false;
        self.head_start(gate, now);
    }

    /// The gate of a realm that gets one more pilot now.
    pub(super) fn pop_due(&mut self, now: Instant) -> Option<GateId> {
        let (_, gate) = self.due.first().copied().filter(|(when, _)| *when <= now)?;
        self.settle(gate);
        Some(gate)
    }

    /// When the next realm gets one more pilot.
    pub(super) fn next(&self) -> Option<Instant> {
        self.due.first().map(|(when, _)| *when)
    }

    /// No realm gets any more.
    pub(super) fn give_up(&mut self) {
        while let Some((_, gate)) = self.due.first().copied() {
            self.settle(gate);
        }
    }

    fn settle(&mut self, gate: GateId) {
        if let Some(due) = self.realms.get_mut(&gate).and_then(|realm| realm.due.take()) {
            self.due.remove(&(due, gate));
        }
    }
}
