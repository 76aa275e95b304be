//! What a session must know of a kind of device, as data.
//!
//! A [`Platform`] is a YAML file in scrapli's definition schema: the prompts, the modes and the way from one to the
//! other, what to send after the login and before the end, and how the device says that it refused a command. The
//! community's definitions load as they are; ours are embedded and found by [`Platform::builtin`]; [`Platforms`] joins
//! them with a folder of a user's own.
#![doc = include_str!("../../docs/platforms.md")]

mod builtin;
mod catalog;
mod check;
mod definition;
mod detect;
mod error;
mod indicators;
mod instruction;
mod modes;
mod multi_line;
mod ntc;
mod pattern;
mod prompt;
mod reads;
mod steps;

pub use catalog::Platforms;
pub use check::{Finding, Severity};
pub use definition::{Basis, Evidence};
pub use detect::{Guess, Said, Trace};
pub use error::PlatformError;

pub(crate) use indicators::Indicators;
pub(crate) use instruction::{Instruction, Response};
pub(crate) use modes::Modes;
pub(crate) use multi_line::MultiLine;
pub(crate) use pattern::Pattern;
pub(crate) use prompt::{Prompt, Tail};

use definition::{Definition, Origin, Pipelining};
use detect::Clues;
use reads::Reads;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use steps::Steps;

/// A kind of device: prompts, modes, paging, and the words of its errors.
///
/// It is immutable and its patterns are compiled once, so sessions share it in an [`Arc`]: those of a file when it is loaded,
/// those of an embedded platform when a session first looks for them.
///
/// ```
/// use linecrew_core::platform::Platform;
///
/// let platform = Platform::builtin("cisco_ios")?;
/// assert_eq!(platform.name(), "cisco_iosxe");
/// assert_eq!(platform.default_mode(), "privileged_exec");
/// assert_eq!(platform.modes_at("R1(config-if)#").next(), Some("configuration"));
/// assert!(platform.is_read("sh ip int br | inc up|down"));
/// assert!(!platform.is_read("show running-config | redirect flash:x"));
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
    pub(crate) opening: Steps,
    pub(crate) closing: Steps,
    pub(crate) on_abort: Vec<Instruction>,
    pub(crate) pager: Option<Pattern>,
    pub(crate) username: Option<Pattern>,
    pub(crate) password: Option<Pattern>,
    pub(crate) pipelines_reads: bool,
    pub(crate) asks: Option<Pattern>,
    pub(crate) multi_line: Vec<MultiLine>,
    /// The prompt is found by asking for it.
    pub(crate) learns_prompt: bool,
    pub(crate) answers_login: bool,
    reads: Option<Reads>,
    clues: Option<Clues>,
    about: About,
}

/// What a definition says of itself.
#[derive(Debug)]
struct About {
    description: Option<String>,
    aliases: Vec<String>,
    evidence: Vec<Evidence>,
    ntc_templates: Option<String>,
    genie: Option<String>,
    json_suffix: Option<String>,
    pager: Option<String>,
    file: Option<PathBuf>,
}

impl Platform {
    /// The embedded platform of that name or alias (`cisco_ios` and `ios` are `cisco_iosxe`; case does not count); an
    /// unknown name is an error that lists those that are known. Each is parsed once and shared.
    pub fn builtin(name: &str) -> Result<Arc<Self>, PlatformError> {
        builtin::find(name)
    }

