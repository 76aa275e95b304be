//! The columns that the arguments choose, held against what the templates give.

use crate::exit::Usage;
use crate::parser::{Parser, asked_for};
use linecrew_core::inventory::{Host, Inventory};
use linecrew_core::platform::Platforms;

/// Refuses a column that no reply can have. Where a platform is a file of the user's, or is to be found out, nobody knows
/// yet which template is the one.
pub(crate) fn check(
    chosen: &[String],
    parser: &Parser,
    inventory: &Inventory,
    platforms: &Platforms,
    commands: &[String],
) -> Result<(), Usage> {
    // No template is read for nothing.
    if chosen.is_empty() {
        return Ok(());
    }
    let known = match parser {
        Parser::None => return Ok(()),
        Parser::Template(template) => template.header().to_vec(),
        Parser::Templates(_) if inventory.hosts().iter().any(|host| is_open(host)) => return Ok(()),
        Parser::Templates(_) => of_templates(parser, inventory, platforms, commands),
    };
    // Without any template each host tells that it has none.
    match chosen.iter().find(|column| !known.contains(column)) {
        Some(column) if !known.is_empty() => {
            Err(Usage::new(format!("--columns {column}: there is none; there are: {}", known.join(", "))))
        }
        _ => Ok(()),
    }
}

/// Whether nobody knows yet which platform it will be.
fn is_open(host: &Host) -> bool {
    host.platform().is_some() && asked_for(host).is_none()
}

/// The columns of all commands on all platforms, each once.
fn of_templates(
    parser: &Parser,
    inventory: &Inventory,
    platforms: &Platforms,
    commands: &[String],
) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    for template in parser.find_all(inventory, platforms, commands) {
        let new: Vec<_> = template.header().iter().filter(|column| !known.contains(column)).collect();
        known.extend(new.into_iter().cloned());
    }
    known
}
