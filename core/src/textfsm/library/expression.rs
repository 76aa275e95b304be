//! A cell of an index: an expression for a platform or a command.

use crate::textfsm::python_re::{Allowance, Budget, Line, Matcher, Regex, is_space};

/// An expression, with the shorthand `sh[[ow]]` where it is one for commands; an empty one matches everything.
///
/// Most are words that mean themselves, of which some may be cut short, and others begin so. What is plain is matched as it
/// stands: an index has a thousand expressions, and a program that looks up one command would pay for compiling them all.
#[derive(Debug)]
pub(super) struct Expression {
    written: String,
    /// How much of it is plain, from its start.
    plain: usize,
    /// What follows, if that is an end and nothing else.
    end: End,
    /// The whole, where it is more than this.
    regex: Option<Regex>,
}

/// What an expression wants behind its plain part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Nothing: a match may end early.
    Open,
    /// `$`
    Line,
    /// `\s*$`
    Spaces,
}

impl Expression {
    /// An expression for commands. One that Python would refuse is refused, with the reason.
    pub(super) fn command(written: &str) -> Result<Self, String> {
        Self::parse(written, plain_command(written), || completed(written))
    }

    /// An expression without shorthand.
    pub(super) fn other(written: &str) -> Result<Self, String> {
        Self::parse(written, plain_text(written), || written.to_owned())
    }

    fn parse(written: &str, plain: usize, source: impl FnOnce() -> String) -> Result<Self, String> {
        let end = match &written[plain..] {
            "" => Some(End::Open),
            "$" => Some(End::Line),
            r"\s*$" => Some(End::Spaces),
            _ => None,
        };
        let written = written.to_owned();
        if let Some(end) = end {
            return Ok(Self { written, plain, end, regex: None });
        }
        let source = source();
        let regex = Regex::parse(&source).map_err(|reason| format!("{reason} in '{source}'"))?;
        let plain = begins_with(&written, plain);
        Ok(Self { written, plain, end: End::Open, regex: Some(regex) })
    }

    /// As the index has it.
    pub(super) fn written(&self) -> &str {
        &self.written
    }

    /// Whether it matches `text` from its start.
    pub(super) fn matches(&self, text: &str) -> bool {
        let reached = reached(&self.written[..self.plain], text);
        match &self.regex {
            None => reached.into_iter().any(|at| self.end.allows(&text[at..])),
            Some(regex) => !reached.is_empty() && found(regex, text).is_some(),
        }
    }

    /// Whether it matches `text` to its end.
    pub(super) fn is_whole(&self, text: &str) -> bool {
        match &self.regex {
            None => reached(&self.written[..self.plain], text).contains(&text.len()),
            Some(regex) => found(regex, text) == Some(text.len()),
        }
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

impl End {
    fn allows(self, rest: &str) -> bool {
        match self {
            Self::Open => true,
            Self::Line => rest.is_empty(),
            Self::Spaces => rest.chars().all(is_space),
        }
    }
}

/// Where a match of `text` ends. A command that takes too many steps is none that an index knows.
fn found(regex: &Regex, text: &str) -> Option<usize> {
    let (mut matcher, budget) = (Matcher::default(), Budget::new());
    let found = regex.matches(Line::new(text), &mut matcher, &mut Allowance::new(&budget));
    if found == Ok(true) { matcher.span(0).map(|span| span.end) } else { None }
}

/// How many characters at the start mean themselves.
fn plain_text(text: &str) -> usize {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b" -_/:,".contains(byte);
    text.bytes().take_while(is_plain).count()
}

/// The same, and words that may be cut short.
fn plain_command(written: &str) -> usize {
    let mut plain = 0;
    for piece in pieces(written) {
        let (text, around) = match piece {
            Piece::Text(text) => (text, 0),
            Piece::Word(word) => (word, "[[]]".len()),
        };
        let length = plain_text(text);
        if length < text.len() {
            return plain + if around == 0 { length } else { 0 };
        }
        plain += length + around;
    }
    plain
}

/// How much of the plain part every match begins with.
fn begins_with(written: &str, plain: usize) -> usize {
    let (head, rest) = written.split_at(plain);
    // Another branch begins otherwise. Where it is not easily seen whether there is one, nothing is said.
    if has_branches(rest) {
        return 0;
    }
    // The last character may be repeated, or not be there at all.
    let is_repeated = rest.starts_with(['*', '+', '?', '{']) && !head.ends_with("]]");
    plain - usize::from(is_repeated && plain > 0)
}

/// Whether there may be a `|` outside of all groups.
fn has_branches(rest: &str) -> bool {
    let mut depth = 0_usize;
    let mut is_odd = |text: &str| {
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                '|' if depth == 0 => return true,
                '[' => return true,
                '\\' if chars.next().is_none() => return true,
                _ => {}
            }
        }
        text.replace("(?:", "").contains("(?")
    };
    pieces(rest).any(|piece| match piece {
        Piece::Text(text) => is_odd(text),
        Piece::Word(word) => plain_text(word) < word.len(),
    })
}

