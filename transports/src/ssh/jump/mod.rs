//! Jump hosts: connections made from there, all within one SSH connection to it.
//!
//! A [`Tunnel`](tunnel) is such an SSH connection, with a thread of its own that carries bytes between channels and
//! socket pairs. It can open one channel at a time, since libssh2 keeps that state once per connection. So whoever wants
//! a channel stands in [`Line`]: each tunnel takes the next one as it becomes free, and one who has waited too long makes
//! a further tunnel. A device that does not answer thus ties up a tunnel's openings, and nothing else.
//!
//! Whoever keeps to a number of connections opens the next one when another has left. [`Riders`](riders) has the jump
//! host see it in this order, also where they go through different tunnels. SSH has no word to take back an opening: one
//! that was given up on counts for the jump host until it has failed there.

mod line;
mod riders;
mod tube;
mod tunnel;

use super::{PORT, SshConnector};
use crate::dial::Connection;
use line::{Answer, Line, Look, Place, Request, Told};
use linecrew_core::cx::{Cx, Interruption};
use linecrew_core::transport::{ErrorKind, Phase, Target, TransportError};
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// How long a device waits for its turn before it makes a further connection to the jump host. Where all devices
/// answer, an opening takes a round trip or two.
const PATIENCE: Duration = Duration::from_millis(250);

/// A jump host. Clones share its connection, and so do all connectors that are given one.
///
/// The SSH connection is opened for the first device that needs it, while others wait; it is opened anew for the next
/// device if it was lost. It ends when the last clone and the last device behind it are gone, or half a minute after the
/// last device. What it was once refused for good (a password, a host key) is not tried again. Where devices do not
/// answer, the jump host may see further connections, one for each such device at most.
///
/// Several jump hosts in a row are one whose own connector has a jump host:
///
/// ```
/// use linecrew_core::transport::{Credentials, Target};
/// use linecrew_transports::ssh::{Jump, SshConnector};
///
/// let ops = || Credentials::user("ops").private_key("/home/ops/.ssh/id_ed25519");
/// let outer = Jump::new(SshConnector::new(), Target::new("bastion.example").credentials(ops()));
/// let inner = SshConnector::new().jump(outer);
/// let inner = Jump::new(inner, Target::new("10.0.0.1").name("inner").credentials(ops()));
/// let devices = SshConnector::new().jump(inner);
/// # drop(devices);
/// ```
#[derive(Clone)]
pub struct Jump(Arc<Host>);

struct Host {
    connector: SshConnector,
    target: Target,
    line: Arc<Line>,
}

impl Jump {
    /// The jump host at `target`, reached by `connector`, with whose checks of host keys and limits.
    pub fn new(connector: SshConnector, target: Target) -> Self {
        Self(Arc::new(Host { connector, target, line: Arc::default() }))
    }

    /// Connects to `target` from the jump host. The limit counts from when the jump host's connection stands.
    pub(crate) fn connect(
        &self,
        target: &Target,
        usual_port: u16,
        limit: Duration,
        cx: &Cx,
    ) -> Result<Connection, TransportError> {
        let (answer, answers) = channel();
        let cancelled = answer.clone();
        let _hook = cx.cancel().on_cancel(move || {
            let _ = cancelled.send(Answer::Cancelled);
        });
        let port = target.port.unwrap_or(usual_port);
        let place = Line::enter(&self.0.line, Request::new(&target.host, port, answer));
        Asker { host: &self.0, peer: target.peer(usual_port), limit, cx, place, answers }.wait()
    }
}

/// A device that waits for its connection.
struct Asker<'a> {
    host: &'a Host,
    peer: String,
    limit: Duration,
    cx: &'a Cx,
    place: Place,
    answers: Receiver<Answer>,
}

impl Asker<'_> {
    fn wait(&self) -> Result<Connection, TransportError> {
        // From when there is a tunnel; before that the jump host's own limits count.
        let mut opening: Option<Cx> = None;
        let (mut patient, mut may_make) = (true, true);
        loop {
            let limited = || self.cx.within(self.limit, "connect");
            let until = match self.place.look(patient || !may_make) {
                Look::Make => {
                    (may_make, patient) = (self.make()?, true);
                    continue;
                }
                Look::Refused(told) => return Err(self.failed(&told)),
                Look::Making => self.cx.clone(),
                Look::InLine => opening.get_or_insert_with(limited).within(PATIENCE, "turn"),
                Look::Taken => opening.get_or_insert_with(limited).clone(),
            };
            match until.clock().really(|| self.answers.recv_timeout(until.remaining())) {
                Ok(Answer::Opened(connection)) => return Ok(connection),
                Ok(Answer::Failed(told)) => return Err(self.failed(&told)),
                Ok(Answer::Cancelled) => return Err(self.interrupted(Interruption::Cancelled, self.cx)),
                // What has changed may serve it at once.
                Ok(Answer::Look) => patient = true,
                Err(RecvTimeoutError::Timeout) => {
                    let limit = opening.as_ref().unwrap_or(self.cx);
                    if let Some(why) = limit.interruption() {
                        return Err(self.interrupted(why, limit));
                    }
                    patient = false;
                }
                // This call's cancel hook holds a sender.
                Err(RecvTimeoutError::Disconnected) => return Err(self.failed(&Told::lost(&self.jump()))),
            }
        }
    }

    /// Makes a tunnel; false where the jump host refused it. An error is this device's alone: its own time was up.
    fn make(&self) -> Result<bool, TransportError> {
        let (Host { connector, target, line }, cx) = (self.host, self.cx);
        let making = line.making();
        let logged_in = connector.on_login_thread(|| connector.log_in(target, cx));
        match logged_in.and_then(|(session, options)| tunnel::start(session, &options, line)) {
            Ok(()) => Ok(true),
            Err(error) if self.cx.interruption().is_some() => Err(self.failed(&Told::of(&error))),
            Err(error) => {
                making.failed(&Told::of(&error));
                Ok(false)
            }
        }
    }

    fn jump(&self) -> String {
        self.host.target.peer(PORT)
    }

    fn failed(&self, told: &Told) -> TransportError {
        let error = TransportError::new(told.kind, Phase::Connect, &self.peer, told.what.clone());
        match told.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }

    fn interrupted(&self, why: Interruption, cx: &Cx) -> TransportError {
        let error = TransportError::interrupted(why, Phase::Connect, &self.peer, cx);
        match error.kind() {
            ErrorKind::TimedOut => error
                .expected(format!("an answer through {}", self.jump()))
                .hint("the device is down, or the jump host does not reach it"),
            _ => error,
        }
    }
}

impl fmt::Debug for Jump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Jump").field(&self.0.target.peer(PORT)).finish()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.line.close();
    }
}
