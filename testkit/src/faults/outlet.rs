//! The faults of one connection that concern what is sent, applied byte by byte.

use super::{Fault, Pieces};

/// Decides about each byte that is ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Outlet {
    close_after: usize,
    stall_after: usize,
    hang_after: usize,
    pieces: Pieces,
    sent: usize,
}

/// What happens to bytes that are ready to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// So many of them go out now.
    Send(usize),
    /// They never arrive.
    Lose,
    /// The connection ends here.
    Close,
    /// The device is gone without a word.
    Hang,
}

impl Outlet {
    pub(crate) fn new(faults: &[Fault], seed: u64) -> Self {
        let least = |after: fn(&Fault) -> Option<usize>| faults.iter().filter_map(after).min();
        let limit = |after| least(after).unwrap_or(usize::MAX);
        Self {
            close_after: limit(|fault| match fault {
                Fault::CloseAfter(bytes) => Some(*bytes),
                _ => None,
            }),
            stall_after: limit(|fault| match fault {
                Fault::Silent => Some(0),
                Fault::StallAfter(bytes) => Some(*bytes),
                _ => None,
            }),
            hang_after: limit(|fault| match fault {
                Fault::HalfOpenAfter(bytes) => Some(*bytes),
                _ => None,
            }),
            pieces: Pieces::new(faults, seed),
            sent: 0,
        }
    }

    /// What happens to the bytes that are ready, at least one.
    pub(crate) fn verdict(&mut self, ready: &[u8]) -> Verdict {
        if self.is_closed() {
            return Verdict::Close;
        }
        if self.is_hung() {
            return Verdict::Hang;
        }
        if self.sent >= self.stall_after {
            return Verdict::Lose;
        }
        let room = self.close_after.min(self.stall_after).min(self.hang_after) - self.sent;
        Verdict::Send(self.pieces.next(ready).min(room))
    }

    /// Notes that these bytes went out.
    pub(crate) fn sent(&mut self, bytes: &[u8]) {
        self.sent += bytes.len();
        self.pieces.sent(bytes);
    }

    /// Whether the next byte begins a piece.
    pub(crate) fn at_start(&self) -> bool {
        self.pieces.at_start()
    }

    /// Whether the connection ends even if nothing more is to be sent.
    pub(crate) fn is_closed(&self) -> bool {
        self.sent >= self.close_after
    }

    /// Whether the device is gone without a word.
    pub(crate) fn is_hung(&self) -> bool {
        self.sent >= self.hang_after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outlet(faults: &[Fault]) -> Outlet {
        Outlet::new(faults, 1)
    }

    #[test]
    fn without_faults_everything_goes_out_at_once() {
        assert_eq!(outlet(&[]).verdict(&vec![0; 100_000]), Verdict::Send(100_000));
    }

    #[test]
    fn chunks_stop_at_the_byte_where_the_connection_ends() {
        let mut outlet = outlet(&[Fault::Chunks(4), Fault::CloseAfter(6)]);
        assert_eq!(outlet.verdict(&[0; 10]), Verdict::Send(4));
        outlet.sent(&[0; 4]);
        assert_eq!(outlet.verdict(&[0; 6]), Verdict::Send(2));
        outlet.sent(&[0; 2]);
        assert_eq!(outlet.verdict(&[0; 4]), Verdict::Close);
        assert!(outlet.is_closed());
    }

    #[test]
    fn a_silent_device_loses_everything_and_stays_connected() {
        let mut outlet = outlet(&[Fault::Silent]);
        assert_eq!(outlet.verdict(&[0]), Verdict::Lose);
        assert!(!outlet.is_closed());
    }

    #[test]
    fn of_several_ends_the_first_one_counts() {
        let mut outlet = outlet(&[Fault::StallAfter(9), Fault::HalfOpenAfter(3), Fault::CloseAfter(5)]);
        assert_eq!(outlet.verdict(&[0; 10]), Verdict::Send(3));
        outlet.sent(&[0; 3]);
        assert_eq!(outlet.verdict(&[0; 7]), Verdict::Hang);
    }
}
