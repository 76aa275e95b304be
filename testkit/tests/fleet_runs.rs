//! Whole runs over simulated devices in memory, with all that may go wrong: one outcome each, no lock-out, nothing twice.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests are outside of the test functions that the lint spares"
)]

use linecrew_core::cancel::CancelToken;
use linecrew_core::executor::{Executor, Pending, Wait};
use linecrew_core::fleet::{
    Batches, Cause, Connectors, Fleet, HostError, Journal, Limits, Outcome, Record, Refusal, Retry, Share,
    Skip, Status, What,
};
use linecrew_core::inventory::{Entry, Host, Inventory};
use linecrew_core::transport::{Connector, Credentials, ErrorKind, Phase, Target, TransportError};
use linecrew_testkit::{Device, Fault, Node, Stage, memory};
use linecrew_transports::mock::MockConnector;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A fleet of these devices in memory, in their order, and the executor that it runs on.
fn fleet(devices: impl IntoIterator<Item = Device>, workers: usize) -> (Executor, Fleet, Vec<Arc<Node>>) {
    let nodes: Vec<Arc<Node>> = devices.into_iter().map(Device::power_on).collect();
    let connector: Arc<dyn Connector> = Arc::new(memory::connector(nodes.iter().cloned()));
    let (executor, fleet) =
        fleet_over(nodes.iter().map(|node| node.device().hostname().to_owned()), workers, connector);
    (executor, fleet, nodes)
}

fn fleet_over(
    names: impl IntoIterator<Item = String>,
    workers: usize,
    connector: Arc<dyn Connector>,
) -> (Executor, Fleet) {
    let mut settings = Entry::default();
    settings.platform = Some("cisco_iosxe".to_owned());
    let inventory: Inventory = names.into_iter().map(|name| Host::new(name, settings.clone())).collect();
    let executor = Executor::builder().max_workers(workers).build().unwrap();
    let fleet = Fleet::new(&executor, &inventory, move |_: &Host| Ok(Arc::clone(&connector)))
        .credentials(Credentials::user("admin").password("admin").enable("enable"))
        .retry(Retry::after([Duration::ZERO, Duration::ZERO]));
    (executor, fleet)
}

fn named(count: usize) -> impl Iterator<Item = Device> {
    (1..=count).map(|number| Device::cisco_iosxe(format!("r{number}")))
}

fn statuses<T>(outcomes: &[Outcome<T>]) -> Vec<Status> {
    outcomes.iter().map(|outcome| outcome.status).collect()
}

#[test]
fn a_wrong_password_is_refused_twice_and_the_rest_of_the_fleet_is_not_tried() {
    let (_executor, fleet, nodes) = fleet(named(40), 20);
    let fleet = fleet.credentials(Credentials::user("admin").password("old").enable("enable"));
    let outcomes: Vec<_> = fleet.run(|_, _| Ok(())).in_order().collect();
    let refused: u64 = nodes.iter().map(|node| node.counters().logins_refused).sum();
    assert_eq!(refused, 2, "an AAA server locks the account behind a few");
    let causes = outcomes.iter().map(|outcome| outcome.cause).collect::<Vec<_>>();
    assert_eq!(causes[..2], [Some(Cause::AuthRefused); 2]);
    assert_eq!(causes[2..], [Some(Cause::NotTried); 38]);
    let told = outcomes[2].result.as_ref().unwrap_err().to_string();
    assert_eq!(told, "r3: skipped: not tried: user admin was refused twice");
}

/// All hosts in memory, behind a jump host that only their connector knows of.
struct BehindBastion(Arc<dyn Connector>);

impl Connectors for BehindBastion {
    fn connector(&self, _: &Host, _: &Credentials) -> Result<Arc<dyn Connector>, HostError> {
        Ok(Arc::clone(&self.0))
    }

    fn jump_hosts(&self, _: &Host, _: &Credentials) -> Vec<String> {
        vec!["bastion".to_owned()]
    }
}

