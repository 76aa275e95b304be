//! `as_completed`: as `submit`, but each router is printed as soon as it is done.
//!
//! ```python
//! with ThreadPoolExecutor(max_workers=5) as executor:
//!     futures = {executor.submit(show_version if n % 2 == 0 else show_serial, device): device
//!                for n, device in enumerate(devices, 1)}
//!     for future in as_completed(futures):
//!         print(futures[future], future.result())
//! ```
#![allow(clippy::print_stdout, reason = "a program for a terminal")]

mod lab;

use lab::{hostname_and, start};
use linecrew_core::executor::as_completed;
use std::error::Error;
use std::sync::Arc;

fn main() -> Result<(), Box<dyn Error>> {
    let routers = start()?;
    let mut tasks = Vec::new();
    for (number, host) in (1..).zip(routers.inventory.hosts()) {
        let (fleet, device) = (Arc::clone(&routers.fleet), Arc::clone(host));
        let column = if number % 2 == 0 { "VERSION" } else { "SERIAL" };
        let task = routers.executor.submit(move || hostname_and(column, &fleet, &device));
        tasks.push((host.name(), task));
    }
    for (name, task) in as_completed(tasks) {
        let (hostname, fact) = task.result()??;
        println!("{name}: {hostname}, {fact}");
    }
    Ok(())
}
