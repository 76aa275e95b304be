//! Runs a job over every host of an inventory.
//!
//! A [`Fleet`] hands each host to the executor: open a session, run the job, close. Each host ends in exactly one
//! [`Outcome`], whatever fails: the name, the network, the login, a command, the job itself, a panic, a cancel. Outcomes
//! come as they complete or in the order of the inventory.
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

mod connectors;
mod error;
mod outcomes;
mod run;

pub use connectors::Connectors;
pub use error::HostError;
pub use outcomes::{Completed, InOrder};
pub use run::{Outcome, Run, Served};

use crate::cancel::CancelToken;
use crate::cx::Cx;
use crate::deadline::Deadline;
use crate::executor::excepthook::contained;
use crate::executor::{Executor, Handle, TaskError};
use crate::inventory::{Host, Inventory};
use crate::platform::Platforms;
use crate::session::{Session, SessionBuilder, Timeouts};
use crate::transport::Credentials;
use run::Value;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What happened to a host.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'e> {
    /// Its job began: it is being connected.
    Started(&'e Host),
    /// It is connected and logged in.
    Connected {
        /// The host.
        host: &'e Host,
        /// At which of its addresses.
        served: &'e Served,
    },
    /// Its job ended, with an error or without one.
    Finished {
        /// The host.
        host: &'e Host,
        /// What ended it, if it did not end well.
        error: Option<&'e HostError>,
        /// The time since its job began.
        elapsed: Duration,
    },
}

