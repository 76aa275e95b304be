//! A text that stands in every line that an expression matches. Most rules of a template fit few lines, and a line without
//! the text needs no match.

use super::node::Node;
use memchr::memmem::Finder;

/// A shorter text stands in too many lines to be worth looking for.
const SHORTEST: usize = 3;

/// What finds the longest such text.
pub(super) fn required(node: &Node) -> Option<Finder<'static>> {
    Some(longest(node)).filter(|text| text.len() >= SHORTEST).map(|text| Finder::new(&text).into_owned())
}

/// The longest such text, which may be empty.
fn longest(node: &Node) -> String {
    let mut longest = Longest::default();
    longest.node(node);
    longest.interrupt();
    longest.text
}

#[derive(Default)]
struct Longest {
    text: String,
    /// What stands at the end of all that was looked at so far.
    row: String,
}

impl Longest {
    fn node(&mut self, node: &Node) {
        match node {
            Node::Char(c) => self.row.push(*c),
            Node::Concat(parts) => parts.iter().for_each(|part| self.node(part)),
            Node::Capture(_, body) | Node::Atomic(body) => self.node(body),
            Node::Repeat(repeat) if repeat.min > 0 => {
                self.interrupt();
                self.node(&repeat.body);
                self.interrupt();
            }
            // They take nothing: what stands around them is in a row.
            Node::Empty | Node::Place(_) | Node::Look(_) => {}
            Node::Any
            | Node::Set(_)
            | Node::Alternate(_)
            | Node::Repeat(_)
            | Node::Reference { .. }
            | Node::Condition(_) => self.interrupt(),
        }
    }

    /// Anything may stand here.
    fn interrupt(&mut self) {
        if self.row.len() > self.text.len() {
            std::mem::swap(&mut self.row, &mut self.text);
        }
        self.row.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::compile::compile;
    use super::super::oracle_tests::{expression, text};
    use super::super::syntax::parse;
    use super::super::{Line, Matcher};
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(pattern: &str, expected: Option<&str>) {
        let Ok(syntax) = parse(pattern) else { panic!("{pattern}") };
        let found = required(&syntax.node);
        assert_eq!(found.as_ref().map(Finder::needle), expected.map(str::as_bytes), "{pattern}");
    }

    #[test]
    fn the_longest_text_in_a_row_is_required() {
        check(r"^.*[Ss]oftware.*Version\s+(\S+)", Some("oftware"));
        check(r"^(\S+)\s+uptime\s+is\s+(.+?)\s*$", Some("uptime"));
        check(r"Up\btime(?=x) (is) (?>so) many", Some("Uptime is so many"));
        check(r"^\d+\.\d+", None);
    }

    #[test]
    fn what_may_be_left_out_is_not_required() {
        check("abc?", None);
        check("(?:uptime)? is|was", None);
        check("(?:abcd)*ab(?!uptime)", None);
        check("(?i)uptime", None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn every_line_that_matches_has_it(pattern in expression(), line in text()) {
            let Ok(syntax) = parse(&pattern) else { return Ok(()) };
            let program = compile(&syntax.node, syntax.groups.len());
            if Matcher::default().run(&program, Line::new(&line), 1 << 16) == Ok(true) {
                prop_assert!(line.contains(&longest(&syntax.node)));
            }
        }
    }

    #[test]
    fn what_is_repeated_is_required_once() {
        check("ab(?:uptime)+c", Some("uptime"));
        check("(?:abc){2,3}", Some("abc"));
        check("(?:abc){0,3}", None);
    }
}
