//! What a device said to a command.

#[cfg(feature = "textfsm")]
use crate::textfsm::{ParseError, Table, Template};
use std::time::Duration;

/// What a device said to one command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// The command as it was sent.
    pub command: String,
    /// What the device said, without echo, prompt, pager and terminal escapes; lines are joined by `\n`, without one
    /// at the end. Bytes outside of UTF-8 became U+FFFD.
    pub text: String,
    /// The bytes as they came, echo and prompt included.
    pub raw: Vec<u8>,
    /// The prompt after it, without white space at its end.
    pub prompt: String,
    /// The mode that the prompt belongs to.
    pub mode: Option<String>,
    /// The time from the sending of the command to the end of the reply.
    pub elapsed: Duration,
    /// How the device refused the command, if it did.
    pub failure: Option<Failure>,
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

/// The words with which a device refused a command.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The platform's indicator.
    pub indicator: String,
    /// The line that begins with it, without white space around.
    pub line: String,
}

impl Failure {
    /// The first line of `text` that begins with an indicator, white space aside. In the middle of a line the words are
    /// a quotation, as in a log.
    pub(super) fn find(indicators: &[String], text: &str) -> Option<Self> {
        text.lines().map(str::trim).find_map(|line| {
            let indicator = indicators.iter().find(|indicator| line.starts_with(indicator.trim_start()))?;
            Some(Self { indicator: indicator.clone(), line: line.to_owned() })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str) -> Option<Failure> {
        Failure::find(&["% Invalid input detected".to_owned()], text)
    }

    #[test]
    fn a_refusal_begins_its_line() {
        let failure = find("show foo\n     ^\n% Invalid input detected at '^' marker.\n").unwrap();
        assert_eq!(failure.indicator, "% Invalid input detected");
        assert_eq!(failure.line, "% Invalid input detected at '^' marker.");
    }

    #[test]
    fn a_log_that_quotes_a_refusal_is_none() {
        assert_eq!(find("*Mar 1: %PARSER-5: said % Invalid input detected"), None);
    }
}
