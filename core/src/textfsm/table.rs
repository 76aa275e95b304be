//! What a template makes of a text.

use serde::ser::{Serialize, SerializeMap, Serializer};
use std::sync::Arc;

/// Rows under a header. It serialises as an array of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    header: Arc<[String]>,
    rows: Vec<Row>,
    parser: Option<Arc<str>>,
}

impl Table {
    pub(super) fn new(header: Arc<[String]>, rows: impl IntoIterator<Item = Vec<Value>>) -> Self {
        let rows = rows.into_iter().map(|values| Row::new(header.clone(), values)).collect();
        Self { header, rows, parser: None }
    }

    /// Names what made it.
    pub(super) fn parsed_by(mut self, parser: Option<Arc<str>>) -> Self {
        self.parser = parser;
        self
    }

    /// What made it: the file of the template, or that it is built in; several are separated by commas. None where the template
    /// was read from a text and given no [origin](crate::textfsm::Template::origin).
    pub fn parser(&self) -> Option<&str> {
        self.parser.as_deref()
    }

    /// The names of the columns, in the order of the template.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The rows, in the order in which they were recorded.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The first row, which is the only one of many templates.
    pub fn first(&self) -> Option<&Row> {
        self.rows.first()
    }

    /// The rows, one after the other.
    pub fn iter(&self) -> std::slice::Iter<'_, Row> {
        self.rows.iter()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row was recorded.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl<'t> IntoIterator for &'t Table {
    type Item = &'t Row;
    type IntoIter = std::slice::Iter<'t, Row>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Table {
    type Item = Row;
    type IntoIter = std::vec::IntoIter<Row>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.rows)
    }
}

/// One record. It serialises as an object keyed by the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    header: Arc<[String]>,
    values: Vec<Value>,
}

impl Row {
    pub(super) fn new(header: Arc<[String]>, values: Vec<Value>) -> Self {
        Self { header, values }
    }

    /// The value of the column `name`; None if there is no such column.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.iter().find_map(|(column, value)| (column == name).then_some(value))
    }

    /// The text of the column `name`; empty if there is no such column, or it holds no text.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Value::as_text).unwrap_or_default()
    }

    /// The names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The values, in the order of the header.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The values alone.
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }

    /// The columns and their values, in the order of the header.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.header.iter().map(String::as_str).zip(&self.values)
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// What one column of a row holds.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Value {
    /// A text; empty if nothing matched.
    Text(String),
    /// A group that took no part in the match. It occurs within lists and maps; a column holds an empty text instead.
    #[default]
    None,
    /// What a `List` value collected.
    List(Vec<Value>),
    /// The named groups of one item of a `List` value, in the order of the expression.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The items, if it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    /// The value of the group `name`, if it is a map that has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let Self::Map(entries) = self else { return None };
        entries.iter().find_map(|(key, value)| (key == name).then_some(value))
    }

    /// Whether Python would count it as false: nothing, or an empty text, list or map.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::None => true,
            Self::List(items) => items.is_empty(),
            Self::Map(entries) => entries.is_empty(),
        }
    }
}

impl Value {
    /// How many bytes it takes, more or less.
    pub(super) fn size(&self) -> usize {
        let rest = match self {
            Self::Text(text) => text.len(),
            Self::None => 0,
            Self::List(items) => items.iter().map(Self::size).sum(),
            Self::Map(entries) => {
                entries.iter().map(|(key, value)| size_of::<String>() + key.len() + value.size()).sum()
            }
        };
        size_of::<Self>() + rest
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::None => serializer.serialize_none(),
            Self::List(items) => serializer.collect_seq(items),
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}
