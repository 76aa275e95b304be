//! What `--verbose` shows: the log of this program's own packages, on standard error.

use crate::progress::beside_bar;
use log::{LevelFilter, Log, Metadata, Record};

struct Shown;

/// Shows the log from now on.
pub(crate) fn start() {
    // Nobody else in this process sets a logger.
    if log::set_logger(&Shown).is_ok() {
        log::set_max_level(LevelFilter::Debug);
    }
}

impl Log for Shown {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("linecrew")
    }

    #[allow(clippy::print_stderr, reason = "the one place where the program says what it is asked to say")]
    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            beside_bar(|| eprintln!("{}", record.args()));
        }
    }

    fn flush(&self) {}
}
