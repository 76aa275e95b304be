//! Quantifiers: `*`, `+`, `?` and `{m,n}`, greedy, lazy and possessive.

use super::{Item, Kind, Parser};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

/// How often an element is repeated.
pub(super) struct Count {
    min: u64,
    /// None if there is no limit.
    max: Option<u64>,
    greed: Greed,
}

impl Count {
    pub(super) fn is_possessive(&self) -> bool {
        self.greed == Greed::Possessive
    }

    /// Repeats the element before it.
    pub(super) fn apply(&self, item: Option<Item>) -> Result<Item, String> {
        let item = item.filter(|item| item.kind != Kind::Anchor).ok_or("nothing to repeat")?;
        let text = match item.kind {
            Kind::Repetition => return Err("multiple repeat".into()),
            // What takes no characters can match once or not at all; the engines refuse to repeat look-around.
            _ if item.width.max == 0 => self.at_most_once(item.text),
            _ => self.repeated(&item.text),
        };
        let width = item.width.times(self.min, self.max.unwrap_or(u64::MAX));
        Ok(Item::new(text, Kind::Repetition, width))
    }

    fn at_most_once(&self, text: String) -> String {
        match (self.min, self.greed) {
            (0, Greed::Lazy) => format!("(?:|{text})"),
            (0, _) => format!("(?:{text}|)"),
            _ => text,
        }
    }

    fn repeated(&self, text: &str) -> String {
        let count = match (self.min, self.max) {
            (0, Some(1)) => "?".to_owned(),
            (0, None) => "*".to_owned(),
            (1, None) => "+".to_owned(),
            (min, None) => format!("{{{min},}}"),
            (min, Some(max)) if min == max => format!("{{{min}}}"),
            (min, Some(max)) => format!("{{{min},{max}}}"),
        };
        match self.greed {
            Greed::Greedy => format!("{text}{count}"),
            Greed::Lazy => format!("{text}{count}?"),
            Greed::Possessive => format!("(?>{text}{count})"),
        }
    }
}

impl Parser {
    /// The quantifier that starts with `c`, already read; None if it is none, such as the `{` of `{x}`.
    pub(super) fn quantifier(&mut self, c: char) -> Result<Option<Count>, String> {
        let (min, max) = match c {
            '*' => (0, None),
            '+' => (1, None),
            '?' => (0, Some(1)),
            '{' => match self.bounds()? {
                Some(bounds) => bounds,
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        let greed = match () {
            () if self.take('?') => Greed::Lazy,
            () if self.take('+') => Greed::Possessive,
            () => Greed::Greedy,
        };
        Ok(Some(Count { min, max, greed }))
    }

    fn bounds(&mut self) -> Result<Option<(u64, Option<u64>)>, String> {
        let from = self.at;
        if self.peek() == Some('}') {
            return Ok(None);
        }
        let low = self.digits();
        let high = if self.take(',') { self.digits() } else { low.clone() };
        if !self.take('}') {
            self.at = from;
            return Ok(None);
        }
        let (min, max) = (bound(&low)?.unwrap_or(0), bound(&high)?);
        if max.is_some_and(|max| max < min) {
            return Err("min repeat greater than max repeat".into());
        }
        Ok(Some((min, max)))
    }
}

/// A number below Python's limit for repetitions; None for no digits at all.
fn bound(digits: &str) -> Result<Option<u64>, String> {
    if digits.is_empty() {
        return Ok(None);
    }
    let number: u32 = digits.parse().map_err(|_| "the repetition number is too large")?;
    if number == u32::MAX {
        return Err("the repetition number is too large".into());
    }
    Ok(Some(u64::from(number)))
}
