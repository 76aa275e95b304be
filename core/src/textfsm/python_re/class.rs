//! Sets of characters: `[...]`.

use super::escape::{Escape, quoted};
use super::{Item, Kind, Parser, Width};

impl Parser {
    /// The set whose `[` is already read.
    pub(super) fn class(&mut self) -> Result<Item, String> {
        let mut text = String::from(if self.take('^') { "[^" } else { "[" });
        let head = text.len();
        // A `]` that comes first is a literal.
        while text.len() == head || self.peek() != Some(']') {
            let low = self.member()?;
            if self.take('-') {
                self.range(&low, &mut text)?;
            } else {
                self.add(&low, &mut text);
            }
        }
        self.at += 1;
        text.push(']');
        Ok(Item::new(text, Kind::Plain, Width::ONE))
    }

    fn range(&mut self, low: &Escape, text: &mut String) -> Result<(), String> {
        if self.peek() == Some(']') {
            self.add(low, text);
            text.push_str(r"\-");
            return Ok(());
        }
        match (low, &self.member()?) {
            (Escape::Char(low), Escape::Char(high)) if low <= high => {
                text.push_str(&quoted(*low));
                text.push('-');
                text.push_str(&quoted(*high));
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

    fn add(&self, member: &Escape, text: &mut String) {
        match member {
            Escape::Char(c) => text.push_str(&quoted(*c)),
            Escape::Class(letter) => text.push_str(self.class_members(*letter)),
        }
    }
}
