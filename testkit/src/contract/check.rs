//! What the promises are checked with.

use super::far_end::{FarEnd, Script, Then, Watch};
use super::{Fixture, Near};
use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::transport::{Connector, Credentials, ErrorKind, Phase, Target, Transport, TransportError};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Only a broken transport takes as long as this.
pub(super) const GUARD: Duration = Duration::from_secs(30);
/// A limit that is meant to be met.
pub(super) const SHORT: Duration = Duration::from_millis(40);
/// The name of every limit here.
pub(super) const LIMIT: &str = "contract";
/// More than a connection holds on its way: both sockets' buffers, and SSH's windows.
pub(super) const MORE_THAN_FITS: usize = 64 << 20;

const PASSWORD: &str = "c0ntract-passw0rd";
const ENABLE: &str = "c0ntract-en4ble";

/// A connection to be made, and the far end of it.
pub(super) struct Bench {
    connector: Box<dyn Connector>,
    target: Target,
    watch: Watch,
    _keep: Box<dyn Any + Send>,
}

impl Bench {
    /// Sets up a far end that says so many bytes in one piece.
    pub(super) fn new(fixture: &dyn Fixture, says: usize, then: Then) -> Self {
        Self::with(fixture, Script::new(says, then, fixture.avoids()))
    }

    pub(super) fn with(fixture: &dyn Fixture, script: Script) -> Self {
        let (far_end, watch) = FarEnd::new(script);
        Self::of(fixture.near(far_end), watch)
    }

    /// A way that leads nowhere, where the fixture has one.
    pub(super) fn stuck(fixture: &dyn Fixture) -> Option<Self> {
        let (_, watch) = FarEnd::new(Script::new(0, Then::HangUp, &[]));
        fixture.stuck().map(|near| Self::of(near, watch))
    }

    fn of(near: Near, watch: Watch) -> Self {
        let Near { connector, target, keep } = near;
        let credentials = Credentials::user("contract").password(PASSWORD).enable(ENABLE);
        Self { connector, target: target.credentials(credentials), watch, _keep: keep }
    }

    /// Connects, which must succeed.
    pub(super) fn open(&self) -> Box<dyn Transport> {
        match self.connector.connect(&self.target, &cx()) {
            Ok(transport) => transport,
            Err(error) => panic!("no connection: {error}"),
        }
    }

    /// Tries to connect, which must fail.
    pub(super) fn refused(&self, cx: &Cx) -> TransportError {
        match self.connector.connect(&self.target, cx) {
            Ok(_) => panic!("a connection that must not come about"),
            Err(error) => error,
        }
    }

    /// Asserts what every error holds: kind, the name of the device, no secret; and the phase, where it is known.
    pub(super) fn check(&self, error: &TransportError, kind: ErrorKind, phase: Option<Phase>) {
        let (shown, debugged) = (error.to_string(), format!("{error:?}"));
        assert_eq!(error.kind(), kind, "the kind of: {shown}");
        if let Some(phase) = phase {
            assert_eq!(error.phase(), phase, "the phase of: {shown}");
        }
        assert!(error.peer().contains(&self.target.name), "{shown}: does not name {}", self.target.name);
        assert!(shown.contains(error.peer()) && !error.what().is_empty(), "{shown}: is not told in full");
        assert!(!shown.contains('\n'), "{shown}: is more than one line");
        for secret in [PASSWORD, ENABLE] {
            assert!(!shown.contains(secret) && !debugged.contains(secret), "an error shows a secret");
        }
        if kind == ErrorKind::TimedOut {
            assert!(shown.contains(LIMIT), "{shown}: does not name the limit that was met, {LIMIT}");
        }
    }

    /// Asserts that the far end notices the end of the connection.
    pub(super) fn assert_far_end_is_let_go(&self) {
        assert!(self.watch.ends_within(GUARD), "the far end is not told that the connection has ended");
    }
}

/// An operation that only a broken transport does not end in time.
pub(super) fn cx() -> Cx {
    within(2 * GUARD)
}

pub(super) fn within(wait: Duration) -> Cx {
    Cx::new(Deadline::after(wait, LIMIT), CancelToken::new())
}

/// An operation that somebody has cancelled already.
pub(super) fn cancelled() -> Cx {
    let cx = cx();
    cx.cancel().cancel();
    cx
}

/// Calls `f` on a thread of its own and fails where it hangs. The thread is then left behind.
pub(super) fn guarded<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = channel();
    std::thread::spawn(move || sender.send(catch_unwind(AssertUnwindSafe(f))));
    match receiver.recv_timeout(GUARD) {
        Ok(result) => result.unwrap_or_else(|panic| resume_unwind(panic)),
        Err(RecvTimeoutError::Timeout) => panic!("hangs: nothing came of it in {GUARD:?}"),
        Err(RecvTimeoutError::Disconnected) => panic!("its thread is gone"),
    }
}

/// Reads so many bytes with a buffer of `size`, each read at least one.
pub(super) fn read_exactly(transport: &mut dyn Transport, count: usize, size: usize) -> Vec<u8> {
    let (mut read, mut buf) = (Vec::new(), vec![0; size]);
    while read.len() < count {
        match transport.read(&mut buf, &cx()) {
            Ok(n) => {
                assert!((1..=size).contains(&n), "a read of {n} bytes into a buffer of {size}");
                read.extend_from_slice(&buf[..n]);
            }
            Err(error) => panic!("after {} of {count} bytes: {error}", read.len()),
        }
    }
    read
}

/// Asserts that the bytes are the same, and says where they differ first.
pub(super) fn assert_same(read: &[u8], expected: &[u8]) {
    let differs = read.iter().zip(expected).position(|(a, b)| a != b);
    let at = differs.unwrap_or(read.len().min(expected.len()));
    let near = |bytes: &[u8]| bytes[at.saturating_sub(8)..bytes.len().min(at + 8)].escape_ascii().to_string();
    assert!(
        read == expected,
        "byte {at} of {}: read \"{}\" where \"{}\" was sent ({} bytes read)",
        expected.len(),
        near(read),
        near(expected),
        read.len()
    );
}
