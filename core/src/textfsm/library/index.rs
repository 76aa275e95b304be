//! The index of a folder of templates: which serves which command of which platform.

use crate::textfsm::TemplateError;
use crate::textfsm::python_re::{Allowance, Budget, Line, Matcher, Regex, is_space};
use std::collections::HashMap;
use std::sync::Arc;

/// An index, read and checked. The first row that matches serves.
///
/// Python: `textfsm.clitable.IndexTable`.
#[derive(Debug)]
pub(super) struct Index {
    rows: Vec<Row>,
}

/// A row of an index.
#[derive(Debug)]
pub(super) struct Row {
    /// The files of its templates.
    pub(super) files: Vec<String>,
    platform: Field,
    command: Field,
    /// The command as the index has it.
    written: String,
}

/// An expression of a row; an empty one matches everything.
#[derive(Clone, Debug)]
struct Field {
    text: String,
    regex: Option<Arc<Regex>>,
}

impl Index {
    /// Reads the text of an index. One that Python would refuse is refused, with the line and the reason.
    pub(super) fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut lines = text.lines().zip(1..).map(|(line, number)| (number, line));
        let (header_line, columns) = header(&mut lines)?;
        let template = column(&columns, "Template");
        let template =
            template.ok_or_else(|| TemplateError::at(header_line, "there is no column Template"))?;
        let (platform, command) = (column(&columns, "Platform"), column(&columns, "Command"));
        let (mut fields, mut rows) = (Fields::default(), Vec::new());
        for (number, line) in lines.filter(|(_, line)| !line.starts_with('#')) {
            let cells: Vec<&str> = line.split(',').map(|cell| cell.trim_matches(is_space)).collect();
            // Python leaves out what has not as many cells as the header, blank lines among them.
            if cells.len() != columns.len() {
                continue;
            }
            let read = |at: usize, fields: &mut Fields| {
                let text = if Some(at) == command { completed(cells[at]) } else { cells[at].to_owned() };
                fields.get(text).map_err(|reason| TemplateError::at(number, reason))
            };
            for other in (0..cells.len()).filter(|at| *at != template) {
                read(other, &mut fields)?;
            }
            let any = || Field { text: String::new(), regex: None };
            rows.push(Row {
                files: cells[template].split(':').map(str::to_owned).collect(),
                platform: platform.map_or_else(|| Ok(any()), |at| read(at, &mut fields))?,
                command: command.map_or_else(|| Ok(any()), |at| read(at, &mut fields))?,
                written: command.map(|at| cells[at].to_owned()).unwrap_or_default(),
            });
        }
        Ok(Self { rows })
    }

    /// The row for a command of a platform.
    pub(super) fn find<'i>(&'i self, platform: &'i str, command: &str) -> Option<&'i Row> {
        self.of_platform(platform).find(|row| row.command.matches(command))
    }

    /// The rows for a platform.
    pub(super) fn of_platform<'i>(&'i self, platform: &'i str) -> impl Iterator<Item = &'i Row> {
        let mut last: Option<(&str, bool)> = None;
        self.rows.iter().filter(move |row| {
            // Rows of a platform stand together.
            let known = last.filter(|(text, _)| *text == row.platform.text);
            let matches = known.map_or_else(|| row.platform.matches(platform), |(_, matches)| matches);
            last = Some((&row.platform.text, matches));
            matches
        })
    }

    /// The names of the platforms, each once.
    pub(super) fn platforms(&self) -> impl Iterator<Item = String> {
        let mut texts: Vec<&str> = self.rows.iter().map(|row| row.platform.text.as_str()).collect();
        texts.sort_unstable();
        texts.dedup();
        texts.into_iter().flat_map(choices)
    }
}

impl Row {
    /// The command in full, such as one would type it; where the index has choices, as it writes them.
    pub(super) fn command(&self) -> String {
        readable(&self.written)
    }
}

impl Field {
    fn matches(&self, text: &str) -> bool {
        let Some(regex) = &self.regex else { return true };
        // A command that takes too many steps is none that an index knows.
        regex.matches(Line::new(text), &mut Matcher::default(), &mut Allowance::new(&Budget::new()))
            == Ok(true)
    }
}

/// Each expression is read once, however many rows have it.
#[derive(Default)]
struct Fields(HashMap<String, Field>);

impl Fields {
    fn get(&mut self, text: String) -> Result<Field, String> {
        if let Some(field) = self.0.get(&text) {
            return Ok(field.clone());
        }
        let regex = match text.as_str() {
            "" => None,
            _ => Some(Arc::new(Regex::parse(&text).map_err(|reason| format!("{reason} in '{text}'"))?)),
        };
        let field = Field { text: text.clone(), regex };
        self.0.insert(text, field.clone());
        Ok(field)
    }
}

/// The names of the columns: the first line that holds something before a `#`.
fn header<'t>(
    lines: &mut impl Iterator<Item = (usize, &'t str)>,
) -> Result<(usize, Vec<&'t str>), TemplateError> {
    let found = lines.find_map(|(number, line)| {
        let line = line.split('#').next().unwrap_or_default().trim_matches(is_space);
        (!line.is_empty()).then_some((number, line))
    });
    let (number, line) = found.ok_or_else(|| TemplateError::whole("the index is empty"))?;
    let columns: Vec<&str> = line.split(',').map(|name| name.trim_matches(is_space)).collect();
    match (1..columns.len()).find(|at| columns[..*at].contains(&columns[*at])) {
        Some(twice) => {
            Err(TemplateError::at(number, format!("the column {} is there twice", columns[twice])))
        }
        None => Ok((number, columns)),
    }
}

