//! Names with `*`, `?` and `[a-f]` in them.

use std::fmt;

/// A glob, or a name.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    /// This character.
    One(char),
    /// `?`.
    Any,
    /// `*`.
    Run,
    /// `[a-f]`, `[!a-f]`.
    Of { ranges: Vec<(char, char)>, but: bool },
}

impl Pattern {
    /// An error for a bracket that does not end.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            parts.push(match c {
                '*' => Part::Run,
                '?' => Part::Any,
                '[' => {
                    let (inside, after) = rest.as_str().split_once(']').ok_or("a [ without its ]")?;
                    rest = after.chars();
                    of(inside)
                }
                c => Part::One(c),
            });
        }
        Ok(Self { text: text.to_owned(), parts })
    }

    pub(super) fn literal(text: &str) -> Self {
        Self { text: text.to_owned(), parts: text.chars().map(Part::One).collect() }
    }

    /// In time linear in the text for each `*`: of a failed `*`, only the last one is tried again.
    pub(super) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut part, mut at, mut again) = (0, 0, None);
        loop {
            match self.parts.get(part) {
                Some(Part::Run) => {
                    again = Some((part, at));
                    part += 1;
                    continue;
                }
                Some(one) if text.get(at).is_some_and(|c| one.is(*c)) => {
                    (part, at) = (part + 1, at + 1);
                    continue;
                }
                None if at == text.len() => return true,
                _ => {}
            }
            match again {
                Some((run, from)) if from < text.len() => {
                    again = Some((run, from + 1));
                    (part, at) = (run + 1, from + 1);
                }
                _ => return false,
            }
        }
    }
}

fn of(inside: &str) -> Part {
    let (but, inside) = inside.strip_prefix('!').map_or((false, inside), |rest| (true, rest));
    let (chars, mut ranges): (Vec<char>, _) = (inside.chars().collect(), Vec::new());
    let mut at = 0;
    while let Some(first) = chars.get(at).copied() {
        if let (Some('-'), Some(last)) = (chars.get(at + 1), chars.get(at + 2)) {
            ranges.push((first, *last));
            at += 3;
        } else {
            ranges.push((first, first));
            at += 1;
        }
    }
    Part::Of { ranges, but }
}

impl Part {
    fn is(&self, c: char) -> bool {
        match self {
            Self::One(one) => *one == c,
            Self::Any => true,
            Self::Run => false,
            Self::Of { ranges, but } => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)) != *but
            }
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_are_those_of_a_shell() {
        let is = |pattern: &str, text: &str| Pattern::new(pattern).unwrap().matches(text);
        assert!(
            is("sw*.ams", "sw1.ams")
                && is("*", "")
                && is("a*b*c", "axbxbc")
                && is("r[1-3]", "r2")
                && is("r[!1-3]", "r4")
        );
        assert!(
            !is("sw*.ams", "sw1.lon")
                && !is("a?", "a")
                && !is("r[1-3]", "r4")
                && !is("a*b", "ac")
                && !is("r1", "r11")
        );
        assert!(
            is(&"*a".repeat(50), &"a".repeat(5_000))
                && !is(&format!("{}b", "*a".repeat(50)), &"a".repeat(5_000))
        );
        assert!(
            Pattern::new("r[1").is_err()
                && Pattern::literal("a*").matches("a*")
                && !Pattern::literal("a*").matches("ab")
        );
    }
}
