//! A host, as the schedule sees it: the gates before it, and what it logs in with.

use super::gates::{GateId, Gates, Limit};
use super::lockout::Credentials;
use crate::fleet::limits::Limits;

/// What a host shares with others.
#[derive(Clone, Debug, Default)]
pub(in crate::fleet) struct Needs {
    /// The device, by the address that it is reached at.
    pub(in crate::fleet) device: String,
    pub(in crate::fleet) redundancy_group: Option<String>,
    /// Its groups, theirs, and its limits group.
    pub(in crate::fleet) groups: Vec<String>,
    pub(in crate::fleet) jump_hosts: Vec<String>,
    /// What it logs in with, each where the one before it is refused; at least one.
    pub(in crate::fleet) logins: Vec<Login>,
    /// Which AAA service checks its logins, if that is told.
    pub(in crate::fleet) realm: Option<String>,
    /// Whether its logins count towards the limits.
    pub(in crate::fleet) limits_logins: bool,
}

/// What a host logs in with.
#[derive(Clone, Debug, Default)]
pub(in crate::fleet) struct Login {
    pub(in crate::fleet) credential: String,
    /// The one-time passwords that it takes, of jump hosts too, by the names of their credentials: one login at a time
    /// for each.
    pub(in crate::fleet) one_time: Vec<String>,
}

/// What the schedule knows of a host.
pub(super) struct Host {
    /// The gates that it is behind while it runs.
    pub(super) gates: Vec<GateId>,
    pub(super) logins: Vec<Way>,
    /// Which of them is its present one.
    pub(super) login: usize,
    pub(super) limits_logins: bool,
    pub(super) place: Place,
    pub(super) retries: usize,
    pub(super) unprivileged: bool,
    /// Whether a login of it was refused.
    pub(super) was_refused: bool,
}

/// A login of a host.
pub(super) struct Way {
    pub(super) credential: usize,
    /// The gates that it leaves as soon as it is logged in; after those of the host in `all_gates`.
    pub(super) gates: Vec<GateId>,
    /// The one of them that is for pilots.
    pub(super) pilot: Option<GateId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Waiting,
    LoggingIn,
    Working,
    Over,
}

impl Host {
    pub(super) fn new(
        needs: &Needs,
        limits: &Limits,
        gates: &mut Gates,
        credentials: &mut Credentials,
    ) -> Self {
        Self {
            gates: of_host(needs, limits, gates),
            logins: needs
                .logins
                .iter()
                .map(|login| Way::new(login, needs, limits, gates, credentials))
                .collect(),
            login: 0,
            limits_logins: needs.limits_logins,
            place: Place::Waiting,
            retries: 0,
            unprivileged: false,
            was_refused: false,
        }
    }

    /// Its present login.
    pub(super) fn way(&self) -> &Way {
        &self.logins[self.login]
    }

    pub(super) fn all_gates(&self) -> impl Iterator<Item = GateId> {
        self.gates.iter().chain(&self.way().gates).copied()
    }
}

/// The gates of a host, whatever it logs in with.
fn of_host(needs: &Needs, limits: &Limits, gates: &mut Gates) -> Vec<GateId> {
    let mut of_host = vec![gates.id(Limit::Device(needs.device.clone()), 1)];
    of_host.extend(needs.redundancy_group.iter().map(|name| gates.id(Limit::Redundancy(name.clone()), 1)));
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
    of_host
}

impl Way {
    fn new(
        login: &Login,
        needs: &Needs,
        limits: &Limits,
        gates: &mut Gates,
        credentials: &mut Credentials,
    ) -> Self {
        let logins = limits.logins_in_flight.filter(|_| needs.limits_logins);
        let logins = logins.map(|most| gates.id(Limit::Logins, most));
        // Where an AAA service is named, accounts can be locked, however many logins it bears.
        let has_pilot = needs.limits_logins || needs.realm.is_some();
        let realm = || Limit::Realm(login.credential.clone(), needs.realm.clone().unwrap_or_default());
        let pilot = has_pilot.then(|| gates.id(realm(), 1));
        let one_time: Vec<GateId> =
            login.one_time.iter().map(|name| gates.id(Limit::OneTime(name.clone()), 1)).collect();
        Self {
            credential: credentials.id(&login.credential),
            gates: logins.into_iter().chain(pilot).chain(one_time).collect(),
            pilot,
        }
    }
}
