//! Promises of `connect`.

use super::Fixture;
use super::check::{Bench, GUARD, SHORT, cancelled, cx, guarded, within};
use super::far_end::Then;
use linecrew_core::transport::{ErrorKind, Phase};
use std::time::Instant;

/// A connection that does not come about ends at its deadline, not before, with an error that names the limit and a
/// phase before the first read.
pub fn a_connect_meets_its_deadline(fixture: &dyn Fixture) {
    let Some(bench) = Bench::stuck(fixture) else { return };
    guarded(move || {
        let began = Instant::now();
        let error = bench.refused(&within(SHORT));
        assert!(began.elapsed() >= SHORT, "a connect ended before its deadline: {error}");
        bench.check(&error, ErrorKind::TimedOut, None);
        assert!(
            !matches!(error.phase(), Phase::Read | Phase::Write),
            "a connect ends in a {}",
            error.phase()
        );
    });
}

/// A cancel from another thread wakes a connect that waits.
pub fn a_cancel_wakes_a_connect(fixture: &dyn Fixture) {
    let Some(bench) = Bench::stuck(fixture) else { return };
    let cx = cx();
    let token = cx.cancel().clone();
    let connect = std::thread::spawn(move || {
        guarded(move || bench.check(&bench.refused(&cx), ErrorKind::Cancelled, None));
    });
    // It most likely waits by then. Where it does not yet, the outcome is to be the same.
    std::thread::sleep(SHORT);
    token.cancel();
    connect.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

/// A token that is cancelled already lets nothing be connected.
pub fn a_cancelled_token_refuses_a_connect(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture, 0, Then::Listen);
    guarded(move || {
        let began = Instant::now();
        bench.check(&bench.refused(&cancelled()), ErrorKind::Cancelled, None);
        assert!(began.elapsed() < GUARD / 2, "a refusal takes {:?}", began.elapsed());
    });
}
