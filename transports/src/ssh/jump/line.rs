//! The devices that wait for a connection from a jump host, and the tunnels that serve them.

use super::riders::Riders;
use crate::carrier::{Carrier, Rider};
use crate::dial::Connection;
use linecrew_core::transport::{ErrorKind, TransportError};
use std::collections::VecDeque;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;

/// Who waits, and who serves.
#[derive(Default)]
pub(super) struct Line(Mutex<State>);

#[derive(Default)]
struct State {
    waiting: VecDeque<Request>,
    tunnels: Vec<Arc<Carrier>>,
    riders: Riders,
    /// The tunnels that wait for riders to have left.
    held: Vec<Arc<Carrier>>,
    /// Whether somebody is making a tunnel.
    making: bool,
    /// What the jump host refused for good.
    refused: Option<Told>,
    /// Whether nobody can ask any more.
    closed: bool,
}

/// A device's wish to be connected to.
pub(super) struct Request {
    pub(super) host: String,
    pub(super) port: u16,
    answer: Sender<Answer>,
    /// Gone once the device has stopped waiting.
    asker: Weak<()>,
    /// Whether a tunnel was lost over it before.
    again: bool,
}

pub(super) enum Answer {
    Opened(Connection),
    Failed(Told),
    Cancelled,
    /// Something has changed in the line.
    Look,
}

/// How a connection failed, for each of those who waited for it.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) kind: ErrorKind,
    pub(super) what: String,
    pub(super) hint: Option<&'static str>,
}

/// A device's place in the line, which it leaves when dropped.
pub(super) struct Place {
    line: Arc<Line>,
    ticket: Arc<()>,
}

/// What a device finds when it looks.
pub(super) enum Look {
    /// It is to make a tunnel.
    Make,
    /// Somebody else makes one.
    Making,
    /// Tunnels are busy with those before it.
    InLine,
    /// A tunnel has its request.
    Taken,
    /// The jump host refused for good.
    Refused(Told),
}

/// The making of a tunnel, which ends when dropped.
pub(super) struct Making<'a>(&'a Line);

impl Line {
    /// Adds a request, and tells the tunnels.
    pub(super) fn enter(line: &Arc<Self>, mut request: Request) -> Place {
        let ticket = Arc::new(());
        request.asker = Arc::downgrade(&ticket);
        let mut state = line.state();
        state.waiting.push_back(request);
        state.ring();
        drop(state);
        Place { line: Arc::clone(line), ticket }
    }

    /// The next request that somebody still waits for.
    pub(super) fn next(&self, tunnel: &Arc<Carrier>) -> Option<Request> {
        let mut state = self.state();
        state.held.retain(|held| !Arc::ptr_eq(held, tunnel));
        while let Some(request) = state.waiting.pop_front() {
            if !request.is_abandoned() {
                // Its time counts from now.
                request.answer(Answer::Look);
                return Some(request);
            }
        }
        None
    }

    /// Begins what [`Look::Make`] asked for.
    pub(super) fn making(&self) -> Making<'_> {
        Making(self)
    }

    pub(super) fn add(&self, tunnel: Arc<Carrier>) {
        self.state().tunnels.push(tunnel);
    }

    /// Takes a tunnel out that ends, with the request that it was busy with: that is served once more.
    pub(super) fn remove(&self, tunnel: &Arc<Carrier>, busy: Option<Request>, why: &Told) {
        let mut state = self.state();
        state.tunnels.retain(|kept| !Arc::ptr_eq(kept, tunnel));
        state.held.retain(|held| !Arc::ptr_eq(held, tunnel));
        state.riders.remove_all(tunnel);
        state.let_go();
        match busy {
            Some(request) if request.again => request.answer(Answer::Failed(why.clone())),
            Some(request) => state.waiting.push_front(Request { again: true, ..request }),
            None => {}
        }
        state.nudge();
    }

    /// Notes a stream through a tunnel, until the jump host has confirmed its end.
    pub(super) fn joined(&self, tunnel: &Arc<Carrier>, rider: Rider) {
        self.state().riders.add(tunnel, rider);
    }

    pub(super) fn left(&self, rider: &Rider) {
        let mut state = self.state();
        state.riders.remove(rider);
        state.let_go();
    }

    /// Until when a tunnel must not open the stream that it took at `since`, if it must not: the jump host is to see first
    /// that others have ended, which may be why it is asked for this one. Whether ends of its own are still `unsaid` the
    /// tunnel knows; its alarm rings when another tunnel's ends are confirmed.
    pub(super) fn hold(&self, tunnel: &Arc<Carrier>, unsaid: bool, since: Instant) -> Option<Instant> {
        let mut state = self.state();
        let until = state.riders.leaving(tunnel, unsaid, since, Instant::now());
        state.held.retain(|held| !Arc::ptr_eq(held, tunnel));
        state.held.extend(until.map(|_| Arc::clone(tunnel)));
        until
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state().closed
    }

    /// Nobody can ask any more: the tunnels end with the last connection through them.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.ring();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under the lock can panic half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn ring(&self) {
        self.tunnels.iter().for_each(|tunnel| tunnel.alarm().ring());
    }

    fn let_go(&self) {
        self.held.iter().for_each(|tunnel| tunnel.alarm().ring());
    }

    fn nudge(&self) {
        self.waiting.iter().for_each(|request| request.answer(Answer::Look));
    }
}

