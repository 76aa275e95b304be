//! The same expression as an automaton, for lines on which trying takes too long.

use super::allowance::Budget;
use super::matcher::{Line, Matcher};
use super::node::{Greed, Node, Place, Repeat};
use super::set::Set;
use regex_automata::meta::{Config, Regex};
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Anchored, Input};
use regex_syntax::hir::{self, Class, ClassBytes, ClassBytesRange, Hir, Look};

/// The most memory that one automaton may take.
const SIZE_LIMIT: usize = 8 << 20;

/// The least memory that a state takes; there are no more of them than this makes.
const STATE: usize = 24;

/// An automaton for lines of one kind.
#[derive(Debug)]
pub(super) struct Linear {
    regex: Regex,
    states: usize,
}

impl Linear {
    /// Builds the automaton; None if it would take too much memory, or the expression has what automata lack.
    pub(super) fn new(node: &Node, is_ascii: bool, groups: usize, budget: &Budget) -> Option<Self> {
        let hir = Builder { is_ascii }.hir(node)?;
        let config =
            Config::new().nfa_size_limit(Some(SIZE_LIMIT)).hybrid(false).dfa(false).utf8_empty(false);
        let regex = Regex::builder().configure(config).build_from_hir(&hir).ok()?;
        let states = regex.memory_usage() / STATE;
        // A search keeps for each state, twice, its place in two lists and where each group was.
        let search = 2 * states * 8 * (1 + 2 * (groups + 1));
        budget.take(regex.memory_usage() + search).then_some(Self { regex, states })
    }

    /// How many states it has at most.
    pub(super) fn states(&self) -> usize {
        self.states
    }

    /// Matches `line` from its start, and leaves the groups in `matcher`.
    pub(super) fn run(&self, line: Line<'_>, groups: usize, matcher: &mut Matcher) -> bool {
        let mut slots: Vec<Option<NonMaxUsize>> = vec![None; 2 * (groups + 1)];
        let input = Input::new(line.text).anchored(Anchored::Yes);
        matcher.reset(groups);
        if self.regex.search_slots(&input, &mut slots).is_none() {
            return false;
        }
        for (group, slots) in slots.chunks_exact(2).enumerate() {
            if let [Some(start), Some(end)] = slots {
                matcher.set(group, start.get()..end.get());
            }
        }
        true
    }
}

struct Builder {
    is_ascii: bool,
}

impl Builder {
    fn hir(&self, node: &Node) -> Option<Hir> {
        Some(match node {
            Node::Empty => Hir::empty(),
            Node::Char(c) => Hir::literal(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Node::Any if self.is_ascii => Hir::dot(hir::Dot::AnyByte),
            Node::Any => Hir::dot(hir::Dot::AnyChar),
            Node::Set(set) => Hir::class(self.class(set)),
            Node::Place(Place::Start) => Hir::look(Look::Start),
            Node::Place(Place::End) => Hir::look(Look::End),
            // Unicode's boundaries are not Python's.
            Node::Place(Place::WordBoundary { .. }) if !self.is_ascii => return None,
            Node::Place(Place::WordBoundary { inside, .. }) => {
                Hir::look(if *inside { Look::WordAsciiNegate } else { Look::WordAscii })
            }
            Node::Concat(parts) => Hir::concat(self.all(parts)?),
            Node::Alternate(branches) => Hir::alternation(self.all(branches)?),
            Node::Capture(index, body) => {
                Hir::capture(hir::Capture { index: *index, name: None, sub: Box::new(self.hir(body)?) })
            }
            Node::Repeat(repeat) => self.repeat(repeat)?,
            Node::Look(_) | Node::Atomic(_) | Node::Reference { .. } | Node::Condition(_) => return None,
        })
    }

    fn all(&self, nodes: &[Node]) -> Option<Vec<Hir>> {
        nodes.iter().map(|node| self.hir(node)).collect()
    }

    fn class(&self, set: &Set) -> Class {
        if !self.is_ascii {
            return Class::Unicode(set.to_unicode());
        }
        let bytes = (0..128u8).filter(|byte| set.ascii.has(*byte));
        Class::Bytes(ClassBytes::new(bytes.map(|byte| ClassBytesRange::new(byte, byte))))
    }

    fn repeat(&self, repeat: &Repeat) -> Option<Hir> {
        let sub = Box::new(self.hir(&repeat.body)?);
        let greedy = repeat.greed == Greed::Greedy;
        (repeat.greed != Greed::Possessive)
            .then(|| Hir::repetition(hir::Repetition { min: repeat.min, max: repeat.max, greedy, sub }))
    }
}
