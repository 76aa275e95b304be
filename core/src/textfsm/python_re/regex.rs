//! An expression: read at load, compiled when a line first reaches it, or at once where its groups nest deep.

use super::allowance::{Allowance, Budget};
use super::compile::compile;
use super::linear::Linear;
use super::matcher::{Line, Matcher};
use super::node::Node;
use super::program::Program;
use super::syntax::{Shape, Syntax, parse};
use memchr::memmem::Finder;
use std::sync::OnceLock;

/// How many steps a match may take before an automaton is built; so many more for each character of the line.
const STEPS: u32 = 10_000;
const STEPS_PER_CHAR: u32 = 4;

/// The most steps of a match before that, whatever the length of the line. Each takes 16 bytes at most.
const MOST_STEPS: u32 = 1 << 20;

/// How many steps a match may take where no automaton helps.
const PATIENT_STEPS: u32 = 4 << 20;

/// The longest expression that an automaton is built for, in bytes: it is read into a form that takes more memory.
const LONGEST: usize = 8 << 10;

/// How many groups may be within one another for the stack of any thread, and a stack for as many as there may be: without
/// optimisation each takes 8 KiB.
const SHALLOW: usize = 100;
const DEEP_STACK: usize = 16 << 20;

/// An expression in Python's syntax, matched from the start of a line as `re.match` does.
#[derive(Debug)]
pub(in crate::textfsm) struct Regex {
    node: Node,
    groups: Vec<Option<String>>,
    shape: Shape,
    program: OnceLock<Program>,
    /// For lines of ASCII, and for others.
    linear: [OnceLock<Option<Linear>>; 2],
}

impl Regex {
    /// Reads an expression, or says why Python would refuse it.
    pub(in crate::textfsm) fn parse(source: &str) -> Result<Self, String> {
        let is_shallow = source.bytes().filter(|byte| *byte == b'(').count() <= SHALLOW;
        if is_shallow { Self::read(source) } else { with_stack(|| Self::read(source)) }
    }

    fn read(source: &str) -> Result<Self, String> {
        let Syntax { node, groups, shape, depth } = parse(source)?;
        let shape = if source.len() > LONGEST { Shape::Irregular } else { shape };
        let linear = [const { OnceLock::new() }; 2];
        let regex = Self { node, groups, shape, program: OnceLock::new(), linear };
        Ok(if depth > SHALLOW { regex.compiled() } else { regex })
    }

    /// What is too deep to be compiled later, or made an automaton of.
    fn compiled(self) -> Self {
        let program = OnceLock::from(compile(&self.node, self.groups.len()));
        Self { node: Node::Empty, shape: Shape::Irregular, program, ..self }
    }

    /// The name of each group, if it has one; the first is group 1.
    pub(in crate::textfsm) fn groups(&self) -> &[Option<String>] {
        &self.groups
    }

    /// Matches `line` from its start; the groups are then in `matcher`. An error is a limit that was passed.
    pub(in crate::textfsm) fn matches(
        &self,
        line: Line<'_>,
        matcher: &mut Matcher,
        allowance: &mut Allowance<'_>,
    ) -> Result<bool, String> {
        let program = self.program.get_or_init(|| compile(&self.node, self.groups.len()));
        let bytes = line.text.as_bytes();
        let lacks = |required: &Finder<'_>| required.find(bytes).is_none();
        if !program.first.allows(bytes.first().copied()) || program.required.as_ref().is_some_and(lacks) {
            return Ok(false);
        }
        let steps = self.steps(line, allowance);
        let found = matcher.run(program, line, steps);
        allowance.tried(steps - matcher.steps_left());
        found.or_else(|_exhausted| self.slowly(program, line, matcher, allowance))
    }

    /// A line that an automaton had to help with before is not worth many steps.
    fn steps(&self, line: Line<'_>, allowance: &Allowance<'_>) -> u32 {
        let length = u32::try_from(line.text.len()).unwrap_or(u32::MAX);
        let is_built = self.linear[usize::from(line.is_ascii)].get().is_some();
        let least = if is_built || !allowance.may_try() { 64 } else { STEPS };
        length.saturating_mul(STEPS_PER_CHAR).saturating_add(least).min(MOST_STEPS)
    }

    fn slowly(
        &self,
        program: &Program,
        line: Line<'_>,
        matcher: &mut Matcher,
        allowance: &mut Allowance<'_>,
    ) -> Result<bool, String> {
        if let Some(linear) = self.linear(line.is_ascii, allowance.budget) {
            if !allowance.go_through(linear.states(), line.text.len()) {
                return Err("the expression is too large for so long a text".to_owned());
            }
            let found = linear.run(line, self.groups.len(), matcher);
            if !found || self.shape == Shape::Regular {
                return Ok(found);
            }
        }
        let steps = PATIENT_STEPS.min(allowance.patience());
        let found = matcher.run(program, line, steps);
        allowance.waited(steps - matcher.steps_left().min(steps));
        found.map_err(|_exhausted| {
            "the match takes too many steps of backtracking, or nests too deep".to_owned()
        })
    }

    fn linear(&self, is_ascii: bool, budget: &Budget) -> Option<&Linear> {
        if self.shape == Shape::Irregular {
            return None;
        }
        let build = || Linear::new(&self.node, is_ascii, self.groups.len(), budget);
        self.linear[usize::from(is_ascii)].get_or_init(build).as_ref()
    }
}

/// Does what needs a large stack on a thread of its own.
fn with_stack<T: Send>(read: impl FnOnce() -> Result<T, String> + Send) -> Result<T, String> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(DEEP_STACK).spawn_scoped(scope, read);
        let thread = thread.map_err(|error| format!("no thread to read so many groups on: {error}"))?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