impl Making<'_> {
    /// Tells those who wait how it failed, unless a tunnel is there that will come to them.
    pub(super) fn failed(self, told: &Told) {
        let mut state = self.0.state();
        if told.is_final() {
            state.refused = Some(told.clone());
        }
        if state.tunnels.is_empty() {
            for request in state.waiting.drain(..) {
                request.answer(Answer::Failed(told.clone()));
            }
        }
    }
}

impl Drop for Making<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.making = false;
        state.nudge();
    }
}

impl Place {
    /// What to do now. One who is patient makes a tunnel only where there is none, or while one waits for others to leave:
    /// a further one would wait for them too.
    pub(super) fn look(&self, patient: bool) -> Look {
        let mut state = self.line.state();
        if !state.waiting.iter().any(|request| request.asker.as_ptr() == Arc::as_ptr(&self.ticket)) {
            return Look::Taken;
        }
        if let (Some(told), true) = (&state.refused, state.tunnels.is_empty()) {
            return Look::Refused(told.clone());
        }
        if state.making {
            return Look::Making;
        }
        let is_moving = patient || !state.held.is_empty();
        if is_moving && !state.tunnels.is_empty() {
            return Look::InLine;
        }
        state.making = true;
        Look::Make
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.line.state();
        state.waiting.retain(|request| request.asker.as_ptr() != Arc::as_ptr(&self.ticket));
        // A tunnel that is busy with the request learns that nobody waits for it.
        if Arc::weak_count(&self.ticket) > 0 {
            state.ring();
        }
    }
}

impl Request {
    pub(super) fn new(host: &str, port: u16, answer: Sender<Answer>) -> Self {
        Self { host: host.to_owned(), port, answer, asker: Weak::new(), again: false }
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.asker.strong_count() == 0
    }

    pub(super) fn answer(&self, answer: Answer) {
        // Who has stopped waiting misses nothing.
        let _ = self.answer.send(answer);
    }
}

impl Told {
    /// How the jump host could not be reached.
    pub(super) fn of(error: &TransportError) -> Self {
        Self { kind: error.kind(), what: format!("through {error}"), hint: None }
    }

    /// That the connection to the jump host was lost.
    pub(super) fn lost(jump: &str) -> Self {
        let what = format!("through {jump}: the connection to the jump host was lost");
        Self { kind: ErrorKind::Closed, what, hint: Some("see that the jump host is up") }
    }

    /// Whether trying again would end in the same way, or lock an account.
    fn is_final(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::Authentication
                | ErrorKind::MissingCredential
                | ErrorKind::HostKey
                | ErrorKind::Negotiation
                | ErrorKind::Configuration
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::Link;
    use std::sync::mpsc::channel;

    #[test]
    fn nobody_makes_a_tunnel_while_one_waits_for_others_to_leave() {
        let line = Arc::new(Line::default());
        let tunnels = [(); 2].map(|()| Arc::new(Carrier::new("bastion:22".into()).unwrap()));
        for tunnel in &tunnels {
            line.add(Arc::clone(tunnel));
        }
        let place = Line::enter(&line, Request::new("r1", 22, channel().0));
        let stream = Link::new(&tunnels[0]);
        let rider = stream.rider();
        line.joined(&tunnels[0], rider.clone());
        drop(stream);
        assert!(line.hold(&tunnels[1], false, Instant::now()).is_some());
        assert!(matches!(place.look(false), Look::InLine));
        line.left(&rider);
        assert!(line.hold(&tunnels[1], false, Instant::now()).is_none());
        assert!(matches!(place.look(false), Look::Make));
    }
}
