//! Fleet runs over simulated devices in memory: each host ends in exactly one outcome, whatever fails.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests are outside of the test functions that the lint spares"
)]

use linecrew_core::cancel::CancelToken;
use linecrew_core::executor::Executor;
use linecrew_core::fleet::{Fleet, HostError, Outcome, Retry, Run, Status, What};
use linecrew_core::inventory::{Entry, Host, Inventory};
use linecrew_core::transport::{Connector, Credentials, ErrorKind, Phase, Target, TransportError};
use linecrew_testkit::{Device, Fault, memory};
use linecrew_transports::mock::MockConnector;
use std::sync::{Arc, Mutex};

/// Hosts `r1` to `rN`, all served in memory; `r3` says nothing.
fn fleet(hosts: usize) -> (Executor, Fleet) {
    let names: Vec<_> = (1..=hosts).map(|n| format!("r{n}")).collect();
    let device = |name: &String| {
        let device = Device::cisco_iosxe(name);
        if name == "r3" { device.fault(Fault::Silent) } else { device }.power_on()
    };
    let connector: Arc<dyn Connector> = Arc::new(memory::connector(names.iter().map(device)));
    let inventory: Inventory = names.iter().map(|name| Host::new(name, settings("cisco_iosxe"))).collect();
    let executor = Executor::builder().max_workers(3).build().unwrap();
    let fleet = Fleet::new(&executor, &inventory, move |_: &Host| Ok(Arc::clone(&connector)))
        .credentials(Credentials::user("admin").password("admin").enable("enable"))
        .retry(Retry::never());
    (executor, fleet)
}

fn settings(platform: &str) -> Entry {
    let mut settings = Entry::default();
    settings.platform = Some(platform.to_owned());
    settings
}

fn names<T>(outcomes: &[Outcome<T>]) -> Vec<&str> {
    outcomes.iter().map(|outcome| outcome.host.name()).collect()
}

#[test]
fn outcomes_come_in_the_order_of_the_inventory() {
    let (_executor, fleet) = fleet(6);
    let run = fleet.run(|session, _| Ok(session.send_command("show clock")?.ok()));
    let outcomes: Vec<_> = run.in_order().collect();
    assert_eq!(names(&outcomes), ["r1", "r2", "r3", "r4", "r5", "r6"]);
    let ok: Vec<_> = outcomes.iter().map(|outcome| outcome.result.is_ok()).collect();
    assert_eq!(ok, [true, true, false, true, true, true]);
}

#[test]
fn each_host_completes_once() {
    let (_executor, fleet) = fleet(20);
    let run = fleet.run(|session, _| Ok(session.send_command("show version")?.text));
    let outcomes: Vec<_> = run.as_completed().collect();
    let mut seen = names(&outcomes);
    seen.sort_unstable_by_key(|name| name[1..].parse::<u32>().unwrap());
    assert_eq!(seen, (1..=20).map(|n| format!("r{n}")).collect::<Vec<_>>());
    for outcome in &outcomes {
        if let Ok(text) = &outcome.result {
            assert!(text.contains(&format!("{} uptime is", outcome.host.name())), "its own reply");
        }
    }
}

#[test]
fn a_panic_and_an_error_of_the_job_are_outcomes_of_their_host() {
    let (_executor, fleet) = fleet(2);
    let run = fleet.run(|_, host| match host.name() {
        "r1" => panic!("no idea"),
        name => Err::<(), _>(HostError::job(format!("{name}: not today"))),
    });
    let errors: Vec<_> = run.in_order().map(|outcome| outcome.result.unwrap_err().to_string()).collect();
    assert_eq!(errors, ["r1: the task panicked: no idea", "r2: not today"]);
}

