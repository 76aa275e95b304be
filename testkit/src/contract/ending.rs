//! Promises about the end of a connection, whoever ends it.

use super::Fixture;
use super::check::{Bench, GUARD, SHORT, assert_same, cancelled, cx, guarded, read_exactly, within};
use super::far_end::{Script, Then};
use linecrew_core::transport::{ErrorKind, Phase, Transport};
use std::time::{Duration, Instant};

/// Where the far end hangs up, all that it said is read first; then every read is an error of kind `Closed`, at once.
pub fn the_end_of_the_stream_comes_after_its_last_words(fixture: &dyn Fixture) {
    for size in [0, 1, 5000] {
        let script = Script::new(size, Then::HangUp, fixture.avoids());
        let said = script.said();
        let bench = Bench::with(fixture, script);
        guarded(move || {
            let mut transport = bench.open();
            assert_same(&read_exactly(&mut *transport, size, 512), &said);
            assert_ended(&bench, &mut *transport);
        });
    }
}

/// Where the far end has hung up, writing fails with an error of kind `Closed`, though perhaps only after some bytes;
/// from then on it always does, and never waits.
pub fn writes_after_the_end_of_the_stream_fail(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture, 0, Then::HangUp);
    guarded(move || {
        let (mut transport, began) = (bench.open(), Instant::now());
        assert_ended(&bench, &mut *transport);
        let error = loop {
            match transport.write_all(b"anybody there?", &cx()) {
                Err(error) => break error,
                // On TCP the first bytes find out.
                Ok(()) => assert!(began.elapsed() < GUARD / 2, "writes to nobody succeed"),
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        bench.check(&error, ErrorKind::Closed, Some(Phase::Write));
        for _ in 0..2 {
            match transport.write_all(&vec![b'x'; 100_000], &cx()) {
                Err(error) => bench.check(&error, ErrorKind::Closed, Some(Phase::Write)),
                Ok(()) => panic!("a write succeeds after one found the connection closed"),
            }
        }
        assert_ended(&bench, &mut *transport);
    });
}

/// A close returns by its deadline whether or not the far end listens, cancelled or not; the far end is told; a second
/// close does nothing; and all later calls are errors of kind `Closed`.
pub fn a_close_is_bounded_and_may_be_repeated(fixture: &dyn Fixture) {
    for (then, cx) in [
        (Then::Listen, cx()),
        (Then::Listen, within(Duration::ZERO)),
        (Then::Listen, cancelled()),
        (Then::HangUp, cx()),
        (Then::Ignore, within(SHORT)),
    ] {
        let bench = Bench::new(fixture, 100, then);
        guarded(move || {
            let (mut transport, began) = (bench.open(), Instant::now());
            transport.close(&cx);
            transport.close(&cx);
            assert!(began.elapsed() < GUARD / 2, "a close takes {:?}", began.elapsed());
            assert_ended(&bench, &mut *transport);
            match transport.write_all(b"x", &self::cx()) {
                Err(error) => bench.check(&error, ErrorKind::Closed, Some(Phase::Write)),
                Ok(()) => panic!("a write after a close succeeds"),
            }
            drop(transport);
            if then != Then::Ignore {
                bench.assert_far_end_is_let_go();
            }
        });
    }
}

/// Dropping a transport ends the connection without waiting, also where a write was given up half way; the far end
/// notices.
pub fn a_drop_ends_the_connection_at_once(fixture: &dyn Fixture) {
    for (then, write) in [(Then::Listen, false), (Then::Ignore, fixture.waits())] {
        let bench = Bench::new(fixture, 100, then);
        guarded(move || {
            let mut transport = bench.open();
            if write {
                // The outcome is another promise's.
                let _ = transport.write_all(&vec![b'x'; 1 << 20], &within(SHORT));
            }
            let began = Instant::now();
            drop(transport);
            assert!(began.elapsed() < GUARD / 10, "a drop takes {:?}", began.elapsed());
            if then == Then::Listen {
                bench.assert_far_end_is_let_go();
            }
        });
    }
}

/// Asserts that reads tell the end of the stream, each time and without waiting.
fn assert_ended(bench: &Bench, transport: &mut dyn Transport) {
    for _ in 0..3 {
        match transport.read(&mut [0; 8], &cx()) {
            Err(error) => bench.check(&error, ErrorKind::Closed, Some(Phase::Read)),
            Ok(count) => panic!("a read of {count} bytes after the end"),
        }
    }
}
