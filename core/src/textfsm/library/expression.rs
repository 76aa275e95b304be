//! A cell of an index: an expression for a platform or a command.

use crate::textfsm::python_re::{Allowance, Budget, Line, Matcher, Regex};

/// An expression, with the shorthand `sh[[ow]]` where it is one for commands; an empty one matches everything.
///
/// Most are words that mean themselves, of which some may be cut short. Those are matched as they stand: an index has a
/// thousand, and a program that looks up one command would pay for reading them all.
#[derive(Debug)]
pub(super) struct Expression {
    written: String,
    /// None where it is plain.
    regex: Option<Regex>,
}

impl Expression {
    /// An expression for commands. One that Python would refuse is refused, with the reason.
    pub(super) fn command(written: &str) -> Result<Self, String> {
        Self::parse(written, is_plain_command(written), &completed(written))
    }

    /// An expression without shorthand.
    pub(super) fn other(written: &str) -> Result<Self, String> {
        Self::parse(written, is_plain(written), written)
    }

    fn parse(written: &str, is_plain: bool, source: &str) -> Result<Self, String> {
        let read = || Regex::parse(source).map_err(|reason| format!("{reason} in '{source}'"));
        let regex = if is_plain { None } else { Some(read()?) };
        Ok(Self { written: written.to_owned(), regex })
    }

    /// As the index has it.
    pub(super) fn written(&self) -> &str {
        &self.written
    }

    /// Whether it matches `text` from its start.
    pub(super) fn matches(&self, text: &str) -> bool {
        let Some(regex) = &self.regex else { return is_cut_short(&self.written, text) };
        // A command that takes too many steps is none that an index knows.
        regex.matches(Line::new(text), &mut Matcher::default(), &mut Allowance::new(&Budget::new()))
            == Ok(true)
    }

    /// A text that it matches: what may be left out is, of choices the first is taken, and no word is cut short:
    /// `show version` of `sh[[ow]] (ip )?ver[[sion]]\s*$`.
    pub(super) fn example(&self) -> String {
        let mut text = replaced(&self.written, str::to_owned);
        while let Some((at, length, inner)) = innermost_group(&text) {
            let rest = text.get(at + length..).unwrap_or_default();
            let is_optional = rest.starts_with(['?', '*']);
            let first = inner.trim_start_matches("?:").split('|').next().unwrap_or_default();
            let first = if is_optional { String::new() } else { first.to_owned() };
            text.replace_range(at..at + length + usize::from(is_optional), &first);
        }
        let text = text.trim_end_matches('$');
        text.strip_suffix(r"\s*").unwrap_or(text).replace(r"\|", "|")
    }
}

/// Whether each character means itself.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" -_/:,".contains(&byte))
}

fn is_plain_command(written: &str) -> bool {
    pieces(written).all(|piece| match piece {
        Piece::Text(text) => is_plain(text),
        Piece::Word(word) => is_plain(word),
    })
}

/// Whether `text` begins with what is `written`, in which words may be cut short.
fn is_cut_short(written: &str, text: &str) -> bool {
    let text = text.as_bytes();
    // The places in `text` that all pieces so far may lead to, in order.
    let mut places = vec![0];
    for piece in pieces(written) {
        places = match piece {
            Piece::Text(piece) => {
                let lies_at = |at: &usize| text[*at..].starts_with(piece.as_bytes());
                places.into_iter().filter(lies_at).map(|at| at + piece.len()).collect()
            }
            Piece::Word(word) => {
                let common = |at: usize| word.bytes().zip(&text[at..]).take_while(|(a, b)| a == *b).count();
                let mut reached: Vec<usize> = places.iter().flat_map(|at| *at..=at + common(*at)).collect();
                reached.sort_unstable();
                reached.dedup();
                reached
            }
        };
        if places.is_empty() {
            return false;
        }
    }
    true
}

/// A part of an expression for commands.
enum Piece<'w> {
    Text(&'w str),
    /// What stands between `[[` and `]]`: it may be cut short.
    Word(&'w str),
}

fn pieces(written: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = written;
    std::iter::from_fn(move || {
        let (text, word) = first_word(rest).map_or((rest, None), |(at, word)| (&rest[..at], Some(word)));
        match word {
            _ if rest.is_empty() => None,
            Some(word) if text.is_empty() => {
                rest = &rest["[[".len() + word.len() + "]]".len()..];
                Some(Piece::Word(word))
            }
            _ => {
                rest = &rest[text.len()..];
                Some(Piece::Text(text))
            }
        }
    })
}

/// The first `[[word]]`: where it is, and the word, which has one character at least.
fn first_word(text: &str) -> Option<(usize, &str)> {
    let (before, after) = text.split_once("[[")?;
    let first = after.chars().next()?.len_utf8();
    let length = first + after[first..].find("]]")?;
    Some((before.len(), &after[..length]))
}

/// Writes out the shorthand: `sh[[ow]]` is `sh(o(w)?)?`.
fn completed(text: &str) -> String {
    replaced(text, |word| {
        let opened: String = word.chars().flat_map(|c| ['(', c]).collect();
        opened + &")?".repeat(word.chars().count())
    })
}

/// Replaces each `[[word]]`.
fn replaced(text: &str, with: impl Fn(&str) -> String) -> String {
    let part = |piece| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Word(word) => with(word),
    };
    pieces(text).map(part).collect()
}

/// Where the first group without groups in it stands, how long it is, and what is between its parentheses.
fn innermost_group(text: &str) -> Option<(usize, usize, String)> {
    let end = text.find(')')?;
    let start = text[..end].rfind('(')?;
    Some((start, end + 1 - start, text[start + 1..end].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_shorthand_is_written_out_and_read_back() {
        assert_eq!(completed("sh[[ow]] ver[[sion]]"), "sh(o(w)?)? ver(s(i(o(n)?)?)?)?");
        assert_eq!(completed("[[]] [[a"), "[[]] [[a");
        let example = |written| Expression::command(written).unwrap().example();
        assert_eq!(example("sh[[ow]] (ip )?ver[[sion]]\\s*$"), "show version");
        assert_eq!(
            example("sh[[ow]] int[[erfaces]](?: (?:\\S+))? (st|de)[[atus]]"),
            "show interfaces status"
        );
    }

    #[test]
    fn what_is_malformed_is_refused() {
        let refused = |written| Expression::command(written).unwrap_err();
        assert_eq!(refused("show ("), "missing ), unterminated subpattern in 'show ('");
        assert_eq!(refused("sh[[o*w]]"), "nothing to repeat in 'sh(o(*(w)?)?)?'");
        assert_eq!(Expression::other("*").unwrap_err(), "nothing to repeat in '*'");
    }

    proptest! {
        #[test]
        fn plain_ones_match_as_written_out(written in "([ab ]|\\[\\[|\\]\\]|\\[\\[[ab]{1,3}\\]\\]){0,8}", text in "[ab ]{0,8}") {
            if is_plain_command(&written) {
                let regex = Some(Regex::parse(&completed(&written)).unwrap());
                let by_regex = Expression { written: written.clone(), regex }.matches(&text);
                prop_assert_eq!(Expression::command(&written).unwrap().matches(&text), by_regex);
            }
        }
    }
}
