//! The one place that waits for a socket: until it is ready, the deadline passes, or the token is cancelled.
//!
//! Whoever writes a transport of his own uses it too: make the socket non-blocking, try the call, and [`poll`] when
//! it would block.

use linecrew_core::cx::{Cx, Interruption};
use linecrew_core::transport::{ErrorKind, Phase, TransportError};
use rustix::event::{PollFd, PollFlags, Timespec};
use std::cell::RefCell;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

/// What a socket is to become ready for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Bytes, a connection, the end of the stream or an error can be read.
    Read,
    /// Bytes can be written, or a connection attempt has ended.
    Write,
    /// Either of them.
    Both,
}

/// Why [`poll`] returned with no socket ready.
#[derive(Debug)]
#[non_exhaustive]
pub enum PollError {
    /// The token was cancelled, or the deadline passed.
    Interrupted(Interruption),
    /// The operating system refused: out of file descriptors, out of memory.
    Io(io::Error),
}

impl PollError {
    /// The same as the failure of a connection to `peer` in `phase`.
    pub fn into_transport_error(self, phase: Phase, peer: &str, cx: &Cx) -> TransportError {
        match self {
            Self::Interrupted(why) => TransportError::interrupted(why, phase, peer, cx),
            Self::Io(source) => TransportError::new(ErrorKind::Io, phase, peer, "cannot wait").source(source),
        }
    }
}

/// Waits until one of `sockets` is ready and returns its index.
///
/// A cancelled token counts before a ready socket, a ready socket before a past deadline. Each thread that polls
/// holds one further file descriptor (an eventfd on Linux, a socket pair elsewhere) from its first poll on.
///
/// ```
/// use linecrew_core::{cancel::CancelToken, cx::Cx, deadline::Deadline};
/// use linecrew_transports::poll::{Interest, poll};
/// use std::os::{fd::AsFd, unix::net::UnixStream};
/// use std::{io::Write, time::Duration};
///
/// let (near, mut far) = UnixStream::pair()?;
/// far.write_all(b"hello")?;
/// let cx = Cx::new(Deadline::after(Duration::from_secs(10), "example"), CancelToken::new());
/// assert_eq!(poll(&[(near.as_fd(), Interest::Read)], &cx).unwrap(), 0);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn poll(sockets: &[(BorrowedFd<'_>, Interest)], cx: &Cx) -> Result<usize, PollError> {
    let ready = poll_each(sockets, cx)?;
    // It waits until there is one.
    Ok(ready.iter().position(|&ready| ready).unwrap_or_default())
}

/// Waits until one of `sockets` is ready and tells of each whether it is; the same in everything else.
pub(crate) fn poll_each(sockets: &[(BorrowedFd<'_>, Interest)], cx: &Cx) -> Result<Vec<bool>, PollError> {
    let alarm = alarm().map_err(PollError::Io)?;
    // Registered before the token is looked at, so that a cancel in between rings the alarm.
    let ring = Arc::clone(&alarm);
    let _hook = cx.cancel().on_cancel(move || ring.ring());
    let mut fds: Vec<PollFd<'_>> = sockets.iter().map(|(fd, interest)| watch(*fd, *interest)).collect();
    fds.push(watch(alarm.as_fd(), Interest::Read));
    loop {
        let expired = match cx.interruption() {
            Some(Interruption::Cancelled) => return Err(PollError::Interrupted(Interruption::Cancelled)),
            other => other.is_some(),
        };
        match cx.clock().really(|| rustix::event::poll(&mut fds, Some(&timeout(cx)))) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(PollError::Io(error.into())),
        }
        // The hook of an earlier poll of this thread may ring late; that costs one turn of this loop.
        if fds.pop_if(|fd| !fd.revents().is_empty()).is_some() {
            alarm.silence();
            fds.push(watch(alarm.as_fd(), Interest::Read));
            continue;
        }
        let ready: Vec<_> = fds[..sockets.len()].iter().map(|fd| !fd.revents().is_empty()).collect();
        if ready.contains(&true) {
            return Ok(ready);
        }
        if expired {
            return Err(PollError::Interrupted(Interruption::TimedOut));
        }
    }
}

/// Tries `call` until it does not block, waiting for `socket` in between.
pub fn retry<T>(
    socket: &impl AsFd,
    interest: Interest,
    cx: &Cx,
    mut call: impl FnMut() -> io::Result<T>,
) -> Result<T, PollError> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                // The call has just said that nothing is ready: a look without a wait ends here.
                if let Some(why) = cx.interruption() {
                    return Err(PollError::Interrupted(why));
                }
                poll(&[(socket.as_fd(), interest)], cx)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other.map_err(PollError::Io),
        }
    }
}

fn watch(fd: BorrowedFd<'_>, interest: Interest) -> PollFd<'_> {
    let flags = match interest {
        Interest::Read => PollFlags::IN,
        Interest::Write => PollFlags::OUT,
        Interest::Both => PollFlags::IN | PollFlags::OUT,
    };
    PollFd::from_borrowed_fd(fd, flags)
}

fn timeout(cx: &Cx) -> Timespec {
    let left = cx.remaining();
    // A deadline is at most 30 years away, which fits.
    Timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: left.subsec_nanos().into() }
}

