//! Ends calls of libssh2 that go on past their time.
//!
//! No socket of ours blocks, so a call returns as soon as nothing has arrived. But many a call reads on for as long as
//! packets come, and a server that sends packets which mean nothing (`SSH_MSG_IGNORE`, RFC 4253, section 11.2) faster
//! than they are read would keep it for ever, past deadline and cancel. So the socket is then shut down from outside.

use linecrew_core::cancel::{CancelHook, CancelToken};
use linecrew_core::cx::Cx;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a call may go on past the deadline or the cancel: a key exchange of the slowest kind takes a third of it.
const GRACE: Duration = Duration::from_secs(1);

/// The watch over one session's calls: an alarm that is armed once and looks around when it goes off, so that a call costs
/// two looks at a lock.
#[derive(Clone)]
pub(super) struct Watch(Arc<Shared>);

struct Shared {
    socket: Arc<TcpStream>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When the present call is overdue, if there is one.
    overdue: Option<Instant>,
    alarm: Option<Alarm>,
    /// Whether the socket was shut down.
    cut: bool,
}

/// Goes off at a moment, unless it is dropped before.
struct Alarm {
    at: Instant,
    token: CancelToken,
    _hook: CancelHook,
}

impl Watch {
    pub(super) fn new(socket: &Arc<TcpStream>) -> Self {
        Self(Arc::new(Shared { socket: Arc::clone(socket), state: Mutex::default() }))
    }

    /// Makes a call that is to end soon after `cx` does.
    pub(super) fn over<T>(&self, cx: &Cx, call: impl FnOnce() -> T) -> T {
        let deadline = cx.deadline().instant().max(Instant::now());
        self.until(deadline + GRACE, || {
            // The hook may have run before there was a call to end.
            if cx.cancel().is_cancelled() {
                self.0.hurry();
            }
            call()
        })
    }

    /// Makes a call that is to end by then.
    pub(super) fn until<T>(&self, overdue: Instant, call: impl FnOnce() -> T) -> T {
        self.0.begin(overdue);
        let result = call();
        self.0.state().overdue = None;
        result
    }

    /// Has calls end soon after the token is cancelled, for as long as the hook is kept.
    pub(super) fn cancelled_by(&self, cancel: &CancelToken) -> CancelHook {
        let shared = Arc::downgrade(&self.0);
        cancel.on_cancel(move || {
            if let Some(shared) = shared.upgrade() {
                shared.hurry();
            }
        })
    }

    /// Whether a call was ended.
    pub(super) fn has_cut(&self) -> bool {
        self.0.state().cut
    }
}

impl Shared {
    fn begin(self: &Arc<Self>, overdue: Instant) {
        let mut state = self.state();
        state.overdue = Some(overdue);
        let armed = state.alarm.as_ref().is_some_and(|alarm| alarm.goes_off_by(overdue));
        drop(state);
        if !armed {
            self.arm(overdue);
        }
    }

    /// The present call, if there is one, is to end soon.
    fn hurry(self: &Arc<Self>) {
        let soon = Instant::now() + GRACE;
        let mut state = self.state();
        let Some(overdue) = &mut state.overdue else { return };
        *overdue = soon.min(*overdue);
        drop(state);
        self.arm(soon);
    }

    /// Not to be called under the lock: an alarm of the past goes off here.
    fn arm(self: &Arc<Self>, at: Instant) {
        let (token, shared) = (CancelToken::new(), Arc::downgrade(self));
        let hook = token.on_cancel(move || {
            if let Some(shared) = shared.upgrade() {
                shared.look();
            }
        });
        // Where the system refuses the thread for it, calls are as long as they are.
        if token.cancel_at(at).is_err() {
            return;
        }
        let mut state = self.state();
        if !state.alarm.as_ref().is_some_and(|alarm| alarm.goes_off_by(at)) {
            let before = state.alarm.replace(Alarm { at, token, _hook: hook });
            drop(state);
            drop(before);
        }
    }

    fn look(self: &Arc<Self>) {
        let mut state = self.state();
        let Some(overdue) = state.overdue else { return };
        if overdue <= Instant::now() {
            state.cut = true;
            // Fails only where the other side has closed already.
            let _ = self.socket.shutdown(Shutdown::Both);
        } else {
            drop(state);
            self.arm(overdue);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under the lock can panic half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Alarm {
    /// Whether it has yet to go off, and does so by then.
    fn goes_off_by(&self, at: Instant) -> bool {
        self.at <= at && !self.token.is_cancelled()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecrew_core::deadline::Deadline;
    use std::io::Read;
    use std::net::TcpListener;

    /// A watched socket, and the other end of it.
    fn watched() -> (Watch, Arc<TcpStream>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let socket = Arc::new(TcpStream::connect(listener.local_addr().unwrap()).unwrap());
        (Watch::new(&socket), Arc::clone(&socket), listener.accept().unwrap().0)
    }

    /// A call that ends with its socket.
    fn endless(socket: &TcpStream) -> usize {
        (&*socket).read(&mut [0]).unwrap()
    }

    #[test]
    fn a_call_that_goes_on_past_its_deadline_loses_its_socket() {
        let (watch, socket, _far) = watched();
        let cx = Cx::new(Deadline::after(Duration::ZERO, "test"), CancelToken::new());
        assert_eq!(watch.over(&cx, || endless(&socket)), 0);
        assert!(watch.has_cut());
    }

    #[test]
    fn a_call_that_goes_on_after_a_cancel_loses_its_socket() {
        let (watch, socket, _far) = watched();
        for before in [true, false] {
            let cx = Cx::new(Deadline::after(Duration::from_mins(10), "test"), CancelToken::new());
            let _hook = watch.cancelled_by(cx.cancel());
            let cancel = cx.cancel().clone();
            let call = || {
                cancel.cancel();
                endless(&socket)
            };
            if before {
                cx.cancel().cancel();
            }
            assert_eq!(watch.over(&cx, call), 0);
            assert!(watch.has_cut());
        }
    }

    #[test]
    fn an_alarm_that_finds_no_call_does_nothing_and_one_that_finds_a_later_call_waits_for_it() {
        let (watch, socket, _far) = watched();
        watch.until(Instant::now() + Duration::from_mins(1), || ());
        watch.0.look();
        assert!(!watch.has_cut());
        watch.until(Instant::now() + Duration::from_mins(1), || watch.0.look());
        assert!(!watch.has_cut() && socket.take_error().unwrap().is_none());
    }
}
