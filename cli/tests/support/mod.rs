//! The binary as a user runs it: against simulated devices, in a pipe or on a terminal.

mod process;
mod site;
mod terminal;

pub(crate) use process::{Ended, Process, linecrew};
pub(crate) use site::{PASSWORD, SECRET, Site, USER, closed_port, device, held_host, mixed, silent_port};
pub(crate) use terminal::Terminal;

use std::time::{Duration, Instant};

/// When a test gives up; nothing takes that long unless it hangs.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// Waits until something outside is so.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a text holds a secret of the simulated devices.
pub(crate) fn tells_a_secret(text: &str) -> bool {
    text.contains(PASSWORD) || text.contains(SECRET)
}
