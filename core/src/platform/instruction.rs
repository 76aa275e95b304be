//! One thing to do on a device's command line, checked and with its patterns compiled.

use super::definition::{InstructionDefinition, Origin, exact_or_pattern};
use super::error::PlatformError;
use super::pattern::Pattern;

/// How a definition names a secret in place of a response.
const LOOKUP: &str = "__lookup::";

#[derive(Clone, Debug)]
pub(crate) enum Instruction {
    /// Sends a line and waits for the prompt.
    SendInput { input: String },
    /// Sends a line, and a response if the device asks for one.
    SendPrompted { input: String, prompt: Pattern, response: Response },
    /// Walks to a mode.
    EnterMode { mode: String },
    /// Sends bytes and waits for nothing.
    Write { bytes: Vec<u8> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Response {
    Text(String),
    /// The name of a secret.
    Secret(String),
}

impl Instruction {
    pub(super) fn compile_all(
        definitions: Vec<InstructionDefinition>,
        origin: Origin<'_>,
    ) -> Result<Vec<Self>, PlatformError> {
        definitions.into_iter().map(|definition| Self::compile(definition, origin)).collect()
    }

    /// Compiles what it looks for now, if it is not.
    pub(super) fn warm(&self) {
        if let Self::SendPrompted { prompt, .. } = self {
            prompt.warm();
        }
    }

    fn compile(definition: InstructionDefinition, origin: Origin<'_>) -> Result<Self, PlatformError> {
        Ok(match definition {
            InstructionDefinition::SendInput { input, .. } => Self::SendInput { input: input.value },
            InstructionDefinition::SendPromptedInput {
                input,
                prompt_exact,
                prompt_pattern,
                response,
                ..
            } => {
                let prompt =
                    exact_or_pattern(prompt_exact.as_deref(), prompt_pattern.as_ref(), &input, origin)?;
                Self::SendPrompted { input: input.value, prompt, response: Response::from(response) }
            }
            InstructionDefinition::EnterMode { requested_mode } => {
                Self::EnterMode { mode: requested_mode.value }
            }
            InstructionDefinition::Write { input, .. } => Self::Write { bytes: unescape(&input.value) },
        })
    }
}

impl From<String> for Response {
    fn from(text: String) -> Self {
        match text.strip_prefix(LOOKUP) {
            Some(name) => Self::Secret(name.to_owned()),
            None => Self::Text(text),
        }
    }
}

/// Definitions write control characters as `\n`, `\r`, `\t` and `\x04` inside single quotes, where YAML leaves them.
fn unescape(input: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(input.len());
    let mut rest = input;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let (byte, taken) = escape(&rest[at..]);
        bytes.push(byte);
        rest = &rest[at + taken..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// The byte that the escape at the head of `text` stands for, and its length; a lone backslash is itself.
fn escape(text: &str) -> (u8, usize) {
    let hex = |digits: &str| u8::from_str_radix(digits, 16).ok();
    match text.as_bytes().get(1) {
        Some(b'n') => (b'\n', 2),
        Some(b'r') => (b'\r', 2),
        Some(b't') => (b'\t', 2),
        Some(b'x') => text.get(2..4).and_then(hex).map_or((b'\\', 1), |byte| (byte, 4)),
        _ => (b'\\', 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_control_characters_and_other_backslashes_stay() {
        assert_eq!(unescape(r"a\ny\n\x04"), b"a\ny\n\x04");
        assert_eq!(unescape(r"dir c:\x \q\"), br"dir c:\x \q\");
        assert_eq!(unescape("\\x\u{e9}\u{e9}"), "\\x\u{e9}\u{e9}".as_bytes());
    }

    #[test]
    fn a_lookup_names_a_secret() {
        assert_eq!(Response::from("__lookup::enable".to_owned()), Response::Secret("enable".to_owned()));
        assert_eq!(Response::from("yes".to_owned()), Response::Text("yes".to_owned()));
    }
}
