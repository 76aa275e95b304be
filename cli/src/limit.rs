//! `--limit`: which hosts of the inventory a run is about.

use crate::exit::Usage;
use linecrew_core::fleet::Record;
use linecrew_core::inventory::{Host, Inventory};
use std::collections::BTreeSet;

/// The hosts that are named: names with commas between them, and `@FILE` for those that are not well in a journal.
pub(crate) fn limit(inventory: &Inventory, to: &str) -> Result<Inventory, Usage> {
    let mut names = BTreeSet::new();
    for part in to.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match part.strip_prefix('@') {
            Some(journal) => names.extend(of_journal(journal)?),
            None if inventory.host(part).is_some() => _ = names.insert(part.to_owned()),
            None => return Err(Usage::new(format!("--limit {to}: the inventory has no host {part}"))),
        }
    }
    let limited = only(inventory, |name| names.contains(name));
    if limited.is_empty() {
        return Err(Usage::new(format!("--limit {to}: no host of the inventory is left")));
    }
    Ok(limited)
}

/// The hosts whose names are wanted, in their order.
pub(crate) fn only(inventory: &Inventory, wanted: impl Fn(&str) -> bool) -> Inventory {
    let hosts = inventory.hosts().iter().filter(|host| wanted(host.name()));
    hosts.map(|host| Host::clone(host)).collect()
}

fn of_journal(path: &str) -> Result<Vec<String>, Usage> {
    let record = Record::load(path).map_err(Usage::new)?;
    Ok(record.not_well().map(str::to_owned).collect())
}
