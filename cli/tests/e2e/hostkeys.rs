//! Host keys scanned, accepted and forgotten.

use crate::output::seen_of;
use crate::support::{Ended, Process, Site, Terminal, closed_port, device, linecrew, mixed};
use linecrew_testkit::{Fault, Lab, Service};
use std::fs::read_to_string;

fn hostkeys(site: &Site, args: &[&str]) -> Ended {
    let path = site.path("lab.yaml");
    Process::start(linecrew(&[&["hostkeys"], args, &["-i", &path]].concat())).finish()
}

/// Two SSH devices and one that speaks telnet, none of them known.
fn unknown() -> Site {
    let site = Site::new(mixed(4));
    site.file("known_hosts", "");
    site
}

#[test]
fn a_first_fleet_is_scanned_accepted_and_then_run_over() {
    let site = unknown();
    let scanned = hostkeys(&site, &["scan"]);
    assert_eq!(scanned.code, Some(0), "{scanned:?}");
    let lines: Vec<_> = scanned.out.lines().collect();
    assert!(
        lines[0].starts_with("HOST") && lines[1].starts_with("r2") && lines[2].starts_with("r4"),
        "{lines:?}"
    );
    assert!(lines[1].contains("ssh-ed25519") && lines[1].ends_with("  new"), "{lines:?}");
    assert_eq!(lines[4], "known 0   new 2   failed 0");
    assert!(
        lines[5].ends_with(&format!("linecrew hostkeys accept -i {}", site.path("lab.yaml"))),
        "{lines:?}"
    );
    let refused = site.run(&["show clock", "-l", "r2"]);
    assert!(refused.code == Some(1) && refused.out.contains("`linecrew hostkeys scan`"), "{refused:?}");

    let accepted = hostkeys(&site, &["accept"]);
    assert!(accepted.code == Some(0) && accepted.out.contains("accepted 2"), "{accepted:?}");
    assert_eq!(read_to_string(site.path("known_hosts")).unwrap().lines().count(), 2);
    assert_eq!(site.run(&["show clock"]).code, Some(0));
    let again = hostkeys(&site, &["accept", "--format", "json"]);
    assert_eq!(again.json()[0]["keys"][0]["status"], "known", "{again:?}");
    assert_eq!(read_to_string(site.path("known_hosts")).unwrap().lines().count(), 2);
    // Only what `run` did is a login.
    assert_eq!(site.lab.counters().logins_refused, 0);
}

#[test]
fn the_fingerprint_is_that_of_the_key_that_the_lab_tells() {
    let site = unknown();
    let scanned = hostkeys(&site, &["scan", "--format", "json"]);
    let known: Vec<_> = scanned.json().iter().map(|host| host["keys"][0]["fingerprint"].clone()).collect();
    site.file("known_hosts", &site.lab.known_hosts());
    let again = hostkeys(&site, &["scan", "--format", "json"]);
    assert!(again.json().iter().all(|host| host["keys"][0]["status"] == "known"), "{again:?}");
    assert!(known.iter().all(|print| print.as_str().unwrap().starts_with("SHA256:")), "{known:?}");
}

