//! `--limit`: which hosts of the inventory a command is about.

use crate::exit::Usage;
use linecrew_core::fleet::Record;
use linecrew_core::inventory::{Filter, Host, Inventory};

/// The hosts that a filter means, at least one; `@FILE` stands for those that are not well in a journal. A name or a field
/// that nobody has is an error, as a typo would be.
pub(crate) fn limit(inventory: &Inventory, to: &str) -> Result<Inventory, Usage> {
    let fault = |reason: String| Usage::new(format!("--limit {to}: {reason}"));
    let filter = Filter::parse(to, of_journal).map_err(fault)?;
    let unmatched = filter.unmatched(inventory);
    if !unmatched.is_empty() {
        return Err(fault(unmatched.join(", ")));
    }
    let limited = inventory.filter(&filter);
    if limited.is_empty() { Err(fault(none_left(to).to_owned())) } else { Ok(limited) }
}

/// The hosts whose names are wanted, in their order.
pub(crate) fn only(inventory: &Inventory, wanted: impl Fn(&str) -> bool) -> Inventory {
    let hosts = inventory.hosts().iter().filter(|host| wanted(host.name()));
    hosts.map(|host| Host::clone(host)).collect()
}

fn none_left(to: &str) -> &'static str {
    if to.contains('@') {
        "no host of the inventory is left; those that ended well in a journal are none of its @FILE"
    } else {
        "no host of the inventory is left"
    }
}

fn of_journal(path: &str) -> Result<Vec<String>, String> {
    let record = Record::load(path).map_err(|error| error.to_string())?;
    Ok(record.not_well().map(str::to_owned).collect())
}
