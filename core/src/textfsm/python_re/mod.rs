//! Reads a regular expression as Python's `re` (3.11) does and writes it as `regex` or `fancy-regex` understands it.
//!
//! Templates are written for Python, whose syntax differs in what is literal (`\<`, `a{`, `[[]`), in what the classes
//! hold and in what is refused. Reading the whole syntax here also tells a malformed template at load, at none of the
//! cost of compiling it.
//!
//! What is matched is one line, so `.`, `^` and `$` need not know of line breaks: `re.DOTALL` and `re.MULTILINE`
//! change nothing.

mod class;
mod escape;
mod flags;
mod group;
mod repeat;

use flags::Flags;

/// How deep groups may nest; Python's own recursion limit ends a little later.
const MAX_DEPTH: usize = 60;

/// The text that the translation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// Only ASCII: `\w` and its like become small sets.
    Ascii,
    /// Anything: `\w` and its like hold what Python's `str` methods say.
    Unicode,
}

/// A regular expression in the syntax of `regex` and `fancy-regex`, to be matched from the start of a line.
#[derive(Debug)]
pub(super) struct Translated {
    /// The expression.
    pub(super) text: String,
    /// The name of each group, if it has one; the first is group 1.
    pub(super) groups: Vec<Option<String>>,
    /// What every match starts with.
    pub(super) prefix: String,
    /// Whether only a backtracking engine can match it.
    pub(super) backtracks: bool,
}

/// Translates `pattern`, or says why Python would refuse it.
pub(super) fn translate(pattern: &str, alphabet: Alphabet) -> Result<Translated, String> {
    let mut parser = Parser::new(pattern, alphabet);
    let top = parser.alternatives()?;
    if parser.peek().is_some() {
        return Err("unbalanced parenthesis".into());
    }
    parser.check_conditions()?;
    let flag = if parser.global.ignore_case { "i" } else { "" };
    Ok(Translated {
        text: format!("^(?{flag}:{})", top.text),
        groups: parser.groups.into_iter().map(|group| group.name).collect(),
        prefix: top.prefix,
        backtracks: parser.backtracks,
    })
}

/// The least and the greatest number of characters that something matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Width {
    min: u64,
    max: u64,
}

impl Width {
    const ZERO: Self = Self { min: 0, max: 0 };
    const ONE: Self = Self { min: 1, max: 1 };

    fn then(self, next: Self) -> Self {
        Self { min: self.min.saturating_add(next.min), max: self.max.saturating_add(next.max) }
    }

    fn or(self, other: Self) -> Self {
        Self { min: self.min.min(other.min), max: self.max.max(other.max) }
    }

    fn times(self, min: u64, max: u64) -> Self {
        Self { min: self.min.saturating_mul(min), max: self.max.saturating_mul(max) }
    }
}

/// What may follow an element: Python refuses to repeat anchors and repetitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Anchor,
    Repetition,
}

/// One element of a sequence, translated so that a quantifier may follow it.
#[derive(Debug)]
struct Item {
    text: String,
    kind: Kind,
    width: Width,
    /// The character, where it matches just this one.
    literal: Option<char>,
}

impl Item {
    fn new(text: impl Into<String>, kind: Kind, width: Width) -> Self {
        Self { text: text.into(), kind, width, literal: None }
    }
}

/// Alternatives, translated.
#[derive(Debug)]
struct Body {
    text: String,
    width: Width,
    prefix: String,
    is_empty: bool,
}

#[derive(Debug)]
struct Group {
    name: Option<String>,
    /// None while the group is still open.
    width: Option<Width>,
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    alphabet: Alphabet,
    flags: Flags,
    global: Flags,
    groups: Vec<Group>,
    /// The number of groups when the outermost look-behind was opened.
    look_behind: Option<usize>,
    /// The greatest group number that a condition named before it was known.
    greatest_condition: usize,
    backtracks: bool,
    depth: usize,
}

impl Parser {
    fn new(pattern: &str, alphabet: Alphabet) -> Self {
        Self {
            chars: pattern.chars().collect(),
            at: 0,
            alphabet,
            flags: Flags::default(),
            global: Flags::default(),
            groups: Vec::new(),
            look_behind: None,
            greatest_condition: 0,
            backtracks: false,
            depth: 0,
        }
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    fn take(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.at += usize::from(found);
        found
    }

    fn digits(&mut self) -> String {
        let from = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        self.chars[from..self.at].iter().collect()
    }

    /// Reads up to `end` and past it; `what` names what is read.
    fn until(&mut self, end: char, what: &str) -> Result<String, String> {
        let from = self.at;
        while let Some(c) = self.next() {
            if c == end {
                let text: String = self.chars[from..self.at - 1].iter().collect();
                return if text.is_empty() { Err(format!("missing {what}")) } else { Ok(text) };
            }
        }
        Err(format!("missing {end}, unterminated name"))
    }

    fn deepen(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(format!("groups nest deeper than {MAX_DEPTH}")) } else { Ok(()) }
    }

    fn alternatives(&mut self) -> Result<Body, String> {
        self.deepen()?;
        let mut body = self.sequence(self.depth == 1)?;
        while self.take('|') {
            let other = self.sequence(false)?;
            body.text = format!("{}|{}", body.text, other.text);
            body.width = body.width.or(other.width);
            body.prefix.clear();
            body.is_empty = false;
        }
        self.depth -= 1;
        Ok(body)
    }