#[test]
fn what_the_inventory_says_wrong_is_told_for_its_host() {
    let hosts = [Host::new("a", settings("no_such_os")), Host::new("b", Entry::default())];
    let executor = Executor::new().unwrap();
    let refuse = |host: &Host| -> Result<Arc<dyn Connector>, HostError> {
        Err(HostError::NoTransport {
            host: host.name().to_owned(),
            transport: "carrier".to_owned(),
            known: "ssh",
        })
    };
    let fleet = Fleet::new(&executor, &hosts.into_iter().collect(), refuse);
    let transport = fleet.run(|_, _| Ok(())).in_order().next().unwrap().result.unwrap_err();
    assert_eq!(transport.to_string(), "a: transport: carrier is not known; expected one of ssh");
    assert_eq!(transport.phase(), "transport");

    let connector: Arc<dyn Connector> = Arc::new(memory::connector([]));
    let hosts = [Host::new("a", settings("no_such_os")), Host::new("b", Entry::default())];
    let fleet =
        Fleet::new(&executor, &hosts.into_iter().collect(), move |_: &Host| Ok(Arc::clone(&connector)));
    let errors: Vec<_> =
        fleet.run(|_, _| Ok(())).in_order().map(|outcome| outcome.result.unwrap_err()).collect();
    assert!(errors.iter().all(|error| error.phase() == "platform"));
    assert!(errors[0].to_string().starts_with("a: platform: no_such_os"), "{}", errors[0]);
    assert!(errors[1].to_string().starts_with("b: platform: none is given"), "{}", errors[1]);
}

#[test]
fn events_tell_the_life_of_each_host() {
    let (_executor, fleet) = fleet(4);
    let told = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&told);
    let fleet = fleet.on_event(move |event| {
        let line = match &event.what {
            What::Started { attempt } => format!("started {attempt}"),
            What::Connected { .. } => "connected".to_owned(),
            What::CommandDone { command, .. } => format!("did {command}"),
            What::Finished { status, .. } => format!("finished {status}"),
            _ => return,
        };
        log.lock().unwrap().push(format!("{} {line}", event.host.name()));
    });
    let run = fleet.run(|session, _| Ok(session.send_command("show clock")?.ok()));
    assert_eq!(run.as_completed().count(), 4);
    let told = told.lock().unwrap();
    let of = |host: &str| -> Vec<&str> {
        told.iter().filter_map(|line| line.strip_prefix(host)?.strip_prefix(' ')).collect()
    };
    assert_eq!(of("r1"), ["started 1", "connected", "did show clock", "finished ok"]);
    assert_eq!(of("r3"), ["started 1", "finished timed out"]);
}

/// The outcome of `r1`, whose address fails so, and whose second address is `second`: `served`, or one that refuses.
fn at_two_addresses(kind: ErrorKind, phase: Phase, second: &str) -> Outcome<()> {
    let node = Device::cisco_iosxe("r1").power_on();
    let connector: Arc<dyn Connector> = Arc::new(MockConnector::new(move |target: &Target| {
        let fail = |kind, phase| Err(TransportError::new(kind, phase, target.peer(22), "failed"));
        match target.host.as_str() {
            "served" => Ok(memory::peer(&node)),
            "down" => fail(kind, phase),
            _ => fail(ErrorKind::Refused, Phase::Connect),
        }
    }));
    let text = format!(
        "hosts: {{r1: {{hostname: down, platform: cisco_iosxe, out_of_band: {{hostname: {second}, port: 2001}}}}}}"
    );
    let inventory = Inventory::parse(&text, "lab.yaml").unwrap();
    let executor = Executor::new().unwrap();
    let fleet = Fleet::new(&executor, &inventory, move |_: &Host| Ok(Arc::clone(&connector)))
        .credentials(Credentials::user("admin").password("admin").enable("enable"))
        .retry(Retry::never());
    fleet.run(|_, _| Ok(())).in_order().next().unwrap()
}

