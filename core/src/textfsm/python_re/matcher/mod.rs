//! Carries out a program on a line, as Python's `re.match` does: by trying, and going back where it leads nowhere.

mod loops;
mod many;

use super::node::Place;
use super::program::{Inst, One, Program};
use super::set::Fold;
use super::unicode::is_word;
use std::ops::Range;

/// A line, and whether it is all ASCII.
#[derive(Clone, Copy, Debug)]
pub(in crate::textfsm) struct Line<'l> {
    pub(in crate::textfsm) text: &'l str,
    pub(in crate::textfsm) is_ascii: bool,
}

impl<'l> Line<'l> {
    pub(in crate::textfsm) fn new(text: &'l str) -> Self {
        Self { text, is_ascii: text.is_ascii() }
    }
}

/// The match took more steps than it was allowed, or more of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exhausted;

/// How many matches may be within one another, as look-ahead has them: without optimisation each takes 1 KiB of the stack.
const MOST_NESTED: u32 = 500;

/// A place that is none, or a group that took no part.
const NONE: u32 = u32::MAX;

/// The room that matches need, kept from one to the next; after a match, where its groups are.
#[derive(Debug, Default)]
pub(in crate::textfsm) struct Matcher {
    /// What to do where the way leads nowhere, the latest last.
    stack: Vec<Frame>,
    marks: Vec<u32>,
    turns: Vec<Turn>,
    /// How many steps are left.
    steps: u32,
    /// How many matches are within one another.
    nested: u32,
}

/// The state of a counted loop.
#[derive(Clone, Copy, Debug)]
struct Turn {
    /// How many iterations were begun; `NONE` is one less than none.
    count: u32,
    /// Where the last of them began that was not due.
    last: u32,
}

/// Something to do when the way leads nowhere: take another, or undo what was noted on it.
#[derive(Clone, Copy, Debug)]
enum Frame {
    Go {
        at: u32,
        pos: u32,
    },
    /// Give back characters that the `Many` at `at` took beyond `low`.
    Fewer {
        at: u32,
        low: u32,
        pos: u32,
    },
    /// Let the lazy `Many` at `at` take one more, of so many.
    More {
        at: u32,
        pos: u32,
        left: u32,
    },
    /// Begin one more iteration of a lazy loop.
    Again {
        id: u32,
        pos: u32,
    },
    Mark {
        slot: u32,
        was: u32,
    },
    Turn {
        id: u32,
        was: Turn,
    },
    /// The beginning of a match within the match.
    Own,
}

impl Matcher {
    /// Matches `line` from its start, within so many steps.
    pub(super) fn run(&mut self, program: &Program, line: Line<'_>, steps: u32) -> Result<bool, Exhausted> {
        // Places are counted in 32 bits.
        if u32::try_from(line.text.len()).is_err() {
            return Err(Exhausted);
        }
        self.reset(program.groups);
        self.turns.clear();
        self.turns.resize(program.loops.len(), Turn { count: NONE, last: NONE });
        self.stack.clear();
        (self.steps, self.nested) = (steps, 0);
        let end = if line.is_ascii {
            Run::<true> { program, text: line.text, bytes: line.text.as_bytes(), state: self }.from(0, 0)?
        } else {
            Run::<false> { program, text: line.text, bytes: line.text.as_bytes(), state: self }.from(0, 0)?
        };
        if let Some(end) = end {
            self.set(0, 0..end);
        }
        Ok(end.is_some())
    }

    /// How many of the steps are left.
    pub(super) fn steps_left(&self) -> u32 {
        self.steps
    }

    /// Where a group matched, if it took part; group 0 is the whole match.
    pub(in crate::textfsm) fn span(&self, group: usize) -> Option<Range<usize>> {
        let (start, end) = (*self.marks.get(2 * group)?, *self.marks.get(2 * group + 1)?);
        (start != NONE && end != NONE).then_some(start as usize..end as usize)
    }

    /// Forgets the last match.
    pub(super) fn reset(&mut self, groups: usize) {
        self.marks.clear();
        self.marks.resize(2 * (groups + 1), NONE);
    }

    /// Notes where a group matched.
    pub(super) fn set(&mut self, group: usize, span: Range<usize>) {
        self.marks[2 * group] = narrow(span.start);
        self.marks[2 * group + 1] = narrow(span.end);
    }

    fn push(&mut self, frame: Frame) -> Result<(), Exhausted> {
        self.steps = self.steps.checked_sub(1).ok_or(Exhausted)?;
        self.stack.push(frame);
        Ok(())
    }

