//! nornir's `SimpleInventory`.

use super::{assert_hidden, folder, is_under, load, login, names, refused, text, texts};
use linecrew_core::transport::HostKeyCheck;
use std::time::Duration;

const HOSTS: &str = "---
rt1.ams:
  hostname: 192.0.2.11
  port: 2022
  username: admin
  password: Pw-of-rt1
  groups:
    - ams
    - routers
  data:
    role: edge
    vlans: {10: users}
sw1.ams:
  groups: [ams]
";
const GROUPS: &str = "---
ams:
  groups: [europe]
  data: {site: ams}
routers:
  platform: cisco_ios
  connection_options:
    netmiko:
      platform: cisco_ios_telnet
      extras: {secret: En-of-routers, conn_timeout: 7, global_delay_factor: 2}
europe:
  data: {asn: 65100, site: none}
";
const DEFAULTS: &str = "---
platform: arista_eos
username: netops
data: {domain: example.net}
connection_options:
  scrapli:
    extras: {auth_strict_key: false, auth_private_key: keys/id}
";

#[test]
fn the_three_files_are_read_from_their_folder_or_from_the_first_of_them() {
    let folder = folder(&[("hosts.yaml", HOSTS), ("groups.yaml", GROUPS), ("defaults.yaml", DEFAULTS)]);
    for name in ["", "hosts.yaml"] {
        let inventory = load(&folder, name).unwrap();
        assert_eq!(names(&inventory), ["rt1.ams", "sw1.ams"]);
        let (router, switch) = (&inventory.hosts()[0], &inventory.hosts()[1]);
        assert_eq!(
            (router.hostname(), router.port(), router.transport()),
            ("192.0.2.11", Some(2022), "telnet")
        );
        assert_eq!((router.platform(), switch.platform()), (Some("cisco_ios"), Some("arista_eos")));
        assert_eq!(
            (switch.hostname(), text(switch, "site"), text(router, "role")),
            ("sw1.ams", "ams", "edge")
        );
        assert_eq!(router.data("asn").unwrap().to_string(), "65100");
        assert_eq!(router.all_groups(), ["ams", "europe", "routers"]);
        assert_eq!(router.timeouts().connect, Some(Duration::from_secs(7)));
        assert_eq!(switch.host_key_check(), HostKeyCheck::Off);
        assert!(is_under(switch.settings().private_key.as_deref(), &folder));
        assert_eq!(login(router), texts(["admin", "Pw-of-rt1", "En-of-routers"]));
        assert_hidden(&inventory, "Pw-of-rt1");
        let notes: Vec<_> = inventory.notes().iter().map(ToString::to_string).collect();
        assert!(notes.len() == 1 && notes[0].contains("global_delay_factor"), "{notes:?}");
    }
}

#[test]
fn a_configuration_file_names_the_files() {
    let config = "inventory:\n  plugin: SimpleInventory\n  options: {host_file: inv/h.yaml, group_file: inv/g.yaml}\n\
                  runner: {plugin: threaded}\n";
    let files =
        [("config.yaml", config), ("inv/h.yaml", "r1: {groups: [g]}"), ("inv/g.yaml", "g: {port: 7}")];
    assert_eq!(load(&folder(&files), "config.yaml").unwrap().hosts()[0].port(), Some(7));
    let other = folder(&[("config.yaml", "inventory: {plugin: NetBoxInventory2}")]);
    assert_eq!(
        refused(&other, "config.yaml"),
        "config.yaml:1: inventory: plugin: expected SimpleInventory; others are plugins of Python"
    );
}

#[test]
fn errors_name_file_line_and_key() {
    let folder = folder(&[
        ("hosts.yaml", "r1:\n  hostname: a\n  port: ssh\n"),
        ("a/hosts.yaml", "r1:\n  groups: [g]\n"),
        ("b/hosts.yaml", "r1: {}\n"),
        ("b/defaults.yaml", "data: {}\npasswd: hunter2\n"),
    ]);
    assert_eq!(refused(&folder, ""), "hosts.yaml:3: r1: port: expected a whole number from 0 to 65535");
    assert_eq!(refused(&folder, "a"), "a/hosts.yaml:2: host r1: no group g; there are: none");
    let unknown = refused(&folder, "b");
    assert!(unknown.starts_with("b/defaults.yaml:2: unknown key passwd;"), "{unknown}");
    assert!(!unknown.contains("hunter2"), "{unknown}");
}

#[test]
fn a_password_may_be_a_reference() {
    let folder = folder(&[("hosts.yaml", "r1: {username: u, password: {command: 'echo Pw-printed'}}")]);
    assert_eq!(login(&load(&folder, "").unwrap().hosts()[0])[1].as_deref(), Some("Pw-printed"));
}