/// The places in `text` that what is `plain`, in which words may be cut short, may lead to.
fn reached(plain: &str, text: &str) -> Vec<usize> {
    let text = text.as_bytes();
    let mut places = vec![0];
    for piece in pieces(plain) {
        match piece {
            Piece::Text(piece) => {
                places.retain(|at| text[*at..].starts_with(piece.as_bytes()));
                for at in &mut places {
                    *at += piece.len();
                }
            }
            Piece::Word(word) => {
                let common = |at: usize| word.bytes().zip(&text[at..]).take_while(|(a, b)| a == *b).count();
                places = places.iter().flat_map(|at| *at..=at + common(*at)).collect();
                places.sort_unstable();
                places.dedup();
            }
        }
        if places.is_empty() {
            break;
        }
    }
    places
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
    let at = find_pair(text, *b"[[")?;
    let after = &text[at + 2..];
    let first = after.chars().next()?.len_utf8();
    let length = first + find_pair(&after[first..], *b"]]")?;
    Some((at, &after[..length]))
}

/// `str::find` prepares itself for longer needles, which takes longer than to look through a command.
fn find_pair(text: &str, pair: [u8; 2]) -> Option<usize> {
    text.as_bytes().windows(2).position(|two| *two == pair)
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
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

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

    #[test]
    fn what_is_plain_needs_no_expression() {
        let plain = |written: &str| {
            let it = Expression::command(written).unwrap();
            (it.written[..it.plain].to_owned(), it.regex.is_none())
        };
        for (written, head, is_all) in [
            ("sh[[ow]] ver[[sion]]", "sh[[ow]] ver[[sion]]", true),
            ("sh[[ow]] ver[[sion]]\\s*$", "sh[[ow]] ver[[sion]]", true),
            ("sh[[ow]] vlans?$", "sh[[ow]] vlan", false),
            ("sh[[ow]] int[[erfaces]](?: \\S+)? st[[atus]]", "sh[[ow]] int[[erfaces]]", false),
            ("sh[[ow]]( x|y)", "sh[[ow]]", false),
            ("sh[[ow]] x|y", "", false),
            ("sh[[ow]] [(]x|y", "", false),
            ("sh[[ow]](?#()x|y", "", false),
        ] {
            assert_eq!(plain(written), (head.to_owned(), is_all), "{written}");
        }
    }

    /// What an expression is made of, and what makes one odd.
    fn written() -> impl Strategy<Value = String> {
        let plain = select(vec!["a", "b", "ab", " ", "[[a]]", "[[ab]]", "[[ba]]", "s[[ab]]"]);
        let odd = select(vec![
            "[[",
            "]]",
            "(",
            ")",
            "(?:",
            "(?i)",
            "(?#",
            "|",
            "?",
            "*",
            "+",
            "{2}",
            "$",
            "\\s*$",
            "\\",
            "\\|",
            "\\(",
            "[a",
            "]",
            "[[|]]",
            "[[\\]]",
            "(a|b)",
            "(?: \\S+)?",
            "é",
            ".",
        ]);
        vec(prop_oneof![3 => plain, 1 => odd], 0..8).prop_map(|parts| parts.concat())
    }

    fn by_regex(source: &str, text: &str) -> Result<Option<usize>, String> {
        let regex = Regex::parse(source).map_err(|reason| format!("{reason} in '{source}'"))?;
        Ok(found(&regex, text))
    }

    proptest! {
        #[test]
        fn all_match_as_written_out(written in written(), text in "[abs]{0,3}[ab sé|(]{0,5}") {
            for (ours, source) in [
                (Expression::command(&written), completed(&written)),
                (Expression::other(&written), written.clone()),
            ] {
                let theirs = by_regex(&source, &text);
                prop_assert_eq!(ours.as_ref().map(|it| it.matches(&text)), theirs.as_ref().map(Option::is_some), "{}", source);
                let ends = theirs.as_ref().map(|end| *end == Some(text.len()));
                // A plain one is asked whether any way of cutting short leads to the end.
                if let (Ok(it), Ok(true)) = (&ours, ends) {
                    prop_assert!(it.is_whole(&text));
                }
            }
        }
    }
}
