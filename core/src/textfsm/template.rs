//! Reading a template: values, then states with their rules.

use super::engine::Run;
use super::error::{ParseError, TemplateError};
use super::lines::{lines, lines_of_file};
use super::python_re::{Budget, is_space};
use super::rule::{LineOp, NextState, Rule, is_keyword, is_state_name};
use super::table::Table;
use super::value::{MAX_NAME, ValueDef};
use std::path::Path;
use std::sync::Arc;

/// A template, checked and ready to parse any number of texts, from any number of threads at once.
///
/// Its expressions are compiled when a line first reaches them and kept, so share one template (in an `Arc`) rather
/// than loading it for each device.
///
/// Python: `textfsm.TextFSM(file)`, but one object serves all parses.
#[derive(Debug)]
pub struct Template {
    pub(super) origin: Option<Arc<str>>,
    pub(super) header: Arc<[String]>,
    pub(super) values: Vec<ValueDef>,
    pub(super) states: Vec<State>,
    pub(super) start: usize,
    /// Whether the template declares `EOF`, which switches off the record at the end of the text.
    pub(super) has_eof: bool,
    /// What the automata of its expressions may still take.
    pub(super) budget: Budget,
}

/// A state and its rules.
#[derive(Debug)]
pub(super) struct State {
    name: String,
    pub(super) rules: Vec<Rule>,
}

impl Template {
    /// Reads a template from `text`. A malformed one is refused, with the line and the reason.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut lines = numbered(text);
        let values = parse_values(&mut lines)?;
        let mut states = Vec::new();
        while let Some(state) = parse_state(&mut lines, &states, &values)? {
            states.push(state);
        }
        let start = validate(&mut states)?;
        let has_eof = states.iter().any(|state| state.name == "EOF");
        let header = values.iter().map(|value| value.name.clone()).collect();
        Ok(Self { origin: None, header, values, states, start, has_eof, budget: Budget::new() })
    }

    /// Reads a template from a file, in UTF-8.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, TemplateError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(TemplateError::unreadable);
        let origin = path.display().to_string();
        let template = text.and_then(|text| Self::parse(&text)).map_err(|error| error.of(Some(&origin)))?;
        Ok(template.origin(origin))
    }

    /// Sets the name that errors give the template: usually its file.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        let origin: String = origin.into();
        self.origin = Some(origin.into());
        self
    }

    /// The names of the values, which are the columns of the table.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Parses `text` into a table.
    ///
    /// It fails where a rule says `Error`, where Python's textfsm raises an exception, and where expressions pass
    /// a limit of memory or steps, or the rows take more than 1 GiB. A text that no rule knows gives a table without rows.
    pub fn parse_text(&self, text: &str) -> Result<Table, ParseError> {
        let mut run = Run::new(self);
        for line in lines(text) {
            if !run.line(line)? {
                break;
            }
        }
        run.end()?;
        Ok(Table::new(self.header.clone(), run.record().take_rows()).parsed_by(self.origin.clone()))
    }
}

/// The lines of a template with their numbers, white space at their ends removed.
fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = lines_of_file(text).map(|line| line.trim_end_matches(is_space));
    lines.zip(1..).map(|(line, number)| (number, line))
}

fn is_comment(line: &str) -> bool {
    line.trim_start_matches(is_space).starts_with('#')
}

fn parse_values<'t>(
    lines: &mut impl Iterator<Item = (usize, &'t str)>,
) -> Result<Vec<ValueDef>, TemplateError> {
    let mut values: Vec<ValueDef> = Vec::new();
    for (number, line) in lines.take_while(|(_, line)| !line.is_empty()) {
        if is_comment(line) {
            continue;
        }
        if !line.starts_with("Value ") {
            let missing = if values.is_empty() { "a Value" } else { "a blank line after the last Value" };
            return Err(TemplateError::at(number, format!("expected {missing}, found '{line}'")));
        }
        let value = ValueDef::parse(line).map_err(|reason| TemplateError::at(number, reason))?;
        if values.iter().any(|other| other.name == value.name) {
            return Err(TemplateError::at(number, format!("the Value '{}' is declared twice", value.name)));
        }
        values.push(value);
    }
    Ok(values)
}

fn parse_state<'t>(
    lines: &mut impl Iterator<Item = (usize, &'t str)>,
    states: &[State],
    values: &[ValueDef],
) -> Result<Option<State>, TemplateError> {
    let Some((number, name)) = lines.find(|(_, line)| !line.is_empty() && !is_comment(line)) else {
        return Ok(None);
    };
    check_state_name(name, states).map_err(|reason| TemplateError::at(number, reason))?;
    let mut rules = Vec::new();
    for (number, line) in lines.take_while(|(_, line)| !line.is_empty()) {
        if is_comment(line) {
            continue;
        }
        if ![" ^", "  ^", "\t^"].iter().any(|head| line.starts_with(head)) {
            let reason = "a rule starts with one or two spaces, or a tab, and '^'; a blank line ends a state";
            return Err(TemplateError::at(number, reason));
        }
        let rule = Rule::parse(line.trim_matches(is_space), number, values);
        rules.push(rule.map_err(|reason| TemplateError::at(number, reason))?);
    }
    Ok(Some(State { name: name.to_owned(), rules }))
}

