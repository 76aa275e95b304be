//! What is shown of one host: plain data, the same for every format.

use crate::advice::with_advice;
use crate::parser::{Parser, Structure, asked_for, names_of};
pub(crate) use linecrew_core::fleet::Status;
use linecrew_core::fleet::{Cause, HostError, Outcome, Refusal};
use linecrew_core::inventory::Host;
use linecrew_core::native::{Data, NativeCommand, NativeError};
use linecrew_core::session::{Detection, Failure, FailureCause, Reply, Session, SessionError};
use serde::Serialize;

/// One host with all its replies; what `--format json` and `jsonl` print.
#[derive(Debug, Serialize)]
pub(crate) struct HostRecord {
    pub(crate) host: String,
    pub(crate) status: Status,
    /// Why it did not end well, in a word that many share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cause: Option<Cause>,
    /// How often it was tried.
    pub(crate) attempts: u32,
    pub(crate) elapsed_ms: u64,
    /// The address that served the host, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
    /// Whether that is its second, out-of-band address.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) out_of_band: bool,
    /// The platform, where it was to be found out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detected: Option<Detection>,
    /// In which phase the host failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phase: Option<String>,
    /// One line that says how the host, or a command, failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    pub(crate) replies: Vec<ReplyRecord>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ReplyRecord {
    pub(crate) command: String,
    pub(crate) ok: bool,
    pub(crate) elapsed_ms: u64,
    pub(crate) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parsed: Option<Data>,
    /// What parsed it: the file of the template, that it is built in, or what the device was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parser: Option<String>,
    /// How the device refused the command, or why its reply cannot be parsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// The words with which the device refused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<Failure>,
    /// What the device warned of in configuration, though it took the line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) warnings: Vec<String>,
}

/// What the job of a host gives.
pub(crate) struct Done {
    replies: Vec<ReplyRecord>,
    detected: Option<Detection>,
}

/// Sends the commands to a host; the job of a run.
pub(crate) fn send(
    session: &mut Session,
    host: &Host,
    commands: &[String],
    structure: &Structure,
) -> Result<Done, HostError> {
    let replies = if structure.native {
        send_native(session, host, commands, &structure.parser)?
    } else {
        send_plain(session, host, commands, &structure.parser)?
    };
    Ok(Done { replies, detected: session.detection().cloned() })
}

fn send_plain(
    session: &mut Session,
    host: &Host,
    commands: &[String],
    parser: &Parser,
) -> Result<Vec<ReplyRecord>, SessionError> {
    let replies = session.send_commands(commands)?;
    let platforms = names_of(asked_for(host), session.platform());
    Ok(replies.into_iter().map(|reply| ReplyRecord::new(reply, &platforms, parser)).collect())
}

/// Asks for JSON. What gives none is sent again as it is, if there is a parser for it.
fn send_native(
    session: &mut Session,
    host: &Host,
    commands: &[String],
    parser: &Parser,
) -> Result<Vec<ReplyRecord>, SessionError> {
    let platform = session.platform();
    let asked: Vec<_> = commands.iter().map(|command| NativeCommand::new(platform, command)).collect();
    let sent: Vec<&str> = asked.iter().flatten().map(NativeCommand::sent).collect();
    let mut replies = session.send_commands(&sent)?.into_iter();
    let mut records = Vec::with_capacity(commands.len());
    for (command, asked) in commands.iter().zip(asked) {
        let record = match asked {
            Ok(asked) => replies.next().map(|reply| ReplyRecord::native(reply, &asked)),
            Err(error) => Some(ReplyRecord::unasked(command, &error)),
        };
        match record {
            Some(record) if record.error.is_none() || matches!(parser, Parser::None) => records.push(record),
            _ => records.extend(send_plain(session, host, std::slice::from_ref(command), parser)?),
        }
    }
    Ok(records)
}

