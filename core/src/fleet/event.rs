//! What happens to the hosts of a run, as it happens.

use super::outcome::{Served, Status};
use crate::inventory::Host;
use std::sync::Arc;
use std::time::Duration;

/// Something that happened to a host. It owns what it tells, so that it can be sent on: a channel makes a stream of the
/// events of a run.
///
/// ```
/// use linecrew_core::fleet::{Event, Fleet};
/// use std::sync::mpsc::{Receiver, channel};
///
/// fn followed(fleet: Fleet) -> (Fleet, Receiver<Event>) {
///     let (sender, events) = channel();
///     // Nobody has to read them to the end.
///     (fleet.on_event(move |event| _ = sender.send(event.clone())), events)
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event {
    /// The time since the run began.
    pub at: Duration,
    /// The host.
    pub host: Arc<Host>,
    /// What happened.
    pub what: What,
}

/// What happened to a host. Each host has one [`Finished`](Self::Finished), and nothing behind it; one that was skipped has
/// nothing before it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// An attempt began: it is being connected.
    Started {
        /// 1 for the first.
        attempt: u32,
    },
    /// It is connected and logged in.
    Connected {
        /// At which of its addresses.
        served: Served,
    },
    /// It replied to a command.
    CommandDone {
        /// The command.
        command: String,
        /// Whether the device took it.
        ok: bool,
        /// From the sending to the end of the reply.
        elapsed: Duration,
    },
    /// The attempt failed, and another one follows.
    Retried {
        /// How it failed, on one line.
        error: String,
        /// The time until then.
        after: Duration,
    },
    /// The host is over. Its outcome may come later: once the run's journal, if it keeps one, is on the disk.
    Finished {
        /// How it ended.
        status: Status,
        /// Why, if not well, on one line.
        error: Option<String>,
        /// The time since its first attempt began; zero if there was none.
        elapsed: Duration,
    },
}
