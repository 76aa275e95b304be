//! What is shown of one host: plain data, the same for every format.

use crate::advice::with_advice;
use crate::parser::{Parser, ntc_name_of};
use linecrew_core::fleet::{HostError, Outcome};
use linecrew_core::session::{Detection, Reply, Session};
use linecrew_core::textfsm::Table;
use serde::Serialize;

/// One host with all its replies; what `--format json` and `jsonl` print.
#[derive(Debug, Serialize)]
pub(crate) struct HostRecord {
    pub(crate) host: String,
    pub(crate) status: Status,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// Every command was taken, and every reply parsed that was to be.
    Ok,
    /// The host could not be reached, refused the login or a command, or gave a reply that cannot be parsed.
    Failed,
}

#[derive(Debug, Serialize)]
pub(crate) struct ReplyRecord {
    pub(crate) command: String,
    pub(crate) ok: bool,
    pub(crate) elapsed_ms: u64,
    pub(crate) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parsed: Option<Table>,
    /// What parsed it: the file of the template, or that it is built in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parser: Option<String>,
    /// How the device refused the command, or why its reply cannot be parsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
}

/// What the job of a host gives.
pub(crate) struct Done {
    replies: Vec<ReplyRecord>,
    detected: Option<Detection>,
}

/// Sends the commands to a host; the job of a run.
pub(crate) fn send(session: &mut Session, commands: &[String], parser: &Parser) -> Result<Done, HostError> {
    let platform = ntc_name_of(session.platform()).to_owned();
    let replies = session.send_commands(commands)?;
    let replies = replies.into_iter().map(|reply| ReplyRecord::new(reply, &platform, parser)).collect();
    Ok(Done { replies, detected: session.detection().cloned() })
}

/// What a host had replied before it failed.
fn replies_before(error: &HostError) -> Vec<ReplyRecord> {
    let HostError::Session(error) = error else { return Vec::new() };
    error.replies().iter().map(|reply| ReplyRecord::new(reply.clone(), "", &Parser::None)).collect()
}

impl HostRecord {
    pub(crate) fn new(outcome: Outcome<Done>) -> Self {
        let mut detected = None;
        let (phase, error, replies) = match outcome.result {
            Ok(Done { replies, detected: found }) => {
                detected = found;
                let failed = replies.iter().find_map(|reply| Some((&reply.command, reply.error.as_ref()?)));
                let name = outcome.host.name();
                let error = failed.map(|(command, what)| format!("{name}: command \"{command}\": {what}"));
                (error.is_some().then(|| "command".to_owned()), error, replies)
            }
            Err(error) => (Some(error.phase()), Some(with_advice(&error)), replies_before(&error)),
        };
        Self {
            host: outcome.host.name().to_owned(),
            status: if error.is_some() { Status::Failed } else { Status::Ok },
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
    fn new(reply: Reply, platform: &str, parser: &Parser) -> Self {
        let refused =
            reply.failure.as_ref().map(|failure| format!("refused by the device: {}", failure.line));
        let parsed = if refused.is_some() { Ok(None) } else { parse(&reply, platform, parser) };
        let (parsed, parser, fault) = match parsed {
            Ok(Some((table, parser))) => (Some(table), Some(parser), None),
            Ok(None) => (None, None, None),
            Err(fault) => (None, None, Some(fault)),
        };
        let error = refused.or(fault);
        let (ok, elapsed_ms) = (error.is_none(), millis(reply.elapsed));
        Self { command: reply.command, ok, elapsed_ms, text: reply.text, parsed, parser, error }
    }
}

/// The reply as a table, and what made it one.
fn parse(reply: &Reply, platform: &str, parser: &Parser) -> Result<Option<(Table, String)>, String> {
    let found = parser.find(platform, &reply.command).map_err(|error| error.to_string())?;
    let Some(parser) = found else { return Ok(None) };
    let table = parser.parse_text(&reply.text).map_err(|error| error.to_string())?;
    Ok(Some((table, parser.name().to_owned())))
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
