//! Reads a regular expression as Python's `re` (3.11) does, or says why Python would refuse it.
//!
//! What is matched is one line, so `.`, `^` and `$` need not know of line breaks: `re.DOTALL` and `re.MULTILINE`
//! change nothing.

mod class;
mod escape;
mod flags;
mod group;
mod repeat;

use super::node::{Node, Place};
use super::set::{Fold, Member, Set};
use super::unicode;
use flags::Flags;

/// How deep groups and conditions may nest: Python (3.11) has 491 groups in one another where `textfsm` is called from a script,
/// and then no more stack.
const MAX_DEPTH: usize = 491;

/// An expression, and what is known of it.
#[derive(Debug)]
pub(super) struct Syntax {
    pub(super) node: Node,
    /// The name of each group, if it has one; the first is group 1.
    pub(super) groups: Vec<Option<String>>,
    pub(super) shape: Shape,
    /// How many groups are within one another.
    pub(super) depth: usize,
}

/// Which engines give the same answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// An automaton finds the same groups.
    Regular,
    /// An automaton finds whether it matches, but perhaps other groups: something is repeated that may be empty.
    Nullable,
    /// It has look-around, references, conditions, or what does not give back.
    Irregular,
}

/// Reads `pattern`.
pub(super) fn parse(pattern: &str) -> Result<Syntax, String> {
    let mut parser = Parser::new(pattern);
    let top = parser.alternatives(true)?;
    if parser.peek().is_some() {
        return Err("unbalanced parenthesis".into());
    }
    parser.check_conditions()?;
    let groups = parser.groups.into_iter().map(|group| group.name).collect();
    Ok(Syntax { node: top.node, groups, shape: parser.shape, depth: parser.deepest })
}

/// The least and the greatest number of characters that something matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Width {
    min: u64,
    max: u64,
}

impl Width {
    const ZERO: Self = Self { min: 0, max: 0 };
    const ONE: Self = Self { min: 1, max: 1 };

    fn then(self, next: Self) -> Self {
        Self { min: self.min.saturating_add(next.min), max: self.max.saturating_add(next.max) }
    }

    fn or(self, other: Self) -> Self {
        Self { min: self.min.min(other.min), max: self.max.max(other.max) }
    }

    fn times(self, min: u64, max: u64) -> Self {
        Self { min: self.min.saturating_mul(min), max: self.max.saturating_mul(max) }
    }
}

/// What may follow an element: Python refuses to repeat anchors and repetitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Anchor,
    Repetition,
}

/// One element of a sequence.
#[derive(Debug)]
struct Item {
    node: Node,
    kind: Kind,
    width: Width,
}

impl Item {
    fn plain(node: Node, width: Width) -> Self {
        Self { node, kind: Kind::Plain, width }
    }

    fn one(node: Node) -> Self {
        Self::plain(node, Width::ONE)
    }

    fn place(place: Place) -> Self {
        Self { node: Node::Place(place), kind: Kind::Anchor, width: Width::ZERO }
    }
}

/// Elements in a row, or several such rows to choose from.
#[derive(Debug)]
struct Body {
    node: Node,
    width: Width,
}

#[derive(Debug)]
struct Group {
    name: Option<String>,
    /// None while the group is still open.
    width: Option<Width>,
}

struct Parser<'p> {
    pattern: &'p str,
    at: usize,
    flags: Flags,
    global: Flags,
    groups: Vec<Group>,
    /// The number of groups when the outermost look-behind was opened.
    look_behind: Option<usize>,
    /// The greatest group number that a condition named before it was known.
    greatest_condition: u32,
    shape: Shape,
    depth: usize,
    deepest: usize,
}

impl<'p> Parser<'p> {
    fn new(pattern: &'p str) -> Self {
        Self {
            pattern,
            at: 0,
            flags: Flags::default(),
            global: Flags::default(),
            groups: Vec::new(),
            look_behind: None,
            greatest_condition: 0,
            shape: Shape::Regular,
            depth: 0,
            deepest: 0,
        }
    }

