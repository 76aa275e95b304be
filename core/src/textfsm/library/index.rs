//! The index of a folder of templates: which serves which command of which platform.

use super::expression::Expression;
use crate::textfsm::TemplateError;
use crate::textfsm::lines::lines_of_file;
use crate::textfsm::python_re::is_space;
use std::sync::Arc;

/// An index, read and checked. The first row that matches serves.
///
/// Python: `textfsm.clitable.IndexTable`.
#[derive(Debug)]
pub(super) struct Index {
    rows: Vec<Row>,
}

/// A row of an index. Without a column for platforms or commands it serves them all.
#[derive(Debug)]
pub(super) struct Row {
    /// The files of its templates.
    pub(super) files: Vec<String>,
    platform: Option<Arc<Expression>>,
    command: Option<Expression>,
}

impl Index {
    /// Reads the text of an index. One that Python would refuse is refused, with the line and the reason.
    pub(super) fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut lines = lines_of_file(text).zip(1..).map(|(line, number)| (number, line));
        let columns = Columns::read(&mut lines)?;
        let (mut rows, mut above): (Vec<Row>, Vec<&str>) = (Vec::new(), Vec::new());
        for (number, line) in lines.filter(|(_, line)| !line.starts_with('#')) {
            let cells: Vec<&str> = line.split(',').map(|cell| cell.trim_matches(is_space)).collect();
            // Python leaves out what has not as many cells as the header, blank lines among them.
            if cells.len() != columns.count {
                continue;
            }
            let row = columns.row(&cells, rows.last().map(|row| (row, above.as_slice())));
            rows.push(row.map_err(|reason| TemplateError::at(number, reason))?);
            above = cells;
        }
        Ok(Self { rows })
    }

    /// The row for a command of a platform.
    pub(super) fn find<'i>(&'i self, platform: &'i str, command: &str) -> Option<&'i Row> {
        self.of_platform(platform).find(|row| row.command.as_ref().is_none_or(|it| it.matches(command)))
    }

    /// Of the names of a platform those that count here: which the index has to their end, and the last. What an index has
    /// is matched from the start alone, so that its `cisco_ios` would do for `cisco_iosxr`.
    pub(super) fn names<'n>(&self, platforms: &[&'n str]) -> impl Iterator<Item = &'n str> {
        let (last, others) =
            platforms.split_last().map_or((None, &[][..]), |(last, others)| (Some(last), others));
        others.iter().filter(|name| self.has(name)).chain(last).copied()
    }

    /// Whether a row is for the platform of this name and not only of one that begins so.
    fn has(&self, platform: &str) -> bool {
        self.expressions().any(|expression| expression.is_whole(platform))
    }

    /// The expressions for platforms. Rows of a platform stand together, and share one.
    fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let mut last: Option<&Arc<Expression>> = None;
        let expressions = self.rows.iter().filter_map(|row| row.platform.as_ref());
        expressions
            .filter(move |expression| {
                let is_new = last.is_none_or(|last| !Arc::ptr_eq(last, expression));
                last = Some(*expression);
                is_new
            })
            .map(|expression| &**expression)
    }

    /// The rows for a platform.
    pub(super) fn of_platform<'i>(&'i self, platform: &'i str) -> impl Iterator<Item = &'i Row> {
        let mut last: Option<(&Arc<Expression>, bool)> = None;
        self.rows.iter().filter(move |row| {
            let Some(expression) = &row.platform else { return true };
            let known = last.filter(|(other, _)| Arc::ptr_eq(other, expression));
            let matches = known.map_or_else(|| expression.matches(platform), |(_, matches)| matches);
            last = Some((expression, matches));
            matches
        })
    }

    /// The names of the platforms, each once.
    pub(super) fn platforms(&self) -> impl Iterator<Item = String> {
        let mut texts: Vec<&str> = self.expressions().map(Expression::written).collect();
        texts.sort_unstable();
        texts.dedup();
        texts.into_iter().flat_map(choices)
    }
}

impl Row {
    /// The command in full, such as one would type it; where the index has choices, as it writes them.
    pub(super) fn command(&self) -> String {
        self.command.as_ref().map(Expression::example).unwrap_or_default()
    }
}

/// What the columns hold, by their places.
struct Columns {
    count: usize,
    template: usize,
    platform: Option<usize>,
    command: Option<usize>,
}

impl Columns {
    fn read<'t>(lines: &mut impl Iterator<Item = (usize, &'t str)>) -> Result<Self, TemplateError> {
        let (line, names) = header(lines)?;
        let column = |name: &str| names.iter().position(|column| *column == name);
        let template = column("Template");
        let template = template.ok_or_else(|| TemplateError::at(line, "there is no column Template"))?;
        let (platform, command) = (column("Platform"), column("Command"));
        Ok(Self { count: names.len(), template, platform, command })
    }

    /// Reads a row; an expression that is the same in the row above is not read again.
    fn row(&self, cells: &[&str], above: Option<(&Row, &[&str])>) -> Result<Row, String> {
        let is_new = |at: &usize| above.is_none_or(|(_, above)| above[*at] != cells[*at]);
        let known = [Some(self.template), self.platform, self.command];
        for other in (0..self.count).filter(|at| !known.contains(&Some(*at))).filter(is_new) {
            Expression::other(cells[other])?;
        }
        let platform = match self.platform.filter(is_new) {
            Some(at) => Some(Arc::new(Expression::other(cells[at])?)),
            None => above.and_then(|(row, _)| row.platform.clone()),
        };
        let command = self.command.map(|at| Expression::command(cells[at])).transpose()?;
        Ok(Row { files: cells[self.template].split(':').map(str::to_owned).collect(), platform, command })
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
    fn commands_are_written_in_full() {
        let commands: Vec<String> = Index::parse(INDEX).unwrap().rows.iter().map(Row::command).collect();
        assert_eq!(commands, ["show version", "show interfaces status", "show .*"]);
    }

    #[test]
    fn platforms_are_listed_by_name() {
        let platforms: Vec<String> = Index::parse(INDEX).unwrap().platforms().collect();
        assert_eq!(platforms, ["", "cisco_asa", "cisco_ftd", "cisco_ios"]);
    }

    #[test]
    fn an_index_names_what_it_has_to_the_end() {
        let index = Index::parse(INDEX).unwrap();
        assert!(["cisco_ios", "cisco_asa", "cisco_ftd"].into_iter().all(|name| index.has(name)));
        assert!(!["cisco_iosxr", "cisco", "cisco_(asa|ftd)"].into_iter().any(|name| index.has(name)));
    }

    #[test]
    fn lines_end_as_on_any_system() {
        for end in ["\r\n", "\r"] {
            let index = Index::parse(&INDEX.replace('\n', end)).unwrap();
            assert_eq!(index.find("cisco_ftd", "show int status").unwrap().files, ["d.textfsm"], "{end:?}");
        }
        // Nothing else ends one.
        let text = "Template, Command\na.textfsm, show\u{85}x\n";
        assert!(Index::parse(text).unwrap().find("", "show\u{85}x").is_some());
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
