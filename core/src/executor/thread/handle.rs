//! A thread, not started, running or ended.

use super::registry;
use super::{Builder, ThreadError};
use crate::executor::excepthook;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A thread: Python's `threading.Thread`.
///
/// It is a handle, and its clones are the same thread. Dropping handles neither ends the thread nor waits for it. A
/// panic of its target ends the thread and is told by the panic hook, or by a custom
/// [excepthook](super::set_excepthook).
#[derive(Clone)]
pub struct Thread(Arc<Inner>);

type Target = Box<dyn FnOnce() + Send>;

struct Inner {
    id: NonZeroU64,
    name: String,
    daemon: bool,
    stack_size: Option<usize>,
    life: Mutex<Life>,
    ended: Condvar,
}

enum Life {
    New(Target),
    /// The thread itself takes the target, so that it is still here if the system refuses the thread.
    Started(Option<Target>),
    Ended,
}

impl Thread {
    /// A thread with the default settings that will run `target`. It is not started.
    pub fn new(target: impl FnOnce() + Send + 'static) -> Self {
        Self::builder().build(target)
    }

    /// Sets a thread up.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(super) fn with_target(name: String, daemon: bool, stack_size: Option<usize>, target: Target) -> Self {
        Self::assemble(name, daemon, stack_size, Life::New(target))
    }

    /// A running thread that this module did not start.
    pub(super) fn foreign(name: impl Into<String>) -> Self {
        Self::assemble(name.into(), false, None, Life::Started(None))
    }

    fn assemble(name: String, daemon: bool, stack_size: Option<usize>, life: Life) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = NonZeroU64::MIN.saturating_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let (life, ended) = (Mutex::new(life), Condvar::new());
        Self(Arc::new(Inner { id, name, daemon, stack_size, life, ended }))
    }

    /// Starts the thread. It runs once: a second start is [`ThreadError::AlreadyStarted`]. After
    /// [`ThreadError::Refused`] it can be tried again.
    pub fn start(&self) -> Result<(), ThreadError> {
        if self.name().contains('\0') {
            return Err(ThreadError::Name(self.name().to_owned()));
        }
        let mut life = self.life();
        let target = match std::mem::replace(&mut *life, Life::Ended) {
            Life::New(target) => target,
            started => {
                *life = started;
                return Err(ThreadError::AlreadyStarted(self.name().to_owned()));
            }
        };
        // Before the thread runs, so that it finds itself there; it takes itself out only after `life` is unlocked.
        registry::add(self.clone());
        match self.spawn() {
            Ok(()) => *life = Life::Started(Some(target)),
            Err(source) => {
                *life = Life::New(target);
                registry::remove(self);
                return Err(ThreadError::Refused { name: self.name().to_owned(), source });
            }
        }
        Ok(())
    }

    /// Waits until the thread has ended. Any number of threads may, and again.
    ///
    /// Its target has returned or panicked then, what it captured is dropped, and the excepthook has been called. The
    /// destructors of its thread-locals may still run. Joining before the start, or from the thread itself, is an
    /// error.
    pub fn join(&self) -> Result<(), ThreadError> {
        let life = self.joinable()?;
        let ended = self.0.ended.wait_while(life, |life| !life.is_ended());
        drop(ended.unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }

    /// As [`join`](Self::join), for at most `timeout`; tells whether the thread has ended.
    pub fn join_timeout(&self, timeout: Duration) -> Result<bool, ThreadError> {
        let life = self.joinable()?;
        let waited = self.0.ended.wait_timeout_while(life, timeout, |life| !life.is_ended());
        let (life, _) = waited.unwrap_or_else(PoisonError::into_inner);
        Ok(life.is_ended())
    }

    /// Whether the thread was started and has not ended.
    pub fn is_alive(&self) -> bool {
        matches!(*self.life(), Life::Started(_))
    }

    /// Its name. Several threads may have the same.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Its number, which no other thread of the process has or will have; `None` before its start.
    pub fn ident(&self) -> Option<NonZeroU64> {
        (!matches!(*self.life(), Life::New(_))).then_some(self.0.id)
    }

    /// Whether [`run_main`](super::run_main) does not wait for it.
    pub fn is_daemon(&self) -> bool {
        self.0.daemon
    }

    pub(super) fn id(&self) -> NonZeroU64 {
        self.0.id
    }

    /// Makes it count as ended, and wakes those who join it.
    pub(super) fn end(&self) {
        // First, so that nobody finds a joined thread there.
        registry::remove(self);
        *self.life() = Life::Ended;
        self.0.ended.notify_all();
    }

    fn spawn(&self) -> std::io::Result<()> {
        let builder = std::thread::Builder::new().name(self.name().to_owned());
        let builder = match self.0.stack_size {
            Some(size) => builder.stack_size(size),
            None => builder,
        };
        let thread = self.clone();
        builder.spawn(move || thread.run()).map(drop)
    }

    /// The body of the thread.
    fn run(self) {
        registry::enter(self.clone());
        if let Some(target) = self.take_target() {
            excepthook::reported(target);
        }
        self.end();
    }

    fn take_target(&self) -> Option<Target> {
        match &mut *self.life() {
            Life::Started(target) => target.take(),
            Life::New(_) | Life::Ended => None,
        }
    }

    fn joinable(&self) -> Result<MutexGuard<'_, Life>, ThreadError> {
        let joins_itself = registry::current() == *self;
        let life = self.life();
        match *life {
            Life::New(_) => Err(ThreadError::NotStarted(self.name().to_owned())),
            Life::Started(_) if joins_itself => Err(ThreadError::JoinsItself(self.name().to_owned())),
            Life::Started(_) | Life::Ended => Ok(life),
        }
    }

    fn life(&self) -> MutexGuard<'_, Life> {
        // No user code runs under the lock.
        self.0.life.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Life {
    fn is_ended(&self) -> bool {
        matches!(self, Self::Ended)
    }

    fn name(&self) -> &'static str {
        match self {
            Self::New(_) => "initial",
            Self::Started(_) => "started",
            Self::Ended => "stopped",
        }
    }
}

impl PartialEq for Thread {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for Thread {}

impl Hash for Thread {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.id.hash(state);
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Thread")
            .field("name", &self.0.name)
            .field("state", &self.life().name())
            .field("daemon", &self.0.daemon)
            .field("ident", &self.0.id)
            .finish()
    }
}
