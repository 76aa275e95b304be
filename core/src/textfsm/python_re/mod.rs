//! Python's regular expressions.
//!
//! Templates are written for Python's `re`, whose expressions differ from those of Rust's crates in what is literal
//! (`\<`, `a{`, `[[]`), in what the classes hold, in what is refused, and in which groups take part where something
//! that may be empty is repeated. So they are read here ([`syntax`]) and compiled to a small program ([`compile`]),
//! in a microsecond or two, which a backtracking [`matcher`] carries out in the order in which Python tries, on lines that have
//! what it cannot match without ([`required`]).
//!
//! A match has so many steps. Where they do not suffice and an automaton gives the same answer, it gives it
//! ([`linear`]); this is how a line costs linear time whatever the expression. What no automaton can match, look-around,
//! references and groups too deep in one another, gets a larger number of steps from an [`Allowance`] that all lines of a
//! text share; so do automata, which may be large, and what they take in memory is bounded for the template.

mod allowance;
mod compile;
mod linear;
mod matcher;
mod names;
mod node;
mod program;
mod regex;
mod required;
mod set;
mod syntax;
mod unicode;

pub(super) use allowance::{Allowance, Budget};
pub(super) use matcher::{Line, Matcher};
pub(super) use regex::Regex;

pub(super) use unicode::{is_space, is_word};

#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod tests;
