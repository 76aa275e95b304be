//! Threads after Python's `threading`: named, daemon or not, joined with a timeout and by many, listed while they live.
//!
//! | Python                                     | here                                                        |
//! |--------------------------------------------|-------------------------------------------------------------|
//! | `Thread(target=f)`, `.start()`             | `Thread::new(f)`, `.start()?`; both at once: `spawn(f)?`    |
//! | `Thread(target=f, name=.., daemon=True)`   | `Thread::builder().name(..).daemon(true).build(f)`          |
//! | `thread.join()`, `.join(timeout=1)`        | `thread.join()?`, `.join_timeout(second)?`                  |
//! | `.is_alive()`, `.name`, `.ident`, `.daemon`| `is_alive()`, `name()`, `ident()`, `is_daemon()`            |
//! | `current_thread()`, `main_thread()`        | [`current()`], [`main_thread()`]                            |
//! | `enumerate()`, `active_count()`            | [`enumerate()`], [`active_count()`]                         |
//! | `threading.excepthook = hook`              | [`set_excepthook(hook)`](set_excepthook)                    |
//! | `sys.exit()` in a thread                   | [`exit()`]                                                  |
//! | the interpreter waits at its exit          | [`run_main(f)`](run_main)                                   |
//!
//! A thread gives no value, as in Python: that is what [`Executor::submit`](super::Executor::submit) is for.
//!
//! ```
//! use linecrew_core::executor::thread::{self, Thread};
//! use std::time::Duration;
//!
//! let poller = Thread::builder().name("poller").build(|| {
//!     assert_eq!(thread::current().name(), "poller");
//! });
//! poller.start()?;
//! assert!(poller.join_timeout(Duration::from_mins(1))?);
//! assert!(!poller.is_alive());
//! # Ok::<(), thread::ThreadError>(())
//! ```

mod builder;
mod error;
mod handle;
mod registry;

pub use super::excepthook::{ExceptHookArgs, reset_excepthook, set_excepthook};
pub use builder::Builder;
pub use error::ThreadError;
pub use handle::Thread;

use super::panic::Exit;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Starts a thread with the default settings: Python's `Thread(target=target).start()`.
pub fn spawn(target: impl FnOnce() + Send + 'static) -> Result<Thread, ThreadError> {
    Thread::builder().spawn(target)
}

/// The thread that calls this: Python's `current_thread()`.
///
/// It works in threads that others started as well: those have the name that the standard library knows (a pool's
/// worker has its worker's name) or else `Dummy-N`, and are not in [`enumerate()`].
pub fn current() -> Thread {
    registry::current()
}

/// The program's main thread, named `MainThread` as in Python: the one that called [`run_main`], or else the one that
/// the standard library names `main`.
pub fn main_thread() -> Thread {
    registry::main_thread()
}

/// The main thread, and every [`Thread`] that was started and has not ended, in the order in which they were made.
///
/// A joined thread is never among them. Nor are a pool's workers, which are its own affair, or threads that others
/// started.
pub fn enumerate() -> Vec<Thread> {
    registry::alive()
}

/// How many [`enumerate()`] would list.
pub fn active_count() -> usize {
    enumerate().len()
}

/// Ends the current [`Thread`] without a word: nothing is printed and no excepthook called. What `sys.exit()` does in
/// a Python thread.
///
/// It unwinds, so destructors run. In a pool's task it ends the task with
/// [`TaskError::Panicked`](super::TaskError::Panicked), of which no excepthook hears either.
pub fn exit() -> ! {
    resume_unwind(Box::new(Exit))
}

/// Runs `main` on this thread as the program's main function, and returns its value once all threads that are no
/// daemons have ended, those that others of them start included.
///
/// That is how a Python program ends. Without it a Rust program ends with `main`, whatever runs; and only threads of
/// this module are waited for. A panic of `main` goes on after the wait. The main thread counts as ended during the
/// wait, so threads can join it to learn that the program is about to end.
///
/// # Panics
/// If the calling thread is itself a [`Thread`] that this module started: it would wait for itself.
///
/// ```
/// use linecrew_core::executor::thread;
///
/// fn main() -> Result<(), thread::ThreadError> {
///     thread::run_main(|| {
///         thread::spawn(|| println!("printed before the program ends"))?;
///         Ok(())
///     })
/// }
/// ```
pub fn run_main<T>(main: impl FnOnce() -> T) -> T {
    let this = registry::become_main();
    let result = catch_unwind(AssertUnwindSafe(main));
    this.end();
    while let Some(thread) = registry::non_daemon() {
        // It was started, and it is not this one.
        let _ = thread.join();
    }
    result.unwrap_or_else(|payload| resume_unwind(payload))
}
