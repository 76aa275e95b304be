//! What the matcher carries out: an expression as a list of instructions.

use super::node::Place;
use super::set::{Ascii, Fold, Set};
use memchr::memmem::Finder;

/// A place in the list of instructions.
pub(super) type At = u32;

/// An expression, compiled.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) code: Vec<Inst>,
    pub(super) sets: Vec<Set>,
    /// The characters of `Literal`.
    pub(super) literals: Vec<u8>,
    pub(super) loops: Vec<Loop>,
    /// What each `Many` and `Split` looks ahead for.
    pub(super) peeks: Vec<Peek>,
    pub(super) groups: usize,
    /// What every match begins with.
    pub(super) first: Peek,
    /// What stands in every line that it matches.
    pub(super) required: Option<Finder<'static>>,
}

/// One step of a match.
#[derive(Clone, Copy, Debug)]
pub(super) enum Inst {
    /// Takes one byte of ASCII.
    Byte(u8),
    /// Takes these bytes of `literals`.
    Literal {
        start: u32,
        length: u32,
    },
    /// Takes one character.
    One(One),
    /// Takes as many characters as it can, or as it must.
    Many(Many),
    /// Tries one way, then the other. `peek` and the one after it are what each way may begin with.
    Split {
        first: At,
        second: At,
        peek: u32,
    },
    Jump(At),
    /// Notes where a group begins or ends.
    Mark(u32),
    Place(Place),
    /// Begins a counted loop, at its `Next`.
    Enter {
        id: u32,
    },
    /// The end of an iteration of a counted loop.
    Next {
        id: u32,
    },
    /// Runs what follows up to `Done` as a match of its own, then goes on at `after`.
    Look {
        behind: u32,
        negated: bool,
        after: At,
    },
    /// The same, and takes what it took.
    Atomic {
        after: At,
    },
    /// The end of a match of its own.
    Done,
    /// Takes what a group took.
    Reference {
        group: u32,
        fold: Fold,
    },
    /// Goes on if a group took part, else at `no`.
    Condition {
        group: u32,
        no: At,
    },
    Match,
}

/// One character.
#[derive(Clone, Copy, Debug)]
pub(super) enum One {
    Byte(u8),
    Any,
    /// By its place in `sets`.
    Set(u32),
}

/// The same character, or one of the same set, many times.
#[derive(Clone, Copy, Debug)]
pub(super) struct Many {
    pub(super) one: One,
    pub(super) min: u32,
    /// `u32::MAX` if there is no limit.
    pub(super) max: u32,
    pub(super) habit: Habit,
    /// What may follow it.
    pub(super) peek: u32,
}

/// Which number of characters is tried first, and whether others are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Habit {
    Greedy,
    Lazy,
    /// All it can, and no less.
    Possessive,
    /// The same on lines of ASCII, where nothing that it takes can follow it; elsewhere as greedy.
    GreedyAtOnce,
}

/// A loop whose iterations are counted, or may be empty.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loop {
    pub(super) min: u32,
    /// `u32::MAX` if there is no limit.
    pub(super) max: u32,
    pub(super) is_lazy: bool,
    pub(super) body: At,
    pub(super) exit: At,
}

/// What a match may begin with, where it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Peek {
    /// These characters of ASCII, or any other character.
    pub(super) ascii: Ascii,
    /// Whether it may match at the end of the line.
    pub(super) at_end: bool,
}

impl Peek {
    pub(super) const ANYTHING: Self = Self { ascii: Ascii::ALL, at_end: true };
    pub(super) const NOTHING: Self = Self { ascii: Ascii::NONE, at_end: false };

    pub(super) fn or(self, other: Self) -> Self {
        Self { ascii: self.ascii.or(other.ascii), at_end: self.at_end || other.at_end }
    }

    /// Whether a match may begin with what stands here; None is the end of the line.
    #[inline]
    pub(super) fn allows(self, next: Option<u8>) -> bool {
        match next {
            Some(byte) => !byte.is_ascii() || self.ascii.has(byte),
            None => self.at_end,
        }
    }
}
