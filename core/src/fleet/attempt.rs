//! One attempt at a host: connect, log in, do the job, say goodbye.

use super::engine::{Engine, Stops};
use super::error::HostError;
use super::event::What;
use super::outcome::Served;
use super::plan::{Followed, Way};
use super::skip::Skip;
use crate::cx::Cx;
use crate::executor::TaskError;
use crate::executor::excepthook::contained;
use crate::inventory::Host;
use crate::session::{Reply, Watch};
use crate::transport::Permit;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What became of an attempt.
pub(super) struct Ended<T> {
    pub(super) result: Result<T, HostError>,
    pub(super) served: Option<Served>,
    /// Whether anything was sent that is not known to only read.
    pub(super) wrote: bool,
    /// Whether it was not let log in yet.
    pub(super) put_off: bool,
}

impl<T> Ended<T> {
    /// The end of a host that was not started.
    pub(super) fn unstarted(why: HostError) -> Self {
        Self { result: Err(why), served: None, wrote: false, put_off: false }
    }
}

/// An attempt that is to be run. Whatever happens to it, its end is told once: also if it is dropped unrun.
pub(super) struct Attempt<T: Send + 'static> {
    engine: Arc<Engine<T>>,
    index: usize,
    number: u32,
    way: Way,
    is_told: bool,
}

impl<T: Send + 'static> Attempt<T> {
    pub(super) fn new(engine: &Arc<Engine<T>>, index: usize, number: u32, way: Way) -> Self {
        Self { engine: Arc::clone(engine), index, number, way, is_told: false }
    }

    pub(super) fn run(mut self) {
        let (engine, host) = (Arc::clone(&self.engine), Arc::clone(self.engine.host(self.index)));
        let notes = Arc::new(Notes::new(&engine, self.index));
        let mut served = None;
        let result = contained(|| self.perform(&host, &notes, &mut served)).unwrap_or_else(|panic| {
            let source = TaskError::Panicked(panic);
            Err(HostError::Task { host: host.name().to_owned(), source })
        });
        self.is_told = true;
        let [wrote, put_off] = [&notes.wrote, &notes.put_off].map(|note| note.load(Ordering::Relaxed));
        engine.ended(self.index, Ended { result, served, wrote, put_off });
    }

    fn perform(
        &self,
        host: &Arc<Host>,
        notes: &Arc<Notes<T>>,
        served: &mut Option<Served>,
    ) -> Result<T, HostError> {
        let plan = &self.engine.plan;
        plan.begin(host, self.number)?;
        let cx = Cx::new(self.engine.deadline(self.index), plan.cancel.clone());
        self.engine.connects(self.index);
        let (mut session, at) = plan.open(host, &cx, self.way, &Notes::followed(notes))?;
        self.engine.logged_in(self.index);
        plan.emit(host, What::Connected { served: served.insert(at).clone() });
        let value = (self.engine.job)(&mut session, host)?;
        session.close();
        Ok(value)
    }
}

impl<T: Send + 'static> Drop for Attempt<T> {
    fn drop(&mut self) {
        if !self.is_told {
            let host = self.engine.host(self.index).name().to_owned();
            Arc::clone(&self.engine).stop(Skip::Abandoned);
            self.engine
                .ended(self.index, Ended::unstarted(HostError::Skipped { host, why: Skip::Abandoned }));
        }
    }
}

/// Follows the session of an attempt.
struct Notes<T: Send + 'static> {
    engine: Arc<Engine<T>>,
    index: usize,
    wrote: AtomicBool,
    put_off: AtomicBool,
}

impl<T: Send + 'static> Notes<T> {
    fn new(engine: &Arc<Engine<T>>, index: usize) -> Self {
        let [wrote, put_off] = [false, false].map(AtomicBool::new);
        Self { engine: Arc::clone(engine), index, wrote, put_off }
    }

    fn followed(notes: &Arc<Self>) -> Followed {
        let login = Arc::clone(notes);
        let permit = Permit::new(move || login.may_log_in());
        Followed { watch: Some(Arc::clone(notes) as Arc<dyn Watch>), permit }
    }

    fn may_log_in(&self) -> bool {
        let may = self.engine.may_log_in(self.index);
        self.put_off.store(!may, Ordering::Relaxed);
        may
    }

    fn host(&self) -> &Arc<Host> {
        self.engine.host(self.index)
    }
}

impl<T: Send + 'static> Watch for Notes<T> {
    fn about_to_write(&self, _command: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.engine.plan.about_to_write(self.host())?;
        self.wrote.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn replied(&self, reply: &Reply) {
        let (command, ok, elapsed) = (reply.command.clone(), reply.ok(), reply.elapsed);
        self.engine.plan.emit(self.host(), What::CommandDone { command, ok, elapsed });
    }
}
