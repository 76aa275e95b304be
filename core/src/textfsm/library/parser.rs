//! What parses the reply to a command: a template, or several whose tables are joined.

use crate::textfsm::value::ValueOption;
use crate::textfsm::{ParseError, Table, Template, TemplateError, Value};
use std::sync::Arc;

/// What parses the reply to one command of a platform.
///
/// Mostly it is one template. Where an index names several, each parses the text: the first gives the rows, and the
/// others add their columns to the rows with the same `Key` values, or, where no template has keys, to the rows in turn.
///
/// Python: `textfsm.clitable.CliTable.ParseCmd`.
#[derive(Clone, Debug)]
pub struct Parser {
    name: Arc<str>,
    first: Arc<Template>,
    others: Vec<Addition>,
    header: Arc<[String]>,
}

/// A further template, and what it adds.
#[derive(Clone, Debug)]
struct Addition {
    template: Arc<Template>,
    /// Where the keys stand in the rows so far, and in its own rows.
    keys: Vec<(usize, usize)>,
    /// Where its new columns stand in its rows.
    columns: Vec<usize>,
}

impl Parser {
    /// Joins templates; `name` says where they come from. Keys that one of them lacks are an error.
    pub(super) fn new(name: String, templates: Vec<Arc<Template>>) -> Result<Self, TemplateError> {
        let mut templates = templates.into_iter();
        let first = templates.next().ok_or_else(|| TemplateError::whole("no template is named"))?;
        let (mut header, mut keys) = (first.header().to_vec(), keys(&first));
        let mut others = Vec::new();
        for template in templates {
            if keys.is_empty() {
                keys = self::keys(&template);
            }
            let place = |header: &[String], key: &String| {
                header.iter().position(|name| name == key).ok_or_else(|| {
                    TemplateError::whole(format!("the key {key} is not in all templates that are joined"))
                })
            };
            let columns: Vec<usize> =
                (0..template.header().len()).filter(|at| !header.contains(&template.header()[*at])).collect();
            // What adds nothing is not joined.
            let keys = if columns.is_empty() { &[] } else { keys.as_slice() };
            let keys = keys.iter().map(|key| Ok((place(&header, key)?, place(template.header(), key)?)));
            let keys = keys.collect::<Result<_, TemplateError>>()?;
            header.extend(columns.iter().map(|at| template.header()[*at].clone()));
            others.push(Addition { template, keys, columns });
        }
        Ok(Self { name: name.into(), first, others, header: header.into() })
    }

    /// Where it comes from: the files, or that it is built in.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The template, if there is just one: it can parse a text row by row.
    pub fn template(&self) -> Option<&Template> {
        self.others.is_empty().then_some(&*self.first)
    }

    /// Parses `text` into a table; fails where one of the templates does.
    pub fn parse_text(&self, text: &str) -> Result<Table, ParseError> {
        let table = self.first.parse_text(text)?;
        if self.others.is_empty() {
            return Ok(table);
        }
        let mut rows: Vec<Vec<Value>> = table.into_iter().map(crate::textfsm::Row::into_values).collect();
        for addition in &self.others {
            addition.add(&addition.template.parse_text(text)?, &mut rows);
        }
        Ok(Table::new(self.header.clone(), rows).parsed_by(Some(self.name.clone())))
    }
}

impl From<Template> for Parser {
    /// The template alone, named by its origin.
    fn from(template: Template) -> Self {
        Self::from(Arc::new(template))
    }
}

impl From<Arc<Template>> for Parser {
    fn from(template: Arc<Template>) -> Self {
        let name = template.origin.as_deref().unwrap_or("template").into();
        let header = template.header.clone();
        Self { name, first: template, others: Vec::new(), header }
    }
}

