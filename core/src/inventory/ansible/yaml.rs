//! The YAML inventory: groups with `hosts`, `children` and `vars`.

use super::super::fault::Fault;
use super::super::node::Node;
use super::model::{Model, vars};
use super::range;
use std::path::Path;
use std::sync::Arc;

pub(super) fn read(node: Node, origin: &Arc<Path>, model: &mut Model) -> Result<(), Fault> {
    for (name, node) in node.into_map()? {
        group(&name, node, origin, model).map_err(|fault| fault.under(name))?;
    }
    Ok(())
}

fn group(name: &str, node: Node, origin: &Arc<Path>, model: &mut Model) -> Result<(), Fault> {
    model.group(name);
    for (key, node) in node.into_map()? {
        part(name, &key, node, origin, model).map_err(|fault| fault.under(key))?;
    }
    Ok(())
}

fn part(name: &str, key: &str, node: Node, origin: &Arc<Path>, model: &mut Model) -> Result<(), Fault> {
    match key {
        "hosts" => {
            for (pattern, node) in node.into_map()? {
                hosts(name, &pattern, node, origin, model).map_err(|fault| fault.under(pattern))?;
            }
        }
        "children" => {
            for (child, node) in node.into_map()? {
                model.child(name, &child);
                group(&child, node, origin, model).map_err(|fault| fault.under(child))?;
            }
        }
        "vars" => model.group(name).holder.vars.extend(vars(node, origin)?),
        _ => return Err(node.fault("unknown key of a group; expected one of hosts, children, vars")),
    }
    Ok(())
}

/// One host, or those of a range.
fn hosts(group: &str, pattern: &str, node: Node, origin: &Arc<Path>, model: &mut Model) -> Result<(), Fault> {
    let names = range::expand(pattern).map_err(|reason| node.fault(reason))?;
    let vars = vars(node, origin)?;
    for name in names {
        model.host(&name, group).vars.extend(vars.clone());
    }
    Ok(())
}
