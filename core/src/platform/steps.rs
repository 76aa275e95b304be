//! What a definition sends after the login and before the end, and which of it writes to the device's configuration.

use super::definition::{InstructionDefinition, Origin};
use super::error::PlatformError;
use super::instruction::Instruction;

/// What to do after the login, or before the end.
#[derive(Debug)]
pub(crate) struct Steps(Vec<Step>);

#[derive(Debug)]
struct Step {
    instruction: Instruction,
    /// As it is typed.
    told: String,
    persists: bool,
}

impl Steps {
    pub(super) fn compile(
        definitions: Vec<InstructionDefinition>,
        origin: Origin<'_>,
    ) -> Result<Self, PlatformError> {
        let persist = which_persist(&definitions);
        let told: Vec<String> = definitions.iter().map(told).collect();
        let instructions = Instruction::compile_all(definitions, origin)?;
        let steps = instructions.into_iter().zip(told).zip(persist);
        let steps = steps.map(|((instruction, told), persists)| Step { instruction, told, persists });
        Ok(Self(steps.collect()))
    }

    /// Compiles what they look for now, if it is not.
    pub(super) fn warm(&self) {
        self.0.iter().for_each(|step| step.instruction.warm());
    }

    /// The steps that a session takes: those that change what the device keeps are left out unless `persistent`.
    pub(crate) fn steps(&self, persistent: bool) -> Vec<&Instruction> {
        let wanted = self.0.iter().filter(|step| persistent || !step.persists);
        wanted.map(|step| &step.instruction).collect()
    }

    /// Each step as it is typed, and whether it outlasts the session.
    pub(super) fn told(&self) -> impl Iterator<Item = (&str, bool)> {
        self.0.iter().map(|step| (step.told.as_str(), step.persists))
    }
}

/// Which instructions write to the device's configuration: what a definition says of one, and else those that are
/// typed in configuration, or that are known to be kept.
pub(super) fn which_persist(definitions: &[InstructionDefinition]) -> Vec<bool> {
    let mut place = Place::Outside;
    let follow = |at: usize| place.follow(&definitions[at], &definitions[at + 1..]);
    (0..definitions.len()).map(follow).collect()
}

/// Where the command line is between two instructions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    /// In a configuration that an instruction entered as a mode: another one of the kind leaves it.
    Mode,
    /// In a configuration that a line opened: another line leaves it.
    Block,
}

impl Place {
    /// Takes a step, and says whether it persists.
    fn follow(&mut self, step: &InstructionDefinition, rest: &[InstructionDefinition]) -> bool {
        let (input, said) = match step {
            InstructionDefinition::EnterMode { requested_mode } => {
                *self = if is_configuration(&requested_mode.value) { Self::Mode } else { Self::Outside };
                return *self == Self::Mode;
            }
            InstructionDefinition::SendInput { input, persists }
            | InstructionDefinition::SendPromptedInput { input, persists, .. }
            | InstructionDefinition::Write { input, persists } => (&input.value, persists),
        };
        let inside = *self != Self::Outside;
        if opens_configuration(input) && rest.iter().any(leaves_configuration) {
            *self = Self::Block;
        } else if *self == Self::Block && leaves_configuration(step) {
            *self = Self::Outside;
        }
        said.unwrap_or(inside || *self == Self::Block || is_kept(input))
    }
}

/// Whether a mode is one of configuration, by its name.
fn is_configuration(mode: &str) -> bool {
    mode.starts_with("conf")
}

/// `configure terminal`, `conf t`, `config system console`, `system-view`; and what only looks like them, as
/// `config paging disable` does: nothing leads out of that again.
fn opens_configuration(input: &str) -> bool {
    let word = input.split_whitespace().next().unwrap_or_default();
    (word.len() >= "conf".len() && "configure".starts_with(word)) || word == "system-view"
}

/// Whether a step leads out of a configuration that a line opened.
fn leaves_configuration(step: &InstructionDefinition) -> bool {
    match step {
        InstructionDefinition::EnterMode { .. } => true,
        InstructionDefinition::SendInput { input, .. }
        | InstructionDefinition::SendPromptedInput { input, .. }
        | InstructionDefinition::Write { input, .. } => {
            let word = input.value.split_whitespace().next().unwrap_or_default();
            ["end", "exit", "quit", "return", "abort"].contains(&word)
        }
    }
}

/// Lines that are kept though they are typed outside of configuration. D-Link's switch has no configuration mode.
fn is_kept(input: &str) -> bool {
    const KEPT: &[&str] = &["commit", "copy", "save", "write", "enable clipaging", "disable clipaging"];
    KEPT.iter()
        .any(|kept| input.strip_prefix(kept).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
}

fn told(definition: &InstructionDefinition) -> String {
    match definition {
        InstructionDefinition::EnterMode { requested_mode } => format!("enter mode {}", requested_mode.value),
        InstructionDefinition::SendInput { input, .. }
        | InstructionDefinition::SendPromptedInput { input, .. }
        | InstructionDefinition::Write { input, .. } => input.value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn persistent(yaml: &str) -> Vec<String> {
        let definitions = crate::yaml::parse(yaml).unwrap();
        let steps = Steps::compile(definitions, Origin::File("t.yaml")).unwrap();
        let persistent = steps.told().filter(|(_, persists)| *persists);
        persistent.map(|(step, _)| step.to_owned()).collect()
    }

    #[test]
    fn what_is_typed_in_configuration_persists_with_the_way_there() {
        let yaml = "[{enter_mode: {requested_mode: configuration}}, {send_input: {input: no terminal paging}}, \
                    {enter_mode: {requested_mode: exec}}, {send_input: {input: terminal length 0}}]";
        assert_eq!(persistent(yaml), ["enter mode configuration", "no terminal paging"]);
    }

    #[test]
    fn a_block_lasts_up_to_its_end() {
        let yaml = "[{send_input: {input: config system console}}, {send_input: {input: set output standard}}, \
                    {send_input: {input: end}}, {send_input: {input: get system status}}]";
        assert_eq!(persistent(yaml), ["config system console", "set output standard", "end"]);
    }

    #[test]
    fn lines_that_are_known_to_be_kept_persist() {
        let yaml = "[{write: {input: disable clipaging}}, {send_input: {input: write memory}}, \
                    {send_input: {input: writeable}}, {send_input: {input: config paging disable}}]";
        assert_eq!(persistent(yaml), ["disable clipaging", "write memory"]);
    }

    #[test]
    fn what_the_definition_says_counts_more() {
        let yaml = "[{send_input: {input: terminal width 511, persists: true}}, \
                    {write: {input: save, persists: false}}]";
        assert_eq!(persistent(yaml), ["terminal width 511"]);
    }
}
