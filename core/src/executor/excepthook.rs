//! What becomes of a panic that nobody reads: Python's `threading.excepthook`.
//!
//! Nothing is installed before the first [`set_excepthook`]: the process's own panic hook prints a panic at the moment
//! at which it happens, and that is the default excepthook. The first custom one wraps that panic hook, once. Inside
//! of [`contained`], and while a custom excepthook is set, the wrapper notes the place and prints nothing: who reads
//! the [`Panic`] has it, and else the excepthook gets it. Everywhere else it calls the hook that it wraps.

use super::panic::{Exit, Note, Panic, PanicLocation, message_of};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::Write;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::{Arc, Once, PoisonError, RwLock};

type Hook = dyn Fn(&ExceptHookArgs<'_>) + Send + Sync;

static HOOK: RwLock<Option<Arc<Hook>>> = RwLock::new(None);

thread_local! {
    static WATCH: Cell<Watch> = const { Cell::new(Watch::Off) };
    /// Of each contained body on the stack that has panicked, the innermost last.
    static NOTES: RefCell<Vec<Note>> = const { RefCell::new(Vec::new()) };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Watch {
    /// The thread runs no contained code.
    Off,
    On,
    /// It does, and that has panicked: there is a note of it.
    Noted,
}

/// A panic that nobody reads, as the excepthook gets it: Python's `threading.ExceptHookArgs`.
///
/// Its `Display` is what the standard library prints: `thread 'NAME' panicked at FILE:LINE:COLUMN:`, and the message
/// on the next line.
pub struct ExceptHookArgs<'a> {
    payload: &'a (dyn Any + Send),
    panic: &'a Panic,
}

impl<'a> ExceptHookArgs<'a> {
    /// What the closure panicked with.
    pub fn payload(&self) -> &'a (dyn Any + Send) {
        self.payload
    }

    /// The message, where the closure panicked with a text, as `panic!` does.
    pub fn message(&self) -> &'a str {
        message_of(self.payload)
    }

    /// The name of the thread that panicked, if it has one.
    pub fn thread(&self) -> Option<&'a str> {
        self.panic.thread()
    }

    /// Where the panic was; `None` if it happened before the process had its first excepthook, or no panic hook was
    /// called for it ([`std::panic::resume_unwind`]).
    pub fn location(&self) -> Option<&'a PanicLocation> {
        self.panic.location()
    }
}

impl fmt::Display for ExceptHookArgs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "thread '{}' panicked", self.thread().unwrap_or("<unnamed>"))?;
        if let Some(location) = self.location() {
            write!(f, " at {location}")?;
        }
        write!(f, ":\n{}", self.message())
    }
}

impl fmt::Debug for ExceptHookArgs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExceptHookArgs")
            .field("message", &self.message())
            .field("thread", &self.thread())
            .field("location", &self.location())
            .finish()
    }
}

/// Has `hook` called for each panic that ends a [`Thread`](super::thread::Thread), and for each panic of a task that
/// nobody reads. Setting Python's `threading.excepthook`.
///
/// It is one for the whole process. While it is set, such a panic prints nothing by itself, nor does one that the
/// thread's own code catches; panics of other threads go to the panic hook as ever. The hook runs on the thread that
/// panicked, or on the one that gave the task up. If it panics itself, that and the panic that it was called for are
/// printed, and the thread goes on.
///
/// # Panics
/// The first call, on a thread that is panicking, as [`std::panic::set_hook`] does.
///
/// ```
/// use linecrew_core::executor::thread;
/// use std::sync::mpsc;
///
/// let (sender, panics) = mpsc::channel();
/// thread::set_excepthook(move |args| {
///     let _ = sender.send((args.thread().map(str::to_owned), args.message().to_owned()));
/// });
/// let poller = thread::Thread::builder().name("poller").spawn(|| panic!("no route"))?;
/// poller.join()?;
/// assert_eq!(panics.recv()?, (Some("poller".to_owned()), "no route".to_owned()));
/// thread::reset_excepthook();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn set_excepthook(hook: impl Fn(&ExceptHookArgs<'_>) + Send + Sync + 'static) {
    static INSTALL: Once = Once::new();
    // Forced: a first call that panicked has installed nothing.
    INSTALL.call_once_force(|_| {
        let wrapped = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| on_panic(info, &*wrapped)));
    });
    replace(Some(Arc::new(hook)));
}

