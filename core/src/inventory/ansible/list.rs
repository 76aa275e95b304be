//! The JSON of `ansible-inventory --list` and of inventory scripts: groups, and `_meta` with the variables of hosts.

use super::super::fault::Fault;
use super::super::node::{Kind, Node};
use super::model::{Model, vars};
use std::path::Path;
use std::sync::Arc;

pub(super) fn read(node: Node, origin: &Arc<Path>, model: &mut Model) -> Result<(), Fault> {
    let entries = node.into_map()?;
    let (meta, groups): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(name, _)| name == "_meta");
    for (name, node) in groups {
        group(&name, node, origin, model).map_err(|fault| fault.under(name))?;
    }
    for (_, node) in meta {
        let hosts = node.into_map()?.into_iter().filter(|(key, _)| key == "hostvars");
        for (name, node) in hosts.flat_map(|(_, node)| node.into_map()).flatten() {
            let vars =
                vars(node, origin).map_err(|fault| fault.under(&name).under("hostvars").under("_meta"))?;
            model.host(&name, "all").vars.extend(vars);
        }
    }
    Ok(())
}

/// A group, or the list of its hosts alone.
fn group(name: &str, node: Node, origin: &Arc<Path>, model: &mut Model) -> Result<(), Fault> {
    model.group(name);
    let node = match node.kind {
        Kind::List(_) => Node::from(Kind::Map(vec![("hosts".to_owned(), node)])),
        _ => node,
    };
    for (key, node) in node.into_map()? {
        match key.as_str() {
            "hosts" => {
                for host in names(node).map_err(|fault| fault.under(key))? {
                    model.host(&host, name);
                }
            }
            "children" => {
                for child in names(node).map_err(|fault| fault.under(key))? {
                    model.child(name, &child);
                }
            }
            "vars" => {
                let vars = vars(node, origin).map_err(|fault| fault.under(key))?;
                model.group(name).holder.vars.extend(vars);
            }
            _ => return Err(node.fault(format!("unknown key {key}; expected one of hosts, children, vars"))),
        }
    }
    Ok(())
}

fn names(node: Node) -> Result<Vec<String>, Fault> {
    let expected = "expected a list of names";
    let Kind::List(items) = node.kind else { return Err(Fault::new(expected).at_line(node.line)) };
    items.iter().map(|item| item.scalar().ok_or_else(|| item.fault(expected))).collect()
}
