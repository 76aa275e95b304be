//! Structure that devices give by themselves: JSON, where a platform says how to ask for it.
//!
//! A [`NativeCommand`] is what is sent in place of a command, `show version | json` for `show version`, and
//! checks what comes back: JSON that is whole, is not broken by the width of a terminal, and is not the device's
//! word for an error. [`Session::send_native`] does both. A platform's definition says how it is asked
//! ([`Platform::json_suffix`]); among the embedded ones `cisco_nxos`, `arista_eos`, `juniper_junos` and `frr` do.
//!
//! XML is not asked for: the platforms here that answer in it on their command line, NX-OS and Junos (from 14.1 on), answer in
//! JSON too, with the same content, and one form of data is enough for who reads it.
//!
//! Nothing falls back to TextFSM by itself; [`Session::send_structured`] is for those who want that. A [`Structured`]
//! names its parser either way.
//!
//! ```
//! use linecrew_core::native::NativeCommand;
//! use linecrew_core::platform::Platform;
//!
//! let command = NativeCommand::new(&*Platform::builtin("arista_eos")?, "show version")?;
//! assert_eq!(command.sent(), "show version | json");
//! assert_eq!(command.check(r#"{"version": "4.28.3M"}"#)?["version"], "4.28.3M");
//! assert_eq!(command.parser(), "native: show version | json");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::platform::Platform;
use crate::seen::Seen;
use crate::session::{Session, SessionError};
use crate::textfsm::{LookupError, ParseError, Table, Templates};
use serde::Serialize;
use serde_json::Value;

/// A command in the form in which the device answers it in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeCommand {
    sent: String,
}

/// A reply as data, and what made it so.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Structured {
    /// `native: ` and the command that was sent, or the template.
    pub parser: String,
    /// The data.
    pub data: Data,
}

/// What a reply holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Data {
    /// The device's own JSON.
    Json(Value),
    /// What TextFSM made of its text.
    Table(Table),
}

/// Why there is no structure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NativeError {
    /// The platform's definition does not say how to ask for JSON.
    #[error("{platform} is not known to answer in JSON; parse its text instead")]
    Unable {
        /// The platform.
        platform: String,
    },
    /// The command has a filter, which JSON does not go through.
    #[error("\"{command}\" has a filter: the answer would be no JSON; ask without it")]
    Filtered {
        /// The command.
        command: String,
    },
    /// The device refused the command.
    #[error("refused by the device: {line}")]
    Refused {
        /// Its words.
        line: String,
    },
    /// What came is no JSON.
    #[error("\"{command}\" was not answered in JSON ({reason}): {seen}")]
    NotJson {
        /// The command as it was sent.
        command: String,
        /// What is wrong with it, and where.
        reason: String,
        /// Its first line.
        seen: Seen,
    },
    /// The JSON is the device's word for an error.
    #[error("\"{command}\" was answered by an error: {message}")]
    DeviceError {
        /// The command as it was sent.
        command: String,
        /// What it says.
        message: String,
    },
    /// The session failed.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// There is no template to fall back to.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The template does not know the text.
    #[error(transparent)]
    Parse(#[from] ParseError),
}

impl NativeCommand {
    /// The form of `command` for a platform. A command that is in this form already stays as it is.
    pub fn new(platform: &Platform, command: &str) -> Result<Self, NativeError> {
        let unable = || NativeError::Unable { platform: platform.name().to_owned() };
        let suffix = platform.json_suffix().ok_or_else(unable)?;
        let spaced = command.replace('|', " | ");
        let command = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
        let bare = command.strip_suffix(suffix.trim()).filter(|bare| bare.ends_with(' '));
        let bare = bare.unwrap_or(&command).trim_end();
        if bare.contains('|') {
            return Err(NativeError::Filtered { command });
        }
        Ok(Self { sent: format!("{bare}{suffix}") })
    }

    /// What is sent.
    pub fn sent(&self) -> &str {
        &self.sent
    }

    /// The name of the parser of a [`Structured`].
    pub fn parser(&self) -> String {
        format!("native: {}", self.sent)
    }

    /// The JSON of a reply's text, if it is JSON from its first character to its last.
    pub fn check(&self, text: &str) -> Result<Value, NativeError> {
        let text = without_status(text.trim());
        let value = serde_json::from_str(text).map_err(|error| NativeError::NotJson {
            command: self.sent.clone(),
            reason: reason(text, &error),
            seen: Seen::tail(text.lines().next().unwrap_or_default().as_bytes()),
        })?;
        match error_of(&value) {
            Some(message) => Err(NativeError::DeviceError { command: self.sent.clone(), message }),
            None => Ok(value),
        }
    }
}

impl Session {
    /// Sends a command in the form in which the device answers in JSON, and checks the answer.
    pub fn send_native(&mut self, command: &str) -> Result<Structured, NativeError> {
        let command = NativeCommand::new(self.platform(), command)?;
        let reply = self.send_command(command.sent())?;
        if let Some(failure) = &reply.failure {
            return Err(NativeError::Refused { line: failure.line.clone() });
        }
        Ok(Structured { data: Data::Json(command.check(&reply.text)?), parser: command.parser() })
    }

