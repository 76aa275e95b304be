//! `--limit`: which hosts of the inventory a run is about.

use crate::exit::Usage;
use crate::inventory::limited;
use linecrew_core::fleet::Record;
use linecrew_core::inventory::{Filter, Host, Inventory};

/// The hosts that a filter means, in which `@FILE` stands for those that are not well in a journal.
pub(crate) fn limit(inventory: &Inventory, to: &str) -> Result<Inventory, Usage> {
    limited(inventory, to, Filter::parse(to, of_journal))
}

/// The hosts whose names are wanted, in their order.
pub(crate) fn only(inventory: &Inventory, wanted: impl Fn(&str) -> bool) -> Inventory {
    let hosts = inventory.hosts().iter().filter(|host| wanted(host.name()));
    hosts.map(|host| Host::clone(host)).collect()
}

fn of_journal(path: &str) -> Result<Vec<String>, String> {
    let record = Record::load(path).map_err(|error| error.to_string())?;
    Ok(record.not_well().map(str::to_owned).collect())
}
