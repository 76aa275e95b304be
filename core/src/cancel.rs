//! A request to stop, shared by those who may ask for it and those who must notice.

use crate::deadline::Deadline;
use crate::timer::{self, Alarm};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};
use std::{fmt, io};

/// A sticky request to stop: once cancelled it stays so.
///
/// Clones share one state. A [`child`](Self::child) is cancelled with its parent and can be cancelled alone. Who
/// sleeps until something happens registers a hook with [`on_cancel`](Self::on_cancel); a blocked transport read
/// does so to be woken, so a token costs no file descriptor of its own.
///
/// ```
/// use linecrew_core::cancel::CancelToken;
///
/// let run = CancelToken::new();
/// let host = run.child();
/// run.cancel();
/// assert!(host.is_cancelled());
/// ```
#[derive(Clone, Default)]
pub struct CancelToken {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    cancelled: AtomicBool,
    hooks: Mutex<Hooks>,
    /// A child stays registered with its parent, and keeps it alive, for as long as a clone of the child lives.
    _parent: Option<(CancelHook, CancelToken)>,
}

#[derive(Default)]
struct Hooks {
    next: u64,
    waiting: BTreeMap<u64, Arc<dyn Fn() + Send + Sync>>,
    /// Cancels the token by itself; goes with the last clone.
    alarm: Option<Alarm>,
}

impl CancelToken {
    /// A token that nobody has cancelled yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A token that is cancelled when this one is, and that can be cancelled without it.
    pub fn child(&self) -> Self {
        let shared = Arc::new_cyclic(|child: &Weak<Shared>| {
            let child = child.clone();
            let hook = self.on_cancel(move || {
                if let Some(child) = child.upgrade() {
                    child.cancel();
                }
            });
            Shared { _parent: Some((hook, self.clone())), ..Shared::default() }
        });
        // The hook of an already cancelled parent ran before the child existed.
        if self.is_cancelled() {
            shared.cancel();
        }
        Self { shared }
    }

    /// Asks for the stop and calls each registered hook once, on this thread. Later calls do nothing.
    pub fn cancel(&self) {
        self.shared.cancel();
    }

    /// Cancels the token at `deadline`, at once if that is past. Of several deadlines the soonest counts.
    ///
    /// The hooks run on a thread that all timers of the process share. An error if the system refuses that thread;
    /// the token has then no deadline.
    ///
    /// ```
    /// use linecrew_core::cancel::CancelToken;
    /// use std::time::Duration;
    ///
    /// let run = CancelToken::new();
    /// run.cancel_after(Duration::ZERO)?;
    /// assert!(run.is_cancelled());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn cancel_at(&self, deadline: Instant) -> io::Result<()> {
        if deadline <= Instant::now() {
            self.cancel();
            return Ok(());
        }
        let mut hooks = self.shared.hooks();
        let is_sooner = hooks.alarm.as_ref().is_none_or(|alarm| deadline < alarm.when());
        if !self.is_cancelled() && is_sooner {
            let shared = Arc::downgrade(&self.shared);
            let cancel = move || {
                if let Some(shared) = shared.upgrade() {
                    shared.cancel();
                }
            };
            hooks.alarm = Some(timer::at(deadline, cancel)?);
        }
        Ok(())
    }

    /// Cancels the token `wait` from now, as [`cancel_at`](Self::cancel_at) does. A wait too long for the clock counts
    /// as 30 years.
    pub fn cancel_after(&self, wait: Duration) -> io::Result<()> {
        self.cancel_at(Deadline::after(wait, "cancel").instant())
    }

    /// Whether the stop was asked for.
    pub fn is_cancelled(&self) -> bool {
        self.shared.cancelled.load(Ordering::Acquire)
    }

    /// Calls `wake` once when the token is cancelled, at once if it already is, unless the returned hook is dropped
    /// before. `wake` must not block; it may still be running while the hook is dropped from another thread.
    pub fn on_cancel(&self, wake: impl Fn() + Send + Sync + 'static) -> CancelHook {
        let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(wake);
        let mut hooks = self.shared.hooks();
        if self.is_cancelled() {
            drop(hooks);
            wake();
            return CancelHook { token: Weak::new(), id: 0 };
        }
        let id = hooks.next;
        hooks.next += 1;
        hooks.waiting.insert(id, wake);
        CancelHook { token: Arc::downgrade(&self.shared), id }
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelToken").field("cancelled", &self.is_cancelled()).finish()
    }
}

