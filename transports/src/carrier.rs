//! The jump host's connection under a stream: what each side of it knows of the other.

#![cfg_attr(not(feature = "ssh"), expect(dead_code, reason = "only jump hosts carry streams, over SSH"))]

use crate::poll::Alarm;
use linecrew_core::transport::{ErrorKind, Phase, TransportError};
use std::io;
use std::sync::{Arc, OnceLock, Weak};

/// A jump host's connection, as the streams see it that it carries.
#[derive(Debug)]
pub(crate) struct Carrier {
    jump: String,
    loss: OnceLock<String>,
    alarm: Alarm,
}

/// What a stream holds of its carrier. Clones are of the same stream, which has left when the last of them is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Link(Arc<Seat>);

/// What the carrier holds of a stream.
#[derive(Clone, Debug)]
pub(crate) struct Rider(Weak<Seat>);

#[derive(Debug)]
struct Seat(Arc<Carrier>);

impl Carrier {
    pub(crate) fn new(jump: String) -> io::Result<Self> {
        Ok(Self { jump, loss: OnceLock::new(), alarm: Alarm::new()? })
    }

    /// Rings when something has changed for whoever carries the streams: one has left, somebody wants one or gives up.
    pub(crate) fn alarm(&self) -> &Alarm {
        &self.alarm
    }

    /// Notes how the connection was lost, before any stream that it carries ends.
    pub(crate) fn lose(&self, why: String) {
        // It is lost once only.
        let _ = self.loss.set(why);
    }
}

impl Link {
    pub(crate) fn new(carrier: &Arc<Carrier>) -> Self {
        Self(Arc::new(Seat(Arc::clone(carrier))))
    }

    pub(crate) fn rider(&self) -> Rider {
        Rider(Arc::downgrade(&self.0))
    }
}

impl Rider {
    pub(crate) fn has_left(&self) -> bool {
        self.0.strong_count() == 0
    }
}

impl PartialEq for Rider {
    fn eq(&self, other: &Self) -> bool {
        self.0.ptr_eq(&other.0)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.alarm.ring();
    }
}

/// The error of a stream that the other side ended, or the jump host's connection under it.
pub(crate) fn hung_up(link: Option<&Link>, phase: Phase, peer: &str) -> TransportError {
    let carrier = link.map(|Link(seat)| &seat.0);
    match carrier.and_then(|carrier| Some((&carrier.jump, carrier.loss.get()?))) {
        Some((jump, why)) => {
            let what = format!("the connection through {jump} was lost: {why}");
            TransportError::new(ErrorKind::Closed, phase, peer, what)
                .hint("everything behind that jump host was cut off; see that it is up, and run again")
        }
        None => TransportError::new(ErrorKind::Closed, phase, peer, "closed by the other side"),
    }
}
