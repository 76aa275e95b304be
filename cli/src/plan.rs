//! What the arguments of `run` mean: which hosts, with what credentials and limits, and how replies are parsed.

use crate::args::{ConnectArgs, Format, LimitArgs, RunArgs};
use crate::columns;
use crate::exit::Usage;
use crate::fleet_args::JournalArgs;
use crate::guard;
use crate::interrupt::Interrupt;
use crate::limit::only;
use crate::open_files;
use crate::parser::{Parser, Structure};
use crate::password;
use crate::platforms;
use linecrew_core::executor::Executor;
use linecrew_core::fleet::{Batches, Fleet, Journal, Limits, Record, Retry};
use linecrew_core::inventory::Inventory;
use linecrew_core::platform::Platforms;
use linecrew_core::session::Timeouts;
use linecrew_core::transport::Credentials;
use linecrew_transports::StandardConnectors;
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
#[cfg(feature = "lab")]
use {
    linecrew_core::fleet::{Connectors, HostError},
    linecrew_core::inventory::Host,
    linecrew_core::transport::Connector,
    linecrew_testkit::RecordingConnector,
};

/// How a run goes about its hosts.
#[derive(Default)]
pub(crate) struct Course {
    pub(crate) allow_write: bool,
    pub(crate) limits: Limits,
    pub(crate) retry: Retry,
    pub(crate) batches: Option<Batches>,
    pub(crate) run_timeout: Option<Duration>,
    pub(crate) grace: Duration,
    pub(crate) journal: Option<Arc<Journal>>,
    /// How many hosts an earlier part of the run left in a state that nobody knows, and this one leaves alone.
    pub(crate) left_unknown: usize,
}

/// A run, ready to start.
pub(crate) struct Plan {
    pub(crate) inventory: Inventory,
    pub(crate) commands: Vec<String>,
    pub(crate) structure: Structure,
    pub(crate) credentials: Credentials,
    pub(crate) limits: LimitArgs,
    pub(crate) login_attempts: u32,
    pub(crate) workers: usize,
    pub(crate) course: Course,
    pub(crate) platforms: Platforms,
    pub(crate) persistent_steps: bool,
    /// Where sessions are recorded.
    #[cfg(feature = "lab")]
    pub(crate) record: Option<PathBuf>,
    /// Where sessions are written down.
    pub(crate) session_log: Option<PathBuf>,
}

impl Plan {
    /// Reads what the arguments name; nothing is connected yet.
    pub(crate) fn new(args: &RunArgs) -> Result<Self, Usage> {
        let loader = password::loader(args.login.prompt_timeout);
        let fleet = &args.fleet;
        let which = &args.hosts.which;
        let all = which.all(loader, &args.hosts.defaults.entry())?;
        fleet.pace.tell_unknown_groups(&all);
        let mut inventory = which.limited(all)?;
        let mut commands = args.commands.clone();
        let mut allow_write = fleet.allow_write;
        let resumed = fleet.journal.resume.as_deref().map(JournalArgs::go_on).transpose()?;
        let mut left_unknown = 0;
        if let Some((_, record)) = &resumed {
            left_unknown = record.left(true).count() - record.left(fleet.journal.rerun_unknown).count();
            inventory = rest(&inventory, record, fleet.journal.rerun_unknown)?;
            commands = record.commands().to_vec();
            allow_write |= record.writes();
        }
        let parser = Parser::new(&args.output.parser, args.output.parse)?;
        let platforms = platforms::known(args.hosts.defaults.platforms.as_deref())?;
        columns::check(&args.output.columns, &parser, &inventory, &platforms, &commands)?;
        if !allow_write {
            guard::check(&commands, &inventory, &platforms)?;
        }
        for host in inventory.hosts() {
            // What goes wrong is known from now on, and told by each host that needs it.
            let _ = host.read_secrets();
        }
        let credentials = password::credentials(&args.login, &inventory)?;
        let journal = match resumed {
            Some((journal, _)) => journal,
            None => fleet.journal.begin(&commands, allow_write, &inventory)?,
        };
        Ok(Self {
            inventory,
            commands,
            structure: Structure { parser, native: args.output.format == Format::Native },
            credentials,
            limits: args.limits,
            login_attempts: args.login.login_attempts,
            workers: args.workers,
            course: Course {
                allow_write,
                limits: fleet.pace.limits(open_files::sessions()),
                retry: fleet.pace.retry(),
                batches: fleet.batches.batches(),
                run_timeout: fleet.pace.run_timeout,
                grace: fleet.pace.grace,
                journal: Some(Arc::new(journal)),
                left_unknown,
            },
            platforms,
            persistent_steps: args.hosts.persistent_steps,
            #[cfg(feature = "lab")]
            record: None,
            session_log: args.session_log.clone(),
        })
    }