impl Shared {
    fn cancel(&self) {
        let (waiting, alarm) = {
            let mut hooks = self.hooks();
            // Under the lock, so that a hook is either in the map here or sees the flag when it registers.
            self.cancelled.store(true, Ordering::Release);
            (std::mem::take(&mut hooks.waiting), hooks.alarm.take())
        };
        drop(alarm);
        for wake in waiting.into_values() {
            wake();
        }
    }

    fn hooks(&self) -> MutexGuard<'_, Hooks> {
        // No hook runs under the lock, so a poisoned map is still whole.
        self.hooks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A registration made by [`CancelToken::on_cancel`]; dropping it takes the hook back.
#[must_use = "the hook is taken back when this is dropped"]
#[derive(Debug)]
pub struct CancelHook {
    token: Weak<Shared>,
    id: u64,
}

impl Drop for CancelHook {
    fn drop(&mut self) {
        if let Some(shared) = self.token.upgrade() {
            let hook = shared.hooks().waiting.remove(&self.id);
            // Dropped outside the lock: what the hook owns may use this token.
            drop(hook);
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;
    use std::sync::mpsc;

    fn counter() -> (Arc<AtomicUsize>, impl Fn() + Send + Sync + 'static) {
        let count = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&count);
        (count, move || {
            seen.fetch_add(1, Ordering::Relaxed);
        })
    }

    #[test]
    fn a_hook_runs_once() {
        let token = CancelToken::new();
        let (count, wake) = counter();
        let _hook = token.on_cancel(wake);
        token.cancel();
        token.cancel();
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_hook_on_a_cancelled_token_runs_at_once() {
        let token = CancelToken::new();
        token.cancel();
        let (count, wake) = counter();
        let _hook = token.on_cancel(wake);
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_dropped_hook_never_runs() {
        let token = CancelToken::new();
        let (count, wake) = counter();
        drop(token.on_cancel(wake));
        token.cancel();
        assert_eq!(count.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_child_follows_its_parent_and_not_the_other_way() {
        let parent = CancelToken::new();
        let (child, other) = (parent.child(), parent.child());
        child.cancel();
        assert!(!parent.is_cancelled() && !other.is_cancelled());
        parent.cancel();
        assert!(other.is_cancelled() && parent.child().is_cancelled());
    }

    #[test]
    fn a_grandchild_is_cancelled_though_its_parent_handle_is_gone() {
        let root = CancelToken::new();
        let grandchild = root.child().child();
        root.cancel();
        assert!(grandchild.is_cancelled());
    }

    #[test]
    fn dropped_children_leave_nothing_with_the_parent() {
        let parent = CancelToken::new();
        for _ in 0..100 {
            drop(parent.child());
        }
        assert!(parent.shared.hooks().waiting.is_empty());
    }

    const HANG: Duration = Duration::from_mins(1);

    /// A token with a hook, and what tells that the hook ran.
    fn watched(token: &CancelToken) -> (CancelHook, mpsc::Receiver<()>) {
        let (sender, cancelled) = mpsc::channel();
        (token.on_cancel(move || sender.send(()).unwrap()), cancelled)
    }

    #[test]
    fn a_deadline_cancels_the_token_and_its_children() {
        let token = CancelToken::new();
        let child = token.child();
        let (_hook, cancelled) = watched(&child);
        let deadline = Instant::now() + Duration::from_millis(10);
        token.cancel_at(deadline).unwrap();
        cancelled.recv_timeout(HANG).unwrap();
        assert!(token.is_cancelled() && Instant::now() >= deadline);
    }

    #[test]
    fn a_past_deadline_cancels_at_once() {
        let token = CancelToken::new();
        token.cancel_at(Instant::now()).unwrap();
        assert!(token.is_cancelled());
    }

    #[test]
    fn of_two_deadlines_the_sooner_counts_whichever_came_first() {
        for far_first in [true, false] {
            let token = CancelToken::new();
            let (_hook, cancelled) = watched(&token);
            let (far, near) = (Duration::MAX, Duration::from_millis(1));
            let (one, other) = if far_first { (far, near) } else { (near, far) };
            token.cancel_after(one).unwrap();
            token.cancel_after(other).unwrap();
            cancelled.recv_timeout(HANG).unwrap();
        }
    }

    #[test]
    fn a_deadline_keeps_nothing_alive_and_goes_with_the_token() {
        let token = CancelToken::new();
        token.cancel_after(HANG).unwrap();
        let shared = Arc::downgrade(&token.shared);
        drop(token);
        assert!(shared.upgrade().is_none());
    }

    #[test]
    fn a_cancelled_token_holds_no_alarm() {
        let token = CancelToken::new();
        token.cancel_after(HANG).unwrap();
        token.cancel();
        token.cancel_after(HANG).unwrap();
        assert!(token.shared.hooks().alarm.is_none());
    }
}
