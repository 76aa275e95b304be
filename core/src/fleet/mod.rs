//! Runs a job over every host of an inventory.
//!
//! A [`Fleet`] hands each host to the executor: open a session, run the job, close. Each host ends in exactly one
//! [`Outcome`], whatever fails: the name, the network, the login, a command, the job itself, a panic, a cancel. Outcomes
//! come as they complete or in the order of the inventory; [`Event`]s tell what happens meanwhile, and a [`Journal`] keeps it
//! on disk.
//!
//! ```
//! use linecrew_core::executor::Executor;
//! use linecrew_core::fleet::{Connectors, Fleet, HostError};
//! use linecrew_core::inventory::Inventory;
//!
//! fn versions(inventory: &Inventory, connectors: impl Connectors + 'static) -> Result<(), Box<dyn std::error::Error>> {
//!     let executor = Executor::builder().max_workers(20).build()?;
//!     let run = Fleet::new(&executor, inventory, connectors).run(|session, _host| {
//!         let reply = session.send_command("show version")?;
//!         Ok(reply.text.lines().next().unwrap_or_default().to_owned())
//!     });
//!     for outcome in run.as_completed() {
//!         match outcome.result {
//!             Ok(line) => println!("{}: {line}", outcome.host.name()),
//!             Err(error) => eprintln!("{error}"),
//!         }
//!     }
//!     Ok(())
//! }
//! ```

mod attempt;
mod batches;
mod cause;
mod connectors;
mod engine;
mod error;
mod event;
mod journal;
mod limits;
mod outcome;
mod plan;
mod retry;
mod run;
mod schedule;
mod skip;
mod teller;

pub use batches::{Batches, Serial, Share};
pub use cause::{Cause, Refusal};
pub use connectors::Connectors;
pub use error::HostError;
pub use event::{Event, What};
pub use journal::{Entry, Journal, JournalError, Record};
pub use limits::Limits;
pub use outcome::{Outcome, Served, Status};
pub use retry::Retry;
pub use run::{Completed, InOrder, Run};
pub use skip::Skip;

use crate::cancel::CancelToken;
use crate::cx::Cx;
use crate::deadline::Deadline;
use crate::executor::{Executor, Handle};
use crate::inventory::{Host, Inventory};
use crate::platform::Platforms;
use crate::session::{Session, SessionBuilder, Timeouts};
use crate::transport::Credentials;
use engine::Engine;
use plan::{Followed, Plan, Way};
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The hosts of a run and how to reach them.
///
/// A host is started once a worker is free and all [`Limits`] allow it. A host is tried again as [`Retry`] says.
///
/// Nobody is locked out: until a credential was let in by a host of an AAA realm, it is sent to one host there at a time. Each
/// second that passes before one has been sent it, one more host is connected to; the first that asks for it gets it. Two
/// refusals, in whatever realms, end its use for the rest of the run: hosts that have no other are then not tried. Hosts whose
/// accounts are their own, and not of a service, may each name a realm of their own, so that none waits for another.
pub struct Fleet {
    executor: Handle,
    hosts: Vec<Arc<Host>>,
    plan: Plan,
}

impl Fleet {
    /// A fleet of all hosts of the inventory.
    pub fn new(executor: &Executor, inventory: &Inventory, connectors: impl Connectors + 'static) -> Self {
        let plan = Plan::new(Arc::new(connectors));
        Self { executor: executor.handle(), hosts: inventory.hosts().to_vec(), plan }
    }

