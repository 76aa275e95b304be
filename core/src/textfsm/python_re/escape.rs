//! Backslash escapes.

use super::{Alphabet, Item, Kind, Parser, Width};
use std::borrow::Cow;

/// What a backslash stands for inside and outside of a set.
pub(super) enum Escape {
    /// One character.
    Char(char),
    /// A class such as `\d`, by its letter.
    Class(char),
}

/// `c`, quoted where it has a meaning outside or inside of a set.
pub(super) fn quoted(c: char) -> Cow<'static, str> {
    match c {
        '\\' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' | '#' | '&'
        | '-' | '~' => format!("\\{c}").into(),
        _ => c.to_string().into(),
    }
}

impl Parser {
    /// The escape after a backslash outside of a set.
    pub(super) fn escape(&mut self) -> Result<Item, String> {
        let c = self.peek().ok_or("bad escape (end of pattern)")?;
        match c {
            'A' => Ok(self.anchor("^")),
            'Z' => Ok(self.anchor("$")),
            'b' => Ok(self.word_boundary(true)),
            'B' => Ok(self.word_boundary(false)),
            '1'..='9' => self.number(),
            _ => Ok(match self.common_escape()? {
                Escape::Char(c) => self.literal(c),
                Escape::Class(letter) => {
                    Item::new(format!("[{}]", self.class_members(letter)), Kind::Plain, Width::ONE)
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
            '1'..='7' => self.octal(0).map(Escape::Char),
            c @ ('8' | '9') => Err(format!("bad escape \\{c}")),
            _ => self.common_escape(),
        }
    }

    /// What a class letter stands for inside of brackets.
    pub(super) fn class_members(&self, letter: char) -> &'static str {
        let ascii = self.alphabet == Alphabet::Ascii || self.flags.ascii;
        match (letter, ascii) {
            ('d', true) => "0-9",
            ('D', true) => "[^0-9]",
            ('w', true) => "0-9A-Z_a-z",
            ('W', true) => "[^0-9A-Z_a-z]",
            // `str.isspace` also holds the four separators 0x1c to 0x1f; `re.ASCII` does not.
            ('s', _) if self.flags.ascii => r"\t-\r\x20",
            (_, _) if letter == 'S' && self.flags.ascii => r"[^\t-\r\x20]",
            ('s', true) => r"\t-\r\x1c-\x20",
            ('S', true) => r"[^\t-\r\x1c-\x20]",
            ('d', false) => r"\p{Nd}",
            ('D', false) => r"\P{Nd}",
            ('w', false) => r"\p{L}\p{N}_",
            ('W', false) => r"[^\p{L}\p{N}_]",
            ('s', false) => r"\s\x1c-\x1f",
            _ => r"[^\s\x1c-\x1f]",
        }
    }

    fn anchor(&mut self, text: &str) -> Item {
        self.at += 1;
        Item::new(text, Kind::Anchor, Width::ZERO)
    }

    /// On ASCII lines both sides agree what a word is; elsewhere the engines count combining marks in and Python
    /// does not, so the boundary is spelt out.
    fn word_boundary(&mut self, is_boundary: bool) -> Item {
        let ascii = self.alphabet == Alphabet::Ascii;
        self.backtracks |= !ascii;
        let word = self.class_members('w');
        let text = match (ascii, is_boundary) {
            (true, true) => r"\b".to_owned(),
            (true, false) => r"\B".to_owned(),
            (false, true) => format!("(?:(?<=[{word}])(?![{word}])|(?<![{word}])(?=[{word}]))"),
            (false, false) => format!("(?:(?<=[{word}])(?=[{word}])|(?<![{word}])(?![{word}]))"),
        };
        self.anchor(&text)
    }

    /// The escapes that mean the same inside and outside of a set.
    fn common_escape(&mut self) -> Result<Escape, String> {
        let c = self.next().ok_or("bad escape (end of pattern)")?;
        let char = match c {
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => return Ok(Escape::Class(c)),
            'a' => '\x07',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            'x' => self.hex('x', 2)?,
            'u' => self.hex('u', 4)?,
            'U' => self.hex('U', 8)?,
            '0' => {
                self.at -= 1;
                self.octal(0)?
            }
            _ if c.is_ascii_alphabetic() => return Err(format!("bad escape \\{c}")),
            _ => c,
        };
        Ok(Escape::Char(char))
    }

    fn hex(&mut self, letter: char, length: usize) -> Result<char, String> {
        let from = self.at;
        while self.at < from + length && self.peek().is_some_and(|c| c.is_ascii_hexdigit()) {
            self.at += 1;
        }
        let digits: String = self.chars[from..self.at].iter().collect();
        (digits.len() == length)
            .then(|| u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32))
            .flatten()
            .ok_or_else(|| format!("bad escape \\{letter}{digits}"))
    }

    /// Up to three octal digits, which must stay within 0o377.
    fn octal(&mut self, start: u32) -> Result<char, String> {
        let (mut value, end) = (start, self.at + 3);
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(8)).filter(|_| self.at < end) {
            value = value * 8 + digit;
            self.at += 1;
        }
        u8::try_from(value).map(char::from).map_err(|_| "octal escape value outside of range 0-0o377".into())
    }

    /// A group reference of one or two digits, or three octal digits.
    fn number(&mut self) -> Result<Item, String> {
        let digit = |i: usize| self.chars.get(self.at + i).and_then(|c| c.to_digit(10));
        let is_octal = (0..3).all(|i| digit(i).is_some_and(|d| d < 8));
        if is_octal {
            return self.octal(0).map(|c| self.literal(c));
        }
        let (first, second) = (digit(0).unwrap_or_default(), digit(1));
        self.at += 1 + usize::from(second.is_some());
        let number = second.map_or(first, |second| first * 10 + second);
        self.reference(number as usize)
    }
}
