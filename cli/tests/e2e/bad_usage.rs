//! Arguments, inventories and templates that cannot be used: told before any host is reached, with exit code 2.

use crate::support::{Process, Site, linecrew, mixed};

/// What is said of an inventory, after the name of its file.
fn inventory_fault(site: &Site, text: &str) -> String {
    let file = site.file("lab.yaml", text);
    fault_of(&file, site, &["show clock"])
}

/// What is said of a template, after the name of its file.
fn template_fault(site: &Site, text: &str) -> String {
    let file = site.file("mine.textfsm", text);
    fault_of(&file, site, &["show clock", "--template", &file])
}

fn fault_of(file: &str, site: &Site, args: &[&str]) -> String {
    let ended = site.run(args);
    assert_eq!(site.lab.counters().sessions_opened, 0);
    let line = ended.usage().strip_prefix(&format!("linecrew: {file}"));
    line.unwrap_or_else(|| panic!("{file} is not named: {ended:?}")).to_owned()
}

#[test]
fn a_malformed_inventory_is_told_with_its_line() {
    let site = Site::new(mixed(1));
    assert_eq!(inventory_fault(&site, "hosts: ["), ":1: unclosed bracket '['");
    assert_eq!(inventory_fault(&site, ""), ":1: there is nothing in it");
    assert_eq!(inventory_fault(&site, "hosts: {}\n"), ": the inventory has no hosts");
    let number = ":2: r1: port: expected a whole number from 0 to 65535";
    assert_eq!(inventory_fault(&site, "hosts:\n  r1: {port: 99999}\n"), number);
    assert!(inventory_fault(&site, "hosts:\n  r1: {port: 22\n").starts_with(':'));
}

#[test]
fn an_inventory_with_an_unknown_key_or_group_is_told_with_those_that_are_known() {
    let site = Site::new(mixed(1));
    let key = inventory_fault(&site, "hosts:\n  r1: {pasword: x}\n");
    assert!(key.starts_with(":2: r1: unknown key pasword; expected one of hostname, port"), "{key}");
    let group = inventory_fault(&site, "groups: {edge: {}}\nhosts:\n  r1: {groups: [core]}\n");
    assert_eq!(group, ":3: host r1: no group core; there are: edge");
}

#[test]
fn a_password_in_the_inventory_is_refused_and_not_shown() {
    let site = Site::new(mixed(1));
    let text =
        format!("credentials:\n  lab: {{password: {}}}\nhosts: {{r1: {{}}}}\n", crate::support::PASSWORD);
    let fault = inventory_fault(&site, &text);
    assert!(fault.contains("write {env: VARIABLE}, {file: PATH}, "), "{fault}");
}

#[test]
fn a_missing_inventory_is_told() {
    let site = Site::new(mixed(1));
    let file = site.path("lab.yaml");
    std::fs::remove_file(&file).unwrap();
    let fault = fault_of(&file, &site, &["show clock"]);
    assert!(fault.starts_with(": the inventory cannot be read: No such file"), "{fault}");
}

#[test]
fn a_malformed_template_is_told_with_its_line() {
    let site = Site::new(mixed(1));
    let value = template_fault(&site, "Value X (\\d+\n\nStart\n  ^${X} -> Record\n");
    assert_eq!(value, ":1: the expression '(\\d+' of Value 'X' must be within '(' and ')'");
    let name = template_fault(&site, "Value X (\\d+)\n\nStart\n  ^${Y}\n");
    assert_eq!(name, ":4: no Value is named 'Y'");
}

#[test]
fn a_missing_template_is_told() {
    let site = Site::new(mixed(1));
    let file = site.path("none.textfsm");
    let fault = fault_of(&file, &site, &["show clock", "--template", &file]);
    assert!(fault.starts_with(": the file cannot be read: No such file"), "{fault}");
}

#[test]
fn a_column_that_no_reply_has_is_told_with_those_that_there_are() {
    let site = Site::new(mixed(1));
    let template = site.file("mine.textfsm", "Value SERIAL (\\S+)\n\nStart\n  ^ID ${SERIAL} -> Record\n");
    for (parsing, known) in [(&["--parse"][..], "VERSION"), (&["--template", &template], "are: SERIAL")] {
        let ended = site.run(&[&["show version", "--columns", "VERSOIN"], parsing].concat());
        let told = ended.usage();
        assert!(told.starts_with("linecrew: --columns VERSOIN: there is none; there are: "), "{told}");
        assert!(told.contains(known), "{told}");
    }
    assert_eq!(site.lab.counters().sessions_opened, 0);
}

#[test]
fn arguments_that_cannot_be_used_are_told() {
    for (args, expected) in [
        (
            &["run", "show clock"][..],
            "no hosts: name the inventory with --inventory PATH, or hosts with --host HOST[:PORT]",
        ),
        (&["run", "--host", "r1"], "<COMMAND>"),
        (&["run", "show clock", "--host", "r1:x"], "--host r1:x: expected HOST, HOST:PORT or [ADDRESS]:PORT"),
        (&["run", "show clock", "--host", "r1", "--workers", "0"], "expected a whole number above 0"),
        (
            &["run", "show clock", "--host", "r1", "--host-key-check", "no"],
            "expected strict, accept-new or off",
        ),
        (
            &["run", "show clock", "--host", "r1", "--columns", "X"],
            "<--parse|--template <FILE>|--templates <DIR|builtin>>",
        ),
        (&["run", "show clock", "--host", "r1", "--silence-timeout", "0"], "expected seconds above 0"),
        (&["lab", "--platform", "vms"], "--platform vms: expected one of cisco_iosxe, cisco_iosxr"),
    ] {
        let ended = Process::start(linecrew(args)).finish();
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{ended:?}");
        assert!(ended.err.contains(expected), "{ended:?}");
    }
}
