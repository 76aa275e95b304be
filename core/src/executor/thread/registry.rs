//! Which threads live, and which of them this one is. The one global registry of the crate.

use super::Thread;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

static REGISTRY: Mutex<Registry> = Mutex::new(Registry { main: None, started: BTreeMap::new() });

struct Registry {
    /// Listed whether it lives or not, as in Python.
    main: Option<Thread>,
    started: BTreeMap<NonZeroU64, Thread>,
}

thread_local! {
    static CURRENT: RefCell<Option<Current>> = const { RefCell::new(None) };
}

/// The thread that holds it in its locals, which ends with them if not before.
struct Current(Thread);

impl Drop for Current {
    fn drop(&mut self) {
        self.0.end();
    }
}

pub(super) fn current() -> Thread {
    let known =
        CURRENT.try_with(|current| current.borrow_mut().get_or_insert_with(|| Current(foreign())).0.clone());
    // In a destructor of the thread's locals: it can no longer be told that it is the same thread.
    known.unwrap_or_else(|_| foreign())
}

pub(super) fn main_thread() -> Thread {
    registry().main_thread()
}

/// Makes the current thread the main thread, unless it is that already.
pub(super) fn become_main() -> Thread {
    let this = current();
    let mut registry = registry();
    assert!(
        !registry.started.contains_key(&this.id()),
        "run_main was called from thread '{}', which it would wait for: call it from the main thread",
        this.name()
    );
    if registry.main.as_ref() == Some(&this) {
        return this;
    }
    let main = Thread::foreign(MAIN_NAME);
    registry.main = Some(main.clone());
    drop(registry);
    enter(main.clone());
    main
}

/// Makes `thread` the current thread.
pub(super) fn enter(thread: Thread) {
    let before = CURRENT.replace(Some(Current(thread)));
    drop(before);
}

pub(super) fn add(thread: Thread) {
    registry().started.insert(thread.id(), thread);
}

pub(super) fn remove(thread: &Thread) {
    let removed = registry().started.remove(&thread.id());
    drop(removed);
}

pub(super) fn alive() -> Vec<Thread> {
    let mut registry = registry();
    let main = registry.main_thread();
    std::iter::once(main).chain(registry.started.values().cloned()).collect()
}

/// Some thread that the end of the program waits for.
pub(super) fn non_daemon() -> Option<Thread> {
    registry().started.values().find(|thread| !thread.is_daemon()).cloned()
}

const MAIN_NAME: &str = "MainThread";

impl Registry {
    fn main_thread(&mut self) -> Thread {
        self.main.get_or_insert_with(|| Thread::foreign(MAIN_NAME)).clone()
    }
}

fn registry() -> MutexGuard<'static, Registry> {
    // No user code runs under the lock.
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The current thread, which this module did not start.
fn foreign() -> Thread {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    match std::thread::current().name() {
        Some("main") => main_thread(),
        Some(name) => Thread::foreign(name),
        None => Thread::foreign(format!("Dummy-{}", NEXT.fetch_add(1, Ordering::Relaxed))),
    }
}
