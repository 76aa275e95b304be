//! The contract suite finds what is broken.
#![allow(clippy::unwrap_used, reason = "a failure fails the test")]

use linecrew_core::cx::Cx;
use linecrew_core::transport::{Connector, ErrorKind, Phase, Target, Transport, TransportError};
use linecrew_testkit::contract::{self, FarEnd, Fixture, Near};
use linecrew_transports::mock::MockTransport;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

/// What a transport in memory does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    None,
    LosesAByte,
    ReadsNothingAtTheEnd,
    TakesTheEndForATimeout,
    ShowsThePassword,
    ForgetsTheLimit,
    IgnoresACancel,
    WritesHalf,
    ReadsAfterAClose,
    ConnectsThoughCancelled,
    KeepsWhatIsHeldBack,
}

struct Flawed {
    inner: MockTransport,
    flaw: Flaw,
    password: String,
    held_back: bool,
    closed: bool,
}

impl Transport for Flawed {
    fn read(&mut self, buf: &mut [u8], cx: &Cx) -> Result<usize, TransportError> {
        let fresh = Cx::new(cx.deadline(), linecrew_core::cancel::CancelToken::new());
        let cx = if self.flaw == Flaw::IgnoresACancel { &fresh } else { cx };
        let (phase, name) = (Phase::Read, "r1");
        let error = |kind, what: String| Err(TransportError::new(kind, phase, name, what));
        let read = self.inner.read(buf, cx);
        let kind = read.as_ref().err().map(TransportError::kind);
        match (self.flaw, kind) {
            (Flaw::LosesAByte, None) if buf.len() > 8 => read.map(|count| count.max(2) - 1),
            (Flaw::ReadsNothingAtTheEnd, Some(ErrorKind::Closed)) => Ok(0),
            (Flaw::TakesTheEndForATimeout, Some(ErrorKind::Closed)) => {
                error(ErrorKind::TimedOut, "timed out (contract limit)".into())
            }
            (Flaw::ShowsThePassword, Some(kind)) => {
                error(kind, format!("contract: {} did not help", self.password))
            }
            (Flaw::ForgetsTheLimit, Some(ErrorKind::TimedOut)) => {
                error(ErrorKind::TimedOut, "timed out".into())
            }
            (Flaw::ReadsAfterAClose, Some(ErrorKind::Closed)) if self.closed => Ok(1),
            _ => read,
        }
    }

    fn write_all(&mut self, bytes: &[u8], cx: &Cx) -> Result<(), TransportError> {
        if self.held_back && self.flaw == Flaw::KeepsWhatIsHeldBack {
            return Ok(());
        }
        let half = if self.flaw == Flaw::WritesHalf { bytes.len() / 2 } else { 0 };
        self.inner.write_all(&bytes[half..], cx)
    }

    fn hold_back(&mut self) {
        self.held_back = true;
    }

    fn close(&mut self, cx: &Cx) {
        self.closed = true;
        self.inner.close(cx);
    }
}

struct FlawedConnector {
    far_end: Mutex<Option<FarEnd>>,
    flaw: Flaw,
}

impl Connector for FlawedConnector {
    fn connect(&self, target: &Target, cx: &Cx) -> Result<Box<dyn Transport>, TransportError> {
        if let (Some(why), true) = (cx.interruption(), self.flaw != Flaw::ConnectsThoughCancelled) {
            return Err(TransportError::interrupted(why, Phase::Connect, &target.name, cx));
        }
        let far_end = self.far_end.lock().unwrap().take().unwrap();
        let password = target.credentials.password.as_ref().unwrap().expose().to_owned();
        let inner = MockTransport::new(&target.name, far_end);
        Ok(Box::new(Flawed { inner, flaw: self.flaw, password, held_back: false, closed: false }))
    }
}

impl Fixture for Flaw {
    fn near(&self, far_end: FarEnd) -> Near {
        let far_end = Mutex::new(Some(far_end));
        Near::new(FlawedConnector { far_end, flaw: *self }, Target::new("r1"))
    }

    fn waits(&self) -> bool {
        false
    }
}

type Promise = fn(&dyn Fixture);

fn is_broken(promise: Promise, flaw: Flaw) -> bool {
    catch_unwind(AssertUnwindSafe(|| promise(&flaw))).is_err()
}

#[test]
fn a_transport_without_a_flaw_keeps_every_promise() {
    contract::run_all(&Flaw::None);
}

#[test]
fn each_flaw_breaks_the_promise_that_is_about_it() {
    let flaws: [(Flaw, Promise); 10] = [
        (Flaw::LosesAByte, contract::a_read_gives_what_was_said_however_it_arrives),
        (Flaw::ReadsNothingAtTheEnd, contract::the_end_of_the_stream_comes_after_its_last_words),
        (Flaw::TakesTheEndForATimeout, contract::the_end_of_the_stream_comes_after_its_last_words),
        (Flaw::ShowsThePassword, contract::a_read_meets_its_deadline_and_may_be_repeated),
        (Flaw::ForgetsTheLimit, contract::a_read_meets_its_deadline_and_may_be_repeated),
        (Flaw::IgnoresACancel, contract::a_cancel_wakes_a_read),
        (Flaw::WritesHalf, contract::small_exchanges_keep_their_order),
        (Flaw::ReadsAfterAClose, contract::a_close_is_bounded_and_may_be_repeated),
        (Flaw::KeepsWhatIsHeldBack, contract::what_is_held_back_is_not_kept),
        (Flaw::ConnectsThoughCancelled, contract::a_cancelled_token_refuses_a_connect),
    ];
    for (flaw, promise) in flaws {
        assert!(is_broken(promise, flaw), "{flaw:?} is not found");
    }
}