#[test]
fn a_changed_key_is_accepted_only_where_that_is_asked_for() {
    let changed = device("r2").fault(Fault::ChangedHostKey);
    let site = Site::new(Lab::builder().device(changed, Service::Ssh));
    let before = read_to_string(site.path("known_hosts")).unwrap();
    for command in ["scan", "accept"] {
        let ended = hostkeys(&site, &[command]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        let was = "changed, was ssh-ed25519 SHA256:";
        assert!(ended.out.contains(was) && ended.out.contains("known_hosts:1)"), "{ended:?}");
        assert!(ended.out.contains("hostkeys accept") && ended.out.contains("--changed"), "{ended:?}");
        assert_eq!(read_to_string(site.path("known_hosts")).unwrap(), before);
    }
    let accepted = hostkeys(&site, &["accept", "--changed"]);
    assert!(accepted.code == Some(0) && accepted.out.contains("accepted 1"), "{accepted:?}");
    let after = read_to_string(site.path("known_hosts")).unwrap();
    assert!(after.lines().count() == 1 && after != before, "{after}");
    assert!(hostkeys(&site, &["scan"]).out.contains("known 1"));
}

#[test]
fn only_fingerprints_of_the_file_are_accepted() {
    let site = unknown();
    let scanned = hostkeys(&site, &["scan", "-l", "r2"]);
    let compared = site.file("keys.txt", &scanned.out);
    let accepted = hostkeys(&site, &["accept", "--fingerprints", &compared]);
    assert!(accepted.out.contains("accepted 1   new 1"), "{accepted:?}");
    let empty = site.file("empty.txt", "nothing\n");
    let refused = hostkeys(&site, &["accept", "--fingerprints", &empty]);
    assert_eq!(refused.usage(), format!("linecrew: {empty}: no fingerprint (SHA256:...) is in it"));
}

#[test]
fn a_revoked_key_is_told_and_never_accepted() {
    let site = unknown();
    let revoked =
        site.lab.known_hosts().lines().map(|line| format!("@revoked {line}")).collect::<Vec<_>>().join("\n");
    site.file("known_hosts", &revoked);
    let ended = hostkeys(&site, &["accept", "--changed"]);
    assert!(ended.code == Some(1) && ended.out.contains("revoked 2"), "{ended:?}");
    assert_eq!(read_to_string(site.path("known_hosts")).unwrap(), revoked);
}

#[test]
fn a_host_that_does_not_answer_is_told_and_holds_up_nobody() {
    let site = unknown();
    let (_socket, closed) = closed_port();
    site.inventory(&[&format!("r0: {{hostname: 127.0.0.1, port: {closed}, known_hosts: known_hosts}}")]);
    let ended = hostkeys(&site, &["accept"]);
    assert_eq!(ended.code, Some(1));
    let told = format!("r0 (127.0.0.1:{closed}): connect: connection refused");
    assert!(ended.out.contains(&told) && ended.out.contains("accepted 2   failed 1"), "{ended:?}");
}

#[test]
fn a_host_is_forgotten_and_the_others_stay() {
    let site = Site::new(mixed(4));
    let refused = hostkeys(&site, &["forget"]);
    assert!(refused.usage().contains("--limit all"), "{refused:?}");
    let forgotten = hostkeys(&site, &["forget", "-l", "r2"]);
    assert_eq!(forgotten.out, format!("r2: 1 key removed from {}\n", site.path("known_hosts")));
    assert!(hostkeys(&site, &["scan"]).out.contains("known 1   new 1"));
    let all = hostkeys(&site, &["forget", "-l", "all"]);
    assert_eq!(all.code, Some(0), "{all:?}");
    assert_eq!(read_to_string(site.path("known_hosts")).unwrap(), "");
    assert!(all.out.contains("r2: no key of it in "), "{all:?}");
}

#[test]
fn hosts_of_the_command_line_are_scanned_with_their_ports() {
    let site = unknown();
    let (port, file) = (site.port("r2"), site.path("known_hosts"));
    let host = format!("127.0.0.1:{port}");
    let args = [
        "hostkeys",
        "accept",
        "--host",
        &host,
        "--known-hosts",
        &file,
        "--ssh-config",
        "none",
        "--type",
        "ed25519",
    ];
    let ended = Process::start(linecrew(&args)).finish();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let known = read_to_string(&file).unwrap();
    assert!(known.starts_with(&format!("[127.0.0.1]:{port} ssh-ed25519 ")), "{known}");
    let none = ["hostkeys", "scan", "--host", &host, "--type", "rsa"];
    let ended = Process::start(linecrew(&none)).finish();
    let told = format!("{host}: host key: it has none of the types asked for: rsa\n");
    assert!(ended.code == Some(1) && ended.out.contains(&told), "{ended:?}");
    assert!(ended.out.contains("known 0   new 0   failed 1"), "{ended:?}");
}

#[test]
fn a_scan_on_a_terminal_has_a_bar_which_leaves_the_output_as_it_is_in_a_pipe() {
    let site = unknown();
    let piped = hostkeys(&site, &["scan"]);
    assert_eq!(piped.err, "", "no bar in a pipe");
    let (code, sent) = Terminal::start(&["hostkeys", "scan", "-i", &site.path("lab.yaml")]).finish();
    assert!(code == Some(0) && sent.contains("] 0/2 "), "there was a bar: {sent:?}");
    assert_eq!(seen_of(&sent, 160).trim_end(), piped.out.trim_end());
}
