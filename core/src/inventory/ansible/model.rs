//! Ansible's groups, hosts and variables.

use super::super::fault::Fault;
use super::super::node::Node;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

/// A variable, and the file that it stands in.
#[derive(Clone, Debug)]
pub(super) struct Var {
    pub(super) node: Node,
    pub(super) origin: Arc<Path>,
}

pub(super) type Vars = BTreeMap<String, Var>;
/// The variables that count for one host.
pub(super) type Merged<'m> = BTreeMap<&'m str, &'m Var>;

/// What an inventory says.
#[derive(Debug, Default)]
pub(super) struct Model {
    hosts: Vec<String>,
    of_hosts: HashMap<String, Holder>,
    groups: BTreeMap<String, Group>,
    /// Files that ansible-vault has encrypted.
    pub(super) sealed: Vec<Arc<Path>>,
    /// What was passed over.
    pub(super) notes: Vec<super::super::error::InventoryError>,
}

/// Variables of the inventory, and those of the files in `group_vars` or `host_vars`.
#[derive(Debug, Default)]
pub(super) struct Holder {
    pub(super) vars: Vars,
    pub(super) of_files: Vars,
    /// The groups that name the host.
    groups: BTreeSet<String>,
}

#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) holder: Holder,
    parents: BTreeSet<String>,
}

impl Model {
    /// The group of that name, made if it is not there.
    pub(super) fn group(&mut self, name: &str) -> &mut Group {
        self.groups.entry(name.to_owned()).or_default()
    }

    /// The host of that name, made if it is not there, in a group.
    pub(super) fn host(&mut self, name: &str, group: &str) -> &mut Holder {
        self.group(group);
        let host = self.of_hosts.entry(name.to_owned()).or_insert_with(|| {
            self.hosts.push(name.to_owned());
            Holder::default()
        });
        host.groups.insert(group.to_owned());
        host
    }

    pub(super) fn child(&mut self, parent: &str, child: &str) {
        self.group(parent);
        self.group(child).parents.insert(parent.to_owned());
    }

    pub(super) fn hosts(&self) -> &[String] {
        &self.hosts
    }

    pub(super) fn group_names(&self) -> Vec<String> {
        self.groups.keys().cloned().collect()
    }

    pub(super) fn known_host(&mut self, name: &str) -> Option<&mut Holder> {
        self.of_hosts.get_mut(name)
    }

    /// The groups of a host, without `all` and `ungrouped`.
    pub(super) fn groups_of(&self, host: &str) -> Vec<String> {
        let named = self.of_hosts.get(host).into_iter().flat_map(|host| &host.groups);
        named.filter(|name| !is_implied(name)).cloned().collect()
    }

    /// The groups that a group is in, without `all`.
    pub(super) fn parents_of(&self, group: &str) -> Vec<String> {
        let parents = self.groups.get(group).into_iter().flat_map(|group| &group.parents);
        parents.filter(|name| !is_implied(name)).cloned().collect()
    }

    /// How far each group is from `all` at most; the farther, the more its variables count.
    pub(super) fn depths(&self) -> Result<HashMap<&str, usize>, Fault> {
        let mut depths = HashMap::new();
        for name in self.groups.keys() {
            self.depth(name, &mut depths, &mut Vec::new())?;
        }
        Ok(depths)
    }

    fn depth<'m>(
        &'m self,
        name: &'m str,
        depths: &mut HashMap<&'m str, usize>,
        trail: &mut Vec<&'m str>,
    ) -> Result<usize, Fault> {
        /// Deeper than any tree of groups that somebody wrote, and no danger to the stack.
        const DEEPEST: usize = 200;
        if let Some(depth) = depths.get(name) {
            return Ok(*depth);
        }
        if trail.contains(&name) || trail.len() > DEEPEST {
            let circle = format!(
                "a circle of groups, or more than {DEEPEST} in each other: {} in {name}",
                trail.join(" in ")
            );
            return Err(Fault::new(circle));
        }
        trail.push(name);
        let mut depth = usize::from(name != "all");
        for parent in self.groups.get(name).into_iter().flat_map(|group| &group.parents) {
            depth = depth.max(self.depth(parent, depths, trail)? + 1);
        }
        trail.pop();
        depths.insert(name, depth);
        Ok(depth)
    }

    /// The variables of a host, each as it counts.
    pub(super) fn vars_of<'m>(&'m self, host: &'m str, depths: &HashMap<&str, usize>) -> Merged<'m> {
        let mut groups: Vec<&str> = self.all_groups_of(host).into_iter().collect();
        groups
            .sort_by_key(|name| (depths.get(name).copied().unwrap_or_default(), self.priority(name), *name));
        let holders: Vec<&Holder> =
            groups.iter().filter_map(|name| self.groups.get(*name)).map(|group| &group.holder).collect();
        let all = self.groups.get("all").map(|group| &group.holder);
        let own = self.of_hosts.get(host);
        let in_order = all
            .into_iter()
            .flat_map(|all| [&all.vars, &all.of_files])
            .chain(holders.iter().map(|holder| &holder.vars))
            .chain(holders.iter().map(|holder| &holder.of_files))
            .chain(own.into_iter().flat_map(|own| [&own.vars, &own.of_files]));
        in_order.flatten().map(|(name, var)| (name.as_str(), var)).collect()
    }

    /// All the groups that a host is in, but `all`.
    fn all_groups_of<'m>(&'m self, host: &str) -> BTreeSet<&'m str> {
        let named = self.of_hosts.get(host).into_iter().flat_map(|host| &host.groups);
        let mut waiting: Vec<&str> = named.map(String::as_str).collect();
        let mut found = BTreeSet::new();
        while let Some(name) = waiting.pop() {
            if name != "all" && found.insert(name) {
                waiting.extend(
                    self.groups.get(name).into_iter().flat_map(|group| &group.parents).map(String::as_str),
                );
            }
        }
        found
    }

    fn priority(&self, group: &str) -> i64 {
        let holder = self.groups.get(group).map(|group| &group.holder);
        let var = holder.and_then(|holder| {
            holder.of_files.get("ansible_group_priority").or(holder.vars.get("ansible_group_priority"))
        });
        var.and_then(|var| var.node.scalar()).and_then(|text| text.parse().ok()).unwrap_or(1)
    }
}

fn is_implied(group: &str) -> bool {
    group == "all" || group == "ungrouped"
}

/// Variables as a map of a file.
pub(super) fn vars(node: Node, origin: &Arc<Path>) -> Result<Vars, Fault> {
    let var = |(name, node)| (name, Var { node, origin: Arc::clone(origin) });
    Ok(node.into_map()?.into_iter().map(var).collect())
}
