//! What a session must know of a kind of device, as data.
//!
//! A [`Platform`] is a YAML file in scrapli's definition schema: the prompts, the modes and the way from one to the
//! other, what to send after the login and before the end, and how the device says that it refused a command. The
//! community's definitions load as they are; ours are embedded and found by [`Platform::builtin`].
//!
//! Beyond scrapli's keys these are understood, all optional:
//!
//! | key | what it is |
//! |---|---|
//! | `pager_pattern` | the line that asks for a key before the next page |
//! | `username_pattern`, `password_pattern` | login prompts that the usual patterns miss |
//! | `pipelining: reads` | lines that only read may be sent without waiting for the reply of the one before |
//! | `reads_pattern` | the commands that only read; without it none is taken to |
//! | `asks_pattern` | the lines that may ask back: nothing is sent behind one before its reply has come |
//! | `multi_line_inputs` | inputs of several lines, such as a banner: `start_pattern`, and the text of the line that ends it (`end`; the pattern's first group where none is given) |
//! | `on_abort_instructions` | what throws away a candidate configuration when a refused line stops it |
//! | `learn_prompt: true` | the prompt is found by asking for it, and `prompt_pattern` only bounds what may be one |
//! | `detect` | patterns that give the platform away: in its `banner`, its `prompt`, its reply to `show version` (`version`) |
//! | `persists: true` in a step of `on_open_instructions` | it changes what the device keeps, and is left out unless asked for |
//!
//! Steps of `on_open_instructions` inside of configuration mode persist without being told so.

mod builtin;
mod definition;
mod error;
mod indicators;
mod instruction;
mod modes;
mod multi_line;
mod opening;
mod pattern;
mod prompt;
mod traces;

pub use error::PlatformError;
pub use traces::Trace;

pub(crate) use indicators::Indicators;
pub(crate) use instruction::{Instruction, Response};
pub(crate) use modes::Modes;
pub(crate) use multi_line::MultiLine;
pub(crate) use opening::Opening;
pub(crate) use pattern::Pattern;
pub(crate) use prompt::{Prompt, Tail};
pub(crate) use traces::{Evidence, Traces};

use definition::{Definition, Pipelining};
use std::path::Path;
use std::sync::Arc;

/// A kind of device: prompts, modes, paging, and the words of its errors.
///
/// It is immutable and its patterns are compiled once, so sessions share it in an [`Arc`].
///
/// ```
/// use linecrew_core::platform::Platform;
///
/// let platform = Platform::builtin("cisco_ios")?;
/// assert_eq!(platform.name(), "cisco_iosxe");
/// assert_eq!(platform.default_mode(), "privileged_exec");
/// # Ok::<(), linecrew_core::platform::PlatformError>(())
/// ```
#[derive(Debug)]
pub struct Platform {
    pub(crate) name: String,
    /// The loose pattern of any prompt; a mode's own is the one to trust.
    pub(crate) prompt: Prompt,
    pub(crate) default_mode: String,
    pub(crate) modes: Modes,
    pub(crate) failure_indicators: Indicators,
    pub(crate) opening: Opening,
    pub(crate) on_close: Vec<Instruction>,
    pub(crate) on_abort: Vec<Instruction>,
    pub(crate) pager: Option<Pattern>,
    pub(crate) username: Option<Pattern>,
    pub(crate) password: Option<Pattern>,
    pub(crate) pipelines_reads: bool,
    pub(crate) reads: Option<Pattern>,
    pub(crate) asks: Option<Pattern>,
    pub(crate) multi_line: Vec<MultiLine>,
    /// The prompt is found by asking for it.
    pub(crate) learns_prompt: bool,
    pub(crate) traces: Traces,
    pub(crate) answers_login: bool,
    ntc_templates: Option<String>,
    genie: Option<String>,
}

impl Platform {
    /// The embedded platform of that name or alias (`cisco_ios` and `ios` are `cisco_iosxe`); an unknown name is an
    /// error that lists those that are known. Each is parsed once and shared.
    pub fn builtin(name: &str) -> Result<Arc<Self>, PlatformError> {
        builtin::find(name)
    }

