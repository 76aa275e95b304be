//! The way to a host through the jump hosts of an inventory.

use super::host::Host;
use super::jump::{Hop, Jump};
use std::collections::HashMap;
use std::sync::Arc;

/// Makes a jump host of one that the inventory does not know.
type Stranger<'a> = dyn Fn(&Hop) -> Result<Host, String> + 'a;

/// Finds the ways to the hosts of an inventory.
pub(super) struct Ways<'a> {
    hosts: HashMap<&'a str, &'a Host>,
    stranger: &'a Stranger<'a>,
}

impl<'a> Ways<'a> {
    pub(super) fn new(hosts: &'a [Host], stranger: &'a Stranger<'a>) -> Self {
        Self { hosts: hosts.iter().map(|host| (host.name(), host)).collect(), stranger }
    }

    /// The jump hosts on the way to `host`, the nearest to this machine first.
    pub(super) fn to(&self, host: &Host) -> Result<Vec<Arc<Host>>, String> {
        self.after(host, &mut Vec::new())
    }

    /// The same, for a host that is itself on the way to those of `trail`.
    ///
    /// Only the first jump host's own way counts, as with OpenSSH: the next ones are reached from there. A host that is
    /// among the jump hosts itself, since it inherits them like all others, is reached through those before it.
    fn after(&self, host: &Host, trail: &mut Vec<String>) -> Result<Vec<Arc<Host>>, String> {
        let mut way = Vec::new();
        trail.push(host.name().to_owned());
        let hops = host.settings().jump.iter().flat_map(Jump::hops);
        for (index, hop) in hops.take_while(|hop| hop.host != host.name()).enumerate() {
            let Some(known) = self.hosts.get(hop.host.as_str()) else {
                way.push(Arc::new((self.stranger)(hop)?));
                continue;
            };
            if known.transport() != "ssh" {
                return Err(format!(
                    "{} is reached over {}; a jump host needs ssh",
                    hop.host,
                    known.transport()
                ));
            }
            if index == 0 {
                if trail.contains(&hop.host) {
                    return Err(format!("a circle: {} through {}", trail.join(" through "), hop.host));
                }
                way = self.after(known, trail)?;
            }
            way.push(Arc::new(known.as_hop(hop)));
        }
        Ok(way)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Inventory;
    use crate::transport::{Credentials, HostKeyCheck};

    /// The names of the jump hosts on the way to `host`.
    fn way(text: &str, host: &str) -> Vec<String> {
        let inventory = Inventory::parse(text, "fleet.yaml").unwrap();
        inventory.host(host).unwrap().jumps().iter().map(|jump| jump.name().to_owned()).collect()
    }

    const NONE: [&str; 0] = [];

    #[test]
    fn an_inherited_jump_host_is_not_its_own() {
        let text = "defaults: {jump: b}\nhosts: {b: {}, r: {}, x: {jump: none}}";
        assert_eq!(way(text, "b"), NONE);
        assert_eq!(way(text, "r"), ["b"]);
        assert_eq!(way(text, "x"), NONE);
        let two = "defaults: {jump: [a, b]}\nhosts: {a: {}, b: {}, r: {}}";
        assert_eq!(
            (way(two, "a"), way(two, "b"), way(two, "r")),
            (vec![], vec!["a".into()], vec!["a".into(), "b".into()])
        );
    }

    #[test]
    fn the_first_jump_host_is_reached_by_its_own_way() {
        let text = "hosts: {a: {}, b: {jump: a}, c: {jump: b}, r: {jump: 'c,d'}, d: {jump: elsewhere}}";
        assert_eq!(way(text, "r"), ["a", "b", "c", "d"]);
    }

    #[test]
    fn a_circle_and_a_telnet_jump_host_are_errors_of_their_host() {
        let refused = |text: &str| Inventory::parse(text, "fleet.yaml").unwrap_err().to_string();
        assert_eq!(
            refused("hosts:\n  a: {jump: b}\n  b: {jump: a}"),
            "fleet.yaml:2: host a: jump: a circle: a through b through a"
        );
        let telnet = refused("hosts:\n  r: {jump: b}\n  b: {transport: telnet}");
        assert_eq!(telnet, "fleet.yaml:2: host r: jump: b is reached over telnet; a jump host needs ssh");
        assert!(refused("hosts:\n  r: {jump: 'b:x'}").starts_with("fleet.yaml:2:"));
    }

    #[test]
    fn a_jump_host_has_the_settings_of_its_host_and_a_stranger_those_of_the_defaults() {
        let text = "defaults: {username: all, port: 7, host_key_check: accept-new, platform: frr, transport: telnet}\n\
                    hosts:\n  b: {hostname: 192.0.2.1, port: 22, username: own, transport: ssh}\n  \
                    r: {jump: 'me@b:2022,x'}";
        let inventory = Inventory::parse(text, "fleet.yaml").unwrap();
        let jumps = inventory.host("r").unwrap().jumps();
        let target = |index: usize| jumps[index].target(&Credentials::default()).unwrap();
        let (b, x) = (target(0), target(1));
        assert_eq!(
            (b.host.as_str(), b.port, b.credentials.username.as_deref()),
            ("192.0.2.1", Some(2022), Some("me"))
        );
        assert_eq!((x.host.as_str(), x.port, x.credentials.username.as_deref()), ("x", None, Some("all")));
        assert_eq!((jumps[1].transport(), jumps[1].host_key_check()), ("ssh", HostKeyCheck::AcceptNew));
    }
}