    /// Reads elements up to `|`, `)` or the end. Global flags are allowed only before the `first` of all.
    fn sequence(&mut self, first: bool) -> Result<Body, String> {
        let mut items: Vec<Item> = Vec::new();
        while let Some(c) = self.peek().filter(|c| !matches!(c, '|' | ')')) {
            if self.flags.verbose && self.skip_verbose(c) {
                continue;
            }
            self.at += 1;
            match self.quantifier(c)? {
                Some(count) => {
                    let repeated = count.apply(items.pop())?;
                    self.backtracks |= count.is_possessive();
                    items.push(repeated);
                }
                None => items.extend(self.element(c, first && items.is_empty())?),
            }
        }
        Ok(join(&items))
    }

    /// Skips what verbose mode ignores; false if `c` is not of that kind.
    fn skip_verbose(&mut self, c: char) -> bool {
        match c {
            ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c' => self.at += 1,
            '#' => while self.next().is_some_and(|c| c != '\n') {},
            _ => return false,
        }
        true
    }

    /// Translates the element that starts with `c`, already read; None for comments and global flags.
    fn element(&mut self, c: char, first: bool) -> Result<Option<Item>, String> {
        Ok(Some(match c {
            '.' => Item::new(".", Kind::Plain, Width::ONE),
            '^' => Item::new("^", Kind::Anchor, Width::ZERO),
            '$' => Item::new("$", Kind::Anchor, Width::ZERO),
            '[' => self.class()?,
            '(' => return self.group(first),
            '\\' => self.escape()?,
            _ => self.literal(c),
        }))
    }

    fn literal(&self, c: char) -> Item {
        let literal = Some(c).filter(|_| !self.flags.ignore_case);
        Item { literal, ..Item::new(escape::quoted(c), Kind::Plain, Width::ONE) }
    }
}

fn join(items: &[Item]) -> Body {
    let text = items.iter().map(|item| item.text.as_str()).collect();
    let width = items.iter().fold(Width::ZERO, |width, item| width.then(item.width));
    let prefix = items.iter().skip_while(|item| item.text == "^").map_while(|item| item.literal).collect();
    Body { text, width, prefix, is_empty: items.is_empty() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pattern: &str) -> String {
        translate(pattern, Alphabet::Ascii).expect(pattern).text
    }

    fn refused(pattern: &str) -> String {
        translate(pattern, Alphabet::Ascii).expect_err(pattern)
    }

    #[test]
    fn what_python_takes_literally_stays_literal() {
        assert_eq!(text(r"\<a\>"), "^(?:<a>)");
        assert_eq!(text("a{b}{}{1,x}"), r"^(?:a\{b\}\{\}\{1,x\})");
        assert_eq!(text("[[a&&b]"), r"^(?:[\[a\&\&b])");
        assert_eq!(text("[]a]"), r"^(?:[\]a])");
        assert_eq!(text("[a-]"), r"^(?:[a\-])");
    }

    #[test]
    fn classes_hold_what_python_says() {
        assert_eq!(text(r"\s"), r"^(?:[\t-\r\x1c-\x20])");
        assert_eq!(text(r"(?a)\s"), r"^(?:[\t-\r\x20])");
        let unicode = translate(r"[\W\d]", Alphabet::Unicode).unwrap().text;
        assert_eq!(unicode, r"^(?:[[^\p{L}\p{N}_]\p{Nd}])");
    }

    #[test]
    fn quantifiers_are_read_as_python_does() {
        assert_eq!(text("a{,3}?"), "^(?:a{0,3}?)");
        assert_eq!(text("a{,}"), "^(?:a*)");
        assert_eq!(text("a++"), "^(?:(?>a+))");
        assert_eq!(refused("a**"), "multiple repeat");
        assert_eq!(refused("^*"), "nothing to repeat");
        assert_eq!(refused("(?:*)"), "nothing to repeat");
        assert_eq!(refused("a{3,2}"), "min repeat greater than max repeat");
    }

    #[test]
    fn groups_are_numbered_and_named() {
        let translated = translate("(?P<A>x)(y)(?P=A)", Alphabet::Ascii).unwrap();
        assert_eq!(translated.text, r"^(?:(x)(y)(?:\1))");
        assert_eq!(translated.groups, [Some("A".to_owned()), None]);
        assert!(translated.backtracks);
    }

    #[test]
    fn a_prefix_is_what_every_match_starts_with() {
        let prefix = |pattern| translate(pattern, Alphabet::Ascii).unwrap().prefix;
        assert_eq!(prefix(r"^Cisco IOS\s+"), "Cisco IOS");
        assert_eq!(prefix(r"^a\.b?c"), "a.");
        assert_eq!(prefix("^ab|c"), "");
        assert_eq!(prefix("(?i)ab"), "");
        assert_eq!(prefix("ab{0}c"), "a");
    }

    #[test]
    fn malformed_expressions_are_refused() {
        for (pattern, reason) in [
            ("a)", "unbalanced parenthesis"),
            ("(a", "missing ), unterminated subpattern"),
            ("[a", "unterminated character set"),
            ("[b-a]", "bad character range"),
            (r"[\w-z]", "bad character range"),
            (r"\q", "bad escape \\q"),
            ("a\\", "bad escape (end of pattern)"),
            (r"(a)\2", "invalid group reference 2"),
            (r"(a\1)", "cannot refer to an open group"),
            ("(?P<1>a)", "bad character in group name '1'"),
            ("(?P<n>a)(?P<n>b)", "redefinition of group name 'n'"),
            ("(?<n>a)", "unknown extension ?<n"),
            ("(?<=a*)", "look-behind requires fixed-width pattern"),
            ("a(?i)", "global flags not at the start of the expression"),
            ("(?-i)", "missing :"),
            ("(?(2)a)", "invalid group reference 2"),
        ] {
            assert_eq!(refused(pattern), reason, "{pattern}");
        }
    }

    #[test]
    fn deep_nesting_is_an_error() {
        assert!(refused(&"(".repeat(100_000)).contains("nest deeper"));
    }
}
