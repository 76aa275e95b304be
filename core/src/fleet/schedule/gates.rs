//! Limits that some hosts share: a gate each, which lets so many through at a time.

use std::collections::{HashMap, VecDeque};

/// The number of a gate.
pub(super) type GateId = usize;

/// What a gate stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Limit {
    /// One device: it gets one session.
    Device(String),
    /// Hosts that stand in for each other.
    Redundancy(String),
    /// A group with a cap.
    Group(String),
    /// The hosts behind a jump host.
    Jump(String),
    /// Logins, of whatever credential.
    Logins,
    /// Logins with the one-time passwords of a credential.
    OneTime(String),
    /// The logins of a credential in an AAA realm, until one of them was let in: see [`Pilots`](super::pilots::Pilots).
    Realm(String, String),
}

/// All gates of a run. A host that finds one shut waits there, in the order in which it came, and costs nothing meanwhile.
#[derive(Default)]
pub(super) struct Gates {
    ids: HashMap<Limit, GateId>,
    gates: Vec<Gate>,
}

struct Gate {
    most: usize,
    inside: usize,
    waiting: VecDeque<usize>,
}

impl Gates {
    /// The gate of a limit, which lets `most` through at a time.
    pub(super) fn id(&mut self, limit: Limit, most: usize) -> GateId {
        *self.ids.entry(limit).or_insert_with(|| {
            self.gates.push(Gate { most, inside: 0, waiting: VecDeque::new() });
            self.gates.len() - 1
        })
    }

    /// Lets a host through all of its gates, or lets it wait before the first that is shut.
    pub(super) fn enter(&mut self, host: usize, ids: &[GateId]) -> bool {
        let shut = ids.iter().find(|id| !self.gates[**id].is_open());
        if let Some(shut) = shut {
            self.gates[*shut].waiting.push_back(host);
        } else {
            for id in ids {
                self.gates[*id].inside += 1;
            }
        }
        shut.is_none()
    }

    /// Lets a host out of a gate.
    pub(super) fn leave(&mut self, id: GateId) {
        self.gates[id].inside -= 1;
    }

    /// Who may try again, since there is room behind a gate.
    ///
    /// To be called for each gate of a host that was let in or turned away elsewhere, or has left: as long as a gate has
    /// room and somebody waits there, somebody from there is about to try.
    pub(super) fn call(&mut self, id: GateId) -> Option<usize> {
        let gate = &mut self.gates[id];
        if gate.is_open() { gate.waiting.pop_front() } else { None }
    }

    /// How many are behind a gate.
    pub(super) fn inside(&self, id: GateId) -> usize {
        self.gates[id].inside
    }

    /// Changes how many a gate lets through.
    pub(super) fn set_most(&mut self, id: GateId, most: usize) {
        self.gates[id].most = most;
    }

    /// All who wait at a gate.
    pub(super) fn call_all(&mut self, id: GateId) -> impl Iterator<Item = usize> {
        std::mem::take(&mut self.gates[id].waiting).into_iter()
    }

    /// All who wait anywhere.
    pub(super) fn call_everybody(&mut self) -> impl Iterator<Item = usize> {
        self.gates.iter_mut().flat_map(|gate| std::mem::take(&mut gate.waiting))
    }
}

impl Gate {
    fn is_open(&self) -> bool {
        self.inside < self.most
    }
}
