//! Settings out of values that were read, with errors that name line and key.

use super::fault::Fault;
use super::node::{Kind, Node};
use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use std::vec::IntoIter;

/// Makes a `T` of a value.
pub(super) fn from_node<T: DeserializeOwned>(node: Node) -> Result<T, Fault> {
    T::deserialize(node)
}

impl<'de> Deserializer<'de> for Node {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let line = self.line;
        let value = match self.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::Bool(value) => visitor.visit_bool(value),
            Kind::Integer(value) => visitor.visit_i64(value),
            Kind::Number(value) => visitor.visit_f64(value),
            Kind::Text(text) => visitor.visit_string(text),
            Kind::List(nodes) => visitor.visit_seq(List(nodes.into_iter())),
            Kind::Map(entries) => visitor.visit_map(Map { entries: entries.into_iter(), value: None }),
        };
        value.map_err(|fault| fault.at_line(line))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.kind == Kind::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    /// A number is a text too, as a name may be one.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind {
            Kind::Integer(value) => visitor.visit_string(value.to_string()),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    /// Nothing is a struct or a map with nothing in it.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_map(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        if self.kind == Kind::Null {
            self.kind = Kind::Map(Vec::new());
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        if self.kind == Kind::Null {
            self.kind = Kind::List(Vec::new());
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let line = self.line;
        // YAML takes `off` for a truth value.
        let of_bool =
            |words: [&str; 3]| words.into_iter().find(|word| variants.contains(word)).map(str::to_owned);
        let text = match self.kind {
            Kind::Text(text) => Some(text),
            Kind::Bool(false) => of_bool(["off", "no", "false"]),
            Kind::Bool(true) => of_bool(["on", "yes", "true"]),
            _ => None,
        };
        let Some(text) = text else {
            return Err(Fault::new(format!("expected one of {}", variants.join(", "))).at_line(line));
        };
        let named: StringDeserializer<Fault> = text.into_deserializer();
        visitor.visit_enum(named).map_err(|fault| fault.at_line(line))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct
        identifier ignored_any
    }
}

struct List(IntoIter<Node>);

impl<'de> SeqAccess<'de> for List {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        self.0.next().map(|node| seed.deserialize(node)).transpose()
    }
}

struct Map {
    entries: IntoIter<(String, Node)>,
    value: Option<(String, Node)>,
}

impl<'de> MapAccess<'de> for Map {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some((key, node)) = self.entries.next() else { return Ok(None) };
        let line = node.line;
        let named: StringDeserializer<Fault> = key.clone().into_deserializer();
        self.value = Some((key, node));
        seed.deserialize(named).map(Some).map_err(|fault| fault.at_line(line))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        // serde asks for a value after each key alone.
        let Some((key, node)) = self.value.take() else { return Err(Fault::new("a value without a key")) };
        seed.deserialize(node).map_err(|fault| fault.under(key))
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::Entry;
    use super::*;

    fn refused(text: &str) -> (Option<u64>, String) {
        let fault = from_node::<Entry>(Node::from_yaml(text).unwrap()).unwrap_err();
        (fault.line, fault.to_string())
    }

    #[test]
    fn a_fault_names_line_and_keys_and_quotes_no_value() {
        let (line, reason) = refused("hostname: a\nport: hunter2");
        assert_eq!((line, reason.as_str()), (Some(2), "port: expected a whole number from 0 to 65535"));
        let (line, reason) = refused("hostname: a\nssh:\n  columns: hunter2");
        assert_eq!((line, reason.as_str()), (Some(3), "ssh: columns: expected a whole number, not below 0"));
        let (line, reason) = refused("\nhost_key_check: hunter2");
        assert_eq!(
            (line, reason.as_str()),
            (Some(2), "host_key_check: expected one of strict, accept-new, off")
        );
        assert!(refused("pasword: hunter2").1.starts_with("unknown key pasword; expected one of hostname, "));
    }

    #[test]
    fn settings_are_read_and_nothing_is_unset() {
        let node =
            Node::from_yaml("{hostname: 7, port: 22, jump: [a, b], data: , groups: [x], ssh: ~}").unwrap();
        let entry: Entry = from_node(node).unwrap();
        assert_eq!((entry.hostname.as_deref(), entry.port), (Some("7"), Some(22)));
        assert_eq!((entry.groups, entry.data.len()), (vec!["x".to_owned()], 0));
        let off: Entry = from_node(Node::from_yaml("host_key_check: off").unwrap()).unwrap();
        assert_eq!(off.host_key_check, Some(crate::transport::HostKeyCheck::Off));
    }
}
