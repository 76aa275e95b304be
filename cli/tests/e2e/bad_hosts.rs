//! Hosts that fail: each on one line that an engineer can act on, and none takes another one with it.

use crate::support::{Ended, PASSWORD, Process, SECRET, Site, closed_port, device, mixed};
use linecrew_testkit::{Device, Fault, Lab, Service};
use std::process::Command;

/// How long a test waits for a host that says nothing; the good hosts need a small part of it.
const PATIENCE: &str = "5";
const BOTH: [Service; 2] = [Service::Telnet, Service::Ssh];

/// Two good hosts, and the bad one.
fn with_bad(bad: Device, service: Service) -> Site {
    Site::new(mixed(2).device(bad, service))
}

/// Two good hosts, and a bad one that is in the inventory alone.
fn with_settings(bad: &str) -> Site {
    let site = Site::new(mixed(2));
    site.inventory(&[&format!("bad: {{{bad}}}")]);
    site
}

/// The phase in which the bad host failed, and its error line without the name and the address at its head.
fn failure(site: &Site) -> (String, String) {
    failure_with(site, &[])
}

/// The same with more arguments.
fn failure_with(site: &Site, args: &[&str]) -> (String, String) {
    let mut command = site.command(args);
    command.env("LINECREW_PASSWORD", PASSWORD).env("LINECREW_ENABLE_SECRET", SECRET);
    failure_of(command, "bad")
}

/// Runs `show clock`: the bad host fails on one line that names it, all others do well, and the exit code tells.
fn failure_of(mut command: Command, bad: &str) -> (String, String) {
    command.args(["show clock", "--format", "json"]);
    let ended = Process::start(command).finish();
    assert_eq!((ended.code, ended.err.as_str()), (Some(1), ""), "{ended:?}");
    for host in ended.json().iter().filter(|host| host["host"] != bad) {
        assert_eq!(host["status"], "ok", "{host}");
    }
    phase_and_error(&ended, bad)
}

fn phase_and_error(ended: &Ended, bad: &str) -> (String, String) {
    let host = ended.host(bad);
    assert!(host["status"] == "failed" || host["status"] == "timed_out", "{host}");
    let (phase, line) = (host["phase"].as_str().unwrap(), host["error"].as_str().unwrap());
    let (name, rest) = line.split_once(": ").unwrap();
    assert!(name.split(' ').next() == Some(bad) && !line.contains('\n'), "{line}");
    (phase.to_owned(), rest.to_owned())
}

fn assert_says((phase, line): &(String, String), expected_phase: &str, parts: &[&str]) {
    assert_eq!(phase, expected_phase, "{line}");
    for part in parts {
        assert!(line.contains(part), "no {part:?} in {line}");
    }
}

#[test]
fn a_wrong_password_over_telnet_is_tried_once_and_told_as_refused() {
    let told = wrong_password(Service::Telnet);
    assert_says(
        &told,
        "login",
        &["login: authentication refused; last seen \"", "% Login invalid", "; check user name and password"],
    );
}

#[test]
fn a_wrong_password_over_ssh_is_tried_once_and_told_as_refused() {
    let told = wrong_password(Service::Ssh);
    let line =
        "authentication: password refused; check the credentials of user netops; the server takes password";
    assert_eq!(told, ("authentication".to_owned(), line.to_owned()));
}

fn wrong_password(service: Service) -> (String, String) {
    let site = with_bad(device("bad").credentials("netops", "another"), service);
    let told = failure(&site);
    let counters = site.lab.device("bad").unwrap().node().counters();
    assert_eq!((counters.sessions_opened, counters.logins_refused), (1, 1));
    told
}

#[test]
fn a_refused_password_is_sent_again_over_telnet_where_the_user_says_so() {
    let flaky = || device("bad").fault(Fault::RefuseLogins(1));
    let site = Site::new(Lab::builder().device(flaky(), Service::Telnet));
    let ended = site.run(&["show clock", "--login-attempts", "2"]);
    assert_eq!((ended.code, site.lab.counters().logins_refused), (Some(0), 1), "{ended:?}");
}

#[test]
fn a_missing_password_is_told_as_missing() {
    for (service, expected) in BOTH.into_iter().zip([
        ("login", "the device asks for a password and none was given"),
        ("authentication", "no credential fits; expected one of the methods password; give a password"),
    ]) {
        let site = Site::new(Lab::builder().device(device("bad"), service));
        let advice = "; type it with --ask-pass, or set LINECREW_PASSWORD";
        assert_says(&failure_of(site.command(&[]), "bad"), expected.0, &[expected.1, advice]);
    }
}