    /// As [`send_native`](Self::send_native); where the device gives no JSON, the command is sent as it is, and its text
    /// parsed by the template for it.
    pub fn send_structured(
        &mut self,
        command: &str,
        templates: &Templates,
    ) -> Result<Structured, NativeError> {
        match self.send_native(command) {
            Err(error) if !matches!(error, NativeError::Session(_)) => {}
            done => return done,
        }
        let parser = templates.find_as(&self.platform().template_names(), command)?;
        let reply = self.send_command(command)?;
        if let Some(failure) = &reply.failure {
            return Err(NativeError::Refused { line: failure.line.clone() });
        }
        Ok(Structured {
            parser: parser.name().to_owned(),
            data: Data::Table(parser.parse_text(&reply.text)?),
        })
    }
}

/// Without the line `{master:0}` by which Junos tells which of several routing engines has spoken.
fn without_status(text: &str) -> &str {
    let (rest, last) = text.rsplit_once('\n').unwrap_or(("", text));
    let role = last.trim().strip_prefix('{').and_then(|last| last.strip_suffix('}'));
    let is_role = role.is_some_and(|role| {
        role.starts_with(|c: char| c.is_ascii_lowercase())
            && role.chars().all(|c| c.is_ascii_alphanumeric() || c == ':')
    });
    if is_role { rest.trim_end() } else { text }
}

fn reason(text: &str, error: &serde_json::Error) -> String {
    // JSON has no line ends within its texts.
    let wrapped = error.to_string().starts_with("control character");
    match () {
        () if text.is_empty() => "it is empty".to_owned(),
        () if wrapped => "a text goes over the end of a line: is the terminal too narrow?".to_owned(),
        () if error.is_eof() => "it ends in the middle".to_owned(),
        () => error.to_string(),
    }
}

/// An object that holds nothing but `errors`, as EOS has it for what it cannot convert.
fn error_of(value: &Value) -> Option<String> {
    let (name, value) = value.as_object().filter(|object| object.len() == 1)?.iter().next()?;
    let texts = |value: &Value| match value {
        Value::Array(items) => {
            items.iter().map(|item| item.as_str().unwrap_or_default()).collect::<Vec<_>>().join("; ")
        }
        other => other.as_str().unwrap_or_default().to_owned(),
    };
    matches!(name.as_str(), "errors" | "error").then(|| texts(value)).filter(|message| !message.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(platform: &str, command: &str) -> Result<String, String> {
        let command = NativeCommand::new(&Platform::builtin(platform).unwrap(), command);
        command.map(|command| command.sent().to_owned()).map_err(|error| error.to_string())
    }

    fn check(text: &str) -> Result<Value, String> {
        let command = NativeCommand::new(&Platform::builtin("cisco_nxos").unwrap(), "show version").unwrap();
        command.check(text).map_err(|error| error.to_string())
    }

    #[test]
    fn each_platform_is_asked_in_its_own_way() {
        assert_eq!(sent("cisco_nxos", "show version"), Ok("show version | json".to_owned()));
        assert_eq!(sent("arista_eos", " show version "), Ok("show version | json".to_owned()));
        assert_eq!(sent("juniper_junos", "show version"), Ok("show version | display json".to_owned()));
        assert_eq!(sent("frr", "show ip route"), Ok("show ip route json".to_owned()));
        let unable = "cisco_iosxe is not known to answer in JSON; parse its text instead";
        assert_eq!(sent("cisco_iosxe", "show version"), Err(unable.to_owned()));
    }

    #[test]
    fn a_command_that_asks_already_stays_and_one_with_a_filter_is_refused() {
        assert_eq!(sent("cisco_nxos", "show version | json"), Ok("show version | json".to_owned()));
        assert_eq!(sent("cisco_nxos", "show version |json"), Ok("show version | json".to_owned()));
        assert_eq!(sent("frr", "show ip route json"), Ok("show ip route json".to_owned()));
        let filtered =
            "\"show version | include x\" has a filter: the answer would be no JSON; ask without it";
        assert_eq!(sent("arista_eos", "show version | include x"), Err(filtered.to_owned()));
    }

    #[test]
    fn only_whole_json_passes() {
        assert_eq!(check("\n {\"a\": [1, \"x\"]}\n"), Ok(serde_json::json!({"a": [1, "x"]})));
        assert_eq!(check("{\n  \"a\": 1\n}\n\n{master:0}\n"), Ok(serde_json::json!({"a": 1})));
        for (text, reason) in [
            ("", "it is empty"),
            ("Syntax error while parsing 'show version | json'", "expected value at line 1 column 1"),
            ("{\"a\": \"one\ntwo\"}", "a text goes over the end of a line: is the terminal too narrow?"),
            ("{\"a\": ", "it ends in the middle"),
            ("{\"a\": 1} more", "trailing characters at line 1 column 10"),
        ] {
            let error = check(text).unwrap_err();
            assert!(
                error.starts_with(&format!("\"show version | json\" was not answered in JSON ({reason}): ")),
                "{error}"
            );
        }
    }

    #[test]
    fn a_device_s_word_for_an_error_is_no_answer() {
        let error = "\"show version | json\" was answered by an error: This is an unconverted command";
        assert_eq!(check("{\"errors\": [\"This is an unconverted command\"]}"), Err(error.to_owned()));
        assert!(check("{\"errors\": []}").is_ok() && check("{\"errors\": [\"x\"], \"rows\": 1}").is_ok());
    }
}
