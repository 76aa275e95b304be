//! What a simulated device does wrong, on purpose.

/// One thing that a device does wrong. A device may have several.
///
/// Bytes are counted from the first one of a session; on SSH they are those on the wire, key exchange included.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Accepts the connection and never says anything.
    Silent,
    /// Hangs up once it has sent so many bytes, whatever it is doing.
    CloseAfter(usize),
    /// Sends nothing more once it has sent so many bytes, and stays connected.
    StallAfter(usize),
    /// Sends at most so many bytes at a time.
    Chunks(usize),
    /// Refuses that many logins, over all sessions, whatever the password.
    RefuseLogins(u32),
    /// Sends these bytes, as a line of their own, before each command's reply. They need not be UTF-8.
    Garbage(Vec<u8>),
}

/// The faults of one connection that concern what is sent, applied byte by byte.
#[derive(Clone, Debug)]
pub(crate) struct Outlet {
    close_after: usize,
    stall_after: usize,
    chunk: usize,
    sent: usize,
}

/// What may happen to bytes that are ready to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// So many of them go out now.
    Send(usize),
    /// They never arrive.
    Lose,
    /// The connection ends here.
    Close,
}

impl Outlet {
    pub(crate) fn new(faults: &[Fault]) -> Self {
        let mut outlet =
            Self { close_after: usize::MAX, stall_after: usize::MAX, chunk: usize::MAX, sent: 0 };
        for fault in faults {
            match fault {
                Fault::Silent => outlet.stall_after = 0,
                Fault::CloseAfter(bytes) => outlet.close_after = *bytes,
                Fault::StallAfter(bytes) => outlet.stall_after = *bytes,
                Fault::Chunks(bytes) => outlet.chunk = (*bytes).max(1),
                Fault::RefuseLogins(_) | Fault::Garbage(_) => {}
            }
        }
        outlet
    }

    /// How many bytes go out at a time.
    pub(crate) fn chunk(&self) -> usize {
        self.chunk
    }

    /// What happens to `ready` bytes, at least one.
    pub(crate) fn verdict(&self, ready: usize) -> Verdict {
        if self.sent >= self.close_after {
            return Verdict::Close;
        }
        if self.sent >= self.stall_after {
            return Verdict::Lose;
        }
        let room = self.close_after.min(self.stall_after) - self.sent;
        Verdict::Send(ready.min(room).min(self.chunk))
    }

    /// Notes that so many bytes went out.
    pub(crate) fn sent(&mut self, bytes: usize) {
        self.sent += bytes;
    }

    /// Whether the connection ends even if nothing more is to be sent.
    pub(crate) fn is_closed(&self) -> bool {
        self.sent >= self.close_after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_faults_everything_goes_out_at_once() {
        assert_eq!(Outlet::new(&[]).verdict(100_000), Verdict::Send(100_000));
    }

    #[test]
    fn chunks_stop_at_the_byte_where_the_connection_ends() {
        let mut outlet = Outlet::new(&[Fault::Chunks(4), Fault::CloseAfter(6)]);
        assert_eq!(outlet.verdict(10), Verdict::Send(4));
        outlet.sent(4);
        assert_eq!(outlet.verdict(6), Verdict::Send(2));
        outlet.sent(2);
        assert_eq!(outlet.verdict(4), Verdict::Close);
        assert!(outlet.is_closed());
    }

    #[test]
    fn a_silent_device_loses_everything_and_stays_connected() {
        let outlet = Outlet::new(&[Fault::Silent]);
        assert_eq!(outlet.verdict(1), Verdict::Lose);
        assert!(!outlet.is_closed());
    }
}
