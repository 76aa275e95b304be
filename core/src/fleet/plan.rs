//! What a run does with each host, whichever it is.

use super::batches::Batches;
use super::connectors::Connectors;
use super::error::HostError;
use super::event::{Event, What};
use super::journal::Journal;
use super::limits::Limits;
use super::outcome::{Outcome, Served};
use super::retry::Retry;
use super::schedule::{Login, Needs};
use super::session_builder;
use super::skip::Skip;
use crate::cancel::CancelToken;
use crate::cx::Cx;
use crate::executor::excepthook::reported;
use crate::inventory::Host;
use crate::platform::Platforms;
use crate::session::{Session, Timeouts, Watch};
use crate::transport::{Credentials, Permit};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is done with each host.
pub(super) type Job<T> = dyn Fn(&mut Session, &Host) -> Result<T, HostError> + Send + Sync;

type Watcher = dyn Fn(&Event) + Send + Sync;

/// What the job of each host needs to know.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) connectors: Arc<dyn Connectors>,
    pub(super) credentials: Credentials,
    pub(super) timeouts: Timeouts,
    pub(super) login_attempts: u32,
    pub(super) longest_reply: Option<usize>,
    pub(super) host_timeout: Duration,
    pub(super) run_timeout: Option<Duration>,
    pub(super) session_log: Option<PathBuf>,
    pub(super) platforms: Platforms,
    pub(super) persistent_steps: bool,
    pub(super) read_only: bool,
    pub(super) limits: Limits,
    pub(super) retry: Retry,
    pub(super) batches: Option<Batches>,
    /// Ends the sessions.
    pub(super) cancel: CancelToken,
    /// Starts no more hosts, and ends the sessions after the grace.
    pub(super) stop: CancelToken,
    pub(super) grace: Duration,
    pub(super) journal: Option<Arc<Journal>>,
    pub(super) watchers: Vec<Arc<Watcher>>,
    pub(super) began: Instant,
}

/// How an attempt logs in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Way {
    /// Which of the host's credentials it takes.
    pub(super) login: usize,
    /// Without the enable secret.
    pub(super) unprivileged: bool,
}

/// Who follows the session of an attempt, and has a say in it.
#[derive(Default)]
pub(super) struct Followed {
    pub(super) watch: Option<Arc<dyn Watch>>,
    pub(super) permit: Permit,
}

impl Plan {
    pub(super) fn new(connectors: Arc<dyn Connectors>) -> Self {
        Self {
            connectors,
            credentials: Credentials::default(),
            timeouts: Timeouts::default(),
            login_attempts: 1,
            longest_reply: None,
            host_timeout: Duration::from_mins(15),
            run_timeout: None,
            session_log: None,
            platforms: Platforms::default(),
            persistent_steps: false,
            read_only: false,
            limits: Limits::default(),
            retry: Retry::default(),
            batches: None,
            cancel: CancelToken::new(),
            stop: CancelToken::new(),
            grace: Duration::from_secs(30),
            journal: None,
            watchers: Vec::new(),
            began: Instant::now(),
        }
    }

    /// What a host shares with others.
    pub(super) fn needs(&self, host: &Host) -> Needs {
        Needs {
            device: device(host),
            redundancy_group: host.redundancy_group().map(str::to_owned),
            groups: host
                .all_groups()
                .iter()
                .map(String::as_str)
                .chain(host.limits_group())
                .map(str::to_owned)
                .collect(),
            jump_hosts: self.connectors.jump_hosts(host, &self.credentials),
            logins: self.logins(host),
            realm: host.aaa_realm().map(str::to_owned),
            limits_logins: host.limits_logins(),
        }
    }

    /// What a host logs in with: its own credentials, or those of the run.
    fn logins(&self, host: &Host) -> Vec<Login> {
        let one_time = |host: &Host, name: &str| host.is_one_time(name).then(|| name.to_owned());
        let of_jumps = || host.jumps().iter().filter_map(|jump| one_time(jump, jump.credential()?));
        let login = |credential: String, own: Option<String>| {
            let mut one_time: Vec<String> = own.into_iter().chain(of_jumps()).collect();
            one_time.sort_unstable();
            one_time.dedup();
            Login { credential, one_time }
        };
        let own = host.credentials().map(|name| login(format!("credential {name}"), one_time(host, name)));
        let own: Vec<Login> = own.collect();
        if !own.is_empty() {
            return own;
        }
        let username = host.settings().username.as_deref().or(self.credentials.username.as_deref());
        let name = username.map_or("the login without a name".to_owned(), |name| format!("user {name}"));
        vec![login(name, None)]
    }