impl Addition {
    /// Adds the new columns to each row, empty where no row of `table` has the same keys.
    fn add(&self, table: &Table, rows: &mut [Vec<Value>]) {
        for (at, row) in rows.iter_mut().enumerate() {
            let found = if self.keys.is_empty() {
                table.rows().get(at)
            } else {
                table
                    .iter()
                    .find(|other| self.keys.iter().all(|(mine, own)| row[*mine] == other.values()[*own]))
            };
            row.extend(self.columns.iter().map(|column| {
                found.map_or_else(|| Value::Text(String::new()), |other| other.values()[*column].clone())
            }));
        }
    }
}

fn keys(template: &Template) -> Vec<String> {
    let keys = template.values.iter().filter(|value| value.has(ValueOption::Key));
    keys.map(|value| value.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(values: &str, rule: &str) -> Arc<Template> {
        Arc::new(Template::parse(&format!("{values}\n\nStart\n  ^{rule} -> Record\n")).unwrap())
    }

    fn parse(templates: Vec<Arc<Template>>, text: &str) -> serde_json::Value {
        let parser = Parser::new("test".to_owned(), templates).unwrap();
        serde_json::to_value(parser.parse_text(text).unwrap()).unwrap()
    }

    #[test]
    fn tables_are_joined_on_their_keys() {
        let ports =
            template("Value Required,Key SLOT (\\d+)\nValue PORTS (\\d+)", "slot ${SLOT} ports ${PORTS}");
        let serials =
            template("Value Required,Key SLOT (\\d+)\nValue SERIAL (\\w+)", "slot ${SLOT} serial ${SERIAL}");
        let text = "slot 1 ports 24\nslot 2 ports 48\nslot 2 serial B\nslot 2 serial C\nslot 3 serial D\n";
        assert_eq!(
            parse(vec![ports, serials], text),
            serde_json::json!([
                {"SLOT": "1", "PORTS": "24", "SERIAL": ""},
                {"SLOT": "2", "PORTS": "48", "SERIAL": "B"},
            ])
        );
    }

    #[test]
    fn a_table_names_what_made_it() {
        let first = template("Value A (\\d)", "${A}");
        assert_eq!(Parser::from(first.clone()).parse_text("1").unwrap().parser(), None);
        let named = Template::parse("Value B (\\d)\n\nStart\n  ^${B}\n").unwrap().origin("b.textfsm");
        let named = Arc::new(named);
        assert_eq!(named.parse_text("1").unwrap().parser(), Some("b.textfsm"));
        let joined = Parser::new("a, b".to_owned(), vec![first, named]).unwrap();
        assert_eq!(joined.parse_text("1").unwrap().parser(), Some("a, b"));
    }

    #[test]
    fn without_keys_rows_are_joined_in_turn() {
        let first = template("Value Required A (a\\d)", "${A}");
        let second = template("Value Required B (b\\d)", "${B}");
        assert_eq!(
            parse(vec![first, second], "a1\na2\nb1\n"),
            serde_json::json!([{"A": "a1", "B": "b1"}, {"A": "a2", "B": ""}])
        );
    }

    #[test]
    fn the_keys_may_be_those_of_a_later_template() {
        let first = template("Value Required A (\\d)", "a${A}");
        let second = template("Value Required,Key A (\\d)\nValue B (\\d)", "b${A}${B}");
        assert_eq!(
            parse(vec![first, second], "a1\na2\nb27\n"),
            serde_json::json!([{"A": "1", "B": ""}, {"A": "2", "B": "7"}])
        );
    }

    #[test]
    fn a_key_that_is_missing_is_an_error() {
        let first = template("Value Key A (\\d)", "a${A}");
        let second = template("Value B (\\d)", "b${B}");
        let error = Parser::new("test".to_owned(), vec![first, second]).unwrap_err();
        assert_eq!(error.reason(), "the key A is not in all templates that are joined");
        // A template that adds no column needs none.
        let parts =
            ["Value Key A (\\d)\nValue B (\\d)", "Value B (\\d)"].map(|values| template(values, "a${B}"));
        assert_eq!(parse(parts.into(), "a1"), serde_json::json!([{"A": "", "B": "1"}]));
    }
}