#[test]
fn hosts_that_are_sent_no_password_do_not_stop_the_rest() {
    for service in BOTH {
        let lab =
            (1..=4).fold(Lab::builder(), |lab, number| lab.device(device(&format!("r{number}")), service));
        let site = Site::new(lab);
        let ended = Process::start(site.command(&["show clock", "--format", "json"])).finish();
        for number in 1..=4 {
            assert_eq!(ended.host(&format!("r{number}"))["cause"], "no_credential", "{ended:?}");
        }
    }
}

#[test]
fn a_wrong_enable_secret_is_told_as_refused_where_more_than_reading_is_allowed() {
    for service in BOTH {
        let site = with_bad(device("bad").enable_secret("another"), service);
        let told = failure_with(&site, &["--allow-write"]);
        let parts =
            ["privilege: the secret was refused; last seen", "% Access denied", "; check the enable secret"];
        assert_says(&told, "privilege", &parts);
    }
}

#[test]
fn a_device_without_an_enable_secret_is_told_as_staying_where_it_is() {
    let told = failure(&with_bad(device("bad").no_enable_secret(), Service::Ssh));
    let parts =
        ["the device stayed in mode exec; expected the prompt of mode privileged_exec", "% No password set"];
    assert_says(&told, "privilege", &parts);
}

#[test]
fn a_closed_port_is_told_as_refused() {
    let (_closed, port) = closed_port();
    for transport in ["telnet", "ssh"] {
        let site = with_settings(&format!("hostname: 127.0.0.1, port: {port}, transport: {transport}"));
        let line = "connect: connection refused; nothing listens there; check the port";
        assert_eq!(failure(&site), ("connect".to_owned(), line.to_owned()));
    }
}

#[test]
fn a_name_that_does_not_resolve_is_told_as_such() {
    for transport in ["telnet", "ssh"] {
        let site = with_settings(&format!("hostname: no-such-host.invalid, transport: {transport}"));
        let told = failure_with(&site, &["--connect-timeout", "60"]);
        assert_says(&told, "name look-up", &["name look-up: the name has no address", "check the spelling"]);
    }
}

#[test]
fn a_telnet_host_that_says_nothing_runs_into_its_limits() {
    let site = with_bad(device("bad").fault(Fault::Silent), Service::Telnet);
    let rest = "expected a login prompt or the device's prompt; last seen nothing";
    for (option, limit) in [("--silence-timeout", "silence"), ("--authentication-timeout", "authentication")]
    {
        let told = failure_with(&site, &[option, PATIENCE]);
        assert_says(
            &told,
            "login",
            &[&format!("login: timed out ({limit} limit); {rest}; raise it with {option}")],
        );
    }
}

#[test]
fn an_ssh_host_that_says_nothing_runs_into_its_limit() {
    let site = with_bad(device("bad").fault(Fault::Silent), Service::Ssh);
    let told = failure_with(&site, &["--handshake-timeout", PATIENCE]);
    let line = "handshake: timed out (handshake limit); expected an SSH banner; last seen nothing";
    assert_says(&told, "handshake", &[line, "; raise it with --handshake-timeout"]);
}

#[test]
fn a_host_that_falls_silent_in_its_login_is_told_with_its_last_words() {
    let site = with_bad(device("bad").fault(Fault::StallAfter(60)), Service::Telnet);
    let told = failure_with(&site, &["--silence-timeout", PATIENCE]);
    assert_says(&told, "login", &["login: timed out (silence limit)", "last seen \"", "Username: "]);
    let site = with_bad(device("bad").fault(Fault::StallAfter(100)), Service::Ssh);
    let told = failure_with(&site, &["--handshake-timeout", PATIENCE]);
    assert_says(&told, "handshake", &["expected the key exchange; last seen \"SSH-2.0-"]);
}

#[test]
fn a_telnet_host_that_hangs_up_in_its_login_is_told_with_its_last_words() {
    for (after, seen) in [(0, "last seen nothing"), (60, "Username: ")] {
        let told = failure(&with_bad(device("bad").fault(Fault::CloseAfter(after)), Service::Telnet));
        let line =
            "login: closed by the other side; expected a login prompt or the device's prompt; last seen";
        assert_says(&told, "login", &[line, seen]);
    }
}

#[test]
fn an_ssh_host_that_hangs_up_in_its_handshake_is_told_with_its_last_words() {
    let told = [
        (0, "an SSH banner; last seen nothing"),
        (10, "an SSH banner; last seen \"SSH-2.0-"),
        (200, "the key exchange; last seen \"SSH-2.0-"),
    ];
    for (after, expected) in told {
        let told = failure(&with_bad(device("bad").fault(Fault::CloseAfter(after)), Service::Ssh));
        let parts = ["handshake: closed by the other side", &format!("; expected {expected}")];
        assert_says(&told, "handshake", &parts);
    }
}

