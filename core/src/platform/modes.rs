//! The modes of a command line as a graph, and the way through it.

use super::definition::{ModeDefinition, Origin, exact_or_pattern};
use super::error::PlatformError;
use super::instruction::Instruction;
use super::pattern::Pattern;
use super::prompt::{Prompt, Tail};
use std::collections::VecDeque;

#[derive(Debug)]
pub(crate) struct Mode {
    pub(crate) name: String,
    prompt: Prompt,
    exits: Vec<Exit>,
}

impl Mode {
    /// The modes that can be entered from it.
    pub(super) fn exits(&self) -> impl Iterator<Item = &str> {
        self.exits.iter().map(|exit| exit.to.as_str())
    }
}

/// A step out of a mode. The mode it leads to may be missing: that is an error only for those who want to go there.
#[derive(Debug)]
struct Exit {
    to: String,
    instructions: Vec<Instruction>,
}

/// One step of a way: the mode that it leads to, and what to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hop<'a> {
    pub(crate) to: usize,
    pub(crate) instructions: &'a [Instruction],
}

#[derive(Debug)]
pub(crate) struct Modes(Vec<Mode>);

impl Modes {
    /// `any` is what any prompt of the platform looks like.
    pub(super) fn compile(
        definitions: Vec<ModeDefinition>,
        any: &Pattern,
        origin: Origin<'_>,
    ) -> Result<Self, PlatformError> {
        let compile = |definition: ModeDefinition| {
            let name = definition.name.value.clone();
            Mode::compile(definition, any, origin).map_err(|error| error.in_mode(&name))
        };
        definitions.into_iter().map(compile).collect::<Result<_, _>>().map(Self)
    }

    /// Compiles what they look for now, if it is not.
    pub(super) fn warm(&self) {
        for mode in &self.0 {
            mode.prompt.warm();
            mode.exits.iter().flat_map(|exit| &exit.instructions).for_each(Instruction::warm);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Mode> {
        self.0.iter()
    }

    pub(crate) fn get(&self, mode: usize) -> &Mode {
        &self.0[mode]
    }

    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|mode| mode.name == name)
    }

    /// The mode whose prompt the output ends in, and whether the prompt begins on the line before. Where several
    /// look alike, the `likely` one counts, else the first.
    pub(crate) fn recognise(&self, tail: Tail<'_>, likely: Option<usize>) -> Option<(usize, bool)> {
        let mut order = likely.into_iter().chain(0..self.0.len());
        order.find_map(|mode| Some((mode, self.0[mode].prompt.find(tail)?)))
    }

    /// Every mode whose prompt the output ends in, in the definition's order.
    pub(super) fn fitting(&self, tail: Tail<'_>) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |mode| mode.prompt.find(tail).is_some()).map(|mode| mode.name.as_str())
    }

    /// The shortest way between two modes; of several the one that the definition lists first. `None` where none
    /// leads there.
    pub(crate) fn way(&self, from: usize, to: usize) -> Option<Vec<Hop<'_>>> {
        let mut came_by: Vec<Option<(usize, Hop<'_>)>> = vec![None; self.0.len()];
        let mut queue = VecDeque::from([from]);
        while let Some(mode) = queue.pop_front() {
            if mode == to {
                return Some(walk_back(&came_by, from, to));
            }
            for hop in self.hops(mode) {
                if hop.to != from && came_by[hop.to].is_none() {
                    came_by[hop.to] = Some((mode, hop));
                    queue.push_back(hop.to);
                }
            }
        }
        None
    }

    fn hops(&self, mode: usize) -> impl Iterator<Item = Hop<'_>> {
        self.0[mode]
            .exits
            .iter()
            .filter_map(|exit| Some(Hop { to: self.position(&exit.to)?, instructions: &exit.instructions }))
    }
}

impl Mode {
    fn compile(definition: ModeDefinition, any: &Pattern, origin: Origin<'_>) -> Result<Self, PlatformError> {
        let ModeDefinition { name, prompt_exact, prompt_pattern, prompt_excludes, accessible_modes } =
            definition;
        let pattern = exact_or_pattern(prompt_exact.as_deref(), prompt_pattern.as_ref(), &name, origin)?;
        let exits = accessible_modes.into_iter().map(|exit| {
            let instructions = Instruction::compile_all(exit.instructions, origin)?;
            Ok(Exit { to: exit.name.value, instructions })
        });
        Ok(Self {
            name: name.value,
            prompt: Prompt::of_mode(pattern, prompt_excludes, any),
            exits: exits.collect::<Result<_, PlatformError>>()?,
        })
    }
}

fn walk_back<'a>(came_by: &[Option<(usize, Hop<'a>)>], from: usize, to: usize) -> Vec<Hop<'a>> {
    let mut way = Vec::new();
    let mut mode = to;
    while let (true, Some((before, hop))) = (mode != from, came_by[mode]) {
        way.push(hop);
        mode = before;
    }
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::super::Platform;
    use super::*;

    fn names(modes: &Modes, from: &str, to: &str) -> Option<Vec<String>> {
        let way = modes.way(modes.position(from).unwrap(), modes.position(to).unwrap())?;
        Some(way.iter().map(|hop| modes.get(hop.to).name.clone()).collect())
    }

    #[test]
    fn the_way_is_the_shortest_and_can_be_empty() {
        let platform = Platform::builtin("cisco_iosxe").unwrap();
        let way = |from, to| names(&platform.modes, from, to).unwrap();
        assert_eq!(way("exec", "configuration"), ["privileged_exec", "configuration"]);
        assert_eq!(way("configuration", "exec"), ["privileged_exec", "exec"]);
        assert!(way("exec", "exec").is_empty());
    }

    #[test]
    fn no_way_leads_to_a_mode_that_nothing_opens() {
        let text = "{prompt_pattern: x, default_mode: a, modes: [{name: a, prompt_exact: a, accessible_modes: \
                    [{name: ghost}]}, {name: b, prompt_exact: b}]}";
        let platform = Platform::parse(text, "t.yaml").unwrap();
        assert_eq!(names(&platform.modes, "a", "b"), None);
    }

    #[test]
    fn of_modes_that_look_alike_the_likely_one_counts() {
        let text = "{prompt_pattern: x, default_mode: a, modes: [{name: a, prompt_exact: '#'}, \
                    {name: b, prompt_exact: '#'}]}";
        let modes = Platform::parse(text, "t.yaml").unwrap().modes;
        let tail = Tail { previous: "", line: "r1#" };
        assert_eq!(modes.recognise(tail, None), Some((0, false)));
        assert_eq!(modes.recognise(tail, Some(1)), Some((1, false)));
    }
}
