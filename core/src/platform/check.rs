//! What is doubtful in a definition that loads.

use super::definition::{Definition, InstructionDefinition, ModeDefinition, Origin};
use super::steps::which_persist;
use super::{Platform, PlatformError, ntc};
use serde_saphyr::Spanned;
use std::fmt;

/// The secrets that credentials have a place for.
const SECRETS: &[&str] = &["enable", "password"];

/// How much a finding matters, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Whoever uses it gets an error; the rest of the definition can be used.
    Error,
    /// It probably does something else than it was meant to.
    Warning,
    /// It is good to know.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

/// Something doubtful in a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The line of the file, counted from 1.
    pub line: u64,
    /// The mode in whose part of the file it is.
    pub mode: Option<String>,
    /// What it is, and what becomes of it.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: ", self.line, self.severity)?;
        if let Some(mode) = &self.mode {
            write!(f, "mode {mode}: ")?;
        }
        f.write_str(&self.what)
    }
}

/// Looks through a definition; an error is one that cannot be loaded at all.
pub(super) fn check(text: &str, origin: &str) -> Result<Vec<Finding>, PlatformError> {
    let definition = Definition::parse(text, Origin::File(origin))?;
    let platform = Platform::parse(text, origin)?;
    let mut findings = Findings { definition: &definition, platform: &platform, found: Vec::new() };
    findings.modes();
    findings.steps();
    findings.templates();
    let mut found = findings.found;
    found.sort_by_key(|finding| (finding.severity, finding.line));
    Ok(found)
}

struct Findings<'d> {
    definition: &'d Definition,
    platform: &'d Platform,
    found: Vec<Finding>,
}

impl Findings<'_> {
    fn modes(&mut self) {
        let definition = self.definition;
        self.mode_exists(&definition.default_mode, None, "no session opens");
        for (at, mode) in definition.modes.iter().enumerate() {
            self.twin(at, mode);
            self.reached(mode);
            for exit in &mode.accessible_modes {
                self.mode_exists(&exit.name, Some(mode), "nothing can go there");
                self.instructions(&exit.instructions, Some(mode));
            }
        }
    }

    fn steps(&mut self) {
        let definition = self.definition;
        for steps in [&definition.on_open_instructions, &definition.on_close_instructions] {
            self.instructions(steps, None);
            for (step, _) in steps.iter().zip(which_persist(steps)).filter(|(_, persists)| *persists) {
                let (line, what) = place(step);
                let what = format!("{what} writes to the device's configuration: skipped unless asked for");
                self.add(Severity::Note, line, None, what);
            }
        }
    }

    fn templates(&mut self) {
        let Some(named) = &self.definition.ntc_templates_platform else { return };
        let line = named.referenced.line();
        match ntc::entry(&named.value) {
            Some(entry) if entry == named.value => {}
            Some(entry) => {
                let what = format!("ntc-templates finds {} as {entry}", named.value);
                self.add(Severity::Note, line, None, what);
            }
            None => {
                let what =
                    format!("ntc-templates has no platform {}: nothing is parsed with it", named.value);
                self.add(Severity::Warning, line, None, what);
            }
        }
    }

    fn instructions(&mut self, instructions: &[InstructionDefinition], mode: Option<&ModeDefinition>) {
        for instruction in instructions {
            match instruction {
                InstructionDefinition::EnterMode { requested_mode } => {
                    self.mode_exists(requested_mode, mode, "the step fails");
                }
                InstructionDefinition::SendPromptedInput { input, prompt_exact, response, .. } => {
                    self.exactness(prompt_exact.as_deref(), input, mode);
                    self.secret(response, input, mode);
                }
                _ => {}
            }
        }
    }

    fn mode_exists(&mut self, name: &Spanned<String>, mode: Option<&ModeDefinition>, outcome: &str) {
        if self.platform.modes.position(&name.value).is_none() {
            let known = self.platform.modes().collect::<Vec<_>>().join(", ");
            let what = format!("there is no mode {}: {outcome}; its modes are {known}", name.value);
            self.add(Severity::Error, name.referenced.line(), mode, what);
        }
    }

    /// A mode that nothing leads to from the default mode, or that nothing leads back from.
    fn reached(&mut self, mode: &ModeDefinition) {
        let modes = &self.platform.modes;
        let ends = modes.position(&self.definition.default_mode.value).zip(modes.position(&mode.name.value));
        let Some((default, this)) = ends else { return };
        let default_name = &self.definition.default_mode.value;
        let line = mode.name.referenced.line();
        if modes.way(default, this).is_none() && modes.way(this, default).is_none() {
            let what = format!("there is no way between it and the default mode {default_name}");
            self.add(Severity::Warning, line, Some(mode), what);
        } else if modes.way(this, default).is_none() {
            let what = format!("there is no way back to the default mode {default_name}");
            self.add(Severity::Warning, line, Some(mode), what);
        }
    }

    /// A mode that a mode before it has the name or the prompt of.
    fn twin(&mut self, at: usize, mode: &ModeDefinition) {
        let pattern = |mode: &ModeDefinition| mode.prompt_pattern.as_ref().map(|source| source.value.clone());
        let before = &self.definition.modes[..at];
        let line = mode.name.referenced.line();
        if before.iter().any(|other| other.name.value == mode.name.value) {
            let what = "a mode before it has the same name: this one is never found by it".to_owned();
            self.add(Severity::Warning, line, Some(mode), what);
        } else if let Some(other) =
            before.iter().find(|it| pattern(it).is_some() && pattern(it) == pattern(mode))
        {
            let other = &other.name.value;
            let what = format!("its prompt is that of mode {other}: only the way there tells them apart");
            self.add(Severity::Note, line, Some(mode), what);
        }
    }

    fn exactness(&mut self, exact: Option<&str>, place: &Spanned<String>, mode: Option<&ModeDefinition>) {
        let is_pattern = |text: &str| text.starts_with('^') || text.ends_with('$') || text.contains(r"\s");
        if let Some(text) = exact.filter(|text| is_pattern(text)) {
            let what = format!(
                "prompt_exact {text} looks like a pattern and is taken literally; only a usual password prompt is \
                 answered"
            );
            self.add(Severity::Warning, place.referenced.line(), mode, what);
        }
    }

    fn secret(&mut self, response: &str, place: &Spanned<String>, mode: Option<&ModeDefinition>) {
        let named = response.strip_prefix("__lookup::");
        if let Some(name) = named.filter(|name| !SECRETS.contains(name)) {
            let what = format!("credentials have no secret {name}: the step fails where it is asked for");
            self.add(Severity::Warning, place.referenced.line(), mode, what);
        }
    }

    fn add(&mut self, severity: Severity, line: u64, mode: Option<&ModeDefinition>, what: String) {
        let mode = mode.map(|mode| mode.name.value.clone());
        self.found.push(Finding { severity, line, mode, what });
    }
}

