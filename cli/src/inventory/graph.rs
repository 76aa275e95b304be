//! The tree of groups and hosts, as `ansible-inventory --graph` draws it.

use super::json;
use crate::args::Form;
use crate::output::safe;
use linecrew_core::inventory::Inventory;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// What is below each group.
#[derive(Default, Serialize)]
struct Node<'i> {
    groups: Vec<&'i str>,
    hosts: Vec<&'i str>,
}

pub(super) fn print(out: &mut impl Write, inventory: &Inventory, form: Form) -> io::Result<()> {
    let tree = tree(inventory);
    if form == Form::Json {
        return json(out, &tree);
    }
    draw(out, &tree, "all", &mut Vec::new())
}

fn tree(inventory: &Inventory) -> BTreeMap<&str, Node<'_>> {
    let mut tree: BTreeMap<&str, Node<'_>> = BTreeMap::new();
    let populated =
        |name: &str| inventory.hosts().iter().any(|host| host.all_groups().iter().any(|group| group == name));
    for group in inventory.groups().iter().filter(|group| populated(&group.name)) {
        let parents = group.parents.iter().map(String::as_str);
        let is_top = group.parents.is_empty();
        for parent in parents.chain(is_top.then_some("all")) {
            tree.entry(parent).or_default().groups.push(&group.name);
        }
    }
    for host in inventory.hosts() {
        let groups = host.groups().iter().map(String::as_str);
        for group in groups.chain(host.groups().is_empty().then_some("all")) {
            tree.entry(group).or_default().hosts.push(host.name());
        }
    }
    tree
}

/// A group that is below itself is drawn once on the way there.
fn draw<'i>(
    out: &mut impl Write,
    tree: &BTreeMap<&'i str, Node<'i>>,
    name: &'i str,
    trail: &mut Vec<&'i str>,
) -> io::Result<()> {
    let indent = "  |".repeat(trail.len());
    let mark = if trail.is_empty() { "" } else { "--" };
    writeln!(out, "{indent}{mark}@{}:", safe(name))?;
    if trail.contains(&name) {
        return Ok(());
    }
    trail.push(name);
    if let Some(node) = tree.get(name) {
        for group in &node.groups {
            draw(out, tree, group, trail)?;
        }
        for host in &node.hosts {
            writeln!(out, "{indent}  |--{}", safe(host))?;
        }
    }
    trail.pop();
    Ok(())
}