fn check_state_name(name: &str, states: &[State]) -> Result<(), String> {
    if !is_state_name(name) || name.chars().count() > MAX_NAME || is_keyword(name) {
        return Err(format!("'{name}' cannot name a state"));
    }
    if states.iter().any(|state| state.name == name) {
        return Err(format!("the state '{name}' is declared twice"));
    }
    Ok(())
}

/// Finds the state that each rule leads to, and returns where to start.
fn validate(states: &mut [State]) -> Result<usize, TemplateError> {
    let names: Vec<String> = states.iter().map(|state| state.name.clone()).collect();
    let start = names.iter().position(|name| name == "Start");
    let start = start.ok_or_else(|| TemplateError::whole("the state 'Start' is missing"))?;
    for state in states {
        if let ("End" | "EOF", Some(rule)) = (state.name.as_str(), state.rules.first()) {
            let reason = format!("the state '{}' must have no rules", state.name);
            return Err(TemplateError::at(rule.line, reason));
        }
        for rule in state.rules.iter_mut().filter(|rule| rule.line_op != LineOp::Error) {
            let next = resolve(rule.operand.as_deref(), &names);
            rule.next = next.map_err(|reason| TemplateError::at(rule.line, reason))?;
        }
    }
    Ok(start)
}

fn resolve(operand: Option<&str>, names: &[String]) -> Result<NextState, String> {
    match operand {
        None => Ok(NextState::Same),
        Some("End") => Ok(NextState::End),
        Some("EOF") => Ok(NextState::Eof),
        Some(name) => match names.iter().position(|other| other == name) {
            Some(index) => Ok(NextState::State(index)),
            None => Err(format!("there is no state '{name}'")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (Option<usize>, String) {
        let error = Template::parse(text).expect_err(text);
        (error.line(), error.reason().to_owned())
    }

    #[test]
    fn a_template_is_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Template>();
    }

    #[test]
    fn malformed_templates_are_refused_with_line_and_reason() {
        for (text, line, reason) in [
            ("", None, "'Start' is missing"),
            ("Start\n  ^a\n", Some(1), "expected a Value"),
            ("Value X (a)\nStart\n", Some(2), "expected a blank line"),
            ("Value X (a)\nValue X (b)\n\nStart\n", Some(2), "declared twice"),
            ("# c\nValue X a\n\nStart\n", Some(2), "unknown option 'X'"),
            ("Value X (a)\n\nStart\n  ^a\n\nStart\n", Some(6), "declared twice"),
            ("Value X (a)\n\nStart\n   ^a\n", Some(4), "a rule starts with"),
            ("Value X (a)\n\nStart\n  a\n", Some(4), "a rule starts with"),
            ("Value X (a)\n\nRecord\n  ^a\n", Some(3), "cannot name a state"),
            ("Value X (a)\n\nStart here\n", Some(3), "cannot name a state"),
            ("Value X (a)\n\nStart\n  ^a -> Nowhere\n", Some(4), "there is no state 'Nowhere'"),
            ("Value X (a)\n\nStart\n  ^a\n\nEnd\n  ^b\n", Some(7), "must have no rules"),
            ("Value X (a)\n\nStart\n  ^a\n\nEOF\n  ^b\n", Some(7), "must have no rules"),
            ("Value X (a)\n\nStart\n  # c\n  ^${X\n", Some(5), "single '$'"),
        ] {
            let (found, why) = refused(text);
            assert_eq!(found, line, "{text}");
            assert!(why.contains(reason), "{text}: {why}");
        }
    }

    #[test]
    fn comments_line_ends_and_blank_lines_are_python_s() {
        let text =
            "# head\r\nValue X (a)\r\n  # more\r\n\r\n\r\n# before\r\nStart\r\n\t# in\r\n\t^${X}\r\n\r\n\r\n";
        let template = Template::parse(text).unwrap();
        assert_eq!(template.header(), ["X"]);
        assert_eq!(template.parse_text("a").unwrap().rows()[0].text("X"), "a");
    }

    #[test]
    fn a_file_that_is_missing_or_malformed_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.textfsm");
        let error = Template::load(&path).unwrap_err().to_string();
        assert!(error.contains("x.textfsm: the file cannot be read: "), "{error}");
        std::fs::write(&path, "Value X (a)\n\nStart\n  ^a$\n").unwrap();
        let error = Template::load(&path).unwrap_err().to_string();
        assert!(error.contains("x.textfsm:4: a single '$'"), "{error}");
    }
}
