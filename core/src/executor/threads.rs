//! The threads of one pool: how they are named, started and joined.

use super::sync::thread::{self, JoinHandle};
use super::sync::{Mutex, MutexGuard};
use std::sync::PoisonError;

/// So many handles of ended threads are kept until they are looked through.
const FEW: usize = 8;

pub(super) struct Threads {
    name_prefix: String,
    stack_size: Option<usize>,
    handles: Mutex<Handles>,
    /// Held by whoever joins the threads, so that others who wait for the end wait for him.
    joining: Mutex<()>,
}

#[derive(Default)]
pub(super) struct Handles {
    started: usize,
    running: Vec<JoinHandle<()>>,
}

impl Threads {
    pub(super) fn new(name_prefix: String, stack_size: Option<usize>) -> Self {
        Self { name_prefix, stack_size, handles: Mutex::default(), joining: Mutex::default() }
    }

    /// As long as this is held, nobody else starts a thread.
    pub(super) fn lock(&self) -> MutexGuard<'_, Handles> {
        // No user code runs under the lock.
        self.handles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a thread under the next number, beside `living` others.
    pub(super) fn start(
        &self,
        handles: &mut Handles,
        living: usize,
        body: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<()> {
        handles.forget_ended(living);
        let builder = thread::Builder::new().name(format!("{}_{}", self.name_prefix, handles.started));
        let builder = match self.stack_size {
            Some(size) => builder.stack_size(size),
            None => builder,
        };
        handles.running.push(builder.spawn(body)?);
        handles.started += 1;
        Ok(())
    }

    /// Waits for the end of all threads, also of those that they start.
    pub(super) fn join(&self) {
        let _alone = self.joining.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let running = std::mem::take(&mut self.lock().running);
            if running.is_empty() {
                return;
            }
            for thread in running {
                // A worker catches what its tasks panic with, so there is nothing to report.
                let _ = thread.join();
            }
        }
    }
}

impl Handles {
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.running.len()
    }

    /// The handle of an ended thread holds its stack. All are looked through when most are such, so that it costs
    /// little for each.
    pub(super) fn forget_ended(&mut self, living: usize) {
        if self.running.len() > 2 * living + FEW {
            self.running.retain(|thread| !thread.is_finished());
        }
    }
}
