//! A file as it is written: values in their order, each with its line.

use super::fault::Fault;
use super::value::Value;
use crate::yaml;
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;
use std::fmt;

/// A value, and the line that it stands on where that is known.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) line: Option<u64>,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// Reads YAML. JSON is YAML, but for its surrogate pairs and its speed.
    pub(super) fn from_yaml(text: &str) -> Result<Self, Fault> {
        yaml::parse(text).map_err(Fault::from)
    }

    /// Reads JSON, with no lines but that of a fault.
    pub(super) fn from_json(text: &str) -> Result<Self, Fault> {
        serde_json::from_str(text).map_err(|error| {
            let line = Some(error.line() as u64).filter(|line| *line > 0);
            let reason = error.to_string();
            // The line is told before the reason, with the file.
            let end = line.and_then(|_| reason.rfind(" at line ")).unwrap_or(reason.len());
            Fault::new(format!("no JSON: {}", &reason[..end])).at_line(line)
        })
    }

    /// The entries of a map; nothing is an empty one.
    pub(super) fn into_map(self) -> Result<Vec<(String, Self)>, Fault> {
        match self.kind {
            Kind::Map(entries) => Ok(entries),
            Kind::Null => Ok(Vec::new()),
            _ => Err(self.fault("expected `name: value` lines, or {name: value, ...}")),
        }
    }

    /// The same, borrowed; what is no map has no entries.
    pub(super) fn entries(&self) -> &[(String, Self)] {
        if let Kind::Map(entries) = &self.kind { entries } else { &[] }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind { Some(text) } else { None }
    }

    /// The text of a scalar, as a user would write it.
    pub(super) fn scalar(&self) -> Option<String> {
        match &self.kind {
            Kind::Text(text) => Some(text.clone()),
            Kind::Bool(value) => Some(value.to_string()),
            Kind::Integer(value) => Some(value.to_string()),
            Kind::Number(value) => Some(value.to_string()),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// Something is wrong here.
    pub(super) fn fault(&self, reason: impl Into<String>) -> Fault {
        Fault::new(reason).at_line(self.line)
    }
}

impl Kind {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

impl From<Kind> for Node {
    fn from(kind: Kind) -> Self {
        Self { line: None, kind }
    }
}

impl From<&Node> for Value {
    fn from(node: &Node) -> Self {
        match &node.kind {
            Kind::Null => Self::Null,
            Kind::Bool(value) => Self::Bool(*value),
            Kind::Integer(value) => Self::Integer(*value),
            Kind::Number(value) => Self::Number(*value),
            Kind::Text(text) => Self::Text(text.clone()),
            Kind::List(nodes) => Self::List(nodes.iter().map(Self::from).collect()),
            Kind::Map(entries) => {
                Self::Map(entries.iter().map(|(key, node)| (key.clone(), Self::from(node))).collect())
            }
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Kind>::deserialize(deserializer)?;
        let line = Some(spanned.referenced.line()).filter(|line| *line > 0);
        Ok(Self { line, kind: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Kinds)
    }
}

struct Kinds;

impl<'de> Visitor<'de> for Kinds {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kind, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Kind, E> {
        Ok(Kind::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Kind, E> {
        Ok(Kind::Integer(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Kind, E> {
        // Beyond i64 a number is not exact, and nothing here counts that far.
        #[allow(clippy::cast_precision_loss, reason = "said above")]
        Ok(i64::try_from(value).map_or(Kind::Number(value as f64), Kind::Integer))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Kind, E> {
        Ok(Kind::Number(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Kind, E> {
        Ok(Kind::Text(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Kind, E> {
        Ok(Kind::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Kind, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Kind::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Kind, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Kind::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_order_and_their_lines() {
        let node = Node::from_yaml("b: 1\na:\n  - x\n  - !vault |\n    $ANSIBLE\n").unwrap();
        let keys: Vec<_> = node.entries().iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["b", "a"]);
        let Kind::List(items) = &node.get("a").unwrap().kind else { panic!("no list") };
        assert_eq!((items[1].line, items[1].as_text()), (Some(5), Some("$ANSIBLE\n")));
    }

    #[test]
    fn merged_keys_are_there() {
        let node = Node::from_yaml("x: &d {port: 22}\ny: {<<: *d, z: 1}").unwrap();
        assert_eq!(node.get("y").and_then(|y| y.get("port")).and_then(Node::scalar), Some("22".to_owned()));
    }

    #[test]
    fn json_keeps_its_order_and_tells_its_line() {
        let node = Node::from_json(r#"{"b": "\ud83d\ude00", "a": [null, true, 1.5]}"#).unwrap();
        assert_eq!(node.entries()[0].1.as_text(), Some("\u{1f600}"));
        let fault = Node::from_json("{\n\"a\": }").unwrap_err();
        assert_eq!((fault.line, fault.to_string()), (Some(2), "no JSON: expected value".to_owned()));
    }

    #[test]
    fn a_large_file_is_read_whole() {
        use std::fmt::Write;
        let mut text = String::new();
        (0..20_000).for_each(|n| writeln!(text, "r{n}: {{a: 1, b: 2, c: 3, d: 4, e: 5, f: 6}}").unwrap());
        assert_eq!(Node::from_yaml(&text).unwrap().entries().len(), 20_000);
    }
}
