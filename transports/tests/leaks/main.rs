//! Nothing is left behind by sessions that went well, and by sessions that failed in any phase: no file descriptor, no
//! thread, no memory.
//!
//! `LINECREW_SESSIONS=10000` runs as many sessions as that; some hundreds unless set.
#![cfg(all(feature = "ssh", feature = "telnet"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failure fails the test")]

#[path = "../common/mod.rs"]
mod common;
mod crowd;
mod usage;
mod wall;

use crowd::Crowd;
use linecrew_core::transport::Phase;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Enough that each half meets every case, and every cut.
const USUAL_SESSIONS: usize = 700;
/// How many sessions run at a time.
const THREADS: usize = 8;
/// What the allocator may keep of freed memory, which depends on the order of things. One forgotten libssh2 session is
/// 83 KB; of 10,000 sessions 769 fail in each of the ways.
const SLACK_KB: usize = 2 * 1024;

/// How many sessions ended well (no phase) and how many failed in each phase.
type Tally = BTreeMap<Option<String>, usize>;

/// Runs so many sessions, each case in turn.
fn run(crowd: &Crowd, sessions: usize, tally: &Mutex<Tally>) {
    let next = AtomicUsize::new(0);
    let worker = || {
        let turns = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        for turn in turns.take_while(|turn| *turn < sessions) {
            let ended = crowd.session(turn).err().map(|error| format!("{:?}", error.phase()));
            *tally.lock().unwrap().entry(ended).or_default() += 1;
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(worker)).collect();
        // The end of the scope waits for what they run, and not for what each thread still has to close.
        for worker in workers {
            worker.join().unwrap();
        }
    });
}

#[test]
fn sessions_of_any_end_leave_nothing() {
    let sessions = std::env::var("LINECREW_SESSIONS").map_or(USUAL_SESSIONS, |count| count.parse().unwrap());
    let crowd = Crowd::new();
    let tally = Mutex::default();
    // The first half leaves what every thread, pool and allocator keeps.
    run(&crowd, sessions / 2, &tally);
    let before = crowd.settled(None);
    run(&crowd, sessions / 2, &tally);
    let after = crowd.settled(Some(before));

    let tally = tally.into_inner().unwrap();
    println!("{sessions} sessions: {before:?}, then {after:?}; {tally:?}");
    for phase in [
        Phase::Connect,
        Phase::Handshake,
        Phase::HostKey,
        Phase::Authentication,
        Phase::Shell,
        Phase::Read,
        Phase::Write,
    ] {
        assert!(tally.contains_key(&Some(format!("{phase:?}"))), "no session failed in {phase:?}: {tally:?}");
    }
    assert!(tally[&None] >= sessions / 8, "{tally:?}");
    assert!(after.files <= before.files && after.threads <= before.threads, "{before:?}, then {after:?}");
    assert!(after.resident_kb <= before.resident_kb + SLACK_KB, "{before:?}, then {after:?}");
}
