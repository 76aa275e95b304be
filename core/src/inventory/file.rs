//! The inventory file as it is written, and what each host in it inherits.

use super::Inventory;
use super::credential::Credential;
use super::entry::Entry;
use super::error::InventoryError;
use super::host::Host;
use super::jump::Hop;
use super::way::Ways;
use crate::yaml;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;
use std::path::Path;
use std::sync::Arc;

pub(super) fn load(path: &Path) -> Result<Inventory, InventoryError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| InventoryError::new(path, format!("the inventory cannot be read: {error}")))?;
    parse(&text, path)
}

pub(super) fn parse(text: &str, origin: &Path) -> Result<Inventory, InventoryError> {
    let mut file: File =
        yaml::parse(text).map_err(|fault| InventoryError::new(origin, fault.reason).at_line(fault.line))?;
    file.relative_to(origin.parent().unwrap_or(Path::new("")));
    let credentials: BTreeMap<_, _> = file
        .credentials
        .iter()
        .map(|(name, credential)| (name.as_str(), Arc::new(credential.clone())))
        .collect();
    let credential = |settings: &Entry| -> Result<_, String> {
        let Some(wanted) = &settings.credential else { return Ok(None) };
        let found = credentials.get(wanted.as_str()).cloned();
        let unknown = || format!("no credential {wanted}; there are: {}", names(credentials.keys()));
        found.map(Some).ok_or_else(unknown)
    };
    let fault = |name: &str, entry: &Spanned<Entry>, reason: String| {
        InventoryError::new(origin, format!("host {name}: {reason}")).at_line(Some(entry.referenced.line()))
    };
    let resolve = |(name, entry): &(String, Spanned<Entry>)| {
        let settings = file.resolve(&entry.value)?;
        let credential = credential(&settings)?;
        Ok(Host::resolved(name, settings, credential, origin))
    };
    let hosts = file.hosts.0.iter().map(|pair| resolve(pair).map_err(|why| fault(&pair.0, &pair.1, why)));
    let hosts: Vec<Host> = hosts.collect::<Result<_, _>>()?;
    let stranger = |hop: &Hop| Ok(Host::hop(hop, &file.defaults, credential(&file.defaults)?, origin));
    let ways = Ways::new(&hosts, &stranger);
    let find = |(host, pair): (&Host, &(String, Spanned<Entry>))| {
        let jumps = ways.to(host).map_err(|why| fault(&pair.0, &pair.1, format!("jump: {why}")))?;
        Ok(Arc::new(host.clone().through(jumps)))
    };
    Ok(Inventory { hosts: hosts.iter().zip(&file.hosts.0).map(find).collect::<Result<_, _>>()? })
}

/// The file. A key that nobody knows is an error: a typo must not switch a setting off in silence.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    defaults: Entry,
    #[serde(default)]
    credentials: BTreeMap<String, Credential>,
    #[serde(default)]
    groups: BTreeMap<String, Entry>,
    hosts: Ordered<Spanned<Entry>>,
}

impl File {
    fn relative_to(&mut self, folder: &Path) {
        self.defaults.relative_to(folder);
        self.groups.values_mut().for_each(|group| group.relative_to(folder));
        self.hosts.0.iter_mut().for_each(|(_, host)| host.value.relative_to(folder));
        self.credentials.values_mut().for_each(|credential| credential.relative_to(folder));
    }

    /// The settings of a host with what it inherits: its groups in their order, each followed by its own groups.
    fn resolve(&self, host: &Entry) -> Result<Entry, String> {
        let mut settings = host.clone();
        let mut waiting: Vec<&str> = host.groups.iter().rev().map(String::as_str).collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = waiting.pop() {
            let group = self
                .groups
                .get(name)
                .ok_or_else(|| format!("no group {name}; there are: {}", names(self.groups.keys())))?;
            // A group that was there already has nothing to add; so a circle of groups ends.
            if seen.insert(name) {
                settings.inherit(group);
                waiting.extend(group.groups.iter().rev().map(String::as_str));
            }
        }
        settings.inherit(&self.defaults);
        Ok(settings)
    }
}

fn names(names: impl Iterator<Item = impl fmt::Display>) -> String {
    let names: Vec<_> = names.map(|name| name.to_string()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// A map that keeps the order of the file, since hosts run in it.
struct Ordered<V>(Vec<(String, V)>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Ordered<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Pairs<V> {
            type Value = Ordered<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of hosts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Ordered(pairs))
            }
        }
        deserializer.deserialize_map(Pairs(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{Credentials, HostKeyCheck};

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
        super::parse(text, Path::new("etc/fleet.yaml"))
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
        assert!(literal.ends_with("write {env: VARIABLE} or {file: PATH}"), "{literal}");
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
