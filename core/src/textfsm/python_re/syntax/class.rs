//! Sets of characters: `[...]`.

use super::escape::Escape;
use super::{Item, Parser};
use crate::textfsm::python_re::node::Node;
use crate::textfsm::python_re::set::{Member, Set};

impl Parser<'_> {
    /// The set whose `[` is already read.
    pub(super) fn class(&mut self) -> Result<Item, String> {
        let is_negated = self.take('^');
        let mut members = Vec::new();
        // A `]` that comes first is a literal.
        while members.is_empty() || self.peek() != Some(']') {
            let low = self.member()?;
            if self.take('-') {
                self.range(low, &mut members)?;
            } else {
                members.push(self.alone(low));
            }
        }
        self.at += 1;
        Ok(Item::one(Node::Set(Set::new(members, is_negated, self.flags.fold()))))
    }

    fn range(&mut self, low: Escape, members: &mut Vec<Member>) -> Result<(), String> {
        if self.peek() == Some(']') {
            members.extend([self.alone(low), Member::Char('-')]);
            return Ok(());
        }
        match (low, self.member()?) {
            (Escape::Char(low), Escape::Char(high)) if low <= high => {
                members.push(Member::Range(low, high));
                Ok(())
            }
            _ => Err("bad character range".into()),
        }
    }

    fn member(&mut self) -> Result<Escape, String> {
        match self.next().ok_or("unterminated character set")? {
            '\\' => self.class_escape(),
            c => Ok(Escape::Char(c)),
        }
    }

    fn alone(&self, member: Escape) -> Member {
        match member {
            Escape::Char(c) => Member::Char(c),
            Escape::Class(kind, is_negated) => Member::Class(self.class_of(kind, is_negated)),
        }
    }
}
