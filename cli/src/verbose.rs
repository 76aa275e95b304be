//! What `--verbose` shows: the log of this program's own packages, on standard error.

use crate::progress::Progress;
use log::{LevelFilter, Log, Metadata, Record};

struct Shown(Progress);

/// Shows the log from now on.
pub(crate) fn start(progress: &Progress) {
    // Nobody else in this process sets a logger.
    if log::set_boxed_logger(Box::new(Shown(progress.clone()))).is_ok() {
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
            self.0.suspend(|| eprintln!("{}", record.args()));
        }
    }

    fn flush(&self) {}
}