    fn deepen(&mut self) -> Result<(), Exhausted> {
        self.nested += 1;
        if self.nested > MOST_NESTED { Err(Exhausted) } else { Ok(()) }
    }
}

/// Places in a line fit into 32 bits; that was looked at first.
#[allow(clippy::cast_possible_truncation, reason = "see above")]
fn narrow(pos: usize) -> u32 {
    pos as u32
}

/// A program on a line. On lines of ASCII each byte is a character.
struct Run<'r, const ASCII: bool> {
    program: &'r Program,
    text: &'r str,
    bytes: &'r [u8],
    state: &'r mut Matcher,
}

/// Where to go on: the instruction, and the place in the line. None is nowhere.
type Step = Option<(usize, usize)>;

impl<const ASCII: bool> Run<'_, ASCII> {
    /// Runs from the instruction `at` on to a `Match` or `Done`; returns the place reached.
    fn from(&mut self, mut at: usize, mut pos: usize) -> Result<Option<usize>, Exhausted> {
        let base = self.state.stack.len();
        loop {
            let next = match self.program.code[at] {
                Inst::Byte(byte) => (self.bytes.get(pos) == Some(&byte)).then_some((at + 1, pos + 1)),
                Inst::Literal { start, length } => self.literal(start, length, pos).map(|pos| (at + 1, pos)),
                Inst::One(one) => self.one(one, pos).map(|pos| (at + 1, pos)),
                Inst::Many(many) => self.many(at, many, pos)?,
                Inst::Split { first, second, peek } => self.split(first, second, peek, pos)?,
                Inst::Jump(to) => Some((to as usize, pos)),
                Inst::Mark(slot) => {
                    self.mark(slot, pos)?;
                    Some((at + 1, pos))
                }
                Inst::Place(place) => self.is_at(place, pos).then_some((at + 1, pos)),
                Inst::Enter { id } => self.enter(id, pos)?,
                Inst::Next { id } => self.next(id, pos)?,
                Inst::Look { behind, negated, after } => {
                    self.look(at + 1, pos, behind, negated)?.then_some((after as usize, pos))
                }
                Inst::Atomic { after } => self.own(at + 1, pos)?.map(|pos| (after as usize, pos)),
                Inst::Reference { group, fold } => self.reference(group, fold, pos).map(|pos| (at + 1, pos)),
                Inst::Condition { group, no } => {
                    Some((if self.group(group).is_some() { at + 1 } else { no as usize }, pos))
                }
                Inst::Done | Inst::Match => return Ok(Some(pos)),
            };
            (at, pos) = match next {
                Some(next) => next,
                None => match self.back(base)? {
                    Some(next) => next,
                    None => return Ok(None),
                },
            };
        }
    }

    /// The latest way that was not tried yet, above `base`.
    fn back(&mut self, base: usize) -> Result<Step, Exhausted> {
        while self.state.stack.len() > base {
            let Some(frame) = self.state.stack.pop() else { break };
            self.state.steps = self.state.steps.checked_sub(1).ok_or(Exhausted)?;
            let next = match frame {
                Frame::Go { at, pos } => Some((at as usize, pos as usize)),
                Frame::Fewer { at, low, pos } => self.fewer(at, low as usize, pos as usize)?,
                Frame::More { at, pos, left } => self.more(at, pos as usize, left)?,
                Frame::Again { id, pos } => self.again(id, pos as usize)?,
                Frame::Mark { slot, was } => {
                    self.state.marks[slot as usize] = was;
                    None
                }
                Frame::Turn { id, was } => {
                    self.state.turns[id as usize] = was;
                    None
                }
                Frame::Own => None,
            };
            if next.is_some() {
                return Ok(next);
            }
        }
        Ok(None)
    }

    fn byte(&self, pos: usize) -> Option<u8> {
        self.bytes.get(pos).copied()
    }

    fn literal(&self, start: u32, length: u32, pos: usize) -> Option<usize> {
        let literal = &self.program.literals[start as usize..(start + length) as usize];
        self.bytes[pos..].starts_with(literal).then_some(pos + literal.len())
    }

    /// Takes one character.
    #[inline]
    fn one(&self, one: One, pos: usize) -> Option<usize> {
        let byte = self.byte(pos)?;
        if ASCII || byte.is_ascii() {
            let taken = match one {
                One::Byte(wanted) => byte == wanted,
                One::Any => true,
                One::Set(set) => self.program.sets[set as usize].ascii.has(byte),
            };
            return taken.then_some(pos + 1);
        }
        let c = self.text[pos..].chars().next()?;
        let taken = match one {
            One::Byte(_) => false,
            One::Any => true,
            One::Set(set) => self.program.sets[set as usize].has_other(c),
        };
        taken.then_some(pos + c.len_utf8())
    }

    /// The place one character before `pos`.
    fn before(&self, pos: usize) -> usize {
        let mut pos = pos - 1;
        while !ASCII && !self.text.is_char_boundary(pos) {
            pos -= 1;
        }
        pos
    }

    fn split(&mut self, first: u32, second: u32, peek: u32, pos: usize) -> Result<Step, Exhausted> {
        let next = self.byte(pos);
        let peek = peek as usize;
        let may = [self.program.peeks[peek], self.program.peeks[peek + 1]].map(|peek| peek.allows(next));
        let at = match may {
            [true, true] => {
                self.state.push(Frame::Go { at: second, pos: narrow(pos) })?;
                first
            }
            [true, false] => first,
            [false, true] => second,
            [false, false] => return Ok(None),
        };
        Ok(Some((at as usize, pos)))
    }

    fn mark(&mut self, slot: u32, pos: usize) -> Result<(), Exhausted> {
        let was = std::mem::replace(&mut self.state.marks[slot as usize], narrow(pos));
        // Without any other way left nobody will come back.
        if self.state.stack.is_empty() { Ok(()) } else { self.state.push(Frame::Mark { slot, was }) }
    }

    fn is_at(&self, place: Place, pos: usize) -> bool {
        match place {
            Place::Start => pos == 0,
            Place::End => pos == self.bytes.len(),
            // On an empty line Python finds neither a boundary nor the lack of one.
            Place::WordBoundary { .. } if self.bytes.is_empty() => false,
            Place::WordBoundary { inside, ascii } => {
                let is_word = |c: char| is_word(c) && (!ascii || c.is_ascii());
                let before = self.text[..pos].chars().next_back().is_some_and(is_word);
                let after = self.text[pos..].chars().next().is_some_and(is_word);
                (before == after) == inside
            }
        }
    }

    fn look(&mut self, at: usize, pos: usize, behind: u32, negated: bool) -> Result<bool, Exhausted> {
        let mut start = pos;
        for _ in 0..behind {
            if start == 0 {
                return Ok(negated);
            }
            start = self.before(start);
        }
        let base = self.state.stack.len();
        let found = self.own(at, start)?.is_some();
        if negated && found {
            self.undo(base);
        }
        Ok(found != negated)
    }

    /// Runs a match of its own. What it noted stays, and is undone where the match around it goes back.
    fn own(&mut self, at: usize, pos: usize) -> Result<Option<usize>, Exhausted> {
        let base = self.state.stack.len();
        self.state.push(Frame::Own)?;
        self.state.deepen()?;
        let end = self.from(at, pos)?;
        self.state.nested -= 1;
        let mut kept = base;
        for index in base..self.state.stack.len() {
            let frame = self.state.stack[index];
            if matches!(frame, Frame::Mark { .. } | Frame::Turn { .. }) {
                self.state.stack[kept] = frame;
                kept += 1;
            }
        }
        self.state.stack.truncate(kept);
        Ok(end)
    }

    /// Undoes what was noted above `base`.
    fn undo(&mut self, base: usize) {
        while self.state.stack.len() > base {
            match self.state.stack.pop() {
                Some(Frame::Mark { slot, was }) => self.state.marks[slot as usize] = was,
                Some(Frame::Turn { id, was }) => self.state.turns[id as usize] = was,
                _ => {}
            }
        }
    }

    /// What a group took. While it is open again its end is that of the time before, as Python has it.
    fn group(&self, group: u32) -> Option<Range<usize>> {
        self.state.span(group as usize).filter(|span| span.start <= span.end)
    }

    fn reference(&self, group: u32, fold: Fold, pos: usize) -> Option<usize> {
        let span = self.group(group)?;
        let (wanted, rest) = (&self.text[span], &self.text[pos..]);
        if fold == Fold::No {
            return rest.starts_with(wanted).then_some(pos + wanted.len());
        }
        let lower = |c: char| match fold {
            Fold::Unicode => c.to_lowercase().next().unwrap_or(c),
            _ => c.to_ascii_lowercase(),
        };
        let mut end = rest.chars();
        let is_same = wanted.chars().all(|c| end.next().is_some_and(|other| lower(c) == lower(other)));
        is_same.then_some(self.text.len() - end.as_str().len())
    }
}