type Watcher = dyn Fn(Event<'_>) + Send + Sync;

/// The hosts of a run and how to reach them.
pub struct Fleet {
    executor: Handle,
    hosts: Vec<Arc<Host>>,
    plan: Plan,
}

/// What the job of each host needs to know.
#[derive(Clone)]
struct Plan {
    connectors: Arc<dyn Connectors>,
    credentials: Credentials,
    timeouts: Timeouts,
    login_attempts: u32,
    host_timeout: Duration,
    session_log: Option<PathBuf>,
    platforms: Platforms,
    persistent_steps: bool,
    cancel: CancelToken,
    watcher: Arc<Watcher>,
}

impl Fleet {
    /// A fleet of all hosts of the inventory.
    pub fn new(executor: &Executor, inventory: &Inventory, connectors: impl Connectors + 'static) -> Self {
        let plan = Plan {
            connectors: Arc::new(connectors),
            credentials: Credentials::default(),
            timeouts: Timeouts::default(),
            login_attempts: 1,
            host_timeout: Duration::from_mins(15),
            session_log: None,
            platforms: Platforms::default(),
            persistent_steps: false,
            cancel: CancelToken::new(),
            watcher: Arc::new(|_| {}),
        };
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

    /// Sets how long one host may take from the connect to the end of its job, where its `timeouts` do not say otherwise.
    /// Default: 15 minutes.
    pub fn host_timeout(mut self, limit: Duration) -> Self {
        self.plan.host_timeout = limit;
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

    /// Has each session written down in this folder, as [`SessionBuilder::session_log`] does.
    ///
    /// [`SessionBuilder::session_log`]: crate::session::SessionBuilder::session_log
    pub fn session_log(mut self, folder: impl Into<PathBuf>) -> Self {
        self.plan.session_log = Some(folder.into());
        self
    }

    /// Sets the token that ends the run early. Hosts that have not started are cancelled; those that run end at their
    /// next wait.
    pub fn cancel(mut self, token: CancelToken) -> Self {
        self.plan.cancel = token;
        self
    }

    /// Has `watcher` called for each event, on the thread of the host that it is about.
    pub fn on_event(mut self, watcher: impl Fn(Event<'_>) + Send + Sync + 'static) -> Self {
        self.plan.watcher = Arc::new(watcher);
        self
    }

    /// Opens a session with one host, at its second address if nobody answers at the first, as a run does for each; for
    /// programs that hand out the work themselves.
    pub fn open(&self, host: &Host) -> Result<Session, HostError> {
        self.plan.open(host).map(|(session, _)| session)
    }

    /// Starts `job` for every host, in the order of the inventory, as many at a time as the executor has workers.
    pub fn run<T, J>(&self, job: J) -> Run<T>
    where
        T: Send + 'static,
        J: Fn(&mut Session, &Host) -> Result<T, HostError> + Send + Sync + 'static,
    {
        let job: Arc<Job<T>> = Arc::new(job);
        let start = |host: &Arc<Host>| {
            let (plan, job, on) = (self.plan.clone(), Arc::clone(&job), Arc::clone(host));
            (Arc::clone(host), self.executor.submit(move || plan.watched(&on, &*job)))
        };
        Run::new(self.hosts.iter().map(start).collect())
    }
}

type Job<T> = dyn Fn(&mut Session, &Host) -> Result<T, HostError> + Send + Sync;

impl Plan {
    fn watched<T>(&self, host: &Host, job: &Job<T>) -> Value<T> {
        let start = Instant::now();
        let mut served = None;
        (self.watcher)(Event::Started(host));
        let result = contained(|| self.perform(host, job, &mut served)).unwrap_or_else(|panic| {
            let source = TaskError::Panicked(panic);
            Err(HostError::Task { host: host.name().to_owned(), source })
        });
        let elapsed = start.elapsed();
        (self.watcher)(Event::Finished { host, error: result.as_ref().err(), elapsed });
        Value { result, elapsed, served }
    }

    fn perform<T>(&self, host: &Host, job: &Job<T>, served: &mut Option<Served>) -> Result<T, HostError> {
        let (mut session, at) = self.open(host)?;
        (self.watcher)(Event::Connected { host, served: served.insert(at) });
        let value = job(&mut session, host)?;
        session.close();
        Ok(value)
    }

    /// Opens a session at the host's address, or at its second one if nobody answers at the first.
    fn open(&self, host: &Host) -> Result<(Session, Served), HostError> {
        let limit = host.timeouts().host.unwrap_or(self.host_timeout);
        let cx = Cx::new(Deadline::after(limit, "host"), self.cancel.clone());
        let first = match self.open_at(host, &cx) {
            Ok(session) => return Ok((session, Served { address: address(host), out_of_band: false })),
            Err(error) => error,
        };
        let second = host.out_of_band().filter(|_| first.is_no_answer() && cx.interruption().is_none());
        let Some(second) = second else { return Err(first) };
        let session = self
            .open_at(&second, &cx)
            .map_err(|second| HostError::OutOfBand { first: Box::new(first), second: Box::new(second) })?;
        Ok((session, Served { address: address(&second), out_of_band: true }))
    }

    fn open_at(&self, host: &Host, cx: &Cx) -> Result<Session, HostError> {
        let name = || host.name().to_owned();
        if self.cancel.is_cancelled() {
            return Err(HostError::Cancelled { host: name() });
        }
        let target = host
            .target(&self.credentials)
            .map_err(|source| HostError::Credentials { host: name(), source })?;
        let connector = self.connectors.connector(host, &self.credentials)?;
        let mut builder = session_builder(host, &self.platforms)?
            .timeouts(timeouts_of(host, self.timeouts))
            .login_attempts(self.login_attempts);
        if self.persistent_steps {
            builder = builder.persistent_steps();
        }
        if let Some(folder) = &self.session_log {
            builder = builder.session_log(folder);
        }
        Ok(builder.open(&*connector, &target, cx)?)
    }
}

/// The host's own limits, and the run's where it has none.
fn timeouts_of(host: &Host, usual: Timeouts) -> Timeouts {
    let own = host.timeouts();
    Timeouts {
        authentication: own.authentication.unwrap_or(usual.authentication),
        silence: own.silence.unwrap_or(usual.silence),
        command: own.command.unwrap_or(usual.command),
    }
}

fn address(host: &Host) -> String {
    match host.port() {
        Some(port) if host.hostname().contains(':') => format!("[{}]:{port}", host.hostname()),
        Some(port) => format!("{}:{port}", host.hostname()),
        None => host.hostname().to_owned(),
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
