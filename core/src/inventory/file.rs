//! The format of its own: one file with `defaults`, `credentials`, `groups` and `hosts`.

use super::credential::Credential;
use super::draft::{Draft, Drafted};
use super::entry::Entry;
use super::fault::Fault;
use super::from_node::from_node;
use super::node::Node;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The keys of the file; no other is known, since a typo must not switch a setting off in silence.
pub(super) const KEYS: [&str; 4] = ["defaults", "credentials", "groups", "hosts"];

pub(super) fn read(file: Node, origin: &Arc<Path>) -> Result<Draft, Fault> {
    let folder = origin.parent().unwrap_or(Path::new(""));
    let mut draft = Draft::default();
    for (key, node) in file.into_map()? {
        match key.as_str() {
            "defaults" => draft.defaults = entry(node, folder).map_err(|fault| fault.under(key))?,
            "credentials" => {
                draft.credentials = credentials(node, origin).map_err(|fault| fault.under(key))?;
            }
            "groups" => {
                for (name, node) in node.into_map()? {
                    let group = entry(node, folder).map_err(|fault| fault.under(&name))?;
                    draft.groups.insert(name, group);
                }
            }
            "hosts" => {
                for (name, node) in node.into_map()? {
                    let line = node.line;
                    let host = entry(node, folder).map_err(|fault| fault.under(&name))?;
                    draft.hosts.push((name, Drafted::new(host, origin, line)));
                }
            }
            _ => return Err(node.fault(format!("unknown key {key}; expected one of {}", KEYS.join(", ")))),
        }
    }
    Ok(draft)
}

/// The entries under `credentials`, here or in a configuration file.
pub(super) fn credentials(
    node: Node,
    origin: &Arc<Path>,
) -> Result<BTreeMap<String, Drafted<Credential>>, Fault> {
    let folder = origin.parent().unwrap_or(Path::new(""));
    let credential = |(name, node): (String, Node)| {
        let line = node.line;
        let mut credential: Credential = from_node(node).map_err(|fault| fault.under(&name))?;
        credential.relative_to(folder);
        Ok((name, Drafted::new(credential, origin, line)))
    };
    node.into_map()?.into_iter().map(credential).collect()
}

fn entry(node: Node, folder: &Path) -> Result<Entry, Fault> {
    let mut entry: Entry = from_node(node)?;
    entry.relative_to(folder);
    Ok(entry)
}

#[cfg(test)]
mod tests {
    use super::super::{Inventory, InventoryError};
    use crate::transport::{Credentials, HostKeyCheck};
    use std::path::Path;

    const FILE: &str = "
defaults: {platform: cisco_iosxe, username: netops, data: {site: ams, role: access}}
credentials:
  lab: {username: admin, password: {env: LINECREW_TEST_UNSET}, private_key: keys/id}
groups:
  all: {transport: telnet, port: 23}
  core: {groups: [all], port: 2023, data: {role: core}}
hosts:
  z9: {hostname: 192.0.2.9, groups: [core]}
  a1: {known_hosts: hosts.keys, host_key_check: accept-new, credential: lab}
";

    fn parse(text: &str) -> Result<Inventory, InventoryError> {
        Inventory::parse(text, "etc/fleet.yaml")
    }

    fn refused(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn hosts_keep_the_order_of_the_file() {
        let inventory = parse(FILE).unwrap();
        assert_eq!(inventory.hosts().iter().map(|host| host.name()).collect::<Vec<_>>(), ["z9", "a1"]);
    }

    #[test]
    fn the_nearer_setting_counts() {
        let inventory = parse(FILE).unwrap();
        let host = inventory.host("z9").unwrap();
        assert_eq!((host.hostname(), host.port(), host.transport()), ("192.0.2.9", Some(2023), "telnet"));
        assert_eq!(host.data("role").and_then(|role| role.as_text()), Some("core"));
        assert_eq!(host.data("site").and_then(|site| site.as_text()), Some("ams"));
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let inventory = parse(FILE).unwrap();
        let host = inventory.host("a1").unwrap();
        assert_eq!(host.known_hosts(), Some(Path::new("etc/hosts.keys")));
        assert_eq!(host.host_key_check(), HostKeyCheck::AcceptNew);
    }

    #[test]
    fn a_platform_that_is_a_file_is_relative_to_the_inventory_and_a_name_stays() {
        let text = "{hosts: {a: {platform: acme.yaml}, b: {platform: os/acme}, c: {platform: frr}, d: {platform: frr.frr.frr}}}";
        let inventory = parse(text).unwrap();
        let platforms: Vec<_> = inventory.hosts().iter().map(|host| host.platform().unwrap()).collect();
        assert_eq!(platforms, ["etc/acme.yaml", "etc/os/acme", "frr", "frr.frr.frr"]);
        let files: Vec<_> =
            inventory.hosts().iter().map(|host| host.settings().platform_file().is_some()).collect();
        assert_eq!(files, [true, true, false, false]);
    }

    #[test]
    fn a_target_takes_what_it_lacks_from_the_fallback() {
        let inventory = parse(FILE).unwrap();
        let fallback = Credentials::user("me").password("pw");
        let target = inventory.host("z9").unwrap().target(&fallback).unwrap();
        assert_eq!(target.credentials.username.as_deref(), Some("netops"));
        assert!(target.credentials.password.is_some());
    }

    #[test]
    fn a_secret_that_is_not_there_is_an_error_of_its_host() {
        let inventory = parse(FILE).unwrap();
        let error = inventory.host("a1").unwrap().target(&Credentials::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "etc/fleet.yaml: the environment variable LINECREW_TEST_UNSET is not set"
        );
    }

    #[test]
    fn a_circle_of_groups_ends() {
        let inventory =
            parse("{groups: {a: {groups: [b]}, b: {groups: [a], port: 7}}, hosts: {h: {groups: [a]}}}");
        assert_eq!(inventory.unwrap().hosts()[0].port(), Some(7));
    }

    #[test]
    fn errors_name_file_line_and_key() {
        let unknown = refused("hosts:\n  r1:\n    pasword: x\n");
        assert!(unknown.starts_with("etc/fleet.yaml:3: ") && unknown.contains("pasword"), "{unknown}");
        let literal = refused("credentials:\n  c:\n    password: hunter2\nhosts: {}\n");
        assert!(literal.starts_with("etc/fleet.yaml:3: ") && !literal.contains("hunter2"), "{literal}");
        assert!(
            literal.ends_with("write {env: VARIABLE}, {file: PATH}, {command: LINE} or {prompt: TEXT}"),
            "{literal}"
        );
        assert!(!refused("credentials:\n  c: {password: 123456}\nhosts: {}\n").contains("123456"));
        let group = refused("hosts:\n  r1: {groups: [x]}\n");
        assert_eq!(group, "etc/fleet.yaml:2: host r1: no group x; there are: none");
        let credential = refused("credentials: {a: {}}\nhosts:\n  r1: {credential: b}\n");
        assert_eq!(credential, "etc/fleet.yaml:3: host r1: no credential b; there are: a");
        let twice = refused("hosts:\n  r1: {}\n  r1: {}\n");
        assert!(twice.starts_with("etc/fleet.yaml:3: ") && twice.contains("r1"), "{twice}");
        assert!(refused("[1, 2").starts_with("etc/fleet.yaml:"));
    }
}
