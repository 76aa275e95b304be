//! What a closure panicked with, and where.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a closure panicked with.
pub struct Panic(Box<Contents>);

struct Contents {
    /// Locked because a payload need not be `Sync`, and errors are shared between threads.
    payload: Mutex<Box<dyn Any + Send>>,
    thread: Option<Box<str>>,
    note: Option<Note>,
}

/// What the panic hook saw of a panic.
pub(super) struct Note {
    pub(super) location: Option<PanicLocation>,
    /// It printed nothing, and left that to the excepthook.
    pub(super) silent: bool,
}

impl Panic {
    /// A panic of this thread that was caught just now.
    #[cold]
    pub(super) fn caught(payload: Box<dyn Any + Send>, note: Option<Note>) -> Self {
        let thread = std::thread::current().name().map(Box::from);
        Self(Box::new(Contents { payload: Mutex::new(payload), thread, note }))
    }

    /// The message, where the closure panicked with a text, as `panic!` does.
    pub fn message(&self) -> String {
        message_of(&**self.payload()).to_owned()
    }

    /// The name of the thread that panicked, if it has one.
    pub fn thread(&self) -> Option<&str> {
        self.0.thread.as_deref()
    }

    /// Where the panic was. `None` as long as the process never had an excepthook
    /// ([`set_excepthook`](super::thread::set_excepthook)): only the panic hook that it installs learns of it.
    pub fn location(&self) -> Option<&PanicLocation> {
        self.0.note.as_ref()?.location.as_ref()
    }

    /// The payload, for [`std::panic::resume_unwind`].
    pub fn into_payload(self) -> Box<dyn Any + Send> {
        self.0.payload.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn payload(&self) -> MutexGuard<'_, Box<dyn Any + Send>> {
        self.0.payload.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nothing was printed when it happened.
    pub(super) fn is_silent(&self) -> bool {
        self.0.note.as_ref().is_some_and(|note| note.silent)
    }

    /// Drops it on a thread that must go on, whatever the `Drop` of its payload does.
    pub(super) fn discard(self) {
        let payload = self.into_payload();
        if let Err(again) = catch_unwind(AssertUnwindSafe(move || drop(payload))) {
            // Its `Drop` may panic as well, and so on; such values are leaked rather.
            std::mem::forget(again);
        }
    }
}

/// The text of a payload that is one.
pub(super) fn message_of(payload: &(dyn Any + Send)) -> &str {
    match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ if payload.is::<Exit>() => "thread::exit was called",
        _ => "a value that is no text",
    }
}

/// The payload with which `thread::exit` unwinds.
pub(super) struct Exit;

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl fmt::Debug for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Panic").field(&self.message()).finish()
    }
}

/// The place in the source where a panic was: `FILE:LINE:COLUMN`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanicLocation {
    file: Box<str>,
    line: u32,
    column: u32,
}

impl PanicLocation {
    /// The source file, as the compiler was told of it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, counted from 1.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The column, counted from 1.
    pub fn column(&self) -> u32 {
        self.column
    }
}

impl From<&Location<'_>> for PanicLocation {
    fn from(location: &Location<'_>) -> Self {
        Self { file: location.file().into(), line: location.line(), column: location.column() }
    }
}

impl fmt::Display for PanicLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}
