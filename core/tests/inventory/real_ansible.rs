//! The same inventory, read here and by Ansible itself: what `ansible-inventory --list` makes of it says the same.

use super::ansible::INI;
use super::python::{printed, programs_of};
use super::{folder, load, login, names};
use linecrew_core::inventory::{Host, Inventory};
use std::collections::BTreeSet;
use std::process::Command;

const PACKAGE: &str = "ansible-core==2.18.*";

/// Beside the inventory that the tests of INI have: values of other kinds, and a host of two groups.
const MORE: &str = "\
alone ansible_port=2022
[leafs]
odd ansible_host=192.0.2.9 note=\"a # b\" active=true vlans=[10,20] weight=1.5 up=True code=007
[spines]
odd level='3'
[west:children]
spines
";

const YAML: &str = "\
all:
  vars: {ansible_user: admin, ntp: [192.0.2.1, 192.0.2.2]}
  hosts:
    lone: {ansible_host: 192.0.2.99}
  children:
    east:
      children:
        leafs:
          hosts:
            leaf[1:3]: {rack: 7}
            leaf2: {ansible_port: 2022, rack: 8}
          vars: {ansible_network_os: cisco.nxos.nxos, ansible_connection: ssh, level: 1}
        spines:
          hosts: {spine1: , leaf3: }
          vars: {ansible_network_os: cisco.ios.ios, level: 2}
      vars: {site: ams, level: 0}
    west:
      hosts: {spine9: {site: fra}}
";

/// Files of variables beside either.
const VARS: [(&str, &str); 5] = [
    ("group_vars/all.yml", "domain: example.net\nansible_password: Pw-of-all\n"),
    ("group_vars/leafs.yml", "role: access\nmtu: 9216\n"),
    ("group_vars/spines/main.yml", "role: core\n"),
    ("group_vars/spines/more.yaml", "mtu: 9000\nnested: {a: [1, {b: yes}], c: null}\n"),
    ("host_vars/leaf2.yml", "role: border\nansible_user: own\n"),
];

/// All that two readings of a host have to agree on.
fn facts(host: &Host) -> String {
    let groups: BTreeSet<&str> = host.all_groups().iter().map(String::as_str).collect();
    let data = host.settings().data.iter().map(|(key, value)| format!("{key}={value}"));
    let data: BTreeSet<String> = data.collect();
    let (address, port, login) = (host.hostname(), host.port(), login(host));
    format!("{address} {port:?} {:?} {} {login:?} {groups:?} {data:?}", host.platform(), host.transport())
}

#[test]
#[ignore = "needs Python and PyPI"]
fn an_inventory_is_read_as_ansible_reads_it() {
    let program = programs_of(PACKAGE, "ansible").join("ansible-inventory");
    for (name, text) in [("hosts.ini", INI), ("more.ini", MORE), ("hosts.yml", YAML)] {
        let files = folder(&[&[(name, text)][..], &VARS].concat());
        let ours = load(&files, name).unwrap();
        let listed = printed(Command::new(&program).args(["-i", name, "--list"]), files.path());
        let theirs = Inventory::parse(&listed, "list.json").unwrap();
        let mut all = names(&ours);
        let mut expected = names(&theirs);
        all.sort_unstable();
        expected.sort_unstable();
        assert!(all.len() > 1, "{all:?}");
        assert_eq!(all, expected, "{name}");
        for host in ours.hosts() {
            let other = theirs.host(host.name()).unwrap();
            assert_eq!(facts(host), facts(other), "{name}: {}", host.name());
        }
    }
}
