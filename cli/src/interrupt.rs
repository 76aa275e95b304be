//! Ctrl-C and SIGTERM: the first ends the run in good order, the second at once.

use crate::exit::Usage;
use linecrew_core::cancel::CancelToken;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// What an interrupt cancels.
#[derive(Clone, Default)]
pub(crate) struct Interrupt {
    /// No more hosts are started.
    pub(crate) stop: CancelToken,
    /// Those that run end.
    pub(crate) cancel: CancelToken,
}

/// What the process does about signals, which it has one handler for.
#[derive(Default)]
struct Signals {
    interrupt: Interrupt,
    /// Whether somebody looks at the tokens; before that an interrupt ends the process.
    is_watched: AtomicBool,
    /// Whether somebody is asked for a password: whoever asks has to put the terminal right first, and then ends it.
    is_asking: AtomicBool,
}

static SIGNALS: OnceLock<Signals> = OnceLock::new();

impl Interrupt {
    /// Listens from now on.
    pub(crate) fn listen() -> Result<Self, Usage> {
        let signals = Signals::handled()?;
        signals.is_watched.store(true, Ordering::SeqCst);
        Ok(signals.interrupt.clone())
    }

    /// Whether there was one.
    pub(crate) fn happened(&self) -> bool {
        self.stop.is_cancelled()
    }
}

/// Whether a run looks at its tokens, and ends in good order by itself.
pub(crate) fn is_watched() -> bool {
    SIGNALS.get().is_some_and(|signals| signals.is_watched.load(Ordering::SeqCst))
}

/// Does `ask`, which reads from the terminal without showing what is typed, and gives up once its token is cancelled: the
/// process stays alive until it has.
pub(crate) fn asking<T>(ask: impl FnOnce(CancelToken) -> T) -> Result<T, Usage> {
    let signals = Signals::handled()?;
    signals.is_asking.store(true, Ordering::SeqCst);
    let answer = ask(signals.interrupt.stop.clone());
    signals.is_asking.store(false, Ordering::SeqCst);
    Ok(answer)
}

impl Signals {
    /// With the handler set, once.
    fn handled() -> Result<&'static Self, Usage> {
        if let Some(signals) = SIGNALS.get() {
            return Ok(signals);
        }
        let signals = SIGNALS.get_or_init(Self::default);
        ctrlc::set_handler(|| signals.interrupted()).map_err(Usage::new)?;
        Ok(signals)
    }

    fn interrupted(&self) {
        let Interrupt { stop, cancel } = &self.interrupt;
        if stop.is_cancelled() {
            cancel.cancel();
        } else if self.is_watched.load(Ordering::SeqCst) || self.is_asking.load(Ordering::SeqCst) {
            stop.cancel();
        } else {
            std::process::exit(130);
        }
    }
}
