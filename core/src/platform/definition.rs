//! The definition file as it is written: scrapli's schema and our optional keys.

use super::error::PlatformError;
use super::pattern::Pattern;
use crate::yaml;
use serde::Deserialize;
use serde_saphyr::Spanned;

/// A definition file. A key that nobody knows is an error: a typo must not switch a setting off in silence.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Definition {
    pub(super) prompt_pattern: Spanned<String>,
    #[serde(default)]
    pub(super) prompt_excludes: Vec<String>,
    pub(super) default_mode: String,
    pub(super) modes: Vec<ModeDefinition>,
    #[serde(default)]
    pub(super) failure_indicators: Vec<String>,
    #[serde(default)]
    pub(super) on_open_instructions: Vec<InstructionDefinition>,
    #[serde(default)]
    pub(super) on_close_instructions: Vec<InstructionDefinition>,
    #[serde(default)]
    pub(super) force_in_session_auth: bool,
    #[serde(default)]
    pub(super) bypass_in_session_auth: bool,
    pub(super) ntc_templates_platform: Option<String>,
    pub(super) genie_platform: Option<String>,
    pub(super) pager_pattern: Option<Spanned<String>>,
    pub(super) username_pattern: Option<Spanned<String>>,
    pub(super) password_pattern: Option<Spanned<String>>,
    pub(super) pipelining: Option<Pipelining>,
    pub(super) reads_pattern: Option<Spanned<String>>,
    pub(super) asks_pattern: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) multi_line_inputs: Vec<MultiLineDefinition>,
    #[serde(default)]
    pub(super) on_abort_instructions: Vec<InstructionDefinition>,
    #[serde(default)]
    pub(super) learn_prompt: bool,
    #[serde(default)]
    pub(super) detect: DetectDefinition,
}

/// Which lines may be sent before the reply of the one before has come.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Pipelining {
    Reads,
}

/// An input of several lines: how its first line looks, and the text that its last line holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MultiLineDefinition {
    pub(super) start_pattern: Spanned<String>,
    pub(super) end: Option<String>,
}

/// What gives the platform away.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DetectDefinition {
    pub(super) banner: Vec<Spanned<String>>,
    pub(super) prompt: Vec<Spanned<String>>,
    pub(super) version: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModeDefinition {
    pub(super) name: Spanned<String>,
    pub(super) prompt_exact: Option<String>,
    pub(super) prompt_pattern: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) prompt_excludes: Vec<String>,
    #[serde(default)]
    pub(super) accessible_modes: Vec<AccessibleMode>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccessibleMode {
    pub(super) name: String,
    #[serde(default)]
    pub(super) instructions: Vec<InstructionDefinition>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum InstructionDefinition {
    SendInput {
        input: String,
        #[serde(default)]
        persists: bool,
    },
    SendPromptedInput {
        input: Spanned<String>,
        prompt_exact: Option<String>,
        prompt_pattern: Option<Spanned<String>>,
        response: String,
        #[serde(default)]
        persists: bool,
    },
    EnterMode {
        requested_mode: String,
    },
    Write {
        input: String,
    },
}

impl Definition {
    pub(super) fn parse(text: &str, origin: &str) -> Result<Self, PlatformError> {
        yaml::parse(text).map_err(|fault| {
            let error = PlatformError::new(origin, fault.reason);
            fault.line.into_iter().fold(error, PlatformError::at_line)
        })
    }
}

/// Compiles a pattern; the error names its line.
pub(super) fn pattern(source: &Spanned<String>, origin: &str) -> Result<Pattern, PlatformError> {
    Pattern::regex(&source.value)
        .map_err(|reason| PlatformError::new(origin, reason).at_line(source.referenced.line()))
}

pub(super) fn optional_pattern(
    source: Option<&Spanned<String>>,
    origin: &str,
) -> Result<Option<Pattern>, PlatformError> {
    source.map(|source| pattern(source, origin)).transpose()
}

/// The prompt that an `exact` text or a pattern describes; `place` is where the error says that both are missing.
pub(super) fn exact_or_pattern(
    exact: Option<&str>,
    source: Option<&Spanned<String>>,
    place: &Spanned<String>,
    origin: &str,
) -> Result<Pattern, PlatformError> {
    match (exact, source) {
        (Some(text), _) => Ok(Pattern::exact(text)),
        (None, Some(source)) => pattern(source, origin),
        (None, None) => Err(PlatformError::new(origin, "needs prompt_exact or prompt_pattern")
            .at_line(place.referenced.line())),
    }
}