/// This thread's alarm, made at its first poll.
fn alarm() -> io::Result<Arc<Alarm>> {
    thread_local! {
        static ALARM: RefCell<Option<Arc<Alarm>>> = const { RefCell::new(None) };
    }
    ALARM.with_borrow_mut(|kept| {
        if let Some(alarm) = kept {
            return Ok(Arc::clone(alarm));
        }
        let alarm = Arc::new(Alarm::new()?);
        Ok(Arc::clone(kept.insert(alarm)))
    })
}

/// A file descriptor that a cancel makes readable. A hook keeps it open for as long as it may still ring.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[derive(Debug)]
pub(crate) struct Alarm(std::os::fd::OwnedFd);

#[cfg(any(target_os = "linux", target_os = "android"))]
impl Alarm {
    pub(crate) fn new() -> io::Result<Self> {
        use rustix::event::{EventfdFlags, eventfd};
        Ok(Self(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?))
    }

    pub(crate) fn ring(&self) {
        // Fails only where the counter is full, and then it rings already.
        let _ = rustix::io::write(&self.0, &1u64.to_ne_bytes());
    }

    pub(crate) fn silence(&self) {
        let _ = rustix::io::read(&self.0, &mut [0; 8]);
    }

    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// A socket pair that a cancel makes readable. A hook keeps it open for as long as it may still ring.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[derive(Debug)]
pub(crate) struct Alarm(std::os::unix::net::UnixStream, std::os::unix::net::UnixStream);

#[cfg(not(any(target_os = "linux", target_os = "android")))]
impl Alarm {
    pub(crate) fn new() -> io::Result<Self> {
        let (near, far) = std::os::unix::net::UnixStream::pair()?;
        near.set_nonblocking(true)?;
        far.set_nonblocking(true)?;
        Ok(Self(near, far))
    }

    pub(crate) fn ring(&self) {
        // Fails only where the buffer is full, and then it rings already.
        let _ = io::Write::write(&mut &self.1, &[1]);
    }

    pub(crate) fn silence(&self) {
        while matches!(io::Read::read(&mut &self.0, &mut [0; 64]), Ok(count) if count > 0) {}
    }

    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecrew_core::cancel::CancelToken;
    use linecrew_core::deadline::Deadline;
    use std::os::unix::net::UnixStream;
    use std::sync::mpsc;
    use std::time::Duration;

    const FAR: Duration = Duration::from_mins(10);

    fn cx(wait: Duration) -> Cx {
        Cx::new(Deadline::after(wait, "test"), CancelToken::new())
    }

    fn interrupted(result: &Result<usize, PollError>) -> Option<Interruption> {
        match result {
            Err(PollError::Interrupted(why)) => Some(*why),
            _ => None,
        }
    }

    #[test]
    fn a_cancel_from_another_thread_wakes_a_poll_with_a_far_deadline() {
        let (near, _far) = UnixStream::pair().unwrap();
        let cx = cx(FAR);
        let token = cx.cancel().clone();
        let (started, start) = mpsc::channel();
        let poller = std::thread::spawn(move || {
            started.send(()).unwrap();
            interrupted(&poll(&[(near.as_fd(), Interest::Read)], &cx))
        });
        start.recv().unwrap();
        token.cancel();
        assert_eq!(poller.join().unwrap(), Some(Interruption::Cancelled));
    }

    #[test]
    fn a_cancelled_token_counts_before_a_ready_socket() {
        let (near, _far) = UnixStream::pair().unwrap();
        let cx = cx(FAR);
        cx.cancel().cancel();
        let result = poll(&[(near.as_fd(), Interest::Write)], &cx);
        assert_eq!(interrupted(&result), Some(Interruption::Cancelled));
    }

    #[test]
    fn a_ready_socket_counts_before_a_past_deadline() {
        let (near, far) = UnixStream::pair().unwrap();
        let cx = cx(Duration::ZERO);
        let result = poll(&[(near.as_fd(), Interest::Read)], &cx);
        assert_eq!(interrupted(&result), Some(Interruption::TimedOut));
        drop(far);
        assert_eq!(poll(&[(near.as_fd(), Interest::Read)], &cx).unwrap(), 0);
    }

    #[test]
    fn a_late_ring_of_an_earlier_poll_is_no_interruption() {
        let (near, _far) = UnixStream::pair().unwrap();
        alarm().unwrap().ring();
        let result = poll(&[(near.as_fd(), Interest::Read)], &cx(Duration::from_millis(1)));
        assert_eq!(interrupted(&result), Some(Interruption::TimedOut));
    }

    #[test]
    fn the_first_ready_socket_is_named() {
        let (silent, _far) = UnixStream::pair().unwrap();
        let (writable, _end) = UnixStream::pair().unwrap();
        let sockets = [(silent.as_fd(), Interest::Read), (writable.as_fd(), Interest::Both)];
        assert_eq!(poll(&sockets, &cx(FAR)).unwrap(), 1);
    }
}