/// The line of an instruction, and how it is told.
fn place(instruction: &InstructionDefinition) -> (u64, String) {
    match instruction {
        InstructionDefinition::EnterMode { requested_mode: mode } => {
            (mode.referenced.line(), format!("entering mode {}", mode.value))
        }
        InstructionDefinition::SendInput { input, .. }
        | InstructionDefinition::SendPromptedInput { input, .. }
        | InstructionDefinition::Write { input, .. } => {
            (input.referenced.line(), format!("`{}`", input.value))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "prompt_pattern: '^\\S+[>#]$'\ndefault_mode: exec\n";

    fn findings(rest: &str) -> Vec<String> {
        check(&format!("{HEAD}{rest}"), "t.yaml").unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_sound_definition_has_none() {
        assert!(
            findings("modes: [{name: exec, prompt_exact: '>'}]\nntc_templates_platform: cisco_xr\n")
                .is_empty()
        );
    }

    #[test]
    fn a_mode_that_is_not_there_is_an_error_wherever_it_is_named() {
        let found = findings(
            "modes:\n  - name: x\n    prompt_exact: '>'\n    accessible_modes: [{name: y}]\n\
             on_open_instructions:\n  - enter_mode: {requested_mode: z}\n",
        );
        assert_eq!(found[0], "2: error: there is no mode exec: no session opens; its modes are x");
        assert_eq!(found[1], "6: error: mode x: there is no mode y: nothing can go there; its modes are x");
        assert_eq!(found[2], "8: error: there is no mode z: the step fails; its modes are x");
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn what_probably_does_something_else_is_a_warning() {
        let found = findings(
            "ntc_templates_platform: acme\nmodes:\n  - name: exec\n    prompt_exact: '>'\n    accessible_modes:\n\
             \x20     - name: root\n        instructions: [{send_prompted_input: {input: su, prompt_exact: '^Pw:\\s?$', \
             response: '__lookup::root'}}]\n  - name: root\n    prompt_exact: '#'\n  - name: lost\n    prompt_exact: '%'\n",
        );
        for (at, expected) in [
            "3: warning: ntc-templates has no platform acme",
            "9: warning: mode exec: prompt_exact ^Pw:\\s?$ looks like a pattern",
            "9: warning: mode exec: credentials have no secret root",
            "10: warning: mode root: there is no way back to the default mode exec",
            "12: warning: mode lost: there is no way between it and the default mode exec",
        ]
        .into_iter()
        .enumerate()
        {
            assert!(found[at].starts_with(expected), "{found:#?}");
        }
    }

    #[test]
    fn steps_that_persist_and_modes_that_look_alike_are_noted() {
        let found = findings(
            "modes:\n  - {name: exec, prompt_pattern: '>$', accessible_modes: [{name: configure}]}\n\
             \x20 - {name: configure, prompt_pattern: '>$', accessible_modes: [{name: exec}]}\n\
             on_open_instructions:\n  - enter_mode: {requested_mode: configure}\n  - send_input: {input: no pager}\n",
        );
        assert_eq!(
            found,
            [
                "5: note: mode configure: its prompt is that of mode exec: only the way there tells them apart",
                "7: note: entering mode configure writes to the device's configuration: skipped unless asked for",
                "8: note: `no pager` writes to the device's configuration: skipped unless asked for",
            ]
        );
    }
}