#[test]
fn the_jump_hosts_that_connectors_name_have_their_cap() {
    let nodes: Vec<Arc<Node>> = named(12).map(Device::power_on).collect();
    let mut settings = Entry::default();
    settings.platform = Some("cisco_iosxe".to_owned());
    let hosts = nodes.iter().map(|node| Host::new(node.device().hostname(), settings.clone()));
    let (inventory, executor) =
        (hosts.collect::<Inventory>(), Executor::builder().max_workers(6).build().unwrap());
    let fleet =
        Fleet::new(&executor, &inventory, BehindBastion(Arc::new(memory::connector(nodes.iter().cloned()))))
            .credentials(Credentials::user("admin").password("admin").enable("enable"))
            .limits(Limits::default().per_jump_host(1));
    let inside = AtomicUsize::new(0);
    let run = fleet.run(move |session, _| {
        let before = inside.fetch_add(1, Ordering::SeqCst);
        session.send_command("show clock")?;
        inside.fetch_sub(1, Ordering::SeqCst);
        Ok(before)
    });
    let others: Vec<usize> = run.in_order().map(|outcome| outcome.result.unwrap()).collect();
    assert_eq!(others, [0; 12]);
}

#[test]
fn a_refused_enable_secret_leaves_reading_where_it_is_and_ends_writing() {
    let run = |read_only: bool| {
        let (_executor, fleet, _) = fleet(named(8), 4);
        let fleet = fleet.credentials(Credentials::user("admin").password("admin").enable("old"));
        let fleet = if read_only { fleet.read_only() } else { fleet };
        let run = fleet.run(|session, _| Ok(session.send_command("show clock")?.prompt));
        run.in_order().collect::<Vec<_>>()
    };
    let read = run(true);
    assert_eq!(statuses(&read), [Status::Ok; 8]);
    assert!(read.iter().all(|outcome| outcome.result.as_ref().unwrap().ends_with('>')));
    let written = run(false);
    let causes: Vec<_> = written.iter().map(|outcome| outcome.cause).collect();
    assert_eq!(causes[..2], [Some(Cause::EnableRefused); 2]);
    assert_eq!(causes[2..], [Some(Cause::NotTried); 6]);
}

/// A device that fails so often before it is there.
fn flaky(failures: usize, kind: ErrorKind, phase: Phase, what: &'static str) -> (Outcome<()>, Vec<What>) {
    let (node, tries) = (Device::cisco_iosxe("r1").power_on(), Mutex::new(0));
    let connector: Arc<dyn Connector> = Arc::new(MockConnector::new(move |target: &Target| {
        let mut tries = tries.lock().unwrap();
        *tries += 1;
        if *tries <= failures {
            return Err(TransportError::new(kind, phase, target.peer(22), what));
        }
        Ok(memory::peer(&node))
    }));
    let (_executor, fleet) = fleet_over(["r1".to_owned()], 1, connector);
    let events = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&events);
    let fleet = fleet.on_event(move |event| log.lock().unwrap().push(event.what.clone()));
    let outcome = fleet.run(|_, _| Ok(())).in_order().next().unwrap();
    let events = events.lock().unwrap().clone();
    (outcome, events)
}

#[test]
fn what_the_network_failed_is_tried_twice_more() {
    for (kind, phase, what) in [
        (ErrorKind::Refused, Phase::Connect, "refused"),
        (ErrorKind::Closed, Phase::Handshake, "closed by the other side"),
        (ErrorKind::TimedOut, Phase::Connect, "timed out (connect limit)"),
        (ErrorKind::TimedOut, Phase::Handshake, "timed out (handshake limit)"),
    ] {
        let (outcome, events) = flaky(2, kind, phase, what);
        assert_eq!((outcome.status, outcome.attempts), (Status::Ok, 3), "{kind:?}");
        assert_eq!(events.iter().filter(|event| matches!(event, What::Retried { .. })).count(), 2);
        let (outcome, _) = flaky(3, kind, phase, what);
        assert!(!outcome.status.is_well() && outcome.attempts == 3);
    }
}

