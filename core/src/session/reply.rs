//! What a device said to a command.

use super::failure::Failure;
#[cfg(feature = "textfsm")]
use crate::textfsm::{ParseError, Table, Template};
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

/// What a device said to one command.
///
/// As JSON, [`raw`](Self::raw) is Base64, [`start`](Self::start) is RFC 3339 in UTC to the millisecond, and [`elapsed`](Self::elapsed)
/// is in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reply {
    /// The command as it was sent.
    pub command: String,
    /// What the device said, without echo, prompt, pager and terminal escapes; lines are joined by `\n`, without one
    /// at the end. Bytes outside of UTF-8 became U+FFFD.
    pub text: String,
    /// The bytes as they came, echo and prompt included.
    #[serde(with = "super::as_text::base64")]
    pub raw: Vec<u8>,
    /// The prompt after it, without white space at its end.
    pub prompt: String,
    /// The mode that the prompt belongs to.
    pub mode: Option<String>,
    /// When the command was sent.
    #[serde(with = "super::as_text::rfc3339")]
    pub start: SystemTime,
    /// The time from the sending of the command to the end of the reply. Commands that were sent together count from the
    /// same moment.
    #[serde(with = "super::as_text::seconds")]
    pub elapsed: Duration,
    /// How the device refused the command, if it did.
    pub failure: Option<Failure>,
    /// What the device says to a line of configuration in lines that begin with `%` and are no known refusal: not a failure,
    /// and not to be overlooked.
    pub warnings: Vec<String>,
}

impl Reply {
    /// Whether the device took the command.
    pub fn ok(&self) -> bool {
        self.failure.is_none()
    }

    /// The text as a table.
    #[cfg(feature = "textfsm")]
    pub fn parse_textfsm(&self, template: &Template) -> Result<Table, ParseError> {
        template.parse_text(&self.text)
    }
}

impl Default for Reply {
    fn default() -> Self {
        Self {
            command: String::new(),
            text: String::new(),
            raw: Vec::new(),
            prompt: String::new(),
            mode: None,
            start: SystemTime::UNIX_EPOCH,
            elapsed: Duration::ZERO,
            failure: None,
            warnings: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_survives_json() {
        let reply = Reply {
            command: "show x".to_owned(),
            raw: b"show x\r\n\xff\r\nR1#".to_vec(),
            start: SystemTime::UNIX_EPOCH + Duration::from_millis(1_780_000_000_250),
            elapsed: Duration::from_millis(1500),
            ..Reply::default()
        };
        let json = serde_json::to_value(&reply).unwrap();
        assert_eq!(json["raw"], "c2hvdyB4DQr/DQpSMSM=");
        assert_eq!(json["start"], "2026-05-28T20:26:40.250Z");
        assert_eq!(json["elapsed"], 1.5);
        assert_eq!(serde_json::from_value::<Reply>(json).unwrap(), reply);
    }
}