    pub(super) fn host_timeout(&self, host: &Host) -> Duration {
        host.timeouts().host.unwrap_or(self.host_timeout)
    }

    /// Tells everybody that an attempt begins.
    pub(super) fn begin(&self, host: &Arc<Host>, attempt: u32) -> Result<(), HostError> {
        if let Some(journal) = &self.journal {
            let skipped = |_| HostError::Skipped { host: host.name().to_owned(), why: Skip::Journal };
            journal.started(host.name(), attempt).map_err(skipped)?;
        }
        self.emit(host, What::Started { attempt });
        Ok(())
    }

    pub(super) fn about_to_write(&self, host: &Host) -> io::Result<()> {
        self.journal.as_ref().map_or(Ok(()), |journal| journal.write_sent(host.name()))
    }

    pub(super) fn record<T>(&self, outcome: &Outcome<T>, error: Option<&str>) -> io::Result<()> {
        self.journal.as_ref().map_or(Ok(()), |journal| journal.outcome(outcome, error))
    }

    /// Tells those who follow the run. What they do wrong is no fault of the host.
    pub(super) fn emit(&self, host: &Arc<Host>, what: What) {
        if self.watchers.is_empty() {
            return;
        }
        let event = Event { at: self.began.elapsed(), host: Arc::clone(host), what };
        for watcher in &self.watchers {
            reported(|| watcher(&event));
        }
    }

    /// Opens a session at the host's address, or at its second one if nobody answers at the first.
    pub(super) fn open(
        &self,
        host: &Host,
        cx: &Cx,
        way: Way,
        followed: &Followed,
    ) -> Result<(Session, Served), HostError> {
        let first = match self.open_at(host, cx, way, followed) {
            Ok(session) => return Ok((session, Served { address: address(host), out_of_band: false })),
            Err(error) => error,
        };
        let second = host.out_of_band().filter(|_| first.is_no_answer() && cx.interruption().is_none());
        let Some(second) = second else { return Err(first) };
        let session = self
            .open_at(&second, cx, way, followed)
            .map_err(|second| HostError::OutOfBand { first: Box::new(first), second: Box::new(second) })?;
        Ok((session, Served { address: address(&second), out_of_band: true }))
    }

    fn open_at(&self, host: &Host, cx: &Cx, way: Way, followed: &Followed) -> Result<Session, HostError> {
        let name = || host.name().to_owned();
        if self.cancel.is_cancelled() {
            return Err(HostError::Cancelled { host: name() });
        }
        let target = match host.credentials().nth(way.login) {
            Some(credential) => host.target_with(credential, &self.credentials),
            None => host.target(&self.credentials),
        };
        let target = target.map_err(|source| HostError::Credentials { host: name(), source })?;
        let target = target.permit(followed.permit.clone());
        let connector = self.connectors.connector(host, &self.credentials)?;
        let mut builder = session_builder(host, &self.platforms)?
            .timeouts(timeouts_of(host, self.timeouts))
            .login_attempts(self.login_attempts);
        if let Some(bytes) = self.longest_reply {
            builder = builder.longest_reply(bytes);
        }
        if self.persistent_steps {
            builder = builder.persistent_steps();
        }
        if self.read_only {
            builder = builder.read_only();
        }
        if way.unprivileged {
            builder = builder.unprivileged();
        }
        if let Some(folder) = &self.session_log {
            builder = builder.session_log(folder);
        }
        if let Some(watch) = &followed.watch {
            builder = builder.watch(Arc::clone(watch));
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

/// What tells devices apart, which have one session each: where they are reached.
fn device(host: &Host) -> String {
    let transport = host.transport();
    let usual = if transport == "telnet" { 23 } else { 22 };
    format!("{transport} {} {}", host.hostname(), host.port().unwrap_or(usual))
}

fn address(host: &Host) -> String {
    match host.port() {
        Some(port) if host.hostname().contains(':') => format!("[{}]:{port}", host.hostname()),
        Some(port) => format!("{}:{port}", host.hostname()),
        None => host.hostname().to_owned(),
    }
}
