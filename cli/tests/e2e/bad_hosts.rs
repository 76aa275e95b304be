//! Hosts that fail: each on one line, and none of them takes another one with it.

use crate::support::{PASSWORD, Process, SECRET, Site, closed_port, device, mixed};
use linecrew_testkit::{Device, Fault, Service};
use serde_json::Value;
use std::process::Command;

/// Two good hosts and one bad one of the lab.
fn with_bad(bad: Device, service: Service) -> Site {
    Site::new(mixed(2).device(bad, service))
}

/// Two good hosts, and one bad one that is in the inventory alone.
fn with_line(bad: &str) -> Site {
    let site = Site::new(mixed(2));
    site.inventory(&[bad]);
    site
}

/// Runs `show clock` with the right passwords.
fn failure(site: &Site) -> Value {
    failure_of(site, &["show clock"])
}

/// Runs with the right passwords: the bad host fails on one line that names it, the others do well.
fn failure_of(site: &Site, args: &[&str]) -> Value {
    let mut command = site.command(args);
    command.env("LINECREW_PASSWORD", PASSWORD).env("LINECREW_ENABLE_SECRET", SECRET);
    failure_in(command)
}

fn failure_in(mut command: Command) -> Value {
    command.args(["--format", "json"]);
    let ended = Process::start(command).finish();
    assert_eq!((ended.code, ended.err.as_str()), (Some(1), ""), "{ended:?}");
    let (bad, good): (Vec<_>, Vec<_>) = ended.json().into_iter().partition(|host| host["host"] == "bad");
    assert!(good.len() == 2 && good.iter().all(|host| host["status"] == "ok"), "{good:?}");
    let bad = bad.into_iter().next().unwrap();
    eprintln!("{} | {}", bad["phase"], bad["error"].as_str().unwrap());
    assert_eq!(bad["status"], "failed");
    let line = error(&bad);
    assert!(line.starts_with("bad") && !line.contains('\n'), "{line}");
    bad
}

fn error(host: &Value) -> &str {
    host["error"].as_str().unwrap()
}

#[test]
fn a_wrong_password_is_tried_once_over_telnet() {
    wrong_password(Service::Telnet);
}
#[test]
fn a_wrong_password_is_tried_once_over_ssh() {
    wrong_password(Service::Ssh);
}
fn wrong_password(service: Service) {
    let site = with_bad(device("bad").credentials("netops", "another"), service);
    failure(&site);
    assert_eq!(site.lab.device("bad").unwrap().node().counters().logins_refused, 1);
}
#[test]
fn a_wrong_enable_secret() {
    failure(&with_bad(device("bad").enable_secret("another"), Service::Telnet));
    failure(&with_bad(device("bad").enable_secret("another"), Service::Ssh));
    failure(&with_bad(device("bad").no_enable_secret(), Service::Ssh));
}
#[test]
fn a_closed_port() {
    let (_held, port) = closed_port();
    failure(&with_line(&format!("bad: {{hostname: 127.0.0.1, port: {port}, transport: telnet}}")));
    failure(&with_line(&format!("bad: {{hostname: 127.0.0.1, port: {port}}}")));
}
#[test]
fn a_name() {
    failure(&with_line("bad: {hostname: no-such-host.invalid}"));
    failure(&with_line("bad: {hostname: no-such-host.invalid, transport: telnet}"));
}
#[test]
fn silent() {
    failure_of(
        &with_bad(device("bad").fault(Fault::Silent), Service::Telnet),
        &["show clock", "--silence-timeout", "3"],
    );
    failure_of(
        &with_bad(device("bad").fault(Fault::Silent), Service::Telnet),
        &["show clock", "--authentication-timeout", "3"],
    );
    failure_of(
        &with_bad(device("bad").fault(Fault::Silent), Service::Ssh),
        &["show clock", "--handshake-timeout", "3"],
    );
    failure_of(
        &with_bad(device("bad").fault(Fault::StallAfter(100)), Service::Ssh),
        &["show clock", "--handshake-timeout", "3"],
    );
    failure_of(
        &with_bad(device("bad").fault(Fault::StallAfter(60)), Service::Telnet),
        &["show clock", "--silence-timeout", "3"],
    );
}
#[test]
fn closes() {
    failure(&with_bad(device("bad").fault(Fault::CloseAfter(0)), Service::Telnet));
    failure(&with_bad(device("bad").fault(Fault::CloseAfter(20)), Service::Telnet));
    failure(&with_bad(device("bad").fault(Fault::CloseAfter(60)), Service::Telnet));
    failure(&with_bad(device("bad").fault(Fault::CloseAfter(0)), Service::Ssh));
    failure(&with_bad(device("bad").fault(Fault::CloseAfter(10)), Service::Ssh));
    failure(&with_bad(device("bad").fault(Fault::CloseAfter(200)), Service::Ssh));
    failure(&with_bad(device("bad").fault(Fault::CloseAfter(1600)), Service::Ssh));
}
#[test]
fn unknowns() {
    failure(&with_line("bad: {hostname: 127.0.0.1, platform: cisco_isoxe}"));
    failure(&with_line("bad: {hostname: 127.0.0.1, transport: serial}"));
    let site = Site::new(mixed(2).device(device("bad"), Service::Ssh));
    let port = site.port("bad");
    site.file("empty", "");
    site.inventory(&[&format!("bad: {{hostname: 127.0.0.1, port: {port}, known_hosts: empty}}")]);
    failure(&site);
    site.inventory(&[&format!("bad: {{hostname: 127.0.0.1, port: {port}, known_hosts: missing}}")]);
    failure(&site);
    let other = site.lab.device("r2").unwrap().host_key().unwrap();
    site.file("changed", &format!("[127.0.0.1]:{port} {other}\n"));
    site.inventory(&[&format!("bad: {{hostname: 127.0.0.1, port: {port}, known_hosts: changed}}")]);
    failure(&site);
}
#[test]
fn commands() {
    let bad = |site: &Site| {
        for bad in [Service::Ssh] {
            let _ = bad;
        }
        let _ = site;
    };
    let site = Site::new(mixed(2));
    bad(&site);
    for args in [&["show nonsense"][..], &["show clock", "--parse"], &["show clock", "show nonsense"]] {
        let ended = site.run(args);
        eprintln!("{}\n{}{}", ended.code.unwrap(), ended.out, ended.err);
    }
}