fn column(columns: &[&str], name: &str) -> Option<usize> {
    columns.iter().position(|column| *column == name)
}

/// Writes out the shorthand: `sh[[ow]]` is `sh(o(w)?)?`.
fn completed(text: &str) -> String {
    replaced(text, |word| {
        let opened: String = word.chars().flat_map(|c| ['(', c]).collect();
        opened + &")?".repeat(word.chars().count())
    })
}

/// Replaces each `[[word]]`; the word has one character at least.
fn replaced(text: &str, with: impl Fn(&str) -> String) -> String {
    let (mut result, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("[[") {
        let first = after.chars().next().map_or(0, char::len_utf8);
        let Some(length) = after[first..].find("]]").filter(|_| first > 0) else { break };
        result.push_str(before);
        result.push_str(&with(&after[..first + length]));
        rest = &after[first + length + 2..];
    }
    result + rest
}

/// `show version` of `sh[[ow]] (ip )?ver[[sion]]\s*$`: what may be left out is, and of choices the first is taken.
fn readable(text: &str) -> String {
    let mut text = replaced(text, str::to_owned);
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

/// Where the first group without groups in it stands, how long it is, and what is between its parentheses.
fn innermost_group(text: &str) -> Option<(usize, usize, String)> {
    let end = text.find(')')?;
    let start = text[..end].rfind('(')?;
    Some((start, end + 1 - start, text[start + 1..end].to_owned()))
}

/// `cisco_(asa|ftd)` as the two names that it is.
fn choices(text: &str) -> Vec<String> {
    let text = text.trim_end_matches('$');
    let parts = text.split_once('(').and_then(|(head, rest)| Some((head, rest.split_once(')')?)));
    match parts {
        Some((head, (inner, tail))) if !inner.contains(['(', '?', '[']) => {
            inner.split('|').map(|choice| format!("{head}{choice}{tail}")).collect()
        }
        _ => vec![text.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = "# comment\n\nTemplate, Hostname, Platform, Command # more\n\
        a.textfsm:b.textfsm, .*, cisco_ios, sh[[ow]] ver[[sion]]\n\
        short.textfsm, cisco_ios, show x\n\
        #c.textfsm, .*, cisco_ios, show c\n\
        d.textfsm, .*, cisco_(asa|ftd), sh[[ow]] int[[erfaces]](?: (?:\\S+))? st[[atus]]\\s*$\n\
        e.textfsm, .*, , show .*\n";

    fn find(platform: &str, command: &str) -> Option<Vec<String>> {
        Index::parse(INDEX).unwrap().find(platform, command).map(|row| row.files.clone())
    }

    #[test]
    fn the_first_row_that_matches_serves() {
        let files =
            |names: &[&str]| Some(names.iter().map(|name| format!("{name}.textfsm")).collect::<Vec<_>>());
        assert_eq!(find("cisco_ios", "sh ver"), files(&["a", "b"]));
        assert_eq!(find("cisco_ios", "show versio"), files(&["a", "b"]));
        assert_eq!(find("cisco_ftd", "show int Gi1 status "), files(&["d"]));
        // Matching begins at the start and may end early, and an empty cell matches everything.
        assert_eq!(find("cisco_ios", "show c"), files(&["e"]));
        assert_eq!(find("cisco_iosxe", "sh verx"), files(&["a", "b"]));
        assert_eq!(find("cisco_ios", "sho"), None);
    }

    #[test]
    fn the_shorthand_is_written_out_and_read_back() {
        assert_eq!(completed("sh[[ow]] ver[[sion]]"), "sh(o(w)?)? ver(s(i(o(n)?)?)?)?");
        assert_eq!(completed("[[]] [[a"), "[[]] [[a");
        let commands: Vec<String> = Index::parse(INDEX).unwrap().rows.iter().map(Row::command).collect();
        assert_eq!(commands, ["show version", "show interfaces status", "show .*"]);
    }

    #[test]
    fn platforms_are_listed_by_name() {
        let platforms: Vec<String> = Index::parse(INDEX).unwrap().platforms().collect();
        assert_eq!(platforms, ["", "cisco_asa", "cisco_ftd", "cisco_ios"]);
    }

    #[test]
    fn a_malformed_index_is_refused() {
        for (text, line, reason) in [
            ("# nothing\n", None, "the index is empty"),
            ("Hostname, Command\n", Some(1), "there is no column Template"),
            ("Template, Command, Command\n", Some(1), "the column Command is there twice"),
            (
                "Template, Command\n\na.textfsm, show (\n",
                Some(3),
                "missing ), unterminated subpattern in 'show ('",
            ),
            ("Template, Hostname, Command\na.textfsm, *, show\n", Some(2), "nothing to repeat in '*'"),
        ] {
            let error = Index::parse(text).expect_err(text);
            assert_eq!((error.line(), error.reason()), (line, reason));
        }
    }
}