#[test]
fn what_an_answer_decided_is_not_tried_again() {
    for (kind, phase, what) in [
        (ErrorKind::Authentication, Phase::Authentication, "password refused"),
        (ErrorKind::Closed, Phase::Authentication, "closed by the other side"),
        (ErrorKind::HostKey, Phase::HostKey, "the host key has changed"),
        (ErrorKind::Configuration, Phase::Connect, "no such file"),
        (ErrorKind::TimedOut, Phase::Authentication, "timed out (authentication limit)"),
    ] {
        let (outcome, _) = flaky(1, kind, phase, what);
        assert!(!outcome.status.is_well() && outcome.attempts == 1, "{kind:?}");
    }
}

#[test]
fn nothing_is_tried_again_behind_a_write_and_nobody_knows_what_became_of_it() {
    let device = || Device::cisco_iosxe("r1").fault(Fault::CloseIn(Stage::Reply));
    for (command, status, attempts) in
        [("show clock", Status::Failed, 3), ("clear counters", Status::Unknown, 1)]
    {
        let (_executor, fleet, _) = fleet([device()], 1);
        let run = fleet.run(move |session, _| Ok(session.send_command(command)?.ok()));
        let outcome = run.in_order().next().unwrap();
        assert_eq!((outcome.status, outcome.attempts), (status, attempts), "{command}");
    }
}

#[test]
fn what_may_have_changed_a_device_is_told() {
    let (_executor, fleet, _) = fleet(named(2), 2);
    let run = fleet.run(|session, host| match host.name() {
        "r1" => Ok(session.send_command("show clock")?.ok()),
        _ => Ok(session.send_configs(["no ip http server"])?.ok()),
    });
    assert_eq!(statuses(&run.in_order().collect::<Vec<_>>()), [Status::Ok, Status::Changed]);
}

#[test]
fn a_value_may_tell_a_failure() {
    let (_executor, fleet, _) = fleet(named(2), 2);
    let run = fleet.run_judged(
        |_, host| Ok(host.name().to_owned()),
        |name| (name == "r2").then(|| "r2: not as it should be".to_owned()),
    );
    let outcomes: Vec<_> = run.in_order().collect();
    assert_eq!(statuses(&outcomes), [Status::Ok, Status::Failed]);
    assert_eq!(
        (outcomes[1].cause, outcomes[1].result.as_ref().unwrap().as_str()),
        (Some(Cause::CommandFailed), "r2")
    );
    let why = |_: &String| Some(Refusal { cause: Cause::Unauthorized, why: "may not".to_owned() });
    let mut run = fleet.run_judged(|_, host| Ok(host.name().to_owned()), why).in_order();
    assert_eq!(run.next().unwrap().cause, Some(Cause::Unauthorized));
}

#[test]
fn the_cap_of_a_group_holds_for_the_hosts_of_its_child_groups() {
    let text = "groups: {wan: {}, ams: {groups: [wan]}}\ndefaults: {platform: cisco_iosxe}\n\
                hosts: {r1: {groups: [ams]}, r2: {groups: [ams]}, r3: {groups: [wan]}, r4: {limits_group: wan}}";
    let nodes: Vec<Arc<Node>> = named(4).map(Device::power_on).collect();
    let connector: Arc<dyn Connector> = Arc::new(memory::connector(nodes));
    let executor = Executor::builder().max_workers(4).build().unwrap();
    let inventory = Inventory::parse(text, "lab.yaml").unwrap();
    let fleet = Fleet::new(&executor, &inventory, move |_: &Host| Ok(Arc::clone(&connector)))
        .credentials(Credentials::user("admin").password("admin").enable("enable"))
        .limits(Limits::default().group("wan", 1));
    let inside = AtomicUsize::new(0);
    let run = fleet.run(move |_, _| {
        let others = inside.fetch_add(1, Ordering::SeqCst);
        // Whoever could come beside it has the time to.
        (0..1000).for_each(|_| std::thread::yield_now());
        inside.fetch_sub(1, Ordering::SeqCst);
        Ok(others)
    });
    assert!(run.in_order().all(|outcome| matches!(outcome.result, Ok(0))));
}

