//! The one place that waits: for the terminal, the deadline, or the cancel.

use linecrew_core::cx::{Cx, Interruption};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

/// A pipe that a cancel writes to, so that a sleeping poll wakes.
pub(crate) struct Alarm {
    rings: OwnedFd,
    bell: Arc<OwnedFd>,
}

/// Why a wait ended without the terminal being ready.
pub(crate) enum Stop {
    Interrupted(Interruption),
    Io(io::Error),
}

impl Alarm {
    pub(crate) fn new() -> io::Result<Self> {
        let (rings, bell) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        Ok(Self { rings, bell: Arc::new(bell) })
    }

    /// Waits until `fd` is ready for what is asked, or has hung up; gives what it is ready for.
    pub(crate) fn wait(&self, fd: impl AsFd, events: PollFlags, cx: &Cx) -> Result<PollFlags, Stop> {
        // Registered before the token is looked at, so that a cancel in between rings the bell.
        let bell = Arc::clone(&self.bell);
        let _hook = cx.cancel().on_cancel(move || {
            // Full, it rings already.
            let _ = rustix::io::write(&bell, &[0]);
        });
        loop {
            let why = cx.interruption();
            if let Some(Interruption::Cancelled) = why {
                return Err(Stop::Interrupted(Interruption::Cancelled));
            }
            let mut fds = [PollFd::new(&fd, events), PollFd::new(&self.rings, PollFlags::IN)];
            match poll(&mut fds, Some(&timeout(cx))) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(Stop::Io(error.into())),
            }
            if !fds[1].revents().is_empty() {
                // The ring may be an earlier token's: it costs one turn.
                let _ = rustix::io::read(&self.rings, &mut [0; 64][..]);
            } else if !fds[0].revents().is_empty() {
                return Ok(fds[0].revents());
            } else if let Some(why) = why {
                // Looked at before the last poll, so what has arrived by the deadline still counts.
                return Err(Stop::Interrupted(why));
            }
        }
    }
}

fn timeout(cx: &Cx) -> Timespec {
    let left = cx.deadline().remaining();
    Timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: left.subsec_nanos().into() }
}
