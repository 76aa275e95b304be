//! Promises of `write_all`.

use super::Fixture;
use super::check::{
    Bench, GUARD, MORE_THAN_FITS, SHORT, assert_same, cancelled, cx, guarded, read_exactly, within,
};
use super::far_end::{Then, payload};
use linecrew_core::cx::Cx;
use linecrew_core::transport::{ErrorKind, Phase, Transport, TransportError};
use std::sync::mpsc::channel;
use std::time::Instant;

/// A write that the far end does not read ends at its deadline, not before, with an error that names the limit.
pub fn a_write_meets_its_deadline(fixture: &dyn Fixture) {
    write_until_deadline(fixture, Then::Ignore);
}

/// The deadline of a write is one for the whole: a far end that reads a byte now and then does not put it off.
pub fn a_write_s_deadline_is_not_extended_by_progress(fixture: &dyn Fixture) {
    write_until_deadline(fixture, Then::Sip);
}

fn write_until_deadline(fixture: &dyn Fixture, then: Then) {
    // Without real time nothing fills up.
    if !fixture.waits() {
        return;
    }
    let bench = Bench::new(fixture, 0, then);
    guarded(move || {
        let mut transport = bench.open();
        let began = Instant::now();
        let error = write_error(&mut *transport, &within(5 * SHORT));
        assert!(began.elapsed() >= 5 * SHORT, "a write ended before its deadline: {error}");
        assert!(began.elapsed() < GUARD / 2, "a write took {:?} past its deadline", began.elapsed());
        bench.check(&error, ErrorKind::TimedOut, Some(Phase::Write));
    });
}

/// A cancel from another thread wakes a write that waits, and later writes with the token refuse at once.
pub fn a_cancel_wakes_a_write(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture, 0, Then::Ignore);
    // Without real time there is no moment between the call and its end.
    let cx = if fixture.waits() { cx() } else { cancelled() };
    let token = cx.cancel().clone();
    let (started, start) = channel();
    let write = std::thread::spawn(move || {
        guarded(move || {
            let mut transport = bench.open();
            let _ = started.send(());
            for _ in 0..2 {
                let error = write_error(&mut *transport, &cx);
                bench.check(&error, ErrorKind::Cancelled, Some(Phase::Write));
            }
        });
    });
    let _ = start.recv();
    // It most likely waits by then. Where it does not yet, the outcome is to be the same.
    std::thread::sleep(5 * SHORT);
    token.cancel();
    write.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

/// Two hundred small writes arrive whole and in their order, and so do the answers.
pub fn small_exchanges_keep_their_order(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture, 0, Then::Return(1));
    let sent = payload(200 * 201 / 2, fixture.avoids());
    guarded(move || {
        let (mut transport, mut rest) = (bench.open(), &sent[..]);
        for size in 1..=200 {
            let (line, later) = rest.split_at(size);
            if let Err(error) = transport.write_all(line, &cx()) {
                panic!("a write of {size} bytes: {error}");
            }
            assert_same(&read_exactly(&mut *transport, size, 64), line);
            rest = later;
        }
    });
}

/// What is held back for the end of the connection is sent all the same where the end does not come.
pub fn what_is_held_back_is_not_kept(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture, 0, Then::Return(4));
    let sent = payload(4, fixture.avoids());
    guarded(move || {
        let mut transport = bench.open();
        transport.hold_back();
        if let Err(error) = transport.write_all(&sent, &cx()) {
            panic!("a write of what is held back: {error}");
        }
        assert_same(&read_exactly(&mut *transport, sent.len(), 64), &sent);
    });
}

/// Two megabytes go there in one write and come back, not a byte lost, doubled or changed.
pub fn large_data_is_whole_both_ways(fixture: &dyn Fixture) {
    const SIZE: usize = 2 << 20;
    let bench = Bench::new(fixture, 0, Then::Return(SIZE));
    let sent = payload(SIZE, fixture.avoids());
    guarded(move || {
        let mut transport = bench.open();
        if let Err(error) = transport.write_all(&sent, &cx()) {
            panic!("a write of {SIZE} bytes: {error}");
        }
        assert_same(&read_exactly(&mut *transport, SIZE, 10_000), &sent);
    });
}

fn write_error(transport: &mut dyn Transport, cx: &Cx) -> TransportError {
    match transport.write_all(&vec![b'x'; MORE_THAN_FITS], cx) {
        Ok(()) => panic!("a write of {MORE_THAN_FITS} bytes that nobody reads succeeds"),
        Err(error) => error,
    }
}
