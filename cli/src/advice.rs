//! What to type against an error: the library that found it knows no options.

use linecrew_core::fleet::HostError;
use linecrew_core::session::ErrorKind;
use linecrew_core::transport::{ErrorKind as TransportErrorKind, TransportError};

/// The limits that an option sets, as errors name them.
const LIMITS: [&str; 7] = ["connect", "handshake", "authentication", "silence", "command", "host", "run"];
const GIVE: &str =
    "type it with --ask-pass, or set LINECREW_PASSWORD and LINECREW_ENABLE_SECRET; --username says who";

const PLATFORM: &str = "--platform says it for all that name none; --platform auto finds it out";

const SCAN: &str = "`linecrew hostkeys scan` shows the keys of many hosts, `accept` notes them";

/// The error on one line, with what to type, if that helps.
pub(crate) fn with_advice(error: &HostError) -> String {
    advice(error).map_or_else(|| error.to_string(), |advice| format!("{error}; {advice}"))
}

fn advice(error: &HostError) -> Option<String> {
    let error = match error {
        HostError::Session(error) => error,
        HostError::OutOfBand { second, .. } => return advice(second),
        HostError::NoPlatform { .. } => return Some(PLATFORM.to_owned()),
        _ => return None,
    };
    let what = error.transport().map(TransportError::what);
    match error.kind() {
        ErrorKind::MissingCredential => Some(GIVE.to_owned()),
        ErrorKind::TimedOut => raise(what?),
        _ if error.transport().is_some_and(is_unknown) => Some(SCAN.to_owned()),
        _ => None,
    }
}

/// Whether a server's host key is not known yet.
fn is_unknown(error: &TransportError) -> bool {
    error.kind() == TransportErrorKind::HostKey && error.what().contains(" is unknown")
}

fn raise(what: &str) -> Option<String> {
    let limit = what.strip_prefix("timed out (")?.strip_suffix(" limit)")?;
    LIMITS.contains(&limit).then(|| format!("raise it with --{limit}-timeout"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Args;
    use clap::CommandFactory;

    #[test]
    fn each_limit_is_an_option() {
        let mut command = Args::command();
        command.build();
        let run = command.find_subcommand("run").unwrap();
        for limit in LIMITS {
            let option = format!("{limit}-timeout");
            assert!(run.get_arguments().any(|arg| arg.get_long() == Some(&option)), "{option}");
            let expected = format!("raise it with --{option}");
            assert_eq!(raise(&format!("timed out ({limit} limit)")), Some(expected));
        }
        assert_eq!(raise("timed out (close limit)"), None);
    }
}
