//! Inventories of others, listed, shown, drawn, checked, and run over.

use crate::support::{Ended, PASSWORD, Process, SECRET, Site, USER, linecrew, mixed};
use std::fmt::Write;

fn inventory(site: &Site, file: &str, args: &[&str]) -> Ended {
    let path = site.path(file);
    Process::start(linecrew(&[&["inventory"], args, &["-i", &path]].concat())).finish()
}

/// An INI inventory of Ansible's with the devices of the site, and their passwords in `group_vars`.
fn ansible(site: &Site) {
    let mut text = String::from("[routers]\n");
    for device in site.lab.devices() {
        let connection = if device.service() == linecrew_testkit::Service::Ssh { "ssh" } else { "telnet" };
        let (name, port) = (device.name(), device.addr().port());
        writeln!(text, "{name} ansible_host=127.0.0.1 ansible_port={port} ansible_connection={connection}")
            .unwrap();
    }
    text.push_str("[ams:children]\nrouters\n[ams:vars]\nsite=ams\nansible_network_os=cisco.ios.ios\n");
    site.file("hosts.ini", &text);
    std::fs::create_dir_all(site.path("group_vars")).unwrap();
    let known_hosts = site.path("known_hosts");
    let vars = format!(
        "ansible_user: {USER}\nansible_password: {PASSWORD}\nansible_become_password: {SECRET}\n\
         linecrew_known_hosts: {known_hosts}\nlinecrew_ssh_config: none\n"
    );
    site.file("group_vars/all.yml", &vars);
}

#[test]
fn an_inventory_of_ansibles_is_run_over_with_its_own_passwords() {
    let site = Site::new(mixed(4));
    ansible(&site);
    let path = site.path("hosts.ini");
    let ended = Process::start(linecrew(&["run", "show version", "-i", &path, "--format", "json"])).finish();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.json().len(), 4);
}

#[test]
fn an_inventory_is_listed_shown_and_drawn_without_secrets() {
    let site = Site::new(mixed(2));
    ansible(&site);
    let listed = inventory(&site, "hosts.ini", &["list"]);
    let row = format!("r1    127.0.0.1:{}  telnet", site.port("r1"));
    assert!(listed.code == Some(0) && listed.out.contains(&row), "{listed:?}");
    let filtered = inventory(&site, "hosts.ini", &["list", "-l", "site=ams and not r1", "--format", "json"]);
    assert_eq!(filtered.json()[0]["host"], "r2");
    assert_eq!((filtered.json().len(), &filtered.json()[0]["groups"][1]), (1, &"ams".into()));
    let shown = inventory(&site, "hosts.ini", &["show", "r2"]);
    assert!(shown.out.contains("data.site") && shown.out.contains("cisco.ios.ios"), "{shown:?}");
    let drawn = inventory(&site, "hosts.ini", &["graph"]);
    assert_eq!(drawn.out, "@all:\n  |--@ams:\n  |  |--@routers:\n  |  |  |--r1\n  |  |  |--r2\n");
}

#[test]
fn check_tells_what_would_be_in_the_way_of_a_run() {
    let site = Site::new(mixed(1));
    let good = inventory(&site, "lab.yaml", &["check"]);
    assert_eq!((good.code, good.out.as_str()), (Some(0), "1 host: 0 errors, 0 notes\n"));
    site.file(
        "bad.yaml",
        "{credentials: {c: {password: {env: LINECREW_TEST_UNSET}}}, \
         hosts: {a: {transport: netconf}, b: {credential: c, platform: frr}, d: {platform: nosuch}}}",
    );
    let bad = inventory(&site, "bad.yaml", &["check"]);
    assert_eq!(bad.code, Some(1));
    for told in [
        "error: platform: none is given: a",
        "error: transport: netconf is not known; expected one of ssh, telnet: a",
        "the environment variable LINECREW_TEST_UNSET is not set: b",
        "nosuch",
        "3 hosts: 4 errors, 0 notes",
    ] {
        assert!(bad.out.contains(told), "{told}: {bad:?}");
    }
}

#[test]
fn the_hosts_that_a_run_left_are_listed_by_its_journal() {
    let site = Site::new(mixed(2));
    let journal = site.path("run.jsonl");
    let ended = site.run(&["show clock", "--journal", &journal, "-l", "r1"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let listed =
        inventory(&site, "lab.yaml", &["list", "-l", &format!("not @{journal}"), "--format", "json"]);
    assert_eq!(listed.json().len(), 2, "{listed:?}");
    let none = inventory(&site, "lab.yaml", &["list", "-l", &format!("@{journal}")]);
    assert!(none.usage().ends_with("those that ended well in a journal are none of its @FILE"), "{none:?}");
}

#[test]
fn what_has_no_effect_in_an_inventory_is_said_where_that_is_asked_for() {
    let site = Site::new(mixed(2));
    ansible(&site);
    let hosts = site.path("hosts.ini");
    let text = std::fs::read_to_string(&hosts).unwrap();
    site.file("hosts.ini", &format!("{text}ansible_ssh_common_args='-o ControlMaster=auto'\n"));
    let run = |more: &[&str]| {
        Process::start(linecrew(&[&["run", "show clock", "-i", &hosts, "--format", "json"], more].concat()))
            .finish()
    };
    let line = text.lines().count() + 1;
    let told = format!("{hosts}:{line}: ansible_ssh_common_args: has no effect here: -o ControlMaster\n");
    let ended = run(&["-v"]);
    assert!(ended.code == Some(0) && ended.err.contains(&told), "{ended:?}");
    assert_eq!(run(&[]).err, "");
}

#[test]
fn a_filter_that_nobody_fits_is_a_usage_error() {
    let site = Site::new(mixed(1));
    let usage = |limit: &str| inventory(&site, "lab.yaml", &["list", "-l", limit]).usage().to_owned();
    assert_eq!(usage("r9"), "linecrew: --limit r9: no host or group r9");
    assert_eq!(usage("not r1"), "linecrew: --limit not r1: no host of the inventory is left");
    assert!(usage("r1 and").starts_with("linecrew: --limit r1 and: expected a name"));
    let missing = inventory(&site, "lab.yaml", &["show", "r9"]);
    assert_eq!(missing.usage(), "linecrew: the inventory has no host r9");
}
