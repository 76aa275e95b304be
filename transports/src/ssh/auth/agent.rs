//! Keys that an SSH agent holds.
//!
//! libssh2 talks to an agent in blocking calls, and spins where the agent hangs up. So it is given a relay to talk to: a
//! socket whose other end a thread here holds, which asks the agent in its place, within the deadline, and answers with
//! the protocol's own failure where the agent does not.

use crate::poll::{Interest, PollError, poll, retry};
use crate::ssh::session::{Fault, Session};
use linecrew_core::cx::Cx;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType};
use ssh2::PublicKey;
use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

/// The answer that refuses whatever was asked (draft-ietf-sshm-ssh-agent, section 3.1).
const FAILURE: u8 = 5;
/// The longest message that OpenSSH's agent takes or gives.
const LONGEST: usize = 256 * 1024;
/// How long an agent may take to list its keys, so that a dead one leaves time for the other methods.
const LIST_LIMIT: Duration = Duration::from_secs(5);
/// The pause before an agent whose queue is full is dialled again.
const BUSY_PAUSE: Duration = Duration::from_millis(10);

/// The keys of an agent. Dropping it ends the relay.
pub(super) struct Agent {
    // None only while it is dropped.
    client: Option<ssh2::Agent>,
    relay: Option<JoinHandle<()>>,
    keys: Vec<PublicKey>,
}

impl Agent {
    /// Connects to the agent at `socket` and lists its keys; the error says in a few words why it cannot serve.
    pub(super) fn open(session: &Session, socket: &Path, cx: &Cx) -> Result<Self, String> {
        let list_cx = cx.within(LIST_LIMIT, "agent");
        let real = dial(socket, &list_cx).map_err(|error| told(&error))?;
        let (agent, near) = introduce(session).map_err(|error| format!("cannot be reached: {error}"))?;
        let (relay_cx, list) = (cx.clone(), list_cx.clone());
        let relay = std::thread::Builder::new()
            .name("linecrew-agent".into())
            .spawn(move || relay(near, &real, &list, &relay_cx))
            .map_err(|error| format!("cannot be reached: {error}"))?;
        let mut opened = Self { client: Some(agent), relay: Some(relay), keys: Vec::new() };
        opened.list().map_err(|error| match list_cx.interruption() {
            Some(_) => "did not answer".to_owned(),
            None => format!("did not list its keys: {error}"),
        })?;
        Ok(opened)
    }

    fn list(&mut self) -> Result<(), ssh2::Error> {
        if let Some(agent) = &mut self.client {
            agent.list_identities()?;
            self.keys = agent.identities()?;
        }
        Ok(())
    }

    /// The keys in wire format, in the agent's order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.keys.iter().map(PublicKey::blob)
    }

    /// Logs in with the key of that number.
    pub(super) fn authenticate(
        &self,
        session: &Session,
        user: &str,
        key: usize,
        cx: &Cx,
    ) -> Result<(), Fault> {
        let (Some(agent), Some(key)) = (&self.client, self.keys.get(key)) else { return Ok(()) };
        let result = session.run(cx, || agent.userauth(user, key));
        // A signature that did not come in time looks like one that was refused.
        match (&result, cx.interruption()) {
            (Err(Fault::Ssh(_)), Some(why)) => Err(Fault::Wait(PollError::Interrupted(why))),
            _ => result,
        }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // Hangs up, which ends the relay's wait for the next question.
        drop(self.client.take());
        // A relay that panicked has nothing to tell.
        let _ = self.relay.take().map(JoinHandle::join);
    }
}

/// The socket of the agent that `setting` names, as `IdentityAgent` does in `ssh_config(5)`; none if there is none.
pub(super) fn socket(setting: Option<&str>) -> Option<PathBuf> {
    match setting {
        Some("none") => None,
        None | Some("SSH_AUTH_SOCK") => std::env::var_os("SSH_AUTH_SOCK"),
        Some(path) => Some(path.into()),
    }
    .filter(|path| !path.is_empty())
    .map(PathBuf::from)
}

/// Makes libssh2 connect to a socket, and returns the other end.
fn introduce(session: &Session) -> Result<(ssh2::Agent, UnixStream), Box<dyn std::error::Error>> {
    // Others than this user cannot enter the folder; the socket is gone once both ends are connected.
    let folder = tempfile::Builder::new().prefix("linecrew-").tempdir()?;
    let path = folder.path().join("agent");
    let listener = UnixListener::bind(&path)?;
    let mut agent = session.ssh.agent()?;
    agent.set_identity_path(&path)?;
    agent.connect()?;
    Ok((agent, listener.accept()?.0))
}

/// Connects without blocking: a hung agent's queue of connections fills up.
fn dial(socket: &Path, cx: &Cx) -> Result<UnixStream, PollError> {
    let io = |error: rustix::io::Errno| PollError::Io(error.into());
    let address = SocketAddrUnix::new(socket).map_err(io)?;
    loop {
        let fd = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None).map_err(io)?;
        rustix::io::fcntl_setfd(&fd, rustix::io::FdFlags::CLOEXEC).map_err(io)?;
        rustix::io::ioctl_fionbio(&fd, true).map_err(io)?;
        match rustix::net::connect(&fd, &address) {
            Ok(()) => return Ok(UnixStream::from(fd)),
            Err(rustix::io::Errno::AGAIN) => pause(cx)?,
            Err(error) => return Err(io(error)),
        }
    }
}