    /// The names of all embedded platforms, without their aliases.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        builtin::names()
    }

    /// The definition file of an embedded platform, a model for one's own.
    pub fn builtin_source(name: &str) -> Option<&'static str> {
        builtin::source(name)
    }

    /// The [template names](Self::template_names) of the embedded platform of that name or alias; None for an unknown one. It
    /// costs little: no pattern is compiled.
    pub fn builtin_template_names(name: &str) -> Option<[&'static str; 2]> {
        builtin::template_names(name)
    }

    /// Loads a definition from a file; the platform is named after it.
    pub fn load(path: impl AsRef<Path>) -> Result<Arc<Self>, PlatformError> {
        let (text, origin) = read(path.as_ref())?;
        let mut platform = Self::parse(&text, &origin)?;
        platform.about.file = Some(path.as_ref().to_owned());
        Ok(Arc::new(platform))
    }

    /// Parses a definition; `origin` is the file that errors name, and its stem the platform's name.
    pub fn parse(text: &str, origin: &str) -> Result<Self, PlatformError> {
        Self::compile(text, Origin::File(origin))
    }

    fn compile(text: &str, origin: Origin<'_>) -> Result<Self, PlatformError> {
        let definition = Definition::parse(text, origin)?;
        let pattern = |source| definition::optional_pattern(source, origin);
        let prompt = definition::pattern(&definition.prompt_pattern, origin)?;
        Ok(Self {
            name: Path::new(origin.name())
                .file_stem()
                .map_or_else(|| origin.name().to_owned(), |stem| stem.to_string_lossy().into_owned()),
            modes: Modes::compile(definition.modes, &prompt, origin)?,
            prompt: Prompt::new(prompt, definition.prompt_excludes),
            default_mode: definition.default_mode.value,
            failure_indicators: Indicators::new(definition.failure_indicators),
            opening: Steps::compile(definition.on_open_instructions, origin)?,
            closing: Steps::compile(definition.on_close_instructions, origin)?,
            on_abort: Instruction::compile_all(definition.on_abort_instructions, origin)?,
            pager: pattern(definition.pager_pattern.as_ref())?,
            username: pattern(definition.username_pattern.as_ref())?,
            password: pattern(definition.password_pattern.as_ref())?,
            pipelines_reads: definition.pipelining == Some(Pipelining::Reads),
            asks: pattern(definition.asks_pattern.as_ref())?,
            multi_line: MultiLine::compile_all(definition.multi_line_inputs, origin)?,
            learns_prompt: definition.learn_prompt,
            answers_login: definition.force_in_session_auth || !definition.bypass_in_session_auth,
            reads: definition.reads.map(|reads| Reads::compile(&reads, origin)).transpose()?,
            clues: definition.detect.map(|clues| Clues::compile(&clues, origin)).transpose()?,
            about: About {
                description: definition.description,
                aliases: definition.aliases,
                evidence: definition.evidence,
                ntc_templates: definition.ntc_templates_platform.map(|name| name.value),
                genie: definition.genie_platform,
                json_suffix: definition.json_suffix,
                pager: definition.pager_pattern.map(|source| source.value),
                file: None,
            },
        })
    }

    /// Looks for what is doubtful in a definition that loads, the worst first: modes that do not exist, steps that write to
    /// the device's configuration, a platform that ntc-templates does not have.
    pub fn check(text: &str, origin: &str) -> Result<Vec<Finding>, PlatformError> {
        check::check(text, origin)
    }

    /// As [`check`](Self::check), for a file.
    pub fn check_file(path: impl AsRef<Path>) -> Result<Vec<Finding>, PlatformError> {
        let (text, origin) = read(path.as_ref())?;
        Self::check(&text, &origin)
    }

    /// The definition files of a folder, by name: those that end in `.yaml` or `.yml`.
    pub fn files(folder: impl AsRef<Path>) -> Result<Vec<PathBuf>, PlatformError> {
        catalog::definitions_in(folder.as_ref())
    }

    /// The platform's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which devices it is for, in a few words.
    pub fn description(&self) -> Option<&str> {
        self.about.description.as_deref()
    }

    /// The other names that it is found by.
    pub fn aliases(&self) -> &[String] {
        &self.about.aliases
    }

    /// The file that it was loaded from; embedded ones have none.
    pub fn file(&self) -> Option<&Path> {
        self.about.file.as_deref()
    }

    /// What the definition rests on.
    pub fn evidence(&self) -> &[Evidence] {
        &self.about.evidence
    }

    /// The mode that a session is in when it has been opened.
    pub fn default_mode(&self) -> &str {
        &self.default_mode
    }

    /// The names of the modes, in the definition's order.
    pub fn modes(&self) -> impl Iterator<Item = &str> {
        self.modes.iter().map(|mode| mode.name.as_str())
    }

    /// The modes that can be entered from a mode, existing or not; none where there is no such mode.
    pub fn exits(&self, mode: &str) -> impl Iterator<Item = &str> {
        self.modes.position(mode).into_iter().flat_map(|mode| self.modes.get(mode).exits())
    }

    /// Every mode whose prompt the output ends in, in the definition's order; a session takes the first, or of several
    /// the one that it was on the way to.
    pub fn modes_at(&self, output: &str) -> impl Iterator<Item = &str> {
        self.modes.fitting(Tail::of(output))
    }

    /// Whether a command only reads, in any mode: abbreviations count as far as the device takes them, and filters behind
    /// a `|` where they read too. What the definition does not know is no read; without a list of its own, `show`,
    /// `display`, `ping` and `traceroute`, written out, are.
    pub fn is_read(&self, command: &str) -> bool {
        self.reads().allow(command)
    }

    /// The commands that only read, as the definition writes them: `sh(ow) ...`.
    pub fn read_commands(&self) -> impl Iterator<Item = &str> {
        self.reads().commands()
    }

    /// The filters behind a `|` that only read, as the definition writes them: `i(nclude)`.
    pub fn read_filters(&self) -> impl Iterator<Item = &str> {
        self.reads().filters()
    }

    /// The words by which a line of a reply is a refusal.
    pub fn failure_indicators(&self) -> &[String] {
        self.failure_indicators.texts()
    }

    /// What is sent after the login, each step as it is typed, and whether it writes to the device's configuration: then
    /// a session leaves it out unless it is asked for.
    pub fn open_steps(&self) -> impl Iterator<Item = (&str, bool)> {
        self.opening.told()
    }

    /// What is sent before the end, likewise.
    pub fn close_steps(&self) -> impl Iterator<Item = (&str, bool)> {
        self.closing.told()
    }

    /// The line that asks for a key before the next page, where the usual ones are not meant.
    pub fn pager_pattern(&self) -> Option<&str> {
        self.about.pager.as_deref()
    }

    /// Whether commands that only read may be sent without waiting for the reply of the one before.
    pub fn pipelines_reads(&self) -> bool {
        self.pipelines_reads
    }

    /// What the index of ntc-templates calls it.
    pub fn ntc_templates_platform(&self) -> Option<&str> {
        self.about.ntc_templates.as_deref()
    }

    /// The names by which an index of templates may know it, that of ntc-templates last: what
    /// [`Templates::find_as`](crate::textfsm::Templates::find_as) takes.
    pub fn template_names(&self) -> [&str; 2] {
        [&self.name, self.ntc_templates_platform().unwrap_or(&self.name)]
    }

    /// What is put behind a command so that the device answers it in JSON, where it can.
    pub fn json_suffix(&self) -> Option<&str> {
        self.about.json_suffix.as_deref()
    }

    /// What Cisco's Genie calls it.
    pub fn genie_platform(&self) -> Option<&str> {
        self.about.genie.as_deref()
    }

    /// Compiles now what nearly every session looks for, if it is not.
    pub(crate) fn warm(&self) {
        self.prompt.warm();
        self.modes.warm();
        self.opening.warm();
        self.failure_indicators.warm();
        [&self.username, &self.password, &self.pager].into_iter().flatten().for_each(Pattern::warm);
    }

    fn reads(&self) -> &Reads {
        self.reads.as_ref().unwrap_or_else(|| Reads::usual())
    }
}

/// A file's text, and how errors name it.
fn read(path: &Path) -> Result<(String, String), PlatformError> {
    let origin = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| PlatformError::new(&origin, format!("cannot be read: {error}")))?;
    Ok((text, origin))
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn an_embedded_platform_is_compiled_when_it_is_warmed_and_a_file_when_it_is_loaded() {
        let text = Platform::builtin_source("cisco_iosxe").unwrap();
        let are_compiled = |platform: &Platform| {
            [&platform.pager, &platform.asks].map(|pattern| pattern.as_ref().unwrap().is_compiled())
        };
        let embedded = Platform::compile(text, Origin::Embedded("cisco_iosxe")).unwrap();
        assert_eq!(are_compiled(&embedded), [false, false]);
        embedded.warm();
        // What may ask back is looked for in configuration alone.
        assert_eq!(are_compiled(&embedded), [true, false]);
        assert_eq!(are_compiled(&Platform::parse(text, "own.yaml").unwrap()), [true, true]);
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
}
