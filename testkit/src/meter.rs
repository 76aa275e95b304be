//! What a lab has at most at a time: the other side's word on whether a client keeps to its limits.

use std::collections::{BTreeMap, VecDeque};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The most that a lab, or a group of its devices, has had at a time.
///
/// A login lasts from the connection to the first prompt, or over SSH until it is accepted. Of connections whose other end
/// has been closed none counts, whether its device has noticed or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Peaks {
    /// Connections at a time.
    pub sessions: usize,
    /// Logins at a time.
    pub logins_in_flight: usize,
    /// Connections accepted within any second, each at the moment at which it came to the door, by a thread that does nothing else.
    pub logins_in_a_second: usize,
}

/// Meters the connections of some devices.
#[derive(Debug, Default)]
pub(crate) struct Meter(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    peaks: Peaks,
    /// When those of the last second came.
    recent: VecDeque<Instant>,
    guests: BTreeMap<u64, Guest>,
    count: u64,
    logging_in: usize,
}

#[derive(Debug)]
struct Guest {
    /// A duplicate of the connection's descriptor, which tells whether the other end is closed.
    line: Arc<OwnedFd>,
    logging_in: bool,
}

const WINDOW: Duration = Duration::from_secs(1);

impl Meter {
    pub(crate) fn peaks(&self) -> Peaks {
        self.state().peaks
    }

    fn enter(&self, line: &Arc<OwnedFd>) -> u64 {
        let mut state = self.state();
        let now = Instant::now();
        while state.recent.front().is_some_and(|first| *first + WINDOW <= now) {
            state.recent.pop_front();
        }
        state.recent.push_back(now);
        state.count += 1;
        state.logging_in += 1;
        let number = state.count;
        state.guests.insert(number, Guest { line: Arc::clone(line), logging_in: true });
        state.note();
        number
    }

    fn logged_in(&self, number: u64) {
        let mut state = self.state();
        let guest = state.guests.get_mut(&number);
        if guest.is_some_and(|guest| std::mem::take(&mut guest.logging_in)) {
            state.logging_in -= 1;
        }
    }

    fn leave(&self, number: u64) {
        let mut state = self.state();
        let guest = state.guests.remove(&number);
        state.logging_in -= usize::from(guest.is_some_and(|guest| guest.logging_in));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics between two changes that belong together.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Notes a new peak. Only then is it looked at who is really there.
    fn note(&mut self) {
        self.peaks.logins_in_a_second = self.peaks.logins_in_a_second.max(self.recent.len());
        if self.guests.len() > self.peaks.sessions {
            self.peaks.sessions = self.peaks.sessions.max(connected(self.guests.values()));
        }
        if self.logging_in > self.peaks.logins_in_flight {
            let logins = self.guests.values().filter(|guest| guest.logging_in);
            self.peaks.logins_in_flight = self.peaks.logins_in_flight.max(connected(logins));
        }
    }
}

/// How many of these the other end has not hung up on.
#[cfg(target_os = "linux")]
fn connected<'a>(guests: impl Iterator<Item = &'a Guest>) -> usize {
    use rustix::event::{PollFd, PollFlags, poll};
    let mut lines: Vec<PollFd<'_>> =
        guests.map(|guest| PollFd::new(&*guest.line, PollFlags::RDHUP)).collect();
    // Where the system does not say, all count.
    let _ = poll(&mut lines, Some(&rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 }));
    lines.iter().filter(|line| line.revents().is_empty()).count()
}

#[cfg(not(target_os = "linux"))]
fn connected<'a>(guests: impl Iterator<Item = &'a Guest>) -> usize {
    guests.count()
}

/// A connection's place in the meters of its device; left when this is dropped.
#[derive(Debug)]
pub(crate) struct Seat(Vec<(Arc<Meter>, u64)>);

impl Seat {
    /// Takes a place in each meter. Without a descriptor to spare the connection is not metered.
    pub(crate) fn take(meters: &[Arc<Meter>], socket: &impl AsFd) -> Self {
        let line = socket.as_fd().try_clone_to_owned().map(Arc::new);
        let enter =
            |line: &Arc<OwnedFd>| meters.iter().map(|meter| (Arc::clone(meter), meter.enter(line))).collect();
        Self(line.as_ref().map(enter).unwrap_or_default())
    }

    /// The client is logged in.
    pub(crate) fn logged_in(&self) {
        for (meter, number) in &self.0 {
            meter.logged_in(*number);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        for (meter, number) in &self.0 {
            meter.leave(*number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    fn pair(listener: &TcpListener) -> (TcpStream, TcpStream) {
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (client, listener.accept().unwrap().0)
    }

    #[test]
    fn whoever_has_hung_up_is_not_there_though_his_seat_is() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let meters = [Arc::new(Meter::default())];
        let seats = |seats: usize| -> Vec<_> {
            let seat = |_| {
                let (client, server) = pair(&listener);
                (client, Seat::take(&meters, &server), server)
            };
            (0..seats).map(seat).collect()
        };
        let mut first = seats(2);
        assert_eq!(meters[0].peaks(), Peaks { sessions: 2, logins_in_flight: 2, logins_in_a_second: 2 });
        first[0].1.logged_in();
        first[0].1.logged_in();
        let (client, seat, server) = first.remove(1);
        drop(client);
        let second = seats(1);
        assert_eq!(meters[0].peaks(), Peaks { sessions: 2, logins_in_flight: 2, logins_in_a_second: 3 });
        drop((seat, server));
        let _third = seats(1);
        let peaks = meters[0].peaks();
        assert_eq!((peaks.sessions, peaks.logins_in_flight), (3, 2));
        drop(second);
    }
}
