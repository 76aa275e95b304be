//! How a format is found out, and programs.

use super::{folder, load, names, refused};
use linecrew_core::inventory::{Format, Loader};

#[test]
fn a_format_is_found_out_without_an_extension() {
    let folder = folder(&[
        ("ours", "defaults: {port: 7}\nhosts: {r1: {}}"),
        ("yaml", "---\nall: {hosts: {r1: {ansible_port: 7}}}"),
        ("ini", "r1 ansible_port=7\n"),
        ("json", r#"{"all": {"hosts": ["r1"]}, "_meta": {"hostvars": {"r1": {"ansible_port": 7}}}}"#),
        ("nornir", "r1: {port: 7}\n"),
        ("ours.json", r#"{"hosts": {"r1": {"port": 7}}}"#),
        ("table.csv", "name,port\nr1,7\n"),
    ]);
    for name in ["ours", "yaml", "ini", "json", "nornir", "ours.json", "table.csv"] {
        let inventory = load(&folder, name).unwrap();
        assert_eq!((names(&inventory), inventory.hosts()[0].port()), (vec!["r1"], Some(7)), "{name}");
    }
}

#[test]
fn a_format_may_be_told() {
    let folder = folder(&[("hosts.txt", "name;port\nr1;7\n")]);
    let load = |format| Loader::default().format(format).load(folder.path().join("hosts.txt"));
    assert_eq!(load(Format::Csv).unwrap().hosts()[0].port(), Some(7));
    assert!(load(Format::Linecrew).is_err() && load(Format::AnsibleList).is_err());
}

#[test]
fn what_is_not_there_or_is_no_inventory_is_an_error() {
    let folder = folder(&[("a.yaml", "- r1\n"), ("b.json", "{\n"), ("c.yaml", "a: b\n")]);
    assert!(refused(&folder, "none.yaml").starts_with("none.yaml: the inventory cannot be read: "));
    assert!(refused(&folder, "a.yaml").starts_with("a.yaml:1: no known format of an inventory: "));
    assert!(refused(&folder, "b.json").starts_with("b.json:2: no JSON: "));
    assert!(refused(&folder, "c.yaml").starts_with("c.yaml:1: no known format of an inventory: "));
}

#[cfg(unix)]
mod programs {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn program(text: &str) -> tempfile::TempDir {
        let folder = folder(&[("inventory.sh", text)]);
        let path = folder.path().join("inventory.sh");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        folder
    }

    #[test]
    fn a_program_prints_an_inventory() {
        let folder = program("#!/bin/sh\n[ \"$1\" = --list ] && echo '{\"core\": {\"hosts\": [\"r1\"]}}'\n");
        assert_eq!(names(&load(&folder, "inventory.sh").unwrap()), ["r1"]);
        assert_eq!(names(&load(&folder, "").unwrap()), ["r1"], "in a folder of inventories");
    }

    #[test]
    fn a_program_may_print_any_format() {
        let folder = program("#!/bin/sh\nprintf 'hosts: {r1: {port: 7}}\\n'\n");
        assert_eq!(load(&folder, "inventory.sh").unwrap().hosts()[0].port(), Some(7));
    }

    #[test]
    fn a_program_that_fails_is_an_error() {
        let folder = program("#!/bin/sh\necho '{}'; exit 4\n");
        let error = refused(&folder, "inventory.sh");
        assert_eq!(error, "inventory.sh: the inventory program failed: exit status: 4; try it by hand");
    }
}
