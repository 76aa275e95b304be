//! Sets of characters: `[...]`.

use super::escape::Escape;
use super::{Item, Parser};
use crate::textfsm::python_re::node::Node;
use crate::textfsm::python_re::set::{Member, Set};

impl Parser<'_> {
    /// The set whose `[` is already read.
    pub(super) fn class(&mut self) -> Result<Item, String> {
        let is_negated = self.take('^');
        let (mut members, first) = (Vec::new(), self.at);
        // A `]` that comes first is a literal.
        while self.at == first || self.peek() != Some(']') {
            let low = self.member()?;
            if self.take('-') {
                self.range(low, &mut members)?;
            } else {
                members.extend(self.alone(low));
            }
        }
        self.at += 1;
        Ok(Item::one(Node::Set(Set::new(members, is_negated, self.flags.fold()))))
    }

    fn range(&mut self, low: Escape, members: &mut Vec<Member>) -> Result<(), String> {
        if self.peek() == Some(']') {
            members.extend(self.alone(low).into_iter().chain([Member::Char('-')]));
            return Ok(());
        }
        let (low, high) = low.code().zip(self.member()?.code()).ok_or("bad character range")?;
        if low > high {
            return Err("bad character range".into());
        }
        // A range that begins or ends among the surrogates has the characters on this side of them.
        let (low, high) =
            (char::from_u32(low).unwrap_or('\u{e000}'), char::from_u32(high).unwrap_or('\u{d7ff}'));
        members.extend((low <= high).then_some(Member::Range(low, high)));
        Ok(())
    }

    fn member(&mut self) -> Result<Escape, String> {
        match self.next().ok_or("unterminated character set")? {
            '\\' => self.class_escape(),
            c => Ok(Escape::Char(c)),
        }
    }

    fn alone(&self, member: Escape) -> Option<Member> {
        match member {
            Escape::Char(c) => Some(Member::Char(c)),
            Escape::Surrogate(_) => None,
            Escape::Class(kind, is_negated) => Some(Member::Class(self.class_of(kind, is_negated))),
        }
    }
}
