//! From an expression to a program.

use super::node::{Greed, Node, Place, Repeat};
use super::program::{At, Habit, Inst, Loop, Many, One, Peek, Program};
use super::required::required;
use super::set::{Ascii, Set};

/// How far ahead it is looked for what may come next, in instructions.
const FUEL: u32 = 24;

/// Compiles `node`, which has so many groups.
pub(super) fn compile(node: &Node, groups: usize) -> Program {
    let mut compiler = Compiler::default();
    compiler.node(node);
    compiler.push(Inst::Match);
    compiler.look_ahead();
    let first = compiler.peek(0, FUEL);
    let Compiler { code, sets, literals, loops, peeks } = compiler;
    Program { code, sets, literals, loops, peeks, groups, first, required: required(node) }
}

#[derive(Default)]
struct Compiler {
    code: Vec<Inst>,
    sets: Vec<Set>,
    literals: Vec<u8>,
    loops: Vec<Loop>,
    peeks: Vec<Peek>,
}

impl Compiler {
    fn here(&self) -> At {
        index(self.code.len())
    }

    fn push(&mut self, inst: Inst) -> usize {
        self.code.push(inst);
        self.code.len() - 1
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Empty => {}
            Node::Char(c) => self.literal(*c),
            Node::Any | Node::Set(_) => {
                let one = self.one(node);
                self.push(Inst::One(one));
            }
            Node::Place(place) => {
                self.push(Inst::Place(*place));
            }
            Node::Concat(parts) => self.concat(parts),
            Node::Alternate(branches) => self.alternate(branches),
            Node::Capture(group, body) => {
                self.push(Inst::Mark(2 * group));
                self.node(body);
                self.push(Inst::Mark(2 * group + 1));
            }
            Node::Repeat(repeat) => self.repeat(repeat),
            Node::Look(look) => {
                let behind = look.behind.unwrap_or(0);
                self.own_match(&look.body, |after| Inst::Look { behind, negated: look.negated, after });
            }
            Node::Atomic(body) => self.own_match(body, |after| Inst::Atomic { after }),
            Node::Reference { group, fold } => {
                self.push(Inst::Reference { group: *group, fold: *fold });
            }
            Node::Condition(condition) => {
                let test = self.push(Inst::Match);
                self.node(&condition.yes);
                let jump = self.push(Inst::Match);
                self.code[test] = Inst::Condition { group: condition.group, no: self.here() };
                self.node(&condition.no);
                self.code[jump] = Inst::Jump(self.here());
            }
        }
    }

    /// Characters in a row become one instruction.
    fn concat(&mut self, parts: &[Node]) {
        let mut parts = parts;
        while let Some((first, rest)) = parts.split_first() {
            let row = parts.iter().take_while(|part| matches!(part, Node::Char(_))).count();
            if row > 1 {
                self.literals(&parts[..row]);
                parts = &parts[row..];
            } else {
                self.node(first);
                parts = rest;
            }
        }
    }

    fn literal(&mut self, c: char) {
        match u8::try_from(c) {
            Ok(byte) if byte.is_ascii() => {
                self.push(Inst::Byte(byte));
            }
            _ => self.literals(&[Node::Char(c)]),
        }
    }

    fn literals(&mut self, row: &[Node]) {
        let start = index(self.literals.len());
        for node in row {
            if let Node::Char(c) = node {
                self.literals.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        let length = index(self.literals.len()) - start;
        self.push(Inst::Literal { start, length });
    }

    fn one(&mut self, node: &Node) -> One {
        let set = match node {
            Node::Char(c) => match u8::try_from(*c) {
                Ok(byte) if byte.is_ascii() => return One::Byte(byte),
                _ => Set::char(*c),
            },
            Node::Set(set) => set.clone(),
            _ => return One::Any,
        };
        self.sets.push(set);
        One::Set(index(self.sets.len() - 1))
    }

    fn alternate(&mut self, branches: &[Node]) {
        let Some((last, others)) = branches.split_last() else { return };
        let mut jumps = Vec::with_capacity(others.len());
        for branch in others {
            let split = self.push(Inst::Match);
            self.node(branch);
            jumps.push(self.push(Inst::Match));
            self.code[split] = Inst::Split { first: index(split + 1), second: self.here(), peek: 0 };
        }
        self.node(last);
        for jump in jumps {
            self.code[jump] = Inst::Jump(self.here());
        }
    }

    fn own_match(&mut self, body: &Node, inst: impl Fn(At) -> Inst) {
        let begin = self.push(Inst::Match);
        self.node(body);
        self.push(Inst::Done);
        self.code[begin] = inst(self.here());
    }

    fn repeat(&mut self, repeat: &Repeat) {
        let Repeat { body, min, max, greed, is_nullable } = repeat;
        match (min, max) {
            (_, Some(0)) => {}
            (1, Some(1)) if *greed != Greed::Possessive => self.node(body),
            _ if body.is_single() => self.many(repeat),
            _ if *greed == Greed::Possessive => self.possessive(repeat),
            (0, Some(1)) => self.optional(body, *greed),
            (0, None) if !is_nullable => self.star(body, *greed),
            (1, None) if !is_nullable => self.plus(body, *greed),
            _ => self.counted(repeat, Self::node),
        }
    }

    fn many(&mut self, repeat: &Repeat) {
        let one = self.one(&repeat.body);
        let habit = match repeat.greed {
            Greed::Greedy => Habit::Greedy,
            Greed::Lazy => Habit::Lazy,
            Greed::Possessive => Habit::Possessive,
        };
        let max = repeat.max.unwrap_or(u32::MAX);
        self.push(Inst::Many(Many { one, min: repeat.min, max, habit, peek: 0 }));
    }

    fn optional(&mut self, body: &Node, greed: Greed) {
        let head = self.push(Inst::Match);
        self.node(body);
        self.code[head] = split(index(head + 1), self.here(), greed);
    }

    fn star(&mut self, body: &Node, greed: Greed) {
        let head = self.push(Inst::Match);
        self.node(body);
        self.push(Inst::Jump(index(head)));
        self.code[head] = split(index(head + 1), self.here(), greed);
    }

    fn plus(&mut self, body: &Node, greed: Greed) {
        let begin = self.here();
        self.node(body);
        let exit = self.here() + 1;
        let split = split(begin, exit, greed);
        self.push(split);
    }

    /// `Enter`, the body, and `Next`, which counts.
    fn counted(&mut self, repeat: &Repeat, body: impl Fn(&mut Self, &Node)) {
        let id = index(self.loops.len());
        let (min, max) = (repeat.min, repeat.max.unwrap_or(u32::MAX));
        self.loops.push(Loop { min, max, is_lazy: repeat.greed == Greed::Lazy, body: 0, exit: 0 });
        self.push(Inst::Enter { id });
        let begin = self.here();
        body(self, &repeat.body);
        self.push(Inst::Next { id });
        let exit = self.here();
        let this = &mut self.loops[id as usize];
        (this.body, this.exit) = (begin, exit);
    }

    /// Python takes each iteration as a match of its own, and the loop as a whole too.
    fn possessive(&mut self, repeat: &Repeat) {
        let begin = self.push(Inst::Match);
        self.counted(repeat, |this, body| this.own_match(body, |after| Inst::Atomic { after }));
        self.push(Inst::Done);
        self.code[begin] = Inst::Atomic { after: self.here() };
    }

    /// Notes what may follow each repetition and begin each branch.
    fn look_ahead(&mut self) {
        for at in 0..self.code.len() {
            match self.code[at] {
                Inst::Many(mut many) => {
                    many.peek = self.add_peek(index(at + 1));
                    many.habit = self.habit(&many, at + 1);
                    self.code[at] = Inst::Many(many);
                }
                Inst::Split { first, second, .. } => {
                    let peek = self.add_peek(first);
                    self.add_peek(second);
                    self.code[at] = Inst::Split { first, second, peek };
                }
                _ => {}
            }
        }
    }

    /// Where nothing that is taken can follow, or anything can, there is nothing to give back.
    fn habit(&self, many: &Many, next: usize) -> Habit {
        if many.habit != Habit::Greedy {
            return many.habit;
        }
        let end = self.code[next..].iter().find(|inst| !matches!(inst, Inst::Mark(_)));
        if matches!(end, Some(Inst::Match | Inst::Done)) {
            return Habit::Possessive;
        }
        let follows = self.peeks[many.peek as usize].ascii;
        if self.ascii(many.one).and(follows).is_empty() { Habit::GreedyAtOnce } else { Habit::Greedy }
    }

    fn add_peek(&mut self, at: At) -> u32 {
        self.peeks.push(self.peek(at, FUEL));
        index(self.peeks.len() - 1)
    }

    fn ascii(&self, one: One) -> Ascii {
        match one {
            One::Byte(byte) => Ascii::one(byte),
            One::Any => Ascii::ALL,
            One::Set(set) => self.sets[set as usize].ascii,
        }
    }

    /// What a match from `at` on may begin with.
    fn peek(&self, at: At, fuel: u32) -> Peek {
        let Some(fuel) = fuel.checked_sub(1) else { return Peek::ANYTHING };
        let taken = |ascii| Peek { ascii, at_end: false };
        match self.code[at as usize] {
            Inst::Byte(byte) => taken(Ascii::one(byte)),
            Inst::Literal { start, .. } => match self.literals[start as usize] {
                byte if byte.is_ascii() => taken(Ascii::one(byte)),
                _ => Peek::NOTHING,
            },
            Inst::One(one) => taken(self.ascii(one)),
            Inst::Many(Many { one, min: 0, .. }) => taken(self.ascii(one)).or(self.peek(at + 1, fuel)),
            Inst::Many(many) => taken(self.ascii(many.one)),
            Inst::Split { first, second, .. } => self.peek(first, fuel / 2).or(self.peek(second, fuel / 2)),
            Inst::Jump(to) => self.peek(to, fuel),
            Inst::Mark(_) | Inst::Place(Place::WordBoundary { .. } | Place::Start) => self.peek(at + 1, fuel),
            Inst::Place(Place::End) => Peek { ascii: Ascii::NONE, at_end: true },
            Inst::Enter { id } | Inst::Next { id } => {
                let Loop { body, exit, .. } = self.loops[id as usize];
                self.peek(body, fuel / 2).or(self.peek(exit, fuel / 2))
            }
            Inst::Look { after, .. } => self.peek(after, fuel),
            Inst::Atomic { .. }
            | Inst::Done
            | Inst::Reference { .. }
            | Inst::Condition { .. }
            | Inst::Match => Peek::ANYTHING,
        }
    }
}

/// Into the body or past it; what each begins with is looked up later.
fn split(body: At, exit: At, greed: Greed) -> Inst {
    let (first, second) = if greed == Greed::Lazy { (exit, body) } else { (body, exit) };
    Inst::Split { first, second, peek: 0 }
}

/// Instructions, sets and characters are counted in 32 bits: expressions are no longer than their template.
fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
