//! Threads under loom: what its own module lacks, and a park of its own. loom's `unpark` takes any blocked thread for
//! a parked one, also one that waits for a lock.

use loom::sync::Notify;
pub(in super::super) use loom::thread::yield_now;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// As the standard library's, whose `const` loom's does not know.
macro_rules! local {
    ($(#[$meta:meta])* $visibility:vis static $name:ident: $type:ty = const { $init:expr };) => {
        loom::thread_local! { $(#[$meta])* $visibility static $name: $type = $init; }
    };
}
pub(in super::super) use local as thread_local;

loom::thread_local! {
    static PARKED: Arc<Notify> = Arc::new(Notify::new());
}

/// A thread that can be woken.
#[derive(Clone, Debug)]
pub(in super::super) struct Thread(Arc<Notify>);

impl Thread {
    /// None: loom's threads have no names to tell.
    #[expect(clippy::unused_self, reason = "the standard library's takes it")]
    pub(in super::super) fn name(&self) -> Option<&str> {
        None
    }

    pub(in super::super) fn unpark(&self) {
        self.0.notify();
    }
}

pub(in super::super) fn current() -> Thread {
    Thread(PARKED.with(Arc::clone))
}

pub(in super::super) fn park() {
    current().0.wait();
}

/// Returns at once, for the model's clock has always run out.
pub(in super::super) fn park_timeout(_: Duration) {
    yield_now();
}

#[derive(Debug)]
pub(in super::super) struct Builder(loom::thread::Builder);

impl Builder {
    pub(in super::super) fn new() -> Self {
        Self(loom::thread::Builder::new())
    }

    pub(in super::super) fn name(self, name: String) -> Self {
        Self(self.0.name(name))
    }

    pub(in super::super) fn stack_size(self, bytes: usize) -> Self {
        Self(self.0.stack_size(bytes))
    }

    pub(in super::super) fn spawn<T: Send + 'static>(
        self,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<JoinHandle<T>> {
        self.0.spawn(body).map(JoinHandle)
    }
}

#[derive(Debug)]
pub(in super::super) struct JoinHandle<T>(loom::thread::JoinHandle<T>);

impl<T> JoinHandle<T> {
    pub(in super::super) fn join(self) -> std::thread::Result<T> {
        self.0.join()
    }

    /// Never, as far as anybody can tell: the pool only saves memory by it.
    #[expect(clippy::unused_self, reason = "the standard library's takes it")]
    pub(in super::super) fn is_finished(&self) -> bool {
        false
    }
}
