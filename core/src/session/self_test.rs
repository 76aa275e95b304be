//! Walks a platform's operations on a device, and tells what fits and what does not.

use super::config::CONFIGURATION;
use super::{ErrorKind, SendOptions, Session, SessionBuilder, SessionError};
use crate::cx::Cx;
use crate::platform::{Instruction, Platform, Response};
use crate::transport::{Connector, Target};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// What devices are asked for their version with; the first that the platform takes for a reading command counts.
const VERSIONS: [&str; 3] = ["show version", "display version", "uname -a"];

/// No device knows it, and behind `show` none looks it up as a host name.
const NONSENSE: &str = "linecrew-selftest";

/// A test of a platform on one device: the way a definition that was written from documents becomes one that is proven.
///
/// It only reads unless [writing is allowed](Self::allow_write); then it enters configuration too, where it sends one line
/// that no device knows, and changes nothing.
///
/// ```
/// use linecrew_core::cx::Cx;
/// use linecrew_core::platform::Platform;
/// use linecrew_core::session::{SelfTest, Session, SessionError};
/// use linecrew_core::transport::{Connector, Target};
///
/// fn try_out(connector: &dyn Connector, target: &Target, cx: &Cx) -> Result<(), SessionError> {
///     let builder = Session::builder(Platform::builtin("cisco_iosxe")?);
///     for check in SelfTest::new(builder).run(connector, target, cx) {
///         println!("{}: {:?}: {}", check.name, check.outcome, check.detail);
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is tested before `run`"]
pub struct SelfTest {
    builder: SessionBuilder,
    allow_write: bool,
}

/// What came of one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Check {
    /// The operation, in a word or two.
    pub name: String,
    /// Whether the device did as the platform says.
    pub outcome: CheckOutcome,
    /// What was seen, on one line.
    pub detail: String,
    /// How long it took.
    #[serde(with = "super::as_text::seconds")]
    pub elapsed: Duration,
}

/// Whether a device does as its platform says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// It does.
    Fits,
    /// It does not, or the operation ended in an error.
    DoesNotFit,
    /// Nobody knows: the operation was not tried.
    Skipped,
}

use CheckOutcome::{DoesNotFit, Fits, Skipped};

/// What an operation came to, before it is written down.
type Finding = (CheckOutcome, String);

impl SelfTest {
    /// A test with sessions of this builder.
    pub fn new(builder: SessionBuilder) -> Self {
        Self { builder, allow_write: false }
    }

    /// Enters configuration and other modes that are not for reading.
    pub fn allow_write(mut self) -> Self {
        self.allow_write = true;
        self
    }

    /// Walks through all operations. A session that an operation has ended is opened anew for the next.
    pub fn run(&self, connector: &dyn Connector, target: &Target, cx: &Cx) -> Vec<Check> {
        let mut walk = Walk { test: self, connector, target, cx, session: None, checks: Vec::new() };
        walk.check("login", |session| Ok((Fits, at(session))));
        let Some(platform) = walk.session.as_ref().map(|session| session.platform().clone()) else {
            return walk.checks;
        };
        walk.check("prompt", prompt);
        walk.check("version", version);
        walk.check("refusal", refusal);
        walk.check("batch", batch);
        for mode in platform.modes() {
            self.mode(&mut walk, &platform, mode);
        }
        walk.pager();
        walk.check_if(self.allow_write, "configuration", configuration);
        walk.close();
        walk.checks
    }

    fn mode(&self, walk: &mut Walk<'_>, platform: &Platform, mode: &str) {
        let name = format!("mode {mode}");
        if mode == platform.default_mode() {
            return;
        }
        if let Some(secret) = other_secret(platform, mode) {
            return walk.note(
                &name,
                (Skipped, format!("it needs the secret {secret}, which no option gives")),
                Duration::ZERO,
            );
        }
        let is_exec = ["exec", "privileged_exec", "user_exec", "enable"].contains(&mode);
        walk.check_if(is_exec || self.allow_write, &name, |session| there_and_back(session, mode));
    }
}

/// A test under way.
struct Walk<'a> {
    test: &'a SelfTest,
    connector: &'a dyn Connector,
    target: &'a Target,
    cx: &'a Cx,
    session: Option<Session>,
    checks: Vec<Check>,
}

impl Walk<'_> {
    fn check_if(
        &mut self,
        wanted: bool,
        name: &str,
        operation: impl FnOnce(&mut Session) -> Result<Finding, SessionError>,
    ) {
        if wanted {
            return self.check(name, operation);
        }
        self.note(name, (Skipped, "it is not for reading alone".to_owned()), Duration::ZERO);
    }

    /// Runs an operation on the session, which is opened where there is none.
    fn check(&mut self, name: &str, operation: impl FnOnce(&mut Session) -> Result<Finding, SessionError>) {
        let start = Instant::now();
        let finding = self.session().and_then(operation);
        let finding = finding.unwrap_or_else(|error| (DoesNotFit, error.to_string()));
        self.session.take_if(|session| session.broken);
        self.note(name, finding, start.elapsed());
    }

    fn session(&mut self) -> Result<&mut Session, SessionError> {
        if self.session.is_none() {
            let opened = self.test.builder.open(self.connector, self.target, self.cx)?;
            return Ok(self.session.insert(opened));
        }
        // It was looked at above.
        self.session.as_mut().ok_or_else(|| {
            SessionError::new(ErrorKind::Closed, super::Phase::Connect, &self.target.name, "no session")
        })
    }

    /// Opens a session that leaves paging on.
    fn pager(&mut self) {
        let start = Instant::now();
        let builder = self.test.builder.clone().skip_opening_steps();
        let opened = builder.open(self.connector, self.target, self.cx);
        let finding = opened.and_then(|mut session| {
            let paged = version_reply(&mut session)?;
            session.close();
            let plain = version_reply(self.session()?)?;
            Ok(same_lines(&paged.text, &plain.text))
        });
        self.note("pager", finding.unwrap_or_else(|error| (DoesNotFit, error.to_string())), start.elapsed());
    }

    fn close(&mut self) {
        if let Some(session) = self.session.take() {
            let start = Instant::now();
            session.close();
            self.note("close", (Fits, "said goodbye".to_owned()), start.elapsed());
        }
    }

    fn note(&mut self, name: &str, (outcome, detail): Finding, elapsed: Duration) {
        self.checks.push(Check { name: name.to_owned(), outcome, detail, elapsed });
    }
}

