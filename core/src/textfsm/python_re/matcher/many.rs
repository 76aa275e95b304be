//! The same character, or one of the same set, many times.

use super::{Exhausted, Frame, Run, Step, narrow};
use crate::textfsm::python_re::program::{Habit, Inst, Many, One, Peek};
use std::ops::Range;

impl<const ASCII: bool> Run<'_, ASCII> {
    pub(super) fn many(&mut self, at: usize, many: Many, pos: usize) -> Result<Step, Exhausted> {
        let low = self.take(many.one, pos, many.min);
        if many.min > 0 && self.length(pos..low) < many.min as usize {
            return Ok(None);
        }
        let left = if many.max == u32::MAX { u32::MAX } else { many.max - many.min };
        if many.habit == Habit::Lazy {
            return self.lazily(at, many, low, left);
        }
        let end = self.take(many.one, low, left);
        self.charge(end - pos)?;
        let keeps = many.habit == Habit::Possessive || ASCII && many.habit == Habit::GreedyAtOnce;
        if end == low || keeps {
            return Ok(Some((at + 1, end)));
        }
        if !self.peek(many).allows(self.byte(end)) {
            return self.fewer(narrow(at), low, end);
        }
        self.state.push(Frame::Fewer { at: narrow(at), low: narrow(low), pos: narrow(end) })?;
        Ok(Some((at + 1, end)))
    }

    /// Gives back at least one character, and as many as it takes to stand before something that may follow.
    pub(super) fn fewer(&mut self, at: u32, low: usize, from: usize) -> Result<Step, Exhausted> {
        let Some(many) = self.many_at(at) else { return Ok(None) };
        let (peek, mut pos) = (self.peek(many), from);
        while pos > low {
            pos = self.before(pos);
            if peek.allows(self.byte(pos)) {
                self.charge(from - pos)?;
                if pos > low {
                    self.state.push(Frame::Fewer { at, low: narrow(low), pos: narrow(pos) })?;
                }
                return Ok(Some((at as usize + 1, pos)));
            }
        }
        self.charge(from - pos)?;
        Ok(None)
    }

    pub(super) fn more(&mut self, at: u32, pos: usize, left: u32) -> Result<Step, Exhausted> {
        let Some(many) = self.many_at(at) else { return Ok(None) };
        match self.one(many.one, pos) {
            Some(next) => self.lazily(at as usize, many, next, left - 1),
            None => Ok(None),
        }
    }

    /// Takes no more characters than it takes to stand before something that may follow.
    fn lazily(&mut self, at: usize, many: Many, from: usize, mut left: u32) -> Result<Step, Exhausted> {
        let (peek, mut pos) = (self.peek(many), from);
        while !peek.allows(self.byte(pos)) {
            let next = self.one(many.one, pos).filter(|_| left > 0);
            let Some(next) = next else { return self.charge(pos - from).map(|()| None) };
            (pos, left) = (next, left - 1);
        }
        self.charge(pos - from)?;
        if left > 0 {
            self.state.push(Frame::More { at: narrow(at), pos: narrow(pos), left })?;
        }
        Ok(Some((at + 1, pos)))
    }

    /// Takes up to `max` characters.
    fn take(&self, one: One, pos: usize, max: u32) -> usize {
        if !ASCII {
            let mut end = pos;
            for _ in 0..max {
                let Some(next) = self.one(one, end) else { break };
                end = next;
            }
            return end;
        }
        let rest = &self.bytes[pos..];
        let rest = &rest[..rest.len().min(max as usize)];
        let length = match one {
            One::Any => Some(rest.len()),
            One::Byte(wanted) => rest.iter().position(|byte| *byte != wanted),
            One::Set(set) => {
                let ascii = self.program.sets[set as usize].ascii;
                rest.iter().position(|byte| !ascii.has(*byte))
            }
        };
        pos + length.unwrap_or(rest.len())
    }

    /// How many characters a part of the line has.
    fn length(&self, part: Range<usize>) -> usize {
        if ASCII { part.len() } else { self.text[part].chars().count() }
    }

    /// Many characters at once are not for nothing.
    fn charge(&mut self, length: usize) -> Result<(), Exhausted> {
        self.state.steps = self.state.steps.checked_sub(narrow(length / 16)).ok_or(Exhausted)?;
        Ok(())
    }

    fn peek(&self, many: Many) -> Peek {
        self.program.peeks[many.peek as usize]
    }

    /// The `Many` of an instruction that left a frame.
    fn many_at(&self, at: u32) -> Option<Many> {
        if let Inst::Many(many) = self.program.code[at as usize] { Some(many) } else { None }
    }
}