#[test]
fn a_failed_canary_stops_the_run() {
    let (_executor, fleet, nodes) = fleet(named(20), 5);
    let fleet = fleet.batches(Batches::new("1,10%,100%".parse().unwrap()));
    let run = fleet.run(|_, host| Err::<(), _>(HostError::job(format!("{}: no", host.name()))));
    let outcomes: Vec<_> = run.in_order().collect();
    assert_eq!(outcomes[0].status, Status::Failed);
    let skipped = |outcome: &Outcome<()>| {
        matches!(outcome.result, Err(HostError::Skipped { why: Skip::TooManyFailures, .. }))
    };
    assert!(outcomes[1..].iter().all(skipped));
    assert_eq!(nodes.iter().map(|node| node.counters().sessions_opened).sum::<u64>(), 1);
}

#[test]
fn an_interrupted_run_lets_those_that_run_end_by_themselves() {
    let (_executor, fleet, _) = fleet(named(9), 3);
    let stop = CancelToken::new();
    let token = stop.clone();
    let run = fleet.stop(stop, Duration::from_mins(1)).run(move |session, _| {
        token.cancel();
        Ok(session.send_command("show clock")?.ok())
    });
    let outcomes: Vec<_> = run.in_order().collect();
    assert_eq!(outcomes[0].status, Status::Ok);
    let ok = outcomes.iter().filter(|outcome| outcome.status == Status::Ok).count();
    assert!((1..=3).contains(&ok), "{ok}");
    assert!(outcomes.iter().all(|outcome| matches!(outcome.status, Status::Ok | Status::Skipped)));
}

#[test]
fn an_executor_that_is_shut_down_leaves_no_host_without_an_outcome() {
    let (executor, fleet, _) = fleet(named(9), 3);
    executor.shutdown(Pending::Cancel, Wait::Yes);
    let outcomes: Vec<_> = fleet.run(|_, _| Ok(())).as_completed().collect();
    assert_eq!(statuses(&outcomes), [Status::Skipped; 9]);
}