fn at(session: &Session) -> String {
    let mode = session.mode().unwrap_or("of no known name");
    format!("platform {}, mode {mode}, prompt {}", session.platform().name(), session.prompt())
}

fn prompt(session: &mut Session) -> Result<Finding, SessionError> {
    let before = (session.prompt().to_owned(), session.mode);
    let after = session.find_prompt()?.to_owned();
    let fits = (after.as_str(), session.mode) == (before.0.as_str(), before.1);
    Ok((if fits { Fits } else { DoesNotFit }, format!("an empty line brings {after}")))
}

/// What the platform's devices are asked for their version with.
fn version_command(platform: &Platform) -> &'static str {
    VERSIONS.into_iter().find(|command| platform.is_read(command)).unwrap_or(VERSIONS[0])
}

fn version_reply(session: &mut Session) -> Result<super::Reply, SessionError> {
    session.send_command(version_command(session.platform()))
}

fn version(session: &mut Session) -> Result<Finding, SessionError> {
    let reply = version_reply(session)?;
    if let Some(failure) = &reply.failure {
        return Ok((DoesNotFit, format!("{}: refused: {}", reply.command, failure.line)));
    }
    let stray = reply.text.lines().find(|line| {
        line.contains(&reply.prompt)
            || line.contains(&reply.command)
            || line.to_lowercase().contains("--more--")
    });
    Ok(match (stray, reply.text.lines().count()) {
        (Some(line), _) => {
            (DoesNotFit, format!("the reply to {} has a line too many: {line}", reply.command))
        }
        (None, 0) => (DoesNotFit, format!("the reply to {} is empty", reply.command)),
        (None, lines) => (Fits, format!("{}: {lines} lines", reply.command)),
    })
}

fn refusal(session: &mut Session) -> Result<Finding, SessionError> {
    let verb = version_command(session.platform()).split(' ').next().filter(|verb| *verb != "uname");
    let command = verb.map_or_else(|| NONSENSE.to_owned(), |verb| format!("{verb} {NONSENSE}"));
    let reply = session.send_command(&command)?;
    Ok(match reply.failure {
        Some(failure) => (Fits, format!("told by {}: {}", failure.indicator, failure.line)),
        None => (DoesNotFit, format!("no failure indicator fits: {}", one_line(&reply.text))),
    })
}

fn batch(session: &mut Session) -> Result<Finding, SessionError> {
    let command = version_command(session.platform());
    let alone = session.send_command_with(command, &SendOptions::default().pipelined(false))?;
    let replies = session.send_commands([command; 3])?;
    let same = replies.iter().all(|reply| reply.text.lines().count() == alone.text.lines().count());
    let together = session.platform().pipelines_reads && session.channel.echoes();
    let how = if together { "sent together" } else { "sent one by one" };
    let milliseconds = replies.elapsed().as_millis();
    Ok((if same { Fits } else { DoesNotFit }, format!("3 commands {how}, {milliseconds} ms")))
}

fn there_and_back(session: &mut Session, mode: &str) -> Result<Finding, SessionError> {
    session.enter_mode(mode)?;
    let there = session.prompt().to_owned();
    let home = session.platform().default_mode().to_owned();
    session.enter_mode(&home)?;
    Ok((Fits, format!("there {there}, back {}", session.prompt())))
}

fn configuration(session: &mut Session) -> Result<Finding, SessionError> {
    if session.platform().modes().all(|mode| mode != CONFIGURATION) {
        return Ok((Skipped, "the platform has none".to_owned()));
    }
    let replies = session.send_configs_with([NONSENSE], &SendOptions::default().stop_on_failed())?;
    let reply = replies.into_iter().next().unwrap_or_default();
    Ok(match reply.failure {
        Some(failure) => (Fits, format!("at {} a line is refused: {}", reply.prompt, failure.line)),
        None => (DoesNotFit, format!("no failure indicator fits: {}", one_line(&reply.text))),
    })
}

fn same_lines(paged: &str, plain: &str) -> Finding {
    let (paged, plain) = (paged.lines().count(), plain.lines().count());
    let outcome = if paged == plain { Fits } else { DoesNotFit };
    (outcome, format!("{paged} lines with paging left on, {plain} with it off"))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect()
}

/// The secret, other than that of `enable`, that the way to a mode needs.
fn other_secret(platform: &Platform, mode: &str) -> Option<String> {
    let modes = &platform.modes;
    let way = modes.way(modes.position(platform.default_mode())?, modes.position(mode)?)?;
    let mut steps = way.iter().flat_map(|hop| hop.instructions);
    steps.find_map(|step| match step {
        Instruction::SendPrompted { response: Response::Secret(name), .. } if name != "enable" => {
            Some(name.clone())
        }
        _ => None,
    })
}
