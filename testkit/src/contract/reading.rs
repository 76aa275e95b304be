//! Promises of `read`.

use super::Fixture;
use super::check::{Bench, GUARD, SHORT, assert_same, cancelled, cx, guarded, read_exactly, within};
use super::far_end::{Script, Then};
use linecrew_core::transport::{ErrorKind, Phase};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// A read gives at least one byte and at most what the buffer holds, and the reads together give what was said: no byte
/// lost, doubled or changed, however small the pieces it is sent in and the buffers it is read into.
pub fn a_read_gives_what_was_said_however_it_arrives(fixture: &dyn Fixture) {
    for (chunk, size) in [(1, 4096), (2, 1), (7, 3), (997, 64), (100_000, 1000)] {
        let script = Script::new(5000, Then::Listen, fixture.avoids()).in_chunks_of(chunk);
        let said = script.said();
        let bench = Bench::with(fixture, script);
        let read = guarded(move || read_exactly(&mut *bench.open(), 5000, size));
        assert_same(&read, &said);
    }
}

/// A deadline that is past does not keep back bytes that have arrived.
pub fn what_has_arrived_is_read_past_the_deadline(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture, 100, Then::Listen);
    guarded(move || {
        let (mut transport, began) = (bench.open(), Instant::now());
        let mut read = 0;
        while read < 100 {
            match transport.read(&mut [0; 8], &within(Duration::ZERO)) {
                Ok(count) => read += count,
                // It has not arrived yet.
                Err(error) => {
                    bench.check(&error, ErrorKind::TimedOut, Some(Phase::Read));
                    assert!(began.elapsed() < GUARD, "a past deadline keeps back what has arrived");
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        }
    });
}

/// A read with nothing to read ends at its deadline, not before, with an error that names the limit; nothing is lost by
/// it, and the next read gives what comes later. An end of the stream is told apart from it.
pub fn a_read_meets_its_deadline_and_may_be_repeated(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture, 0, Then::Return(3));
    let waits = fixture.waits();
    let read = guarded(move || {
        let mut transport = bench.open();
        let began = Instant::now();
        let error = read_error(&mut transport, &within(SHORT));
        assert!(!waits || began.elapsed() >= SHORT, "a read ended before its deadline");
        bench.check(&error, ErrorKind::TimedOut, Some(Phase::Read));
        assert!(transport.write_all(b"abc", &cx()).is_ok(), "a write after a read that timed out");
        read_exactly(&mut *transport, 3, 8)
    });
    assert_same(&read, b"abc");
}

/// A cancel from another thread wakes a read that waits, and later reads with the token refuse at once; with another
/// token they go on.
pub fn a_cancel_wakes_a_read(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture, 0, Then::Return(3));
    // Without real time there is no moment between the call and its end.
    let cx = if fixture.waits() { cx() } else { cancelled() };
    let token = cx.cancel().clone();
    let (started, start) = channel();
    let read = std::thread::spawn(move || {
        guarded(move || {
            let mut transport = bench.open();
            let _ = started.send(());
            for _ in 0..2 {
                bench.check(&read_error(&mut transport, &cx), ErrorKind::Cancelled, Some(Phase::Read));
            }
            assert!(
                transport.write_all(b"abc", &self::cx()).is_ok(),
                "a write after a read that was cancelled"
            );
            read_exactly(&mut *transport, 3, 8)
        })
    });
    let _ = start.recv();
    // It most likely waits by then. Where it does not yet, the outcome is to be the same.
    std::thread::sleep(SHORT);
    token.cancel();
    let read = read.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    assert_same(&read, b"abc");
}

fn read_error(
    transport: &mut Box<dyn linecrew_core::transport::Transport>,
    cx: &linecrew_core::cx::Cx,
) -> linecrew_core::transport::TransportError {
    match transport.read(&mut [0; 8], cx) {
        Ok(count) => panic!("a read of {count} bytes where nothing was said"),
        Err(error) => error,
    }
}