/// Why a host failed though it took part to the end: it refused a command, or a reply cannot be parsed.
pub(crate) fn refused(done: &Done) -> Option<Refusal> {
    let (reply, what) = done.replies.iter().find_map(|reply| Some((reply, reply.error.as_ref()?)))?;
    let cause = match &reply.failure {
        Some(failure) if failure.cause == FailureCause::Unauthorized => Cause::Unauthorized,
        _ => Cause::CommandFailed,
    };
    Some(Refusal { cause, why: format!("command \"{}\": {what}", reply.command) })
}

/// What a host had replied before it failed.
fn replies_before(error: &HostError) -> Vec<ReplyRecord> {
    let HostError::Session(error) = error else { return Vec::new() };
    error.replies().iter().map(|reply| ReplyRecord::new(reply.clone(), &[], &Parser::None)).collect()
}

impl HostRecord {
    pub(crate) fn new(outcome: Outcome<Done>) -> Self {
        let mut detected = None;
        let (phase, error, replies) = match outcome.result {
            Ok(done) => {
                let error = refused(&done).map(|it| format!("{}: {}", outcome.host.name(), it.why));
                detected = done.detected;
                (error.is_some().then(|| "command".to_owned()), error, done.replies)
            }
            Err(error) => (Some(error.phase()), Some(with_advice(&error)), replies_before(&error)),
        };
        Self {
            host: outcome.host.name().to_owned(),
            status: outcome.status,
            cause: outcome.cause,
            attempts: outcome.attempts,
            elapsed_ms: millis(outcome.elapsed),
            out_of_band: outcome.served.as_ref().is_some_and(|served| served.out_of_band),
            address: outcome.served.map(|served| served.address),
            detected,
            phase,
            error,
            replies,
        }
    }
}

impl ReplyRecord {
    fn new(reply: Reply, platforms: &[&str], parser: &Parser) -> Self {
        let parsed = match refusal(&reply) {
            Some(refused) => Err(refused),
            None => parse(&reply, platforms, parser),
        };
        Self::with(reply, parsed)
    }

    /// The answer to a command that asked for JSON.
    fn native(reply: Reply, command: &NativeCommand) -> Self {
        let parsed = match refusal(&reply) {
            Some(refused) => Err(refused),
            None => command.check(&reply.text).map_err(|error| error.to_string()),
        };
        Self::with(reply, parsed.map(|value| Some((Data::Json(value), command.parser()))))
    }

    /// A command that could not be asked for JSON.
    fn unasked(command: &str, error: &NativeError) -> Self {
        let mut reply = Reply::default();
        command.clone_into(&mut reply.command);
        Self::with(reply, Err(error.to_string()))
    }

    /// A reply with its data and what made it so, or why there is none.
    fn with(reply: Reply, parsed: Result<Option<(Data, String)>, String>) -> Self {
        let (parsed, parser, error) = match parsed {
            Ok(Some((data, parser))) => (Some(data), Some(parser), None),
            Ok(None) => (None, None, None),
            Err(error) => (None, None, Some(error)),
        };
        let (ok, elapsed_ms) = (error.is_none(), millis(reply.elapsed));
        let Reply { command, text, failure, warnings, .. } = reply;
        Self { command, ok, elapsed_ms, text, parsed, parser, error, failure, warnings }
    }
}

fn refusal(reply: &Reply) -> Option<String> {
    let failure = reply.failure.as_ref()?;
    let why = match failure.cause {
        FailureCause::Unauthorized => "the user may not give it",
        _ => "refused by the device",
    };
    Some(format!("{why}: {}", failure.line))
}

/// The reply as a table, and what made it one.
fn parse(reply: &Reply, platforms: &[&str], parser: &Parser) -> Result<Option<(Data, String)>, String> {
    let found = parser.find(platforms, &reply.command).map_err(|error| error.to_string())?;
    let Some(parser) = found else { return Ok(None) };
    let table = parser.parse_text(&reply.text).map_err(|error| error.to_string())?;
    Ok(Some((Data::Table(table), parser.name().to_owned())))
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
