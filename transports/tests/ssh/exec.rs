//! Commands without a terminal, on simulated devices.

use crate::bench::{Bench, r1};
use crate::common::{cx, until, within};
use linecrew_core::transport::{ErrorKind, Exec, Exit, Phase, Transport};
use linecrew_testkit::{Device, Fault};
use linecrew_transports::ssh::SshConnection;
use std::time::Duration;

fn open(bench: &Bench) -> SshConnection {
    bench.connector().open(&bench.target(), &cx()).unwrap()
}

fn greeter() -> Device {
    r1().command("show greeting", "hello\n")
}

#[test]
fn a_connection_runs_commands_and_then_becomes_a_shell() {
    let bench = Bench::new(greeter());
    let cx = cx();
    let mut connection = open(&bench);
    for _ in 0..2 {
        let output = connection.exec("show greeting", 1000, &cx).unwrap();
        assert_eq!(output.stdout.trim_ascii(), b"hello");
        assert_eq!((output.stderr.len(), output.exit), (0, Exit::Status(0)));
    }
    let mut transport = connection.into_shell(&cx).unwrap();
    until(&mut transport, b"R1>", &cx).unwrap();
    transport.close(&cx);
}

#[test]
fn output_beyond_the_limit_is_an_error_and_ends_the_connection() {
    let bench = Bench::new(greeter());
    let mut connection = open(&bench);
    let error = connection.exec("show greeting", 3, &cx()).unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::TooLong, Phase::Exec), "{error}");
    assert_eq!(connection.exec("show greeting", 3, &cx()).unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(connection.into_shell(&cx()).err().unwrap().kind(), ErrorKind::Closed);
}

#[test]
fn a_command_with_a_nul_is_refused_and_costs_nothing() {
    let bench = Bench::new(greeter());
    let mut connection = open(&bench);
    assert_eq!(connection.exec("show\0greeting", 100, &cx()).unwrap_err().kind(), ErrorKind::Configuration);
    connection.exec("show greeting", 100, &cx()).unwrap();
}

#[test]
fn a_closed_connection_runs_nothing() {
    let bench = Bench::new(greeter());
    let mut connection = open(&bench);
    connection.close(&cx());
    connection.close(&cx());
    assert_eq!(connection.exec("show greeting", 100, &cx()).unwrap_err().kind(), ErrorKind::Closed);
}

#[test]
fn a_device_that_stalls_or_hangs_up_anywhere_is_an_error_in_time() {
    for bytes in (0..6000).step_by(397) {
        for (fault, kinds) in [
            (Fault::StallAfter(bytes), [ErrorKind::TimedOut; 2]),
            (Fault::CloseAfter(bytes), [ErrorKind::Closed, ErrorKind::Authentication]),
        ] {
            let bench = Bench::new(greeter().fault(fault.clone()));
            let stalls = kinds[0] == ErrorKind::TimedOut;
            let cx = within(Duration::from_millis(if stalls { 300 } else { 60_000 }));
            let opened = bench.connector().open(&bench.target(), &cx);
            let ended = opened.and_then(|mut connection| connection.exec("show greeting", 100, &cx));
            if let Err(error) = ended {
                assert!(kinds.contains(&error.kind()), "{fault:?}: {error}");
            }
        }
    }
}
