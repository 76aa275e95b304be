//! A regular expression, read.

use super::set::{Fold, Set};

/// An expression, or a part of one.
#[derive(Debug)]
pub(super) enum Node {
    /// Matches without taking anything.
    Empty,
    /// One character.
    Char(char),
    /// Any one character.
    Any,
    /// One of several characters.
    Set(Set),
    /// A place in the line.
    Place(Place),
    /// One after the other.
    Concat(Vec<Node>),
    /// The first that serves.
    Alternate(Vec<Node>),
    /// A group with its number, counted from 1.
    Capture(u32, Box<Node>),
    /// The same several times.
    Repeat(Box<Repeat>),
    /// Look-ahead and look-behind.
    Look(Box<Look>),
    /// What does not give back what it took.
    Atomic(Box<Node>),
    /// What a group matched, once more.
    Reference { group: u32, fold: Fold },
    /// One of two, by whether a group took part.
    Condition(Box<Condition>),
}

/// A place in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Start,
    End,
    /// `\b`, and `\B` where `inside`.
    WordBoundary {
        inside: bool,
        ascii: bool,
    },
}

/// How much a repetition takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

#[derive(Debug)]
pub(super) struct Repeat {
    pub(super) body: Node,
    pub(super) min: u32,
    /// None if there is no limit.
    pub(super) max: Option<u32>,
    pub(super) greed: Greed,
    /// Whether the body can match without taking anything.
    pub(super) is_nullable: bool,
}

#[derive(Debug)]
pub(super) struct Look {
    pub(super) body: Node,
    /// For look-behind, how many characters.
    pub(super) behind: Option<u32>,
    /// Whether the body must not match.
    pub(super) negated: bool,
}

#[derive(Debug)]
pub(super) struct Condition {
    pub(super) group: u32,
    pub(super) yes: Node,
    pub(super) no: Node,
}

impl Node {
    /// Parts in a row.
    pub(super) fn concat(mut parts: Vec<Self>) -> Self {
        match parts.len() {
            0 => Self::Empty,
            1 => parts.remove(0),
            _ => Self::Concat(parts),
        }
    }

    /// Whether it takes exactly one character, without any choice in how.
    pub(super) fn is_single(&self) -> bool {
        matches!(self, Self::Char(_) | Self::Any | Self::Set(_))
    }
}
