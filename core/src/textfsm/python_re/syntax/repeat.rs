//! Quantifiers: `*`, `+`, `?` and `{m,n}`, greedy, lazy and possessive.

use super::{Item, Kind, Parser, Shape};
use crate::textfsm::python_re::node::{Greed, Node, Repeat};

/// How often an element is repeated.
#[derive(Clone, Copy)]
pub(super) struct Count {
    min: u32,
    /// None if there is no limit.
    max: Option<u32>,
    greed: Greed,
}

impl Parser<'_> {
    /// Repeats the element before the quantifier.
    pub(super) fn repeat(&mut self, count: Count, item: Option<Item>) -> Result<Item, String> {
        let Count { min, max, greed } = count;
        let Item { node, kind, width } = item.ok_or("nothing to repeat")?;
        match kind {
            Kind::Anchor => return Err("nothing to repeat".into()),
            Kind::Repetition => return Err("multiple repeat".into()),
            Kind::Plain => {}
        }
        let is_nullable = width.min == 0;
        if greed == Greed::Possessive {
            self.is_at_least(Shape::Irregular);
        } else if is_nullable && max != Some(1) {
            self.is_at_least(Shape::Nullable);
        }
        let width = width.times(min.into(), max.map_or(u64::MAX, u64::from));
        let node = Node::Repeat(Box::new(Repeat { body: node, min, max, greed, is_nullable }));
        Ok(Item { node, kind: Kind::Repetition, width })
    }

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

    fn bounds(&mut self) -> Result<Option<(u32, Option<u32>)>, String> {
        let from = self.at;
        if self.peek() == Some('}') {
            return Ok(None);
        }
        let low = self.digits();
        let high = if self.take(',') { self.digits() } else { low };
        if !self.take('}') {
            self.at = from;
            return Ok(None);
        }
        let (min, max) = (bound(low)?.unwrap_or(0), bound(high)?);
        if max.is_some_and(|max| max < min) {
            return Err("min repeat greater than max repeat".into());
        }
        Ok(Some((min, max)))
    }
}

/// A number below Python's limit for repetitions; None for no digits at all.
fn bound(digits: &str) -> Result<Option<u32>, String> {
    if digits.is_empty() {
        return Ok(None);
    }
    let number = digits.parse().map_err(|_| "the repetition number is too large")?;
    if number == u32::MAX { Err("the repetition number is too large".into()) } else { Ok(Some(number)) }
}