#[test]
fn a_host_that_does_not_answer_is_served_out_of_band() {
    for (kind, phase) in [
        (ErrorKind::Unresolved, Phase::Resolve),
        (ErrorKind::Refused, Phase::Connect),
        (ErrorKind::Unreachable, Phase::Connect),
        (ErrorKind::TimedOut, Phase::Connect),
    ] {
        let outcome = at_two_addresses(kind, phase, "served");
        outcome.result.unwrap();
        let served = outcome.served.unwrap();
        assert_eq!((served.address.as_str(), served.out_of_band), ("served:2001", true), "{kind:?}");
    }
}

#[test]
fn a_host_that_answered_is_not_tried_out_of_band() {
    for (kind, phase) in [
        (ErrorKind::TimedOut, Phase::Handshake),
        (ErrorKind::HostKey, Phase::HostKey),
        (ErrorKind::Authentication, Phase::Authentication),
        (ErrorKind::Cancelled, Phase::Connect),
        (ErrorKind::Configuration, Phase::Connect),
    ] {
        let outcome = at_two_addresses(kind, phase, "served");
        let error = outcome.result.unwrap_err();
        assert!(matches!(error, HostError::Session(_)), "{kind:?}: {error}");
        assert_eq!(outcome.served, None);
    }
}

#[test]
fn a_host_that_answers_nowhere_is_told_with_both_reasons() {
    let error = at_two_addresses(ErrorKind::TimedOut, Phase::Connect, "down-too").result.unwrap_err();
    assert_eq!(
        error.to_string(),
        "r1 (down-too:2001): connect: failed; out of band because of r1 (down:22): connect: failed"
    );
    assert_eq!(error.phase(), "connect");
}

#[test]
fn an_outcome_tells_the_address_that_served_it() {
    let (_executor, fleet) = fleet(1);
    let outcome = fleet.run(|_, _| Err::<(), _>(HostError::job("r1: no"))).in_order().next().unwrap();
    let served = outcome.served.unwrap();
    assert_eq!((served.address.as_str(), served.out_of_band), ("r1", false));
}

#[test]
fn a_cancelled_run_still_gives_one_outcome_per_host() {
    let (_executor, fleet) = fleet(12);
    let token = CancelToken::new();
    let cancel = token.clone();
    let run = fleet.cancel(token).run(move |session, _| {
        cancel.cancel();
        Ok(session.send_command("show clock")?.ok())
    });
    let outcomes: Vec<_> = run.as_completed().collect();
    assert_eq!(outcomes.len(), 12);
    assert!(outcomes.iter().all(|outcome| matches!(outcome.status, Status::Cancelled | Status::Skipped)));
    assert!(
        outcomes.iter().all(|outcome| outcome.result.is_err()),
        "each noticed the cancel at its next wait"
    );
}

#[test]
fn a_run_that_is_dropped_starts_no_more_hosts() {
    assert_eq!(started_before(drop), 3);
}

#[test]
fn a_run_whose_outcomes_nobody_reads_starts_no_more_hosts() {
    assert_eq!(started_before(|run| drop(run.as_completed())), 3);
    assert_eq!(started_before(|run| drop(run.in_order())), 3);
}

/// How many of 50 hosts are started where the run is given up while its three workers are busy.
fn started_before(give_up: impl FnOnce(Run<()>)) -> usize {
    let (executor, fleet) = fleet(50);
    let (started, release) = (Arc::new(std::sync::Barrier::new(4)), Arc::new(std::sync::Barrier::new(4)));
    let (begin, go_on) = (Arc::clone(&started), Arc::clone(&release));
    let count = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&count);
    let run = fleet.run(move |_, host| {
        *counter.lock().unwrap() += 1;
        // The three workers meet here with the test, so that they are busy while the run is given up.
        if matches!(host.name(), "r1" | "r2" | "r4") {
            begin.wait();
            go_on.wait();
        }
        Ok(())
    });
    started.wait();
    give_up(run);
    release.wait();
    drop(executor);
    *count.lock().unwrap()
}
