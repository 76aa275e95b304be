//! `linecrew inventory`: which hosts there are, what is known of each, and what is wrong.

pub(crate) mod args;
mod check;
mod graph;
mod list;
mod show;

use crate::exit::{Ended, Usage, written};
use crate::password::asked;
use crate::progress::without_bar;
use args::{InventoryArgs, InventoryCommand, Which};
use linecrew_core::inventory::{Filter, Format, Inventory, Loader};
use linecrew_core::secret::Secret;
use std::io::{self, Write};
use std::path::Path;

/// Does what the arguments say.
pub(crate) fn run(args: &InventoryArgs) -> Result<Ended, Usage> {
    let mut out = io::stdout().lock();
    let mut ended = Ended::Well;
    let printed = match &args.command {
        InventoryCommand::List(which) => list::print(&mut out, &chosen(which)?, which.format),
        InventoryCommand::Show { host, which } => show::print(&mut out, &chosen(which)?, host, which.format)?,
        InventoryCommand::Graph(which) => graph::print(&mut out, &chosen(which)?, which.format),
        InventoryCommand::Check { which, platforms } => {
            let platforms = crate::platforms::known(platforms.as_deref())?;
            let report = check::Report::new(&chosen(which)?, &platforms);
            if !report.is_good() {
                ended = Ended::SomeFailed;
            }
            report.print(&mut out, which.format)
        }
    };
    written(printed.and_then(|()| out.flush()))?;
    Ok(ended)
}

/// Reads an inventory; prompts for its secrets are on the terminal.
pub(crate) fn load(path: &Path, format: Option<Format>) -> Result<Inventory, Usage> {
    let ask = |text: &str| match without_bar(|| asked(&format!("{text}: "))) {
        Ok(typed) => typed.map(Secret::new),
        // Nobody who asks for secrets of single hosts could end the run: the process does.
        Err(Usage::Interrupted) => std::process::exit(130),
        Err(error) => Err(io::Error::other(error.to_string())),
    };
    let loader = format.into_iter().fold(Loader::default(), Loader::format).on_prompt(ask);
    let inventory = loader.load(path).map_err(Usage::new)?;
    if inventory.is_empty() {
        return Err(Usage::new(format!("{}: the inventory has no hosts", path.display())));
    }
    Ok(inventory)
}

fn chosen(which: &Which) -> Result<Inventory, Usage> {
    let named = which.inventory.as_deref();
    let path = named.ok_or_else(|| Usage::new("no inventory: name it with --inventory PATH"))?;
    let inventory = load(path, which.inventory_format)?;
    match &which.limit {
        Some(text) => limited(&inventory, text, text.parse()),
        None => Ok(inventory),
    }
}

/// The hosts that the filter means, at least one; a name or a field that nobody has is an error, as a typo would be.
pub(crate) fn limited(
    inventory: &Inventory,
    text: &str,
    filter: Result<Filter, String>,
) -> Result<Inventory, Usage> {
    let fault = |reason: String| Usage::new(format!("--limit {text}: {reason}"));
    let filter = filter.map_err(fault)?;
    let unmatched = filter.unmatched(inventory);
    if !unmatched.is_empty() {
        return Err(fault(unmatched.join(", ")));
    }
    let limited = inventory.filter(&filter);
    if limited.is_empty() { Err(fault("no host of the inventory is left".to_owned())) } else { Ok(limited) }
}

/// One JSON value, with a line end.
fn json(out: &mut impl Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}
