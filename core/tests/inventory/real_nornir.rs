//! The same inventory, read here and by nornir itself: its hosts say the same.

use super::python::{printed, programs_of};
use super::{folder, load, login};
use linecrew_core::inventory::Host;
use serde_json::{Value, json};
use std::process::Command;

const PACKAGE: &str = "nornir==3.5.*";

const CONFIG: &str = "\
inventory:
  plugin: SimpleInventory
  options: {host_file: inventory/hosts.yaml, group_file: inventory/groups.yaml, defaults_file: inventory/defaults.yaml}
runner: {plugin: threaded, options: {num_workers: 10}}
logging: {enabled: false}
";

const HOSTS: &str = "\
---
leaf1.ams:
    hostname: 192.0.2.11
    port: 2201
    username: own
    password: Pw-of-leaf1
    platform: eos
    groups:
        - ams
        - leafs
    data:
        role: leaf
        tags: [a, b]
        nested: {numbers: {one: 1, two: 2.5}, list: [1, x], text: abc, up: true, none: null}
spine1.ams:
    hostname: 192.0.2.12
    groups: [leafs, ams]
    data: {role: spine, mtu: 9000}
bare.fra: {}
gateway.fra:
    port: null
    platform: null
    groups: [fra]
    connection_options:
        dummy: {hostname: other, port: 7, username: nobody, extras: {x: y}}
";

const GROUPS: &str = "\
---
global:
    platform: ios
    data: {domain: global.example, asn: 1}
europe:
    data: {asn: 65100, site: none}
ams:
    groups: [europe, global]
    username: of-ams
    data: {site: ams}
leafs:
    port: 22
    password: Pw-of-leafs
    data: {mtu: 1500, vlans: {100: frontend, 200: backend}}
fra:
    groups: [europe]
    data: {site: fra}
";

const DEFAULTS: &str = "\
---
username: of-all
platform: linux
data: {domain: example.net, ntp: [192.0.2.1]}
";

const PROGRAM: &str = "\
import json
from nornir import InitNornir

def told(host):
    groups = [group.name for group in host.extended_groups()]
    return {
        'hostname': host.hostname or host.name, 'port': host.port, 'platform': host.platform,
        'username': host.username, 'password': host.password, 'groups': sorted(groups), 'data': host.extended_data(),
    }

hosts = InitNornir(config_file='config.yaml').inventory.hosts
print(json.dumps({name: told(host) for name, host in hosts.items()}))
";

fn told(host: &Host) -> Value {
    let [username, password, _] = login(host);
    let mut groups = host.all_groups().to_vec();
    groups.sort_unstable();
    json!({
        "hostname": host.hostname(), "port": host.port(), "platform": host.platform(),
        "username": username, "password": password, "groups": groups, "data": host.settings().data,
    })
}

#[test]
#[ignore = "needs Python and PyPI"]
fn an_inventory_is_read_as_nornir_reads_it() {
    let files = folder(&[
        ("config.yaml", CONFIG),
        ("inventory/hosts.yaml", HOSTS),
        ("inventory/groups.yaml", GROUPS),
        ("inventory/defaults.yaml", DEFAULTS),
    ]);
    let python = programs_of(PACKAGE, "nornir").join("python");
    let theirs = printed(Command::new(python).args(["-c", PROGRAM]), files.path());
    let theirs: serde_json::Map<String, Value> = serde_json::from_str(&theirs).unwrap();
    for name in ["config.yaml", "inventory"] {
        let ours = load(&files, name).unwrap();
        assert_eq!(ours.len(), theirs.len());
        for host in ours.hosts() {
            assert_eq!(told(host), theirs[host.name()], "{}", host.name());
        }
    }
}
