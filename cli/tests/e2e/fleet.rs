//! `linecrew run` over a fleet: limits, lock-outs, batches, writing, interrupts, journals.

use crate::support::{
    Ended, PASSWORD, Process, SECRET, Site, USER, closed_port, device, mixed, silent_port, wait_until,
};
use linecrew_testkit::{Fault, Lab, LabBuilder, Service, Stage};
use serde_json::Value;
use std::collections::BTreeMap;

/// So many devices over telnet.
fn telnet(count: usize) -> LabBuilder {
    let lab = |lab: LabBuilder, number| lab.device(device(&format!("r{number}")), Service::Telnet);
    (1..=count).fold(Lab::builder(), lab)
}

/// The site with logins that count towards the limits.
fn limited(lab: LabBuilder) -> Site {
    let site = Site::new(lab);
    let text = std::fs::read_to_string(site.path("lab.yaml")).unwrap();
    site.file("lab.yaml", &text.replace(", limit_logins: false", ""));
    site
}

fn lines(path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// How often each host has an outcome in a journal, and which it is at last.
fn outcomes(path: &str) -> BTreeMap<String, (usize, String)> {
    let mut found = BTreeMap::<String, (usize, String)>::new();
    for line in lines(path).iter().filter(|line| line["event"] == "outcome") {
        let entry = found.entry(line["host"].as_str().unwrap().to_owned()).or_default();
        *entry = (entry.0 + 1, line["status"].as_str().unwrap().to_owned());
    }
    found
}

#[test]
fn a_wrong_password_reaches_the_devices_twice_and_the_rest_is_not_tried() {
    let site = limited(telnet(30));
    let mut command = site.command(&["show clock", "--format", "jsonl", "--logins-per-second", "0"]);
    command.env("LINECREW_PASSWORD", "old").env("LINECREW_ENABLE_SECRET", SECRET);
    let ended = Process::start(command).finish();
    assert_eq!((ended.code, site.lab.counters().logins_refused), (Some(1), 2), "{ended:?}");
    let summary: Vec<&str> = ended.summary.lines().collect();
    assert!(summary[0].starts_with("ok 0   failed 2   skipped 28   unknown 0   "), "{summary:?}");
    let told = "auth refused   2    r1 r2";
    assert!(
        summary[1].starts_with(told) && summary[1].ends_with("user netops, not tried again"),
        "{summary:?}"
    );
    assert!(
        summary[2].starts_with("not tried      28   r3 r4") && summary[2].contains("and 18 more"),
        "{summary:?}"
    );
    assert!(summary[3].starts_with("again: linecrew run ") && summary[3].contains(" -l @"), "{summary:?}");
}

#[test]
fn what_is_not_well_is_run_again_as_the_summary_says() {
    let (_closed, port) = closed_port();
    let site = Site::new(mixed(3));
    site.inventory(&[&format!("bad: {{hostname: 127.0.0.1, port: {port}, transport: telnet}}")]);
    let journal = site.path("first.jsonl");
    let ended = site.run(&["show clock", "--format", "jsonl", "--journal", &journal]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let row = format!("unreachable   1   bad   tcp/{port} refused");
    assert!(ended.summary.contains(&row), "{ended:?}");
    assert!(ended.summary.contains("\"show clock\""), "{ended:?}");
    let again = site.run(&["show clock", "--format", "json", "-l", &format!("@{journal}")]);
    assert_eq!(again.json().len(), 1);
    assert_eq!(again.host("bad")["cause"], "unreachable");
}

#[test]
fn the_end_tells_what_happened_and_what_to_type_next() {
    let refuses = |name| device(name).credentials(USER, "another");
    let lab = telnet(2).device(refuses("r3"), Service::Telnet).device(refuses("r4"), Service::Ssh);
    let site = Site::new(lab);
    let (_held, port) = silent_port();
    let text = std::fs::read_to_string(site.path("lab.yaml")).unwrap();
    let text = text.replace(&format!("username: {USER}"), "credential: tacacs");
    let password = format!("{{username: {USER}, password: {{env: LINECREW_PASSWORD}}}}");
    // Of another credential: one that was refused twice is not used any more.
    let silent = format!("  sw12: {{hostname: 127.0.0.1, port: {port}, credential: own}}\n");
    let text = format!("credentials: {{tacacs: {password}, own: {password}}}\n{text}{silent}");
    let path = site.file("lab.yaml", &text);
    let journal = site.path("0341.jsonl");
    let args = [
        "show clock",
        "--workers",
        "1",
        "--connect-timeout",
        "0.5",
        "--retry-delays",
        "0.01,0.02",
        "--journal",
        &journal,
    ];
    let ended = site.run(&args);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let (_, summary) =
        ended.out.rsplit_once("\nok 2   failed 3   unknown 0   ").unwrap_or_else(|| panic!("{ended:?}"));
    let lines: Vec<&str> = summary.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "auth refused   2   r3 r4   credential tacacs, not tried again".to_owned(),
            format!("unreachable    1   sw12    tcp/{port} silent for 0.5 s, tried 3 times"),
            format!(
                "again: linecrew run -i {path} \"show clock\" --workers 1 --connect-timeout 0.5 --retry-delays 0.01,0.02 -l @{journal}"
            ),
        ]
    );
}

