//! What hosts log in with: who goes first with a credential, and when one is used no more.

use super::host::Way;
use super::{End, Next, Schedule};
use crate::fleet::skip::Skip;
use std::time::Instant;

impl Schedule {
    /// Whether a host that is connected may send its credential. If not, its attempt is to end as put off.
    pub(in crate::fleet) fn may_log_in(&mut self, host: usize) -> bool {
        let Way { credential, pilot, .. } = *self.hosts[host].way();
        if self.is_useless(credential) {
            return false;
        }
        let Some(pilot) = pilot else { return true };
        let may = self.pilots.may_send(pilot, host);
        if !self.pilots.is_proven(pilot) {
            self.gates.set_most(pilot, 1);
        }
        may
    }

    /// Whether a credential is used no more.
    pub(super) fn is_useless(&self, credential: usize) -> bool {
        let needs_enable = !self.read_only;
        self.credentials.has_stopped(credential)
            || needs_enable && self.credentials.enable_has_stopped(credential)
    }

    /// Goes on to the next login of a host that is of use, if there is one.
    pub(super) fn try_next_login(&mut self, host: usize) -> bool {
        let rest = self.hosts[host].login + 1..self.hosts[host].logins.len();
        let next = { rest }.find(|at| !self.is_useless(self.hosts[host].logins[*at].credential));
        if let Some(next) = next {
            self.hosts[host].login = next;
            self.hosts[host].unprivileged = false;
        }
        next.is_some()
    }

    /// What a host has logged in with, or would have.
    fn names(&self, host: usize) -> String {
        let names = self.hosts[host].logins.iter().map(|way| self.credentials.name(way.credential));
        let names: Vec<&str> = names.collect();
        if let [name] = names[..] { name.to_owned() } else { format!("each of {}", names.join(", ")) }
    }

    /// The credential was let in: no more pilots.
    pub(super) fn prove(&mut self, host: usize) {
        if let Some(pilot) = self.hosts[host].way().pilot {
            self.pilots.prove(pilot);
            self.gates.set_most(pilot, usize::MAX);
            self.ready.extend(self.gates.call_all(pilot));
        }
    }

    /// What came of a host's login is known.
    pub(super) fn answered(&mut self, host: usize, now: Instant) {
        if let Some(pilot) = self.hosts[host].way().pilot {
            self.pilots.answered(pilot, host, now);
        }
    }

    pub(super) fn note_refusals(&mut self, host: usize, end: End, now: Instant) {
        let Way { credential, pilot, .. } = *self.hosts[host].way();
        self.hosts[host].was_refused |= end.refused;
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
            self.pilots.doubt(pilot, now);
            self.gates.set_most(pilot, 1);
        }
    }

    /// What becomes of a host all of whose credentials are used no more.
    pub(super) fn without_login(&mut self, host: usize, now: Instant) -> Next {
        let why = Skip::CredentialRefused(self.names(host));
        if self.hosts[host].was_refused {
            self.over(host, true, now);
            return Next::GiveUp(host, why);
        }
        self.skip(host, why, now)
    }
}
