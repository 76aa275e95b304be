//! A request to stop, shared by those who may ask for it and those who must notice.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

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
        let waiting = {
            let mut hooks = self.hooks();
            // Under the lock, so that a hook is either in the map here or sees the flag when it registers.
            self.cancelled.store(true, Ordering::Release);
            std::mem::take(&mut hooks.waiting)
        };
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
}