#[test]
fn a_host_that_takes_no_more_sessions_is_tried_again() {
    let (_closed, port) = closed_port();
    let site = Site::new(mixed(1));
    site.inventory(&[&format!("bad: {{hostname: 127.0.0.1, port: {port}, transport: telnet}}")]);
    let ended = site.run(&["show clock", "--format", "json", "--retry-delays", "0.01,0.02"]);
    assert_eq!(ended.host("bad")["attempts"], 3, "{ended:?}");
    assert_eq!(ended.host("r1")["attempts"], 1);
    assert!(ended.summary.contains("refused, tried 3 times"), "{ended:?}");
}

#[test]
fn what_may_write_is_refused_before_anything_is_connected() {
    let site = Site::new(mixed(2));
    for command in
        ["reload", "write erase", "clear counters", "configure terminal", "show run | redirect flash:x"]
    {
        let ended = site.run(&["show clock", command]);
        let told =
            format!("linecrew: \"{command}\" is not known to only read on cisco_iosxe (r1); --allow-write");
        assert!(ended.usage().starts_with(&told), "{ended:?}");
    }
    assert_eq!(site.lab.counters().sessions_opened, 0);
    let ended = site.run(&["write memory", "--allow-write", "--format", "json"]);
    assert_eq!((ended.code, &ended.host("r1")["status"]), (Some(0), &"changed".into()), "{ended:?}");
}

#[test]
fn a_limit_of_a_group_that_nobody_is_in_is_told() {
    let site = Site::new(telnet(1));
    let ended = site.run(&["show clock", "--format", "json", "--group-limit", "wna=4"]);
    let told = "linecrew: --group-limit wna=4: the inventory has no host in a group of this name";
    assert_eq!((ended.code, ended.err.contains(told)), (Some(0), true), "{ended:?}");
}

#[test]
fn a_failed_canary_leaves_the_rest_skipped() {
    let (_closed, port) = closed_port();
    let site = Site::new(mixed(4));
    site.inventory(&[&format!("bad: {{hostname: 127.0.0.1, port: {port}, transport: telnet}}")]);
    let ended = site.run(&["show clock", "--serial", "1,100%", "--format", "jsonl"]);
    assert_eq!((ended.code, site.lab.counters().sessions_opened), (Some(1), 0), "{ended:?}");
    assert!(ended.summary.starts_with("ok 0   failed 1   skipped 4   "), "{ended:?}");
    assert!(ended.summary.contains("too many hosts failed"), "{ended:?}");
    let ended = site.run(&["show clock", "--serial", "1,100%", "--max-failures", "1", "--format", "jsonl"]);
    assert!(ended.summary.starts_with("ok 4   failed 1   unknown 0   "), "{ended:?}");
}

