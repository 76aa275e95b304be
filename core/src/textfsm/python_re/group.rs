//! Groups, look-around, conditions and references.

use super::flags::{Flags, Inline};
use super::{Body, Group, Item, Kind, Parser, Width};

const UNTERMINATED: &str = "missing ), unterminated subpattern";

impl Parser {
    /// The group whose `(` is already read; None for comments and global flags.
    pub(super) fn group(&mut self, first: bool) -> Result<Option<Item>, String> {
        if !self.take('?') {
            return self.capture(None).map(Some);
        }
        let c = self.next().ok_or("unexpected end of pattern")?;
        match c {
            'P' => self.named(),
            ':' => self.wrapped("(?:", self.flags),
            '>' => {
                self.backtracks = true;
                self.wrapped("(?>", self.flags)
            }
            '=' | '!' => self.look(c, "(?"),
            '<' => self.look_behind(),
            '(' => self.condition(),
            '#' => return self.comment().map(|()| None),
            _ if c == '-' || "aiLmsux".contains(c) => return self.flagged(c, first),
            _ => Err(format!("unknown extension ?{c}")),
        }
        .map(Some)
    }

    /// A reference to group `number`.
    pub(super) fn reference(&mut self, number: usize) -> Result<Item, String> {
        let group = number.checked_sub(1).and_then(|index| self.groups.get(index));
        let group = group.ok_or_else(|| format!("invalid group reference {number}"))?;
        let width = group.width.ok_or("cannot refer to an open group")?;
        self.check_look_behind(number)?;
        self.backtracks = true;
        Ok(Item::new(format!("(?:\\{number})"), Kind::Plain, width))
    }

    /// Conditions may name a group that is defined after them, but it must be defined.
    pub(super) fn check_conditions(&self) -> Result<(), String> {
        match self.greatest_condition {
            number if number > self.groups.len() => Err(format!("invalid group reference {number}")),
            _ => Ok(()),
        }
    }

    fn body(&mut self) -> Result<Body, String> {
        let body = self.alternatives()?;
        if self.take(')') { Ok(body) } else { Err(UNTERMINATED.into()) }
    }

    fn capture(&mut self, name: Option<String>) -> Result<Item, String> {
        if let Some(name) = &name
            && self.number_of(name).is_some()
        {
            return Err(format!("redefinition of group name '{name}'"));
        }
        let index = self.groups.len();
        self.groups.push(Group { name, width: None });
        let body = self.body()?;
        self.groups[index].width = Some(body.width);
        Ok(Item::new(format!("({})", body.text), Kind::Plain, body.width))
    }

    fn wrapped(&mut self, open: &str, flags: Flags) -> Result<Item, String> {
        let outer = std::mem::replace(&mut self.flags, flags);
        let body = self.body()?;
        self.flags = outer;
        Ok(Item::new(format!("{open}{})", body.text), Kind::Plain, body.width))
    }

    fn named(&mut self) -> Result<Item, String> {
        match self.next().ok_or("unexpected end of pattern")? {
            '<' => {
                let name = self.until('>', "group name")?;
                self.capture(Some(checked(name)?))
            }
            '=' => {
                let name = checked(self.until(')', "group name")?)?;
                let number = self.number_of(&name).ok_or_else(|| format!("unknown group name '{name}'"))?;
                self.reference(number)
            }
            c => Err(format!("unknown extension ?P{c}")),
        }
    }

    fn number_of(&self, name: &str) -> Option<usize> {
        self.groups.iter().position(|group| group.name.as_deref() == Some(name)).map(|index| index + 1)
    }

    fn look(&mut self, c: char, open: &str) -> Result<Item, String> {
        self.look_body(c, open).map(|(item, _)| item)
    }

    fn look_body(&mut self, c: char, open: &str) -> Result<(Item, Width), String> {
        let body = self.body()?;
        // Nothing always matches, so its denial never does.
        let never = c == '!' && body.is_empty;
        self.backtracks |= !never;
        let text = if never { "[a&&b]".to_owned() } else { format!("{open}{c}{})", body.text) };
        Ok((Item::new(text, Kind::Plain, Width::ZERO), body.width))
    }

    fn look_behind(&mut self) -> Result<Item, String> {
        let c = self.next().ok_or("unexpected end of pattern")?;
        if !matches!(c, '=' | '!') {
            return Err(format!("unknown extension ?<{c}"));
        }
        let outer = self.look_behind;
        self.look_behind = outer.or(Some(self.groups.len()));
        let (item, width) = self.look_body(c, "(?<")?;
        self.look_behind = outer;
        if width.min != width.max {
            return Err("look-behind requires fixed-width pattern".into());
        }
        Ok(item)
    }

    fn condition(&mut self) -> Result<Item, String> {
        let name = self.until(')', "group name")?;
        let number = self.condition_number(&name)?;
        self.check_look_behind(number)?;
        self.deepen()?;
        let yes = self.sequence(false)?;
        let no = if self.take('|') { Some(self.sequence(false)?) } else { None };
        self.depth -= 1;
        match self.next() {
            Some(')') => {}
            Some('|') => return Err("conditional backref with more than two branches".into()),
            _ => return Err(UNTERMINATED.into()),
        }
        let width = yes.width.or(no.as_ref().map_or(Width::ZERO, |no| no.width));
        let no = no.map(|no| no.text).unwrap_or_default();
        // A group has not matched while it is still open, which fancy-regex would not know.
        if self.groups.get(number - 1).is_some_and(|group| group.width.is_none()) {
            return Ok(Item::new(format!("(?:{no})"), Kind::Plain, width));
        }
        self.backtracks = true;
        Ok(Item::new(format!("(?({number})(?:{})|(?:{no}))", yes.text), Kind::Plain, width))
    }

    fn condition_number(&mut self, name: &str) -> Result<usize, String> {
        if is_identifier(name) {
            return self.number_of(name).ok_or_else(|| format!("unknown group name '{name}'"));
        }
        let bad = || format!("bad character in group name '{name}'");
        let number: usize = name.parse().map_err(|_| bad())?;
        if number == 0 {
            return Err("bad group number".into());
        }
        self.greatest_condition = self.greatest_condition.max(number);
        Ok(number)
    }

    fn check_look_behind(&self, number: usize) -> Result<(), String> {
        match self.look_behind {
            Some(_) if self.groups.get(number - 1).is_some_and(|group| group.width.is_none()) => {
                Err("cannot refer to an open group".into())
            }
            Some(known) if number > known => {
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
            Inline::Group(flags) => {
                let open = if flags.ignore_case { "(?i:" } else { "(?-i:" };
                self.wrapped(open, flags).map(Some)
            }
        }
    }
}

fn checked(name: String) -> Result<String, String> {
    if is_identifier(&name) { Ok(name) } else { Err(format!("bad character in group name '{name}'")) }
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
}
