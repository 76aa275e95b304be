//! Finds the command that a line means, as IOS does: keywords may be abbreviated as long as one fits.

use crate::platform::Command;

/// What a line was found to mean.
#[derive(Debug)]
pub(crate) enum Found<'a> {
    /// A command, with the values of its parameters.
    Command(&'a Command, Vec<&'a str>),
    /// An abbreviation of several keywords.
    Ambiguous,
    /// The beginning of a command.
    Incomplete,
    /// No command; the line stops making sense at this byte.
    Invalid(usize),
}

/// Looks `line` up among `commands`. Of several with the same words the first one counts.
pub(crate) fn find<'a>(commands: impl Iterator<Item = &'a Command>, line: &'a str) -> Found<'a> {
    let mut fitting: Vec<Candidate<'a>> = commands.map(Candidate::new).collect();
    let mut rest = line;
    loop {
        rest = rest.trim_start();
        let word = rest.split(' ').next().unwrap_or_default();
        if word.is_empty() {
            return finished(fitting);
        }
        let at = line.len() - rest.len();
        match narrow(&mut fitting, word, rest) {
            Narrowed::Next => rest = &rest[word.len()..],
            Narrowed::TookRest => return finished(fitting),
            Narrowed::Ambiguous => return Found::Ambiguous,
            Narrowed::Invalid(offset) => return Found::Invalid(at + offset),
        }
    }
}

/// A command that fits the words read so far.
struct Candidate<'a> {
    command: &'a Command,
    left: std::str::Split<'a, char>,
    values: Vec<&'a str>,
}

impl<'a> Candidate<'a> {
    fn new(command: &'a Command) -> Self {
        Self { command, left: command.words.split(' '), values: Vec::new() }
    }

    fn next_word(&self) -> Option<&'a str> {
        self.left.clone().next()
    }
}

enum Narrowed {
    Next,
    TookRest,
    Ambiguous,
    Invalid(usize),
}

/// Keeps the candidates whose next word `word` can stand for; keywords count before parameters.
fn narrow<'a>(fitting: &mut Vec<Candidate<'a>>, word: &'a str, rest: &'a str) -> Narrowed {
    let nexts: Vec<&str> = fitting.iter().filter_map(Candidate::next_word).collect();
    let mut meant: Vec<&str> = nexts.iter().copied().filter(|next| abbreviates(word, next)).collect();
    if let Some(exact) = meant.iter().copied().find(|next| next.eq_ignore_ascii_case(word)) {
        meant = vec![exact];
    }
    meant.sort_unstable();
    meant.dedup();
    match meant[..] {
        [] => take_parameter(fitting, word, rest, &nexts),
        [keyword] => {
            fitting.retain_mut(|candidate| candidate.left.next() == Some(keyword));
            Narrowed::Next
        }
        _ => Narrowed::Ambiguous,
    }
}

fn take_parameter<'a>(
    fitting: &mut Vec<Candidate<'a>>,
    word: &'a str,
    rest: &'a str,
    nexts: &[&str],
) -> Narrowed {
    let Some(parameter) = nexts.iter().copied().find(|next| accepts(next, word)) else {
        return Narrowed::Invalid(nexts.iter().map(|next| common_prefix(word, next)).max().unwrap_or(0));
    };
    let parameter = parameter.to_owned();
    let value = if parameter == "LINE" { rest.trim_end() } else { word };
    fitting.retain_mut(|candidate| candidate.left.next() == Some(parameter.as_str()));
    for candidate in fitting {
        candidate.values.push(value);
    }
    if parameter == "LINE" { Narrowed::TookRest } else { Narrowed::Next }
}

fn finished(fitting: Vec<Candidate<'_>>) -> Found<'_> {
    fitting
        .into_iter()
        .find(|candidate| candidate.next_word().is_none())
        .map_or(Found::Incomplete, |candidate| Found::Command(candidate.command, candidate.values))
}

fn is_parameter(next: &str) -> bool {
    matches!(next, "WORD" | "NUMBER" | "LINE")
}

fn abbreviates(word: &str, next: &str) -> bool {
    !is_parameter(next) && common_prefix(word, next) == word.len()
}

fn accepts(next: &str, word: &str) -> bool {
    match next {
        "WORD" | "LINE" => true,
        "NUMBER" => word.parse::<u16>().is_ok(),
        _ => false,
    }
}

/// How many bytes of `word` the keyword begins with, whatever their case.
fn common_prefix(word: &str, next: &str) -> usize {
    if is_parameter(next) {
        return 0;
    }
    word.bytes().zip(next.bytes()).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Action;

    fn table() -> Vec<Command> {
        [
            "show version",
            "show clock",
            "show users",
            "terminal length NUMBER",
            "hostname WORD",
            "description LINE",
        ]
        .into_iter()
        .map(|words| Command::new(words, &["exec"], Action::Accept))
        .collect()
    }

    fn meaning(line: &str) -> String {
        match find(table().iter(), line) {
            Found::Command(command, values) => format!("{} {values:?}", command.words),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn keywords_may_be_abbreviated_and_written_in_any_case() {
        assert_eq!(meaning("sh ver"), "show version []");
        assert_eq!(meaning("  SHOW   c "), "show clock []");
    }

    #[test]
    fn parameters_are_told() {
        assert_eq!(meaning("term len 0"), "terminal length NUMBER [\"0\"]");
        assert_eq!(meaning("desc to  core "), "description LINE [\"to  core\"]");
    }

    #[test]
    fn the_beginning_of_a_command_is_incomplete() {
        assert_eq!(meaning("show"), "Incomplete");
        assert_eq!(meaning("terminal length"), "Incomplete");
    }

    #[test]
    fn the_first_wrong_byte_is_told() {
        assert_eq!(meaning("shw ver"), "Invalid(2)");
        assert_eq!(meaning("show verx"), "Invalid(8)");
        assert_eq!(meaning("show version now"), "Invalid(13)");
        assert_eq!(meaning("terminal length 70000"), "Invalid(16)");
        assert_eq!(meaning("\u{fffd}"), "Invalid(0)");
    }

    #[test]
    fn an_abbreviation_of_two_keywords_is_ambiguous() {
        let table: Vec<Command> = ["show clock", "show cdp", "show"]
            .into_iter()
            .map(|words| Command::new(words, &[], Action::Accept))
            .collect();
        assert!(matches!(find(table.iter(), "sh c"), Found::Ambiguous));
        assert!(matches!(find(table.iter(), "sh cl"), Found::Command(..)));
    }
}
