//! Commands that are not known to only read are refused before anything is connected.

use crate::exit::Usage;
use linecrew_core::inventory::{Host, Inventory};
use linecrew_core::platform::{Platform, Platforms};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Refuses what a platform of these hosts does not list among its reads.
pub(crate) fn check(commands: &[String], inventory: &Inventory, platforms: &Platforms) -> Result<(), Usage> {
    let mut seen = BTreeSet::new();
    for host in inventory.hosts() {
        if !seen.insert(host.platform()) {
            continue;
        }
        let Some(platform) = platform(host, platforms) else { continue };
        if let Some(command) = commands.iter().find(|command| !platform.is_read(command)) {
            let name = host.platform().unwrap_or_default();
            return Err(Usage::new(format!(
                "\"{command}\" is not known to only read on {name} ({}); --allow-write sends it all the same",
                host.name()
            )));
        }
    }
    Ok(())
}

/// The platform of a host, as far as that is known; what is wrong with it is told as the host's own fault.
fn platform(host: &Host, platforms: &Platforms) -> Option<Arc<Platform>> {
    match host.settings().platform_file() {
        Some(file) => platforms.load(file).ok(),
        // What it is shows once it is connected; the session refuses then what is no read there.
        None if host.platform() == Some("auto") => Platform::builtin("generic").ok(),
        None => platforms.find(host.platform()?).ok(),
    }
}
