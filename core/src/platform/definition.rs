//! The definition file as it is written: scrapli's schema and our optional keys.

use super::error::PlatformError;
use super::pattern::Pattern;
use crate::yaml;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;
use std::fmt;

/// A definition file. A key that nobody knows is an error: a typo must not switch a setting off in silence.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Definition {
    pub(super) prompt_pattern: Spanned<String>,
    #[serde(default)]
    pub(super) prompt_excludes: Vec<String>,
    pub(super) default_mode: Spanned<String>,
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
    pub(super) ntc_templates_platform: Option<Spanned<String>>,
    pub(super) genie_platform: Option<String>,
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    #[serde(default)]
    pub(super) evidence: Vec<Evidence>,
    pub(super) pager_pattern: Option<Spanned<String>>,
    pub(super) username_pattern: Option<Spanned<String>>,
    pub(super) password_pattern: Option<Spanned<String>>,
    pub(super) pipelining: Option<Pipelining>,
    pub(super) asks_pattern: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) multi_line_inputs: Vec<MultiLineDefinition>,
    #[serde(default)]
    pub(super) on_abort_instructions: Vec<InstructionDefinition>,
    #[serde(default)]
    pub(super) learn_prompt: bool,
    pub(super) json_suffix: Option<String>,
    pub(super) reads: Option<ReadsDefinition>,
    pub(super) detect: Option<DetectDefinition>,
}

/// What a definition rests on.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Evidence {
    /// The kind of thing that it is.
    pub basis: Basis,
    /// Which: the device and its version, the document.
    pub of: String,
}

/// The kinds of evidence, the strongest first.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Basis {
    /// It was run against a real device.
    Device,
    /// A recorded session of a real device was replayed to it.
    Transcript,
    /// It says what the vendor documents.
    Documentation,
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Device => "device",
            Self::Transcript => "transcript",
            Self::Documentation => "documentation",
        })
    }
}

/// An input of several lines: how its first line looks, and the text that its last line holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MultiLineDefinition {
    pub(super) start_pattern: Spanned<String>,
    pub(super) end: Option<String>,
}

/// The commands that only read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadsDefinition {
    pub(super) commands: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) except: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) filters: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) pipes: Pipes,
    #[serde(default = "double_quotes")]
    pub(super) quotes: String,
    #[serde(default = "usual_separators")]
    pub(super) separators: String,
}

fn double_quotes() -> String {
    "\"".to_owned()
}

/// Redirection, further commands and the substitution of a command's output.
fn usual_separators() -> String {
    "<>;&`".to_owned()
}

/// How many filters a device takes behind a command.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Pipes {
    /// One; a further `|` belongs to its pattern.
    One,
    /// Any number; a `|` that is none stands in quotes.
    #[default]
    Many,
}

/// What tells the platform from others.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DetectDefinition {
    #[serde(default)]
    pub(super) banner: Vec<ClueDefinition>,
    #[serde(default)]
    pub(super) prompt: Vec<ClueDefinition>,
    #[serde(default)]
    pub(super) show_version: Vec<ClueDefinition>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClueDefinition {
    pub(super) pattern: Spanned<String>,
    /// In percent.
    pub(super) sure: Spanned<u8>,
}

/// Which lines may be sent before the reply of the one before has come.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Pipelining {
    Reads,
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
    pub(super) name: Spanned<String>,
    #[serde(default)]
    pub(super) instructions: Vec<InstructionDefinition>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum InstructionDefinition {
    SendInput {
        input: Spanned<String>,
        persists: Option<bool>,
    },
    SendPromptedInput {
        input: Spanned<String>,
        prompt_exact: Option<String>,
        prompt_pattern: Option<Spanned<String>>,
        response: String,
        persists: Option<bool>,
    },
    EnterMode {
        requested_mode: Spanned<String>,
    },
    Write {
        input: Spanned<String>,
        persists: Option<bool>,
    },
}

/// Where a definition comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin<'a> {
    /// A file of a user's, which errors name.
    File(&'a str),
    /// The embedded one of that name, which has no faults: its patterns are compiled when they are first used.
    Embedded(&'a str),
}

impl<'a> Origin<'a> {
    pub(super) fn name(self) -> &'a str {
        match self {
            Self::File(name) | Self::Embedded(name) => name,
        }
    }
}

impl Definition {
    pub(super) fn parse(text: &str, origin: Origin<'_>) -> Result<Self, PlatformError> {
        yaml::parse(text).map_err(|fault| {
            let error = PlatformError::new(origin.name(), fault.reason);
            fault.line.into_iter().fold(error, PlatformError::at_line)
        })
    }
}

/// A pattern: of a file, compiled; the error names its line.
pub(super) fn pattern(source: &Spanned<String>, origin: Origin<'_>) -> Result<Pattern, PlatformError> {
    match origin {
        Origin::Embedded(_) => Ok(Pattern::embedded(&source.value)),
        Origin::File(file) => Pattern::regex(&source.value)
            .map_err(|reason| PlatformError::new(file, reason).at_line(source.referenced.line())),
    }
}

pub(super) fn optional_pattern(
    source: Option<&Spanned<String>>,
    origin: Origin<'_>,
) -> Result<Option<Pattern>, PlatformError> {
    source.map(|source| pattern(source, origin)).transpose()
}

/// The prompt that an `exact` text or a pattern describes; `place` is where the error says that both are missing.
pub(super) fn exact_or_pattern(
    exact: Option<&str>,
    source: Option<&Spanned<String>>,
    place: &Spanned<String>,
    origin: Origin<'_>,
) -> Result<Pattern, PlatformError> {
    match (exact, source) {
        (Some(text), _) => Ok(Pattern::exact(text)),
        (None, Some(source)) => pattern(source, origin),
        (None, None) => Err(PlatformError::new(origin.name(), "needs prompt_exact or prompt_pattern")
            .at_line(place.referenced.line())),
    }
}