    /// The names of all embedded platforms, without their aliases.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        builtin::names()
    }

    /// Loads a definition from a file; the platform is named after it.
    pub fn load(path: impl AsRef<Path>) -> Result<Arc<Self>, PlatformError> {
        let path = path.as_ref();
        let origin = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| PlatformError::new(&origin, format!("cannot be read: {error}")))?;
        Self::parse(&text, &origin).map(Arc::new)
    }

    /// Parses a definition; `origin` is the file that errors name, and its stem the platform's name.
    pub fn parse(text: &str, origin: &str) -> Result<Self, PlatformError> {
        let definition = Definition::parse(text, origin)?;
        let pattern = |source| definition::optional_pattern(source, origin);
        Ok(Self {
            name: Path::new(origin)
                .file_stem()
                .map_or_else(|| origin.to_owned(), |stem| stem.to_string_lossy().into_owned()),
            prompt: Prompt::new(
                definition::pattern(&definition.prompt_pattern, origin)?,
                definition.prompt_excludes,
            ),
            default_mode: definition.default_mode,
            modes: Modes::compile(definition.modes, origin)?,
            failure_indicators: Indicators::new(definition.failure_indicators),
            opening: Opening::compile(definition.on_open_instructions, origin)?,
            on_close: Instruction::compile_all(definition.on_close_instructions, origin)?,
            on_abort: Instruction::compile_all(definition.on_abort_instructions, origin)?,
            pager: pattern(definition.pager_pattern.as_ref())?,
            username: pattern(definition.username_pattern.as_ref())?,
            password: pattern(definition.password_pattern.as_ref())?,
            pipelines_reads: definition.pipelining == Some(Pipelining::Reads),
            reads: pattern(definition.reads_pattern.as_ref())?,
            asks: pattern(definition.asks_pattern.as_ref())?,
            multi_line: MultiLine::compile_all(definition.multi_line_inputs, origin)?,
            learns_prompt: definition.learn_prompt,
            traces: Traces::compile(&definition.detect, origin)?,
            answers_login: definition.force_in_session_auth || !definition.bypass_in_session_auth,
            ntc_templates: definition.ntc_templates_platform,
            genie: definition.genie_platform,
        })
    }

    /// The platform's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The mode that a session is in when it has been opened.
    pub fn default_mode(&self) -> &str {
        &self.default_mode
    }

    /// The names of the modes, in the definition's order.
    pub fn modes(&self) -> impl Iterator<Item = &str> {
        self.modes.iter().map(|mode| mode.name.as_str())
    }

    /// Whether some of its opening steps change what the device keeps beyond the session: they are left out unless asked
    /// for.
    pub fn has_persistent_steps(&self) -> bool {
        self.opening.persists()
    }

    /// Whether a command only reads, as far as the definition tells.
    ///
    /// ```
    /// use linecrew_core::platform::Platform;
    ///
    /// let platform = Platform::builtin("cisco_iosxe")?;
    /// assert!(platform.reads("show version") && !platform.reads("reload"));
    /// assert!(!platform.reads("show version | redirect flash:version.txt"));
    /// # Ok::<(), linecrew_core::platform::PlatformError>(())
    /// ```
    pub fn reads(&self, command: &str) -> bool {
        let command = command.trim_start();
        let writes_file = command.contains('>')
            || command.split('|').skip(1).any(|filter| {
                let word = filter.split_whitespace().next().unwrap_or_default();
                ["redirect", "append", "tee", "save", "file", "write"].contains(&word)
            });
        !writes_file && self.reads.as_ref().is_some_and(|reads| reads.is_match(command))
    }

    /// What the index of ntc-templates calls it.
    pub fn ntc_templates_platform(&self) -> Option<&str> {
        self.ntc_templates.as_deref()
    }

    /// What Cisco's Genie calls it.
    pub fn genie_platform(&self) -> Option<&str> {
        self.genie.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const MINIMAL: &str = "\
prompt_pattern: '^\\S+[>#]$'
default_mode: exec
modes:
  - name: exec
    prompt_pattern: '^\\S+>$'
";

    #[test]
    fn a_platform_is_named_after_its_file() {
        let platform = Platform::parse(MINIMAL, "dir/acme.yaml").unwrap();
        assert_eq!(platform.name(), "acme");
        assert_eq!(platform.modes().collect::<Vec<_>>(), ["exec"]);
    }

    #[test]
    fn a_bad_pattern_is_told_with_file_line_mode_and_reason() {
        let text = MINIMAL.replace("'^\\S+>$'", "'^(\\S+>$'");
        let error = Platform::parse(&text, "acme.yaml").unwrap_err().to_string();
        assert!(error.starts_with("acme.yaml:5: mode exec: "), "{error}");
        assert!(error.contains("unclosed group") && !error.contains('\n'), "{error}");
    }

    #[test]
    fn an_unknown_key_is_told_with_its_line() {
        let error = Platform::parse(&format!("{MINIMAL}promt: x\n"), "acme.yaml").unwrap_err().to_string();
        assert!(error.starts_with("acme.yaml:6: ") && error.contains("promt"), "{error}");
    }

    #[test]
    fn a_mode_without_a_prompt_is_refused() {
        let text = "prompt_pattern: x\ndefault_mode: exec\nmodes:\n  - name: exec\n";
        let error = Platform::parse(text, "acme.yaml").unwrap_err().to_string();
        assert!(error.contains("mode exec: needs prompt_exact or prompt_pattern"), "{error}");
    }

    #[test]
    fn a_file_that_is_not_there_is_told_by_name() {
        let error = Platform::load("/nowhere/acme.yaml").unwrap_err().to_string();
        assert!(error.starts_with("/nowhere/acme.yaml: cannot be read"), "{error}");
    }

    #[test]
    fn all_community_definitions_parse() {
        let folder =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/scrapli_definitions/definitions");
        let Ok(files) = fs::read_dir(&folder) else {
            println!("skipped: no definitions at {}", folder.display());
            return;
        };
        let parsed = files.map(|file| Platform::load(file.unwrap().path())).collect::<Vec<_>>();
        let failed =
            parsed.iter().filter_map(|it| it.as_ref().err()).map(ToString::to_string).collect::<Vec<_>>();
        assert!(failed.is_empty(), "{failed:#?}");
        assert_eq!(parsed.len(), 44);
    }
}