/// Devices of which the first never ends its reply.
fn with_a_stall(count: usize) -> LabBuilder {
    let first = device("r0").fault(Fault::StallIn(Stage::Reply));
    (1..=count).fold(Lab::builder().device(first, Service::Telnet), |lab, number| {
        lab.device(device(&format!("r{number}")), Service::Telnet)
    })
}

#[test]
fn the_first_interrupt_starts_no_more_hosts_and_the_second_ends_those_that_run() {
    ends_by_two(Process::interrupt);
}

#[test]
fn a_sigterm_is_the_same_as_an_interrupt() {
    ends_by_two(Process::terminate);
}

fn ends_by_two(signal: fn(&Process)) {
    let site = Site::new(with_a_stall(6));
    let journal = site.path("run.jsonl");
    let args = ["show clock", "--workers", "1", "--format", "jsonl", "--journal", &journal];
    let run = site.start(&args);
    wait_until("the first host is under way", || site.lab.counters().sessions_open == 1);
    signal(&run);
    // The others are told at once; the one that runs has its grace.
    for _ in 0..6 {
        assert!(run.line().contains("\"status\":\"skipped\""));
    }
    signal(&run);
    let ended = run.finish();
    assert_eq!(ended.code, Some(130), "{ended:?}");
    assert!(ended.out.contains("\"host\":\"r0\",\"status\":\"cancelled\""), "{ended:?}");
    assert!(ended.summary.starts_with("ok 0   failed 0   cancelled 1   skipped 6   "), "{ended:?}");
    assert_eq!(outcomes(&journal).len(), 7);
    // What was skipped or cancelled is what is left to do.
    let again = resumed(&site, &journal, &["--host-timeout", "0.3"]);
    let hint = again.summary.lines().last().unwrap_or_default();
    assert!(hint.contains(" \"show clock\" -l @") && !hint.contains("--resume"), "{again:?}");
    assert_eq!((again.code, again.out.lines().count()), (Some(1), 7), "{again:?}");
    let all = outcomes(&journal);
    assert!(all.values().all(|(times, _)| *times == 2), "{all:?}");
    assert_eq!((all["r0"].1.as_str(), all["r6"].1.as_str()), ("timed_out", "ok"));
}

#[test]
fn a_host_that_takes_too_long_in_all_is_timed_out_in_the_phase_that_it_was_in() {
    let site = Site::new(with_a_stall(1));
    let login = device("late").fault(Fault::StallIn(Stage::Login));
    let more = Site::new(Lab::builder().device(login, Service::Telnet));
    let late = format!("late: {{hostname: 127.0.0.1, port: {}, transport: telnet}}", more.port("late"));
    site.inventory(&[&late]);
    let ended = site.run(&["show clock", "--host-timeout", "0.5", "--format", "json"]);
    assert_eq!((ended.code, &ended.host("r1")["status"]), (Some(1), &"ok".into()), "{ended:?}");
    for (host, phase) in [("r0", "command"), ("late", "login")] {
        let host = ended.host(host);
        assert_eq!((&host["status"], &host["phase"]), (&"timed_out".into(), &phase.into()), "{ended:?}");
        let told = host["error"].as_str().unwrap();
        assert!(told.contains("timed out (host limit)") && told.contains("--host-timeout"), "{told}");
    }
}

#[test]
fn the_grace_ends_what_runs_on() {
    let site = Site::new(with_a_stall(1));
    let run = site.start(&["show clock", "--workers", "1", "--format", "jsonl", "--grace", "0.05"]);
    wait_until("the first host is under way", || site.lab.counters().sessions_open == 1);
    run.interrupt();
    assert_eq!(run.finish().code, Some(130));
}

