//! What a session makes of each fault.

use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::platform::Platform;
use linecrew_core::session::{ErrorKind, Phase, Reply, Session, SessionError, Timeouts};
use linecrew_core::transport::{Credentials, Target};
use linecrew_testkit::{Device, Fault, Stage, memory};
use std::time::{Duration, Instant};

/// What every command of these tests is to say.
const SAID: &str = "one\ntwo\nthree";

/// Opens a session and sends one command.
pub(crate) fn ask(device: Device, command: &str) -> Result<Reply, SessionError> {
    open(device)?.send_command(command)
}

fn open(device: Device) -> Result<Session, SessionError> {
    open_within(device, Timeouts::default())
}

fn open_within(device: Device, limits: Timeouts) -> Result<Session, SessionError> {
    let platform = Platform::builtin(device.platform().name())?;
    let connector = memory::connector([device.power_on()]);
    let target = Target::new("R1").credentials(Credentials::user("admin").password("admin").enable("enable"));
    let cx = Cx::new(Deadline::after(Duration::from_mins(15), "host"), CancelToken::new());
    Session::builder(platform).timeouts(limits).open(&connector, &target, &cx)
}

pub(crate) fn device(faults: impl IntoIterator<Item = Fault>) -> Device {
    Device::cisco_iosxe("R1").faults(faults).command("show it", format!("{SAID}\n"))
}

fn failed(fault: Fault) -> (ErrorKind, Phase) {
    let error = ask(device([fault]), "show it").unwrap_err();
    (error.kind(), error.phase())
}

#[test]
fn what_changes_no_text_changes_no_reply() {
    for fault in [
        Fault::Chunks(1),
        Fault::RandomChunks(7),
        Fault::Drip(Duration::from_millis(50)),
        Fault::Jitter(Duration::from_secs(1)),
        Fault::SplitEscapes,
        Fault::LostEcho,
        Fault::WrappedEcho(50),
        Fault::ChangedHostKey,
        Fault::SessionLimit { most: 1, words: b"busy\r\n".to_vec() },
    ] {
        let reply = ask(device([fault.clone()]), "show it").unwrap();
        assert_eq!(reply.text, SAID, "{fault:?}");
    }
}

#[test]
fn what_adds_lines_leaves_those_of_the_device() {
    for fault in [
        Fault::DoubledEcho,
        Fault::Garbage(b"\xfe\x80".to_vec()),
        Fault::Ones(40),
        Fault::RandomBytes(40),
        Fault::HugeLine(300_000),
        Fault::Syslog(1),
    ] {
        let reply = ask(device([fault.clone()]), "show it").unwrap();
        let lines: Vec<&str> = reply.text.lines().collect();
        for line in SAID.lines() {
            assert!(lines.contains(&line), "{fault:?}: {line} in {:?}", reply.text);
        }
    }
}

#[test]
fn lines_that_are_no_text_keep_what_is_text() {
    let reply = ask(device([Fault::InvalidUtf8]), "show it").unwrap();
    assert_eq!(reply.text.lines().count(), 3);
    for (line, expected) in reply.text.lines().zip(SAID.lines()) {
        assert!(line.starts_with(expected) && line.contains('\u{fffd}'), "{:?}", reply.text);
    }
}

#[test]
fn a_command_longer_than_the_screen_is_answered_or_told_as_its_own_phase() {
    let long = format!("show {}", "x".repeat(90));
    for columns in [50, 80] {
        let device = device([Fault::WrappedEcho(columns)]).command(&*long, format!("{SAID}\n"));
        match ask(device, &long) {
            Ok(reply) => assert!(reply.text.ends_with(SAID), "{columns}: {:?}", reply.text),
            Err(error) => assert_eq!(error.phase(), Phase::Command, "{columns}: {error}"),
        }
    }
}

#[test]
fn a_stall_and_a_hang_up_are_told_in_the_phase_in_which_they_happen() {
    for (stage, phase) in [
        (Stage::Login, Phase::Login),
        (Stage::Password, Phase::Login),
        (Stage::Prompt, Phase::Login),
        (Stage::Enable, Phase::Privilege),
        (Stage::Reply, Phase::Command),
    ] {
        assert_eq!(failed(Fault::StallIn(stage)), (ErrorKind::TimedOut, phase), "{stage:?}");
        assert_eq!(failed(Fault::CloseIn(stage)), (ErrorKind::Closed, phase), "{stage:?}");
    }
}

#[test]
fn a_pager_that_stalls_is_told_as_the_command_s_silence() {
    let long = "line\n".repeat(60);
    let mut session = open(device([Fault::StallIn(Stage::Pager)]).command("show long", long)).unwrap();
    session.send_command("terminal length 24").unwrap();
    let error = session.send_command("show long").unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::TimedOut, Phase::Command), "{error}");
}

#[test]
fn a_half_open_connection_is_silence() {
    assert_eq!(failed(Fault::HalfOpenAfter(10)), (ErrorKind::TimedOut, Phase::Login));
}

#[test]
fn a_client_that_is_one_too_many_is_told_what_the_device_said() {
    let fault = Fault::SessionLimit { most: 0, words: b"all lines are busy\r\n".to_vec() };
    let error = ask(device([fault]), "show it").unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Closed, Phase::Login));
    assert!(error.to_string().contains("all lines are busy"), "{error}");
}

#[test]
fn a_login_that_is_refused_is_an_authentication_failure() {
    let error = ask(device([Fault::RefuseLogins(1)]), "show it").unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Authentication, Phase::Login), "{error}");
}

#[test]
fn a_reply_without_end_ends_at_the_limit_of_the_command() {
    let start = Instant::now();
    // Everything before it ends at once in memory.
    let limits = Timeouts::default().command(Duration::from_secs(1));
    let mut session = open_within(device([Fault::Endless]), limits).unwrap();
    let error = session.send_command("show it").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::TooLong), "{error}");
    assert_eq!(error.phase(), Phase::Command);
    assert!(start.elapsed() < Duration::from_mins(1), "{:?}", start.elapsed());
}
