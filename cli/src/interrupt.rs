//! Ctrl-C and SIGTERM: the first ends the run in good order, the second at once.

use crate::exit::Usage;
use linecrew_core::cancel::CancelToken;

/// What an interrupt cancels.
#[derive(Clone, Default)]
pub(crate) struct Interrupt {
    /// No more hosts are started.
    pub(crate) stop: CancelToken,
    /// Those that run end.
    pub(crate) cancel: CancelToken,
}

impl Interrupt {
    /// Listens from now on.
    pub(crate) fn listen() -> Result<Self, Usage> {
        let interrupt = Self::default();
        let Self { stop, cancel } = interrupt.clone();
        let handler = move || if stop.is_cancelled() { cancel.cancel() } else { stop.cancel() };
        ctrlc::set_handler(handler).map_err(Usage::new)?;
        Ok(interrupt)
    }

    /// Whether there was one.
    pub(crate) fn happened(&self) -> bool {
        self.stop.is_cancelled()
    }
}
