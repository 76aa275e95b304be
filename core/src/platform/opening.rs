//! The steps that prepare a session, and which of them change what the device keeps beyond it.

use super::definition::InstructionDefinition;
use super::error::PlatformError;
use super::instruction::Instruction;
use super::pattern::Pattern;
use std::sync::LazyLock;

/// What to do after the login.
#[derive(Debug)]
pub(crate) struct Opening(Vec<Step>);

#[derive(Debug)]
struct Step {
    instruction: Instruction,
    persists: bool,
}

impl Opening {
    pub(super) fn compile(
        definitions: Vec<InstructionDefinition>,
        origin: &str,
    ) -> Result<Self, PlatformError> {
        let mut configuration = Configuration::default();
        let persists: Vec<bool> =
            definitions.iter().map(|step| configuration.takes(step) || is_declared(step)).collect();
        let instructions = Instruction::compile_all(definitions, origin)?;
        let both = instructions.into_iter().zip(persists);
        Ok(Self(both.map(|(instruction, persists)| Step { instruction, persists }).collect()))
    }

    /// The steps that a session takes: those that change what the device keeps are left out unless `persistent`.
    pub(crate) fn steps(&self, persistent: bool) -> Vec<&Instruction> {
        let wanted = self.0.iter().filter(|step| persistent || !step.persists);
        wanted.map(|step| &step.instruction).collect()
    }

    /// Whether some steps change what the device keeps.
    pub(crate) fn persists(&self) -> bool {
        self.0.iter().any(|step| step.persists)
    }
}

/// Whether the definition itself says that the step persists.
fn is_declared(step: &InstructionDefinition) -> bool {
    use InstructionDefinition::{SendInput, SendPromptedInput};
    matches!(step, SendInput { persists: true, .. } | SendPromptedInput { persists: true, .. })
}

/// Follows steps into configuration and out of it: what stands between changes it.
#[derive(Default)]
struct Configuration {
    is_open: bool,
}

impl Configuration {
    /// Whether a step is one of those that open configuration, change it, or close it.
    fn takes(&mut self, step: &InstructionDefinition) -> bool {
        let was_open = self.is_open;
        match step {
            InstructionDefinition::SendInput { input, .. } | InstructionDefinition::Write { input } => {
                self.input(input);
            }
            InstructionDefinition::SendPromptedInput { input, .. } => self.input(&input.value),
            InstructionDefinition::EnterMode { requested_mode } => {
                self.is_open = requested_mode.starts_with("config");
            }
        }
        was_open || self.is_open
    }

    fn input(&mut self, input: &str) {
        let input = input.trim();
        if CLOSES.as_ref().is_some_and(|closes| closes.is_match(input)) {
            self.is_open = false;
        } else if OPENS.as_ref().is_some_and(|opens| opens.is_match(input)) {
            self.is_open = true;
        }
    }
}

/// `configure`, `conf t`, `config system console`, `system-view`: they are constants that a test compiles.
static OPENS: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    let words = r"^(conf(ig(ure)?)?( (t(erm(inal)?)?|exclusive|private|system|global|vdom)\b.*)?|system-view|edit-config\b.*)$";
    Pattern::regex(words).ok()
});

static CLOSES: LazyLock<Option<Pattern>> =
    LazyLock::new(|| Pattern::regex(r"^(end|exit( all)?|quit|return|quit-config)$").ok());

#[cfg(test)]
mod tests {
    use crate::platform::{Instruction, Platform};

    fn inputs(steps: &str, persistent: bool) -> Vec<String> {
        let platform = platform(steps);
        let steps = platform.opening.steps(persistent);
        steps
            .iter()
            .map(|step| match step {
                Instruction::SendInput { input } => input.clone(),
                other => format!("{other:?}"),
            })
            .collect()
    }

    fn platform(steps: &str) -> Platform {
        let text = format!(
            "{{prompt_pattern: x, default_mode: a, modes: [{{name: a, prompt_exact: a}}], \
             on_open_instructions: [{steps}]}}"
        );
        Platform::parse(&text, "t.yaml").unwrap()
    }

    #[test]
    fn what_stands_between_the_opening_and_the_closing_of_configuration_persists() {
        let fortios = "{send_input: {input: config system console}}, {send_input: {input: set output standard}}, \
                       {send_input: {input: end}}, {send_input: {input: get system status}}";
        assert_eq!(inputs(fortios, false), ["get system status"]);
        assert_eq!(inputs(fortios, true).len(), 4);
        let modes = "{enter_mode: {requested_mode: configuration}}, {send_input: {input: line vty 0 4}}, \
                     {enter_mode: {requested_mode: exec}}, {send_input: {input: terminal length 0}}";
        assert!(inputs(modes, false).iter().all(|input| !input.contains("line vty")));
    }

    #[test]
    fn a_step_that_is_declared_to_persist_is_left_out_and_what_only_looks_like_configuration_is_not() {
        let asa = "{send_input: {input: terminal pager 0}}, {send_input: {input: terminal width 511, persists: true}}";
        assert_eq!(inputs(asa, false), ["terminal pager 0"]);
        assert!(platform(asa).has_persistent_steps());
        assert_eq!(inputs("{send_input: {input: config paging disable}}", false).len(), 1);
    }
}