    /// Sets what hosts log in with that name no credential of their own. Default: nothing.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.plan.credentials = credentials;
        self
    }

    /// Sets the limits of each session, for hosts whose `timeouts` do not say otherwise.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.plan.timeouts = timeouts;
        self
    }

    /// Sets how often each session's [login in the stream](crate::session::SessionBuilder::login_attempts) sends a password
    /// that was refused. Default: once.
    pub fn login_attempts(mut self, attempts: u32) -> Self {
        self.plan.login_attempts = attempts;
        self
    }

    /// Sets how many bytes one reply may have, as [`SessionBuilder::longest_reply`] does: a device that never ends must not fill
    /// the memory, and many of them at a time still less.
    ///
    /// [`SessionBuilder::longest_reply`]: crate::session::SessionBuilder::longest_reply
    pub fn longest_reply(mut self, bytes: usize) -> Self {
        self.plan.longest_reply = Some(bytes);
        self
    }

    /// Sets how long one host may take from its first connect to the end of its job, all attempts together, where its
    /// `timeouts` do not say otherwise. Default: 15 minutes.
    pub fn host_timeout(mut self, limit: Duration) -> Self {
        self.plan.host_timeout = limit;
        self
    }

    /// Sets how long the whole run may take: then what runs times out, and the rest is skipped. Default: no limit.
    pub fn run_timeout(mut self, limit: Duration) -> Self {
        self.plan.run_timeout = Some(limit);
        self
    }

    /// Sets how much goes on at a time. Default: as many hosts as the executor has workers.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.plan.limits = limits;
        self
    }

    /// Sets when hosts are tried again.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.plan.retry = retry;
        self
    }

    /// Has the hosts worked on in batches. Default: all at once, however many fail.
    pub fn batches(mut self, batches: Batches) -> Self {
        self.plan.batches = Some(batches);
        self
    }

    /// Sets where hosts' platforms are looked up by name, and found out among. Default: the embedded ones.
    pub fn platforms(mut self, platforms: Platforms) -> Self {
        self.plan.platforms = platforms;
        self
    }

    /// Takes the platforms' steps also where they change what a device keeps, as [`SessionBuilder::persistent_steps`] does.
    ///
    /// [`SessionBuilder::persistent_steps`]: crate::session::SessionBuilder::persistent_steps
    pub fn persistent_steps(mut self) -> Self {
        self.plan.persistent_steps = true;
        self
    }

    /// Sends nothing that is not known to only read, as [`SessionBuilder::read_only`] does. A host that refuses its enable
    /// secret is then worked on without it.
    ///
    /// [`SessionBuilder::read_only`]: crate::session::SessionBuilder::read_only
    pub fn read_only(mut self) -> Self {
        self.plan.read_only = true;
        self
    }

    /// Has each session written down in this folder, as [`SessionBuilder::session_log`] does.
    ///
    /// [`SessionBuilder::session_log`]: crate::session::SessionBuilder::session_log
    pub fn session_log(mut self, folder: impl Into<PathBuf>) -> Self {
        self.plan.session_log = Some(folder.into());
        self
    }

    /// Keeps a journal of the run. A thread of the run waits for the disk, so that an outcome comes some 50 ms after its host
    /// has ended. If the journal can be written no more, no more hosts are started.
    pub fn journal(mut self, journal: Arc<Journal>) -> Self {
        self.plan.journal = Some(journal);
        self
    }

    /// Sets the token that ends the run at once. Hosts that have not started are skipped; those that run end at their next
    /// wait.
    pub fn cancel(mut self, token: CancelToken) -> Self {
        self.plan.cancel = token;
        self
    }

    /// Sets the token that ends the run in good order: no more hosts are started, and those that run have this time to end
    /// by themselves; then the token of [`cancel`](Self::cancel) is cancelled.
    pub fn stop(mut self, token: CancelToken, grace: Duration) -> Self {
        (self.plan.stop, self.plan.grace) = (token, grace);
        self
    }

    /// Has `watcher` called for each event, on the thread that it happens on; several may be set. It should be quick: the host
    /// waits for it.
    pub fn on_event(mut self, watcher: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.plan.watchers.push(Arc::new(watcher));
        self
    }

    /// Opens a session with one host, at its second address if nobody answers at the first, and with its next credential if
    /// one is refused, as a run does for each; for
    /// programs that hand out the work themselves. The limits of runs do not hold for it.
    pub fn open(&self, host: &Host) -> Result<Session, HostError> {
        let deadline = Deadline::after(self.plan.host_timeout(host), "host");
        let cx = Cx::new(deadline, self.plan.cancel.clone());
        let mut way = Way::default();
        loop {
            let opened = self.plan.open(host, &cx, way, &Followed::default()).map(|(session, _)| session);
            way.login += 1;
            let refused = opened.as_ref().is_err_and(|error| error.cause() == Cause::AuthRefused);
            if !refused || way.login >= host.credentials().count() {
                return opened;
            }
        }
    }

    /// Starts `job` for every host, in the order of the inventory. A host may be tried more than once, but the job is run
    /// again only if the connection failed, and nothing was sent that is not known to only read.
    ///
    /// Once the first hosts are on their way it compiles the patterns of their platforms, which takes some milliseconds the
    /// first time, and returns.
    pub fn run<T, J>(&self, job: J) -> Run<T>
    where
        T: Send + 'static,
        J: Fn(&mut Session, &Host) -> Result<T, HostError> + Send + Sync + 'static,
    {
        self.run_judged(job, |_| None::<Refusal>)
    }

    /// As [`run`](Self::run), where a value may tell that its host failed after all: `judge` says why, in a [`Refusal`]
    /// or on one line. The outcome then has the value, and the status [`Status::Failed`].
    pub fn run_judged<T, J, F, R>(&self, job: J, judge: F) -> Run<T>
    where
        T: Send + 'static,
        J: Fn(&mut Session, &Host) -> Result<T, HostError> + Send + Sync + 'static,
        F: Fn(&T) -> Option<R> + Send + Sync + 'static,
        R: Into<Refusal>,
    {
        let judge = move |value: &T| judge(value).map(Into::into);
        let plan = Plan { began: Instant::now(), ..self.plan.clone() };
        let (executor, hosts) = (self.executor.clone(), self.hosts.clone());
        let (engine, outcomes) = Engine::start(executor, hosts, plan, Box::new(job), Box::new(judge));
        self.warm();
        Run::new(outcomes, self.hosts.len(), engine)
    }

    /// Compiles what the sessions will look for, while the first devices are yet to answer.
    fn warm(&self) {
        // A user's file is compiled when it is loaded, and might lie on a disk that does not answer.
        let of_ours = self.hosts.iter().filter(|host| host.settings().platform_file().is_none());
        let mut seen = HashSet::new();
        for host in of_ours.filter(|host| seen.insert(host.platform())) {
            // What is wrong with a platform is told by each of its hosts.
            let _ = session_builder(host, &self.plan.platforms).map(|builder| builder.warm());
        }
    }
}

/// The name in place of a platform's that asks for it to be found out.
const AUTO: &str = "auto";

/// The builder of sessions with a host, by its platform: a name among these, a file, or `auto`. For programs that open
/// sessions themselves.
pub fn session_builder(host: &Host, platforms: &Platforms) -> Result<SessionBuilder, HostError> {
    let Some(name) = host.platform() else {
        return Err(HostError::NoPlatform { host: host.name().to_owned() });
    };
    let found = match host.settings().platform_file() {
        Some(file) => platforms.load(file),
        None if name == AUTO => return Ok(Session::detect_platform(platforms)?),
        None => platforms.find(name),
    };
    found.map(Session::builder).map_err(|source| HostError::Platform { host: host.name().to_owned(), source })
}
