//! Groups, look-around, conditions and references.

use super::flags::{Flags, Inline};
use super::{Body, Group, Item, Parser, Shape, Width};
use crate::textfsm::python_re::node::{Condition, Look, Node};
use crate::textfsm::python_re::unicode::is_identifier;

const UNTERMINATED: &str = "missing ), unterminated subpattern";

impl Parser<'_> {
    /// The group whose `(` is already read; None for comments and global flags.
    pub(super) fn group(&mut self, first: bool) -> Result<Option<Item>, String> {
        if !self.take('?') {
            return self.capture(None).map(Some);
        }
        let c = self.next().ok_or("unexpected end of pattern")?;
        match c {
            'P' => self.named(),
            ':' => self.wrapped(self.flags),
            '>' => {
                self.is_at_least(Shape::Irregular);
                let Item { node, width, .. } = self.wrapped(self.flags)?;
                Ok(Item::plain(Node::Atomic(Box::new(node)), width))
            }
            '=' | '!' => self.look(c == '!', None).map(|(item, _)| item),
            '<' => self.look_behind(),
            '(' => self.condition(),
            '#' => return self.comment().map(|()| None),
            _ if c == '-' || "aiLmsux".contains(c) => return self.flagged(c, first),
            _ => Err(format!("unknown extension ?{c}")),
        }
        .map(Some)
    }

    /// A reference to group `number`.
    pub(super) fn reference(&mut self, number: u32) -> Result<Item, String> {
        let group = self.known(number).ok_or_else(|| format!("invalid group reference {number}"))?;
        let width = group.width.ok_or("cannot refer to an open group")?;
        self.check_look_behind(number)?;
        self.is_at_least(Shape::Irregular);
        Ok(Item::plain(Node::Reference { group: number, fold: self.flags.fold() }, width))
    }

    /// Conditions may name a group that is defined after them, but it must be defined.
    pub(super) fn check_conditions(&self) -> Result<(), String> {
        match self.greatest_condition {
            number if number as usize > self.groups.len() => Err(format!("invalid group reference {number}")),
            _ => Ok(()),
        }
    }

    fn body(&mut self) -> Result<Body, String> {
        self.deepen()?;
        let body = self.alternatives(false)?;
        self.depth -= 1;
        if self.take(')') { Ok(body) } else { Err(UNTERMINATED.into()) }
    }

    fn capture(&mut self, name: Option<&str>) -> Result<Item, String> {
        if let Some(name) = name
            && self.number_of(name).is_some()
        {
            return Err(format!("redefinition of group name '{name}'"));
        }
        let index = self.groups.len();
        self.groups.push(Group { name: name.map(str::to_owned), width: None });
        let body = self.body()?;
        self.groups[index].width = Some(body.width);
        Ok(Item::plain(Node::Capture(number_at(index), Box::new(body.node)), body.width))
    }

    fn wrapped(&mut self, flags: Flags) -> Result<Item, String> {
        let outer = std::mem::replace(&mut self.flags, flags);
        let body = self.body()?;
        self.flags = outer;
        Ok(Item::plain(body.node, body.width))
    }

    fn named(&mut self) -> Result<Item, String> {
        match self.next().ok_or("unexpected end of pattern")? {
            '<' => {
                let name = self.until('>', "group name")?;
                self.capture(Some(checked(name)?))
            }
            '=' => {
                let name = checked(self.until(')', "group name")?)?;
                let number = self.number_of(name).ok_or_else(|| format!("unknown group name '{name}'"))?;
                self.reference(number)
            }
            c => Err(format!("unknown extension ?P{c}")),
        }
    }

    fn number_of(&self, name: &str) -> Option<u32> {
        self.groups.iter().position(|group| group.name.as_deref() == Some(name)).map(number_at)
    }

    fn known(&self, number: u32) -> Option<&Group> {
        number.checked_sub(1).and_then(|index| self.groups.get(index as usize))
    }

    fn look(&mut self, negated: bool, behind: Option<()>) -> Result<(Item, Width), String> {
        let body = self.body()?;
        self.is_at_least(Shape::Irregular);
        let behind = behind.map(|()| u32::try_from(body.width.min).unwrap_or(u32::MAX));
        let look = Look { body: body.node, behind, negated };
        Ok((Item::plain(Node::Look(Box::new(look)), Width::ZERO), body.width))
    }

    fn look_behind(&mut self) -> Result<Item, String> {
        let c = self.next().ok_or("unexpected end of pattern")?;
        if !matches!(c, '=' | '!') {
            return Err(format!("unknown extension ?<{c}"));
        }
        let outer = self.look_behind;
        self.look_behind = outer.or(Some(self.groups.len()));
        let (item, width) = self.look(c == '!', Some(()))?;
        self.look_behind = outer;
        if width.min != width.max {
            return Err("look-behind requires fixed-width pattern".into());
        }
        Ok(item)
    }

    fn condition(&mut self) -> Result<Item, String> {
        let name = self.until(')', "group name")?;
        let group = self.condition_number(name)?;
        self.check_look_behind(group)?;
        self.deepen()?;
        let yes = self.sequence(false)?;
        let no = if self.take('|') {
            self.sequence(false)?
        } else {
            Body { node: Node::Empty, width: Width::ZERO }
        };
        self.depth -= 1;
        match self.next() {
            Some(')') => {}
            Some('|') => return Err("conditional backref with more than two branches".into()),
            _ => return Err(UNTERMINATED.into()),
        }
        self.is_at_least(Shape::Irregular);
        let condition = Condition { group, yes: yes.node, no: no.node };
        Ok(Item::plain(Node::Condition(Box::new(condition)), yes.width.or(no.width)))
    }

    fn condition_number(&mut self, name: &str) -> Result<u32, String> {
        if is_identifier(name) {
            return self.number_of(name).ok_or_else(|| format!("unknown group name '{name}'"));
        }
        match integer(name).ok_or_else(|| format!("bad character in group name '{name}'"))? {
            0 => Err("bad group number".into()),
            number => {
                self.greatest_condition = self.greatest_condition.max(number);
                Ok(number)
            }
        }
    }

    fn check_look_behind(&self, number: u32) -> Result<(), String> {
        match self.look_behind {
            Some(_) if self.known(number).is_none_or(|group| group.width.is_none()) => {
                Err("cannot refer to an open group".into())
            }
            Some(known) if number as usize > known => {
                Err("cannot refer to group defined in the same lookbehind subpattern".into())
            }
            _ => Ok(()),
        }
    }

    fn comment(&mut self) -> Result<(), String> {
        while let Some(c) = self.next() {
            if c == ')' {
                return Ok(());
            }
        }
        Err("missing ), unterminated comment".into())
    }

    fn flagged(&mut self, c: char, first: bool) -> Result<Option<Item>, String> {
        match self.inline_flags(c)? {
            Inline::Global(_) if !first => Err("global flags not at the start of the expression".into()),
            Inline::Global(flags) => {
                (self.flags, self.global) = (flags, flags);
                Ok(None)
            }
            Inline::Group(flags) => self.wrapped(flags).map(Some),
        }
    }
}

/// The number of the group that stands at `index`.
fn number_at(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

/// A whole number as Python's `int` reads it: spaces around, a sign, and underscores between digits do not count.
fn integer(text: &str) -> Option<u32> {
    let digits = text.trim();
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    let is_whole = digits.split('_').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if is_whole { digits.replace('_', "").parse().ok() } else { None }
}

fn checked(name: &str) -> Result<&str, String> {
    if is_identifier(name) { Ok(name) } else { Err(format!("bad character in group name '{name}'")) }
}