#[test]
fn a_journal_tells_each_start_and_end_and_a_write_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("0001.jsonl");
    let names = ["r1", "r2", "r3"];
    let journal = Journal::create(&path, &["x".to_owned()], true, names).unwrap();
    let (_executor, fleet, _) = fleet(named(3), 3);
    let fleet = fleet.journal(Arc::new(journal));
    let run = fleet.run(|session, host| match host.name() {
        "r1" => Ok(session.send_command("show clock")?.ok()),
        "r2" => Ok(session.send_configs(["no ip http server"])?.ok()),
        _ => panic!("no idea"),
    });
    assert_eq!(run.as_completed().count(), 3);
    let text = std::fs::read_to_string(&path).unwrap();
    let of = |host: &str| -> Vec<String> {
        let lines = text.lines().skip(1).map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let of_host = lines.filter(|line| line["host"] == host);
        of_host.map(|line| line["event"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(of("r1"), ["started", "outcome"]);
    assert_eq!(of("r2"), ["started", "write_sent", "outcome"]);
    let record = Record::load(&path).unwrap();
    assert_eq!(record.not_well().collect::<Vec<_>>(), ["r3"]);
    assert_eq!(record.outcome("r2").unwrap().status, Status::Changed);
    assert!(record.outcome("r3").unwrap().error.as_ref().unwrap().contains("no idea"));
}

/// What goes wrong with a host.
#[derive(Clone, Copy, Debug)]
enum Behaviour {
    Well,
    Panics,
    Fails,
    Writes,
    Cancels,
    Stops,
    Silent,
    Refuses,
    HangsUp,
    HangsUpInReply,
    WritesAndHangsUp,
}

fn any_behaviour() -> impl Strategy<Value = Behaviour> {
    use Behaviour::{
        Cancels, Fails, HangsUp, HangsUpInReply, Panics, Refuses, Silent, Stops, Well, Writes,
        WritesAndHangsUp,
    };
    prop_oneof![
        8 => Just(Well),
        8 => prop::sample::select(vec![
            Panics, Fails, Writes, Silent, Refuses, HangsUp, HangsUpInReply, WritesAndHangsUp,
        ]),
        1 => prop::sample::select(vec![Cancels, Stops]),
    ]
}

impl Behaviour {
    fn device(self, name: &str) -> Device {
        let device = Device::cisco_iosxe(name);
        match self {
            Self::Silent => device.fault(Fault::Silent),
            Self::Refuses => device.fault(Fault::RefuseLogins(1)),
            Self::HangsUp => device.fault(Fault::CloseIn(Stage::Login)),
            Self::HangsUpInReply | Self::WritesAndHangsUp => device.fault(Fault::CloseIn(Stage::Reply)),
            _ => device,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_host_has_exactly_one_outcome(
        behaviours in prop::collection::vec(any_behaviour(), 0..25),
        workers in 1_usize..8,
        logins in prop::option::of(1_usize..4),
        serial in prop::option::of(prop::sample::select(vec!["1,100%", "3", "50%"])),
        read_only in any::<bool>(),
        dropped in prop::option::of(0_usize..25),
    ) {
        let devices = behaviours.iter().enumerate().map(|(at, behaviour)| behaviour.device(&format!("r{at}")));
        let (_executor, fleet, _) = fleet(devices, workers);
        let (cancel, stop) = (CancelToken::new(), CancelToken::new());
        let finished = Arc::new(Mutex::new(BTreeMap::<String, usize>::new()));
        let log = Arc::clone(&finished);
        let fleet = fleet.cancel(cancel.clone()).stop(stop.clone(), Duration::from_mins(1)).on_event(move |event| {
            if matches!(event.what, What::Finished { .. }) {
                *log.lock().unwrap().entry(event.host.name().to_owned()).or_default() += 1;
            }
        });
        let limits = logins.map_or(Limits::default(), |most| Limits::default().logins_in_flight(most));
        let fleet = fleet.limits(limits);
        let fleet = if read_only { fleet.read_only() } else { fleet };
        let fleet = match serial {
            Some(serial) => fleet.batches(Batches::new(serial.parse().unwrap()).max_failures(Share::Percent(60.0))),
            None => fleet,
        };
        let all = behaviours.clone();
        let run = fleet.run(move |session, host| {
            let at: usize = host.name()[1..].parse().unwrap();
            match all[at] {
                Behaviour::Panics => panic!("no idea"),
                Behaviour::Fails => return Err(HostError::job("no")),
                Behaviour::Cancels => cancel.cancel(),
                Behaviour::Stops => stop.cancel(),
                Behaviour::Writes => return Ok(session.send_configs(["no ip http server"])?.ok()),
                Behaviour::WritesAndHangsUp => return Ok(session.send_command("clear counters")?.ok()),
                _ => {}
            }
            Ok(session.send_command("show clock")?.ok())
        });
        let mut outcomes = run.as_completed();
        let read: Vec<_> = outcomes.by_ref().take(dropped.unwrap_or(usize::MAX)).collect();
        drop(outcomes);
        let mut names: Vec<&str> = read.iter().map(|outcome| outcome.host.name()).collect();
        names.sort_unstable();
        names.dedup();
        prop_assert_eq!(names.len(), read.len());
        if dropped.is_none() {
            prop_assert_eq!(read.len(), behaviours.len());
            let finished = finished.lock().unwrap();
            prop_assert!(finished.len() == behaviours.len() && finished.values().all(|times| *times == 1));
        }
        for outcome in &read {
            let at: usize = outcome.host.name()[1..].parse().unwrap();
            let (behaviour, status) = (behaviours[at], outcome.status);
            let is_right = match status {
                Status::Ok => matches!(behaviour, Behaviour::Well | Behaviour::Stops),
                Status::Changed => matches!(behaviour, Behaviour::Writes) && !read_only,
                Status::Unknown => matches!(behaviour, Behaviour::Writes | Behaviour::WritesAndHangsUp) && !read_only,
                Status::Failed | Status::TimedOut => !matches!(behaviour, Behaviour::Well | Behaviour::Stops),
                _ => true,
            };
            prop_assert!(is_right, "{:?} ends {:?}: {:?}", behaviour, status, outcome.result);
        }
    }
}