#[test]
fn a_run_that_takes_too_long_times_out_what_runs_and_skips_the_rest() {
    let site = Site::new(with_a_stall(3));
    let journal = site.path("run.jsonl");
    let ended = site.run(&[
        "show clock",
        "--workers",
        "1",
        "--run-timeout",
        "2",
        "--format",
        "json",
        "--journal",
        &journal,
    ]);
    assert_eq!((ended.code, &ended.host("r0")["status"]), (Some(1), &"timed_out".into()), "{ended:?}");
    let told = ended.host("r0")["error"].as_str().unwrap().to_owned();
    assert!(
        told.contains("timed out (run limit)") && told.ends_with("raise it with --run-timeout"),
        "{told}"
    );
    for host in ["r1", "r2", "r3"] {
        let host = ended.host(host);
        assert_eq!((&host["status"], &host["attempts"]), (&"skipped".into(), &0.into()), "{ended:?}");
        assert!(host["error"].as_str().unwrap().ends_with("the time of the run was over"), "{ended:?}");
    }
    assert!(ended.summary.starts_with("ok 0   failed 1   skipped 3   unknown 0   "), "{ended:?}");
    // What was skipped is what is left to do.
    let again = resumed(&site, &journal, &[]);
    assert_eq!((again.code, again.out.lines().count()), (Some(0), 3), "{again:?}");
}

/// Kills a run once its journal has so many lines, and gives how far it was.
fn killed_at(site: &Site, journal: &str, args: &[&str], many: usize) {
    let run = site.start(&[args, &["--journal", journal]].concat());
    let lines = || std::fs::read_to_string(journal).map_or(0, |text| text.lines().count());
    wait_until("the run is far enough", || lines() >= many);
    // Dropping it sends SIGKILL.
    drop(run);
}

fn resumed(site: &Site, journal: &str, more: &[&str]) -> Ended {
    site.run(&[&["--resume", journal, "--format", "jsonl"], more].concat())
}

