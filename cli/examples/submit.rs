//! `submit`: the even ones of twelve routers give host name and version, the odd ones host name and serial number.
//!
//! ```python
//! with ThreadPoolExecutor(max_workers=5) as executor:
//!     futures = [executor.submit(show_version if n % 2 == 0 else show_serial, device)
//!                for n, device in enumerate(devices, 1)]
//!     for future in futures:
//!         print(future.result())
//! ```
#![allow(clippy::print_stdout, reason = "a program for a terminal")]

mod lab;

use lab::{hostname_and, start};
use std::error::Error;
use std::sync::Arc;

fn main() -> Result<(), Box<dyn Error>> {
    let routers = start()?;
    let mut tasks = Vec::new();
    for (number, host) in (1..).zip(routers.inventory.hosts()) {
        let (fleet, host) = (Arc::clone(&routers.fleet), Arc::clone(host));
        let column = if number % 2 == 0 { "VERSION" } else { "SERIAL" };
        tasks.push(routers.executor.submit(move || hostname_and(column, &fleet, &host)));
    }
    for task in tasks {
        let (hostname, fact) = task.result()??;
        println!("{hostname}, {fact}");
    }
    Ok(())
}