/// Restores the default excepthook: the process's panic hook prints each panic when it happens. Setting
/// `threading.excepthook` back to `threading.__excepthook__` in Python.
pub fn reset_excepthook() {
    replace(None);
}

/// Runs `body`, and makes its panic a value, which somebody reads or gives to [`unread`].
#[inline]
pub(crate) fn contained<T>(body: impl FnOnce() -> T) -> Result<T, Panic> {
    let outer = WATCH.replace(Watch::On);
    let result = catch_unwind(AssertUnwindSafe(body));
    // Also where the body has caught its panic by itself.
    let note = if WATCH.replace(outer) == Watch::Noted { take_note() } else { None };
    result.map_err(|payload| Panic::caught(payload, note))
}

/// Tells the excepthook of a panic that nobody will read.
pub(crate) fn unread(panic: &Panic) {
    let payload = panic.payload();
    let args = ExceptHookArgs { payload: &**payload, panic };
    if args.payload.is::<Exit>() {
        return;
    }
    let told = hook().map(|hook| call(&*hook, &args));
    // With the default excepthook the panic hook has printed it, unless a custom one was set at the time.
    if told == Some(false) || told.is_none() && panic.is_silent() {
        // There is nobody left to tell that stderr is closed.
        let _ = writeln!(std::io::stderr(), "{args}");
    }
}

/// Runs code that nobody waits for. The excepthook is told if it panics.
pub(crate) fn reported(body: impl FnOnce()) {
    if let Err(panic) = contained(body) {
        unread(&panic);
        panic.discard();
    }
}

fn replace(hook: Option<Arc<Hook>>) {
    let before = std::mem::replace(&mut *HOOK.write().unwrap_or_else(PoisonError::into_inner), hook);
    // User code, so it is dropped outside the lock.
    drop(before);
}

fn hook() -> Option<Arc<Hook>> {
    HOOK.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Without a clone of the hook, which could become its last owner and drop it in the middle of a panic.
fn is_custom() -> bool {
    HOOK.read().unwrap_or_else(PoisonError::into_inner).is_some()
}

/// Calls a hook, and tells whether it came through. Its own panic is printed by the panic hook.
fn call(hook: &Hook, args: &ExceptHookArgs<'_>) -> bool {
    let outer = WATCH.replace(Watch::Off);
    let called = catch_unwind(AssertUnwindSafe(|| hook(args)));
    WATCH.set(outer);
    // A payload's `Drop` may panic too, so it is leaked.
    called.map_err(std::mem::forget).is_ok()
}

fn on_panic(info: &PanicHookInfo<'_>, wrapped: &dyn Fn(&PanicHookInfo<'_>)) {
    let watch = WATCH.get();
    // The second panic of one body is printed at once: it may be one in a `Drop`, which aborts the process.
    let silent = watch == Watch::On && is_custom();
    let noted =
        watch != Watch::Off && note(watch, Note { location: info.location().map(Into::into), silent });
    if !(noted && silent) {
        wrapped(info);
    }
}

/// Leaves a note for the end of the contained body, if the thread still has its locals.
fn note(watch: Watch, note: Note) -> bool {
    let noted = NOTES.try_with(|notes| {
        let mut notes = notes.borrow_mut();
        if watch == Watch::Noted {
            notes.pop();
        }
        notes.push(note);
        WATCH.set(Watch::Noted);
    });
    noted.is_ok()
}

#[cold]
fn take_note() -> Option<Note> {
    NOTES.try_with(|notes| notes.borrow_mut().pop()).ok().flatten()
}