    /// Reads the templates for the replies, which the first of them would wait for otherwise.
    pub(crate) fn read_templates(&self) {
        if !self.structure.native {
            self.structure.parser.find_all(&self.inventory, &self.platforms, &self.commands);
        }
    }

    /// The fleet and the executor that it runs on.
    pub(crate) fn fleet(&self, interrupt: &Interrupt) -> Result<(Executor, Fleet), Usage> {
        let limits = self.limits;
        // A worker more than hosts would never start.
        let workers = self.workers.min(self.inventory.len().max(1));
        let executor = Executor::builder().max_workers(workers).thread_name_prefix("linecrew");
        let executor = executor.build().map_err(Usage::new)?;
        let connectors = limits.connectors();
        #[cfg(feature = "lab")]
        let connectors = Recorded { connectors, folder: self.record.clone() };
        let fleet = Fleet::new(&executor, &self.inventory, connectors)
            .credentials(self.credentials.clone())
            .timeouts(limits.timeouts())
            .login_attempts(self.login_attempts)
            .platforms(self.platforms.clone())
            .host_timeout(limits.host_timeout);
        let fleet = self.course.on(fleet, interrupt);
        let fleet = if self.persistent_steps { fleet.persistent_steps() } else { fleet };
        let fleet = match &self.session_log {
            Some(folder) => fleet.session_log(folder),
            None => fleet,
        };
        Ok((executor, fleet))
    }
}

impl Course {
    /// The fleet as it is to go about its hosts.
    fn on(&self, fleet: Fleet, interrupt: &Interrupt) -> Fleet {
        let fleet = fleet
            .limits(self.limits.clone())
            .retry(self.retry.clone())
            .cancel(interrupt.cancel.clone())
            .stop(interrupt.stop.clone(), self.grace);
        let fleet = if self.allow_write { fleet } else { fleet.read_only() };
        let fleet = self.batches.iter().cloned().fold(fleet, Fleet::batches);
        let fleet = self.run_timeout.into_iter().fold(fleet, Fleet::run_timeout);
        self.journal.iter().cloned().fold(fleet, Fleet::journal)
    }
}

/// The hosts that a journal has left to do. Those that the inventory does not have any more are told.
fn rest(inventory: &Inventory, record: &Record, unknown: bool) -> Result<Inventory, Usage> {
    let left: HashSet<&str> = record.left(unknown).collect();
    match record.left(unknown).find(|host| inventory.host(host).is_none()) {
        Some(host) => {
            Err(Usage::new(format!("--resume: the inventory has no host {host}, which is left to do")))
        }
        None => Ok(only(inventory, |name| left.contains(name))),
    }
}

impl ConnectArgs {
    /// The usual connectors within these limits.
    pub(crate) fn connectors(&self) -> StandardConnectors {
        let connectors = StandardConnectors::default().handshake(self.handshake_timeout).usual_ssh_config();
        self.connect_timeout.into_iter().fold(connectors, StandardConnectors::connect)
    }
}

impl LimitArgs {
    /// The usual connectors within these limits.
    pub(crate) fn connectors(&self) -> StandardConnectors {
        self.connect.connectors().authentication(self.authentication_timeout)
    }

    /// The limits of a session.
    pub(crate) fn timeouts(&self) -> Timeouts {
        Timeouts::default()
            .authentication(self.authentication_timeout)
            .silence(self.silence_timeout)
            .command(self.command_timeout)
    }
}

/// The connectors, which record what they open where there is a folder for it.
#[cfg(feature = "lab")]
struct Recorded {
    connectors: StandardConnectors,
    folder: Option<PathBuf>,
}

#[cfg(feature = "lab")]
impl Connectors for Recorded {
    fn connector(&self, host: &Host, fallback: &Credentials) -> Result<Arc<dyn Connector>, HostError> {
        let connector = self.connectors.connector(host, fallback)?;
        Ok(match &self.folder {
            Some(folder) => Arc::new(RecordingConnector::new(connector, folder)),
            None => connector,
        })
    }
}