    fn rest(&self) -> &'p str {
        // `at` moves by whole characters.
        self.pattern.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn take(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.at += if found { c.len_utf8() } else { 0 };
        found
    }

    fn digits(&mut self) -> &'p str {
        let rest = self.rest();
        let digits = &rest[..rest.bytes().take_while(u8::is_ascii_digit).count()];
        self.at += digits.len();
        digits
    }

    /// Reads up to `end` and past it; `what` names what is read.
    fn until(&mut self, end: char, what: &str) -> Result<&'p str, String> {
        let (text, _) =
            self.rest().split_once(end).ok_or_else(|| format!("missing {end}, unterminated name"))?;
        self.at += text.len() + end.len_utf8();
        if text.is_empty() { Err(format!("missing {what}")) } else { Ok(text) }
    }

    fn deepen(&mut self) -> Result<(), String> {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        if self.depth > MAX_DEPTH { Err(format!("groups nest deeper than {MAX_DEPTH}")) } else { Ok(()) }
    }

    fn is_at_least(&mut self, shape: Shape) {
        self.shape = self.shape.max(shape);
    }

    fn alternatives(&mut self, first: bool) -> Result<Body, String> {
        let first = self.sequence(first)?;
        let (mut branches, mut width) = (vec![first.node], first.width);
        while self.take('|') {
            let other = self.sequence(false)?;
            branches.push(other.node);
            width = width.or(other.width);
        }
        let node = if branches.len() > 1 { Node::Alternate(branches) } else { Node::concat(branches) };
        Ok(Body { node, width })
    }

    /// Reads elements up to `|`, `)` or the end. Global flags are allowed only before the `first` of all.
    fn sequence(&mut self, first: bool) -> Result<Body, String> {
        let mut items: Vec<Item> = Vec::new();
        while let Some(c) = self.peek().filter(|c| !matches!(c, '|' | ')')) {
            if self.flags.verbose && self.skip_verbose(c) {
                continue;
            }
            self.at += c.len_utf8();
            match self.quantifier(c)? {
                Some(count) => {
                    let repeated = self.repeat(count, items.pop())?;
                    items.push(repeated);
                }
                None => items.extend(self.element(c, first && items.is_empty())?),
            }
        }
        let width = items.iter().fold(Width::ZERO, |width, item| width.then(item.width));
        let node = Node::concat(items.into_iter().map(|item| item.node).collect());
        Ok(Body { node, width })
    }

    /// Skips what verbose mode ignores; false if `c` is not of that kind.
    fn skip_verbose(&mut self, c: char) -> bool {
        match c {
            ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c' => self.at += 1,
            '#' => while self.next().is_some_and(|c| c != '\n') {},
            _ => return false,
        }
        true
    }

    /// Reads the element that starts with `c`, already read; None for comments and global flags.
    fn element(&mut self, c: char, first: bool) -> Result<Option<Item>, String> {
        Ok(Some(match c {
            '.' => Item::one(Node::Any),
            '^' => Item::place(Place::Start),
            '$' => Item::place(Place::End),
            '[' => self.class()?,
            '(' => return self.group(first),
            '\\' => self.escape()?,
            _ => self.literal(c),
        }))
    }

    fn literal(&self, c: char) -> Item {
        let has_cases = match self.flags.fold() {
            Fold::No => false,
            Fold::Ascii => c.is_ascii_alphabetic(),
            Fold::Unicode if c.is_ascii() => c.is_ascii_alphabetic(),
            Fold::Unicode => {
                unicode::equivalents(c).ranges() != [regex_syntax::hir::ClassUnicodeRange::new(c, c)]
            }
        };
        let folded = || Set::new(vec![Member::Char(c)], false, self.flags.fold());
        Item::one(if has_cases { Node::Set(folded()) } else { Node::Char(c) })
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
