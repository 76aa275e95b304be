//! Backslash escapes.

use super::{Item, Parser};
use crate::textfsm::python_re::names;
use crate::textfsm::python_re::node::{Node, Place};
use crate::textfsm::python_re::set::{Class, Kind, Set};

/// What a backslash stands for inside and outside of a set.
#[derive(Clone, Copy)]
pub(super) enum Escape {
    /// One character.
    Char(char),
    /// Half of one in UTF-16, which no text holds.
    Surrogate(u32),
    /// A class such as `\d`, and whether it is denied.
    Class(Kind, bool),
}

impl Escape {
    /// Of a character's number, if it may have this one.
    fn of(code: u32) -> Option<Self> {
        let is_surrogate = (0xd800..0xe000).contains(&code);
        if is_surrogate { Some(Self::Surrogate(code)) } else { char::from_u32(code).map(Self::Char) }
    }

    /// The number of what is one character.
    pub(super) fn code(self) -> Option<u32> {
        match self {
            Self::Char(c) => Some(c.into()),
            Self::Surrogate(code) => Some(code),
            Self::Class(..) => None,
        }
    }
}

impl Parser<'_> {
    /// The escape after a backslash outside of a set.
    pub(super) fn escape(&mut self) -> Result<Item, String> {
        let c = self.peek().ok_or("bad escape (end of pattern)")?;
        match c {
            'A' => Ok(self.place(Place::Start)),
            'Z' => Ok(self.place(Place::End)),
            'b' | 'B' => Ok(self.place(Place::WordBoundary { inside: c == 'B', ascii: self.flags.ascii })),
            '1'..='9' => self.number(),
            _ => Ok(match self.common_escape()? {
                Escape::Char(c) => self.literal(c),
                Escape::Surrogate(_) => Item::one(Node::Set(Set::nothing())),
                Escape::Class(kind, is_negated) => {
                    Item::one(Node::Set(Set::class(self.class_of(kind, is_negated))))
                }
            }),
        }
    }

    /// The escape after a backslash inside of a set.
    pub(super) fn class_escape(&mut self) -> Result<Escape, String> {
        match self.peek().ok_or("bad escape (end of pattern)")? {
            'b' => {
                self.at += 1;
                Ok(Escape::Char('\x08'))
            }
            '1'..='7' => self.octal().map(Escape::Char),
            c @ ('8' | '9') => Err(format!("bad escape \\{c}")),
            _ => self.common_escape(),
        }
    }

    pub(super) fn class_of(&self, kind: Kind, is_negated: bool) -> Class {
        Class { kind, is_negated, is_ascii: self.flags.ascii }
    }

    fn place(&mut self, place: Place) -> Item {
        self.at += 1;
        Item::place(place)
    }

    /// The escapes that mean the same inside and outside of a set.
    fn common_escape(&mut self) -> Result<Escape, String> {
        let c = self.next().ok_or("bad escape (end of pattern)")?;
        let char = match c {
            'd' | 'D' => return Ok(Escape::Class(Kind::Digit, c == 'D')),
            's' | 'S' => return Ok(Escape::Class(Kind::Space, c == 'S')),
            'w' | 'W' => return Ok(Escape::Class(Kind::Word, c == 'W')),
            'a' => '\x07',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            'x' => return self.hex('x', 2),
            'u' => return self.hex('u', 4),
            'U' => return self.hex('U', 8),
            'N' => self.named_char()?,
            '0' => {
                self.at -= 1;
                self.octal()?
            }
            _ if c.is_ascii_alphabetic() => return Err(format!("bad escape \\{c}")),
            _ => c,
        };
        Ok(Escape::Char(char))
    }

    fn hex(&mut self, letter: char, length: usize) -> Result<Escape, String> {
        let rest = self.rest();
        let digits = &rest[..rest.bytes().take(length).take_while(u8::is_ascii_hexdigit).count()];
        self.at += digits.len();
        let code = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() == length);
        code.and_then(Escape::of).ok_or_else(|| format!("bad escape \\{letter}{digits}"))
    }

    /// The name of a character, in braces.
    fn named_char(&mut self) -> Result<char, String> {
        if !self.take('{') {
            return Err("missing {".into());
        }
        let name = self.until('}', "character name")?;
        names::lookup(name).ok_or_else(|| format!("undefined character name {name:?}"))
    }

    /// Up to three octal digits, which must stay within 0o377.
    fn octal(&mut self) -> Result<char, String> {
        let rest = self.rest().bytes().take(3);
        let (value, length) = rest
            .map_while(|byte| char::from(byte).to_digit(8))
            .fold((0, 0), |(value, length), digit| (value * 8 + digit, length + 1));
        self.at += length;
        u8::try_from(value).map(char::from).map_err(|_| "octal escape value outside of range 0-0o377".into())
    }

    /// A group reference of one or two digits, or three octal digits.
    fn number(&mut self) -> Result<Item, String> {
        let rest = self.rest().as_bytes();
        let digit = |at: usize| rest.get(at).and_then(|byte| char::from(*byte).to_digit(10));
        let is_octal = (0..3).all(|at| digit(at).is_some_and(|digit| digit < 8));
        if is_octal {
            return self.octal().map(|c| self.literal(c));
        }
        let (first, second) = (digit(0).unwrap_or_default(), digit(1));
        self.at += 1 + usize::from(second.is_some());
        let number = second.map_or(first, |second| first * 10 + second);
        self.reference(number)
    }
}