fn pause(cx: &Cx) -> Result<(), PollError> {
    match poll(&[], &cx.within(BUSY_PAUSE, "agent")) {
        Err(PollError::Io(error)) => Err(PollError::Io(error)),
        _ => cx.interruption().map_or(Ok(()), |why| Err(PollError::Interrupted(why))),
    }
}

/// Passes libssh2's questions on, the first one within `list`, the others within `cx`, until it hangs up.
fn relay(mut near: UnixStream, real: &UnixStream, list: &Cx, cx: &Cx) {
    let mut limit = list;
    // libssh2 sends its questions whole, and this end is closed when it is dropped: nothing here waits longer.
    while let Some(question) = take(|buf| near.read_exact(buf)) {
        let answer = put(real, &question, limit)
            .ok()
            .and_then(|()| take(|buf| read_exact(real, buf, limit)))
            .unwrap_or_else(|| vec![FAILURE]);
        limit = cx;
        if near.write_all(&framed(&answer)).is_err() {
            return;
        }
    }
}

/// One message: its length in four bytes, then itself. None where it does not come whole, or is too long.
fn take<E>(mut read: impl FnMut(&mut [u8]) -> Result<(), E>) -> Option<Vec<u8>> {
    let mut length = [0; 4];
    read(&mut length).ok()?;
    let length = usize::try_from(u32::from_be_bytes(length)).ok()?;
    if length == 0 || length > LONGEST {
        return None;
    }
    let mut message = vec![0; length];
    read(&mut message).ok()?;
    Some(message)
}

fn framed(message: &[u8]) -> Vec<u8> {
    // Messages are at most LONGEST.
    let length = u32::try_from(message.len()).unwrap_or(0);
    [&length.to_be_bytes(), message].concat()
}

fn put(real: &UnixStream, message: &[u8], cx: &Cx) -> Result<(), PollError> {
    let bytes = framed(message);
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let sent = retry(real, Interest::Write, cx, || {
            let mut real = real;
            real.write(rest)
        })?;
        rest = &rest[sent..];
    }
    Ok(())
}

fn read_exact(real: &UnixStream, mut buf: &mut [u8], cx: &Cx) -> Result<(), PollError> {
    while !buf.is_empty() {
        match retry(real, Interest::Read, cx, || {
            let mut real = real;
            real.read(buf)
        })? {
            0 => return Err(PollError::Io(io::ErrorKind::UnexpectedEof.into())),
            count => buf = &mut buf[count..],
        }
    }
    Ok(())
}

fn told(error: &PollError) -> String {
    match error {
        PollError::Io(error) => format!("cannot be reached: {error}"),
        _ => "did not answer".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecrew_core::cancel::CancelToken;
    use linecrew_core::deadline::Deadline;

    fn within(wait: Duration) -> Cx {
        Cx::new(Deadline::after(wait, "test"), CancelToken::new())
    }

    /// What libssh2 is answered where the agent does `agent` with its end.
    fn answer(limit: Duration, agent: impl FnOnce(UnixStream)) -> Vec<u8> {
        let (mut near, far) = UnixStream::pair().unwrap();
        let (real, agents_end) = UnixStream::pair().unwrap();
        real.set_nonblocking(true).unwrap();
        let cx = within(limit);
        let relay = std::thread::spawn(move || relay(far, &real, &cx, &cx));
        near.write_all(&framed(&[11])).unwrap();
        agent(agents_end);
        let answer = take(|buf| near.read_exact(buf)).unwrap();
        drop(near);
        relay.join().unwrap();
        answer
    }

    #[test]
    fn an_answer_is_passed_on_whole() {
        let said = answer(Duration::from_mins(1), |mut agent| {
            assert_eq!(take(|buf| agent.read_exact(buf)).unwrap(), [11]);
            agent.write_all(&framed(&[12, 0, 0, 0, 0])).unwrap();
        });
        assert_eq!(said, [12, 0, 0, 0, 0]);
    }

    #[test]
    fn an_agent_that_hangs_up_or_raves_has_failed() {
        assert_eq!(answer(Duration::from_mins(1), drop), [FAILURE]);
        let cut = |mut agent: UnixStream| agent.write_all(&[0, 0, 0, 9, 12]).unwrap();
        assert_eq!(answer(Duration::from_mins(1), cut), [FAILURE]);
        let endless = |mut agent: UnixStream| agent.write_all(&[0xff; 64]).unwrap();
        assert_eq!(answer(Duration::from_mins(1), endless), [FAILURE]);
    }

    #[test]
    fn a_silent_agent_has_failed_at_the_deadline() {
        let mut kept = None;
        assert_eq!(answer(Duration::from_millis(5), |agent| kept = Some(agent)), [FAILURE]);
    }

    #[test]
    fn an_agent_that_takes_no_connection_is_given_up_at_the_deadline() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent");
        let address = SocketAddrUnix::new(&path).unwrap();
        let listener = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None).unwrap();
        rustix::net::bind(&listener, &address).unwrap();
        rustix::net::listen(&listener, 0).unwrap();
        let _queued = UnixStream::connect(&path).unwrap();
        let error = dial(&path, &within(Duration::from_millis(20))).unwrap_err();
        assert_eq!(told(&error), "did not answer");
    }
}
