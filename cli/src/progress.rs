//! A progress bar on standard error, where that is a terminal; nothing elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use linecrew_core::fleet::{Event, What};
use std::io::{IsTerminal, stderr};
use std::sync::{Arc, Mutex, PoisonError};

/// The bar, and the hosts that are under way.
#[derive(Clone)]
pub(crate) struct Progress {
    bar: ProgressBar,
    running: Arc<Mutex<Vec<String>>>,
}

impl Progress {
    pub(crate) fn new(hosts: usize) -> Self {
        let bar = ProgressBar::new(u64::try_from(hosts).unwrap_or(u64::MAX));
        let target =
            if stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        bar.set_draw_target(target);
        // The template is a constant, and a bar without its looks still counts.
        if let Ok(style) = ProgressStyle::with_template("{elapsed:>4} [{bar:32}] {pos}/{len} {wide_msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar, running: Arc::default() }
    }

    /// Follows a host; called on the thread of the host.
    pub(crate) fn event(&self, event: &Event) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let host = event.host.name();
        match event.what {
            What::Started { .. } => running.push(host.to_owned()),
            What::Retried { .. } => running.retain(|name| name != host),
            What::Finished { .. } => {
                running.retain(|name| name != host);
                self.bar.inc(1);
            }
            _ => return,
        }
        self.bar.set_message(running.join(" "));
    }

    /// Prints without the bar in the way.
    pub(crate) fn suspend<R>(&self, print: impl FnOnce() -> R) -> R {
        self.bar.suspend(print)
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