#[test]
fn a_run_that_was_killed_at_any_moment_is_resumed_and_no_host_is_lost_or_run_twice() {
    let site = Site::new(telnet(8));
    // Each line is a moment: the header, then a start and an outcome for each of eight hosts.
    for many in 1..=17 {
        let journal = site.path(&format!("{many}.jsonl"));
        killed_at(&site, &journal, &["show clock", "--workers", "2"], many);
        let before = outcomes(&journal);
        let ended = resumed(&site, &journal, &[]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(ended.out.lines().count(), 8 - before.len(), "what was over is not run again");
        let all = outcomes(&journal);
        assert!(
            all.len() == 8 && all.values().all(|(times, status)| *times == 1 && status == "ok"),
            "{all:?}"
        );
    }
}

/// The hosts whose last word in a journal is that something was sent.
fn written_to(journal: &str) -> Vec<String> {
    let mut last = BTreeMap::<String, Value>::new();
    for line in lines(journal).into_iter().skip(1) {
        last.insert(line["host"].as_str().unwrap().to_owned(), line["event"].clone());
    }
    last.into_iter().filter(|(_, event)| event == "write_sent").map(|(host, _)| host).collect()
}

#[test]
fn a_run_that_writes_and_was_killed_at_any_moment_leaves_nobody_lost_or_written_to_twice() {
    let tests = |number| device(&format!("r{number}")).command("test cable", "started\n");
    let lab = (1..=6).fold(Lab::builder(), |lab, number| lab.device(tests(number), Service::Telnet));
    let site = Site::new(lab);
    let sessions = |host: &str| site.lab.device(host).unwrap().node().counters().sessions_opened;
    let all = |journal: &str, unknown: &[String]| {
        let all = outcomes(journal);
        assert_eq!(all.len(), 6, "{all:?}");
        for (host, (times, status)) in all {
            let expected = if unknown.contains(&host) { "unknown" } else { "changed" };
            assert_eq!((times, status.as_str()), (1, expected), "{host}");
        }
    };
    // The header; then of each of six hosts its start, that it is written to, and its outcome.
    for many in 1..=19 {
        let journal = site.path(&format!("{many}.jsonl"));
        killed_at(&site, &journal, &["test cable", "--allow-write", "--workers", "2"], many);
        let (unknown, before) = (written_to(&journal), outcomes(&journal));
        let touched: Vec<u64> = unknown.iter().map(|host| sessions(host)).collect();
        let ended = resumed(&site, &journal, &[]);
        assert_eq!(ended.code, Some(if unknown.is_empty() { 0 } else { 3 }), "{ended:?}");
        assert_eq!(ended.out.lines().count(), 6 - before.len() - unknown.len(), "{ended:?}");
        all(&journal, &unknown);
        assert_eq!(unknown.iter().map(|host| sessions(host)).collect::<Vec<_>>(), touched);
        let again = resumed(&site, &journal, &["--rerun-unknown"]);
        assert_eq!((again.code, again.out.lines().count()), (Some(0), unknown.len()), "{again:?}");
        assert!(outcomes(&journal).values().all(|(_, status)| status == "changed"), "{again:?}");
    }
}

#[test]
fn a_journal_with_nothing_left_is_told_in_place_of_an_empty_table() {
    let tests = |name: &str| device(name).command("test cable", "started\n");
    let stalls = tests("r2").fault(Fault::StallIn(Stage::Reply));
    let site = Site::new(Lab::builder().device(tests("r1"), Service::Telnet).device(stalls, Service::Telnet));
    let [well, unknown] = ["well.jsonl", "unknown.jsonl"].map(|name| site.path(name));
    site.run(&["show clock", "-l", "r1", "--journal", &well]);
    site.run(&["test cable", "--allow-write", "--silence-timeout", "0.2", "--journal", &unknown]);
    for (journal, code, told) in [
        (well, 0, "nothing is left to do: each host has its outcome"),
        (unknown, 3, "nothing is left to do but 1 host that stayed unknown: see --rerun-unknown"),
    ] {
        let ended = site.run(&["--resume", &journal, "--format", "table"]);
        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert!(ended.err.contains(told) && ended.out.starts_with("ok 0"), "{ended:?}");
    }
}

#[test]
fn a_host_that_was_written_to_when_the_run_was_killed_is_unknown_until_asked_for() {
    let tests = |name: &str| device(name).command("test cable", "started\n");
    let stalls = tests("r1").fault(Fault::StallIn(Stage::Reply));
    let site = Site::new(Lab::builder().device(stalls, Service::Telnet).device(tests("r2"), Service::Telnet));
    let journal = site.path("run.jsonl");
    let args = ["test cable", "--allow-write", "--workers", "1"];
    let run = site.start(&[&args[..], &["--journal", &journal]].concat());
    let sent = || std::fs::read_to_string(&journal).is_ok_and(|text| text.contains("write_sent"));
    wait_until("something was sent", sent);
    drop(run);
    let ended = resumed(&site, &journal, &[]);
    assert_eq!((ended.code, ended.out.contains("\"r1\"")), (Some(3), false), "{ended:?}");
    let all = outcomes(&journal);
    assert_eq!((all["r1"].1.as_str(), all["r2"].1.as_str()), ("unknown", "changed"));
    let ended = resumed(&site, &journal, &["--rerun-unknown", "--silence-timeout", "0.2"]);
    assert_eq!((ended.code, ended.out.contains("\"r1\"")), (Some(3), true), "{ended:?}");
    assert!(ended.summary.starts_with("ok 0   failed 0   unknown 1   "), "{ended:?}");
}

#[test]
fn a_journal_holds_no_secret_and_is_numbered() {
    let site = Site::new(mixed(2));
    let runs = site.path("runs");
    for number in ["0001", "0002"] {
        assert_eq!(site.run(&["show clock", "--runs", &runs]).code, Some(0));
        let text = std::fs::read_to_string(format!("{runs}/{number}.jsonl")).unwrap();
        assert!(!text.contains(PASSWORD) && !text.contains(SECRET) && !text.contains(USER), "{text}");
        assert!(text.starts_with("{\"linecrew_journal\":1,"), "{text}");
    }
}

#[test]
fn the_help_tells_the_limits() {
    let ended = Process::start(crate::support::linecrew(&["run", "--help"])).finish();
    for default in [
        "[default: 20]",
        "[default: 10]",
        "[default: 5]",
        "[default: 0.5]",
        "[default: 2,10]",
        "[default: 300]",
        "[default: 900]",
    ] {
        assert!(ended.out.contains(default), "{default}: {}", ended.out);
    }
}
