//! How a thread is set up.

use super::registry;
use super::{Thread, ThreadError};
use std::any::type_name;
use std::sync::atomic::{AtomicU64, Ordering};

/// Sets up a [`Thread`]; made by [`Thread::builder`].
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is made before build() or spawn()"]
pub struct Builder {
    name: Option<String>,
    daemon: Option<bool>,
    stack_size: Option<usize>,
}

impl Builder {
    /// The thread's name. Default: `Thread-N`, and `Thread-N (function)` where the target is a function with a name.
    /// Linux shows the first 15 bytes of it.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Whether [`run_main`](super::run_main) does not wait for the thread. Default: as the thread that builds it;
    /// `false` in the main thread, a pool's worker, and threads that others started.
    pub fn daemon(mut self, daemon: bool) -> Self {
        self.daemon = Some(daemon);
        self
    }

    /// The stack in bytes. Default: the standard library's, 2 MiB unless `RUST_MIN_STACK` is set.
    pub fn stack_size(mut self, bytes: usize) -> Self {
        self.stack_size = Some(bytes);
        self
    }

    /// Makes the thread; [`Thread::start`] starts it.
    pub fn build<F: FnOnce() + Send + 'static>(self, target: F) -> Thread {
        let name = self.name.unwrap_or_else(default_name::<F>);
        let daemon = self.daemon.unwrap_or_else(|| registry::current().is_daemon());
        Thread::with_target(name, daemon, self.stack_size, Box::new(target))
    }

    /// Makes the thread and starts it.
    pub fn spawn(self, target: impl FnOnce() + Send + 'static) -> Result<Thread, ThreadError> {
        let thread = self.build(target);
        thread.start()?;
        Ok(thread)
    }
}

fn default_name<F>() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    match function_name::<F>() {
        Some(function) => format!("Thread-{number} ({function})"),
        None => format!("Thread-{number}"),
    }
}

/// The name of a function's own type, which has no size. A closure's path ends with `{{closure}}` and a generic's
/// with `>`; those have no name that helps.
fn function_name<F>() -> Option<&'static str> {
    let name = type_name::<F>().rsplit("::").next()?;
    let is_name = name.chars().all(|c| c == '_' || c.is_alphanumeric());
    (size_of::<F>() == 0 && is_name).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() {}
    fn generic<T>() {}

    fn of<F: FnOnce()>(_: F) -> Option<&'static str> {
        function_name::<F>()
    }

    #[test]
    fn only_a_plain_function_has_a_name() {
        assert_eq!(of(plain), Some("plain"));
        assert_eq!(of(generic::<String>), None);
        assert_eq!(of(|| ()), None);
        assert_eq!(of(plain as fn()), None);
        assert_eq!(of(Box::new(plain)), None);
    }
}