#[test]
fn an_unknown_platform_is_told_with_those_that_are_known() {
    let told = failure(&with_settings("hostname: 127.0.0.1, platform: cisco_isoxe"));
    let parts = [
        "platform: cisco_isoxe: unknown platform; near it are cisco_iosxe",
        "known are cisco_iosxe, cisco_iosxr, ",
    ];
    assert_says(&told, "platform", &parts);
}

#[test]
fn an_unknown_transport_is_told_with_those_that_are_known() {
    let told = failure(&with_settings("hostname: 127.0.0.1, transport: serial"));
    let line = "transport: serial is not known; expected one of ssh, telnet";
    assert_eq!(told, ("transport".to_owned(), line.to_owned()));
}

/// A site whose bad host has a `known_hosts` file of its own, with this text, if any.
fn with_known_hosts(text: impl FnOnce(&Site, u16) -> Option<String>) -> Site {
    let site = with_bad(device("bad"), Service::Ssh);
    let port = site.port("bad");
    if let Some(text) = text(&site, port) {
        site.file("keys", &text);
    }
    site.inventory(&[&format!("bad: {{hostname: 127.0.0.1, port: {port}, known_hosts: keys}}")]);
    site
}

#[test]
fn an_unknown_host_key_is_told_with_the_way_to_add_it() {
    for text in [None, Some(String::new())] {
        let site = with_known_hosts(|_, _| text);
        let add = format!("`ssh-keyscan -p {} 127.0.0.1` to {}", site.port("bad"), site.path("keys"));
        let parts = ["the host key ssh-ed25519 SHA256:", "is unknown; compare the fingerprint", &add];
        assert_says(&failure(&site), "host key", &parts);
        assert_eq!(site.lab.device("bad").unwrap().node().counters().logins_refused, 0);
    }
}

#[test]
fn a_changed_host_key_is_told_with_the_line_that_holds_the_old_one() {
    let site = with_known_hosts(|site, port| {
        let other = site.lab.device("r2").unwrap().host_key().unwrap();
        Some(format!("[127.0.0.1]:{port} {other}\n"))
    });
    let delete = format!("delete line 1 of {}", site.path("keys"));
    assert_says(&failure(&site), "host key", &["THE HOST KEY HAS CHANGED: it is ssh-ed25519", &delete]);
}

#[test]
fn a_command_that_one_device_does_not_know_fails_that_device_alone() {
    let knows = |name| device(name).command("show special", "sauce\n");
    let lab = Lab::builder().device(knows("r1"), Service::Telnet).device(device("bad"), Service::Telnet);
    let site = Site::new(lab.device(device("worse"), Service::Ssh).device(knows("r2"), Service::Ssh));
    let ended = site.run(&["show special", "show clock", "--format", "json"]);
    assert_eq!(ended.code, Some(1));
    for (host, status) in [("r1", "ok"), ("bad", "failed"), ("worse", "failed"), ("r2", "ok")] {
        let host = ended.host(host);
        assert_eq!((&host["status"], &host["replies"][1]["ok"]), (&status.into(), &true.into()), "{host}");
    }
    for bad in ["bad", "worse"] {
        let line = "command \"show special\": refused by the device: % Invalid input detected at '^' marker.";
        assert_eq!(phase_and_error(&ended, bad), ("command".to_owned(), line.to_owned()));
    }
}

#[test]
fn a_command_without_a_template_is_told_with_those_near() {
    let site = Site::new(mixed(2));
    let ended = site.run(&["show clock", "--templates", "builtin", "--format", "json"]);
    assert_eq!(ended.code, Some(1));
    let (phase, error) = phase_and_error(&ended, "r1");
    let line = "command \"show clock\": no template for \"show clock\" of cisco_iosxe; near it: \"show ";
    assert!(phase == "command" && error.starts_with(line), "{error}");
    assert!(error.ends_with("; looked in the built-in set"), "{error}");
    assert!(ended.host("r1")["replies"][0]["text"].as_str().unwrap().contains("UTC"));
}

#[test]
fn a_table_tells_what_failed_below_it_in_full() {
    let (_closed, port) = closed_port();
    let site = with_settings(&format!("hostname: 127.0.0.1, port: {port}, transport: telnet"));
    let ended = site.run(&["show version", "--parse"]);
    let line = format!(
        "\nbad (127.0.0.1:{port}): connect: connection refused; nothing listens there; check the port\nok 2   failed 1   "
    );
    assert!(ended.code == Some(1) && ended.out.contains(&line), "{ended:?}");
    let raw = site.run(&["show clock", "--format", "raw"]);
    assert!(raw.code == Some(1) && raw.out.contains("=== bad: failed\nbad (127.0.0.1:"), "{raw:?}");
}
