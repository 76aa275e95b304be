//! `map`: `show version` on twelve routers with five workers; host name and version in the order of the inventory.
//!
//! ```python
//! with ThreadPoolExecutor(max_workers=5) as executor:
//!     for hostname, version in executor.map(send_show, devices):
//!         print(hostname, version)
//! ```
#![allow(clippy::print_stdout, reason = "a program for a terminal")]

mod lab;

use lab::{hostname_and, start};
use linecrew_core::inventory::Host;
use std::error::Error;
use std::sync::Arc;

fn main() -> Result<(), Box<dyn Error>> {
    let routers = start()?;
    let fleet = Arc::clone(&routers.fleet);
    let send_show = move |host: Arc<Host>| {
        println!("{}: connecting", host.name());
        let facts = hostname_and("VERSION", &fleet, &host);
        println!("{}: done", host.name());
        facts
    };
    for result in routers.executor.map(send_show, routers.inventory.hosts().to_vec()) {
        let (hostname, version) = result??;
        println!("{hostname}, {version}");
    }
    Ok(())
}
