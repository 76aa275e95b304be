//! Which hosts of an inventory are meant.
//!
//! ```text
//! r1                          a host, or a group
//! sw*.ams                     hosts and groups by a glob: `*`, `?`, `[a-f]`
//! core,edge                   either; core:edge likewise
//! site=ams and role=access    fields: data, settings, name, group
//! not lab                     also !lab; and &, |, parentheses
//! all:!lab:&ams               as Ansible has it
//! @runs/0341.jsonl            the hosts that a file names
//! ```

mod lexer;
mod parser;
mod pattern;

use super::Inventory;
use super::host::Host;
use super::value::Value;
use pattern::Pattern;
use std::collections::HashSet;
use std::str::FromStr;

/// An expression that says which hosts are meant: names, groups, globs and fields, with `and`, `or`, `not` and
/// parentheses.
///
/// - A word is the name of a host or of a group that it is in, or a glob of such names; `all` and `*` are all hosts.
/// - `key=value`, `key!=value`: a field of the host equals a value, or a glob. Fields are `name`, `group`, `hostname`,
///   `port`, `platform`, `transport`, `username`, `credential`, `limits_group`, `aaa_realm`, `redundancy_group`, and the keys
///   under `data`, with dots for those of maps in maps. A list equals what one of its items equals. What a host does
///   not have equals nothing.
/// - `not` binds closest, then `and`, then `or`. `!`, `&` and `|` are the same.
/// - Patterns with commas or colons between them are Ansible's: hosts of any of them, but of all with `&` and of none
///   with `!` before them.
///
/// ```
/// use linecrew_core::inventory::{Filter, Inventory};
///
/// let inventory = Inventory::parse(
///     "{groups: {ams: {data: {site: ams}}}, hosts: {r1: {groups: [ams]}, sw1: {groups: [ams]}, r2: {}}}",
///     "lab.yaml",
/// )?;
/// let names = |text: &str| -> Result<Vec<String>, String> {
///     let filter: Filter = text.parse()?;
///     Ok(inventory.filter(&filter).hosts().iter().map(|host| host.name().to_owned()).collect())
/// };
/// assert_eq!(names("site=ams and not sw*")?, ["r1"]);
/// assert_eq!(names("r2,ams:!sw1")?, ["r1", "r2"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Filter(Expression);

#[derive(Clone, Debug)]
enum Expression {
    All,
    Named(Pattern),
    Field { key: String, value: Pattern },
    Hosts(HashSet<String>),
    Not(Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
}

impl Filter {
    /// The hosts of these names, such as those that failed in an earlier run.
    pub fn names(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(Expression::Hosts(names.into_iter().map(Into::into).collect()))
    }

    /// Parses an expression in which `@FILE` stands for the names of hosts that `read` gives for it.
    pub fn parse(text: &str, read: impl Fn(&str) -> Result<Vec<String>, String>) -> Result<Self, String> {
        parser::parse(text, &read).map(Self)
    }

    /// Hosts that both want.
    pub fn and(self, other: Self) -> Self {
        Self(Expression::And(Box::new(self.0), Box::new(other.0)))
    }

    /// Whether a host is meant.
    pub fn matches(&self, host: &Host) -> bool {
        self.0.matches(host)
    }

    /// The names and fields that no host of the inventory has: most likely typed wrongly.
    pub fn unmatched(&self, inventory: &Inventory) -> Vec<String> {
        let mut unmatched = Vec::new();
        self.0.unmatched(inventory, &mut unmatched);
        unmatched
    }
}

impl FromStr for Filter {
    type Err = String;

    /// The error says where the expression makes no sense. `@FILE` is refused; [`Filter::parse`] reads it.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text, |path| Err(format!("@{path}: no file can be read here")))
    }
}

impl Inventory {
    /// The hosts that a filter means, in their order, with the groups of the whole.
    pub fn filter(&self, filter: &Filter) -> Self {
        let hosts = self.hosts.iter().filter(|host| filter.matches(host)).cloned().collect();
        Self { hosts, groups: self.groups.clone(), notes: self.notes.clone() }
    }
}

impl Expression {
    fn matches(&self, host: &Host) -> bool {
        match self {
            Self::All => true,
            Self::Named(pattern) => {
                pattern.matches(host.name()) || host.all_groups().iter().any(|group| pattern.matches(group))
            }
            Self::Field { key, value } => has_field(host, key, |text| value.matches(text)),
            Self::Hosts(names) => names.contains(host.name()),
            Self::Not(inner) => !inner.matches(host),
            Self::And(left, right) => left.matches(host) && right.matches(host),
            Self::Or(left, right) => left.matches(host) || right.matches(host),
        }
    }

    fn unmatched(&self, inventory: &Inventory, found: &mut Vec<String>) {
        let nobody = |is: &dyn Fn(&Host) -> bool| !inventory.hosts.iter().any(|host| is(host));
        match self {
            Self::Named(pattern)
                if nobody(&|host| self.matches(host))
                    && !inventory.groups.iter().any(|group| pattern.matches(&group.name)) =>
            {
                found.push(format!("no host or group {pattern}"));
            }
            Self::Field { key, .. } if nobody(&|host| has_field(host, key, |_| true)) => {
                found.push(format!("no host has a field {key}"));
            }
            Self::Not(inner) => inner.unmatched(inventory, found),
            Self::And(left, right) | Self::Or(left, right) => {
                left.unmatched(inventory, found);
                right.unmatched(inventory, found);
            }
            _ => {}
        }
    }
}

/// Whether a field of the host is as asked; false where it has no such field.
fn has_field(host: &Host, key: &str, is: impl Fn(&str) -> bool) -> bool {
    let settings = host.settings();
    let one = |text: Option<&str>| text.is_some_and(&is);
    match key {
        "name" => is(host.name()),
        "group" | "groups" => host.all_groups().iter().any(|group| is(group)),
        "hostname" => is(host.hostname()),
        "port" => host.port().is_some_and(|port| is(&port.to_string())),
        "platform" => one(host.platform()),
        "transport" => is(host.transport()),
        "username" => one(settings.username.as_deref()),
        "credential" => host.credentials().any(&is),
        "limits_group" => one(host.limits_group()),
        "aaa_realm" => one(host.aaa_realm()),
        "redundancy_group" => one(host.redundancy_group()),
        key => in_data(host, key).is_some_and(|value| equals(value, &is)),
    }
}

/// The value under `data`: by its key, or by a path with dots.
fn in_data<'h>(host: &'h Host, key: &str) -> Option<&'h Value> {
    let key = key.strip_prefix("data.").unwrap_or(key);
    host.data(key).or_else(|| {
        let mut keys = key.split('.');
        let first = host.data(keys.next()?)?;
        keys.try_fold(
            first,
            |value, key| if let Value::Map(entries) = value { entries.get(key) } else { None },
        )
    })
}

fn equals(value: &Value, is: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::List(values) => values.iter().any(|value| equals(value, is)),
        Value::Null => false,
        value => is(&value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "
groups:
  europe: {}
  ams: {groups: [europe], data: {site: ams}}
  lon: {groups: [europe], data: {site: lon}}
hosts:
  r1: {groups: [ams], platform: cisco_iosxe, data: {role: core, tags: [a, b], rack: {row: 7}}}
  sw1: {groups: [ams], data: {role: access, up: yes}}
  sw2: {groups: [lon], data: {role: access}, port: 2022}
  lab-1: {data: {role: 'big one'}}
";

    fn inventory() -> Inventory {
        Inventory::parse(FILE, "fleet.yaml").unwrap()
    }

    fn chosen(text: &str) -> String {
        let filter: Filter = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        let names: Vec<_> =
            inventory().filter(&filter).hosts().iter().map(|host| host.name().to_owned()).collect();
        names.join(" ")
    }

    #[test]
    fn a_word_is_a_host_a_group_or_a_glob() {
        assert_eq!(chosen("r1"), "r1");
        assert_eq!(chosen("ams"), "r1 sw1");
        assert_eq!(chosen("europe"), "r1 sw1 sw2");
        assert_eq!(
            (chosen("sw*"), chosen("sw?"), chosen("sw[2-9]")),
            ("sw1 sw2".into(), "sw1 sw2".into(), "sw2".into())
        );
        assert_eq!((chosen("all"), chosen("*")), ("r1 sw1 sw2 lab-1".into(), "r1 sw1 sw2 lab-1".into()));
        assert_eq!(chosen("lab-1"), "lab-1");
    }

    #[test]
    fn fields_are_data_and_settings() {
        assert_eq!(chosen("site=ams and role=access"), "sw1");
        assert_eq!(chosen("role = 'big one'"), "lab-1");
        assert_eq!(chosen("role!=access"), "r1 lab-1");
        assert_eq!(
            (chosen("tags=b"), chosen("rack.row=7"), chosen("up=true")),
            ("r1".into(), "r1".into(), "sw1".into())
        );
        assert_eq!(
            (chosen("port=2022"), chosen("platform=cisco*"), chosen("group=lon")),
            ("sw2".into(), "r1".into(), "sw2".into())
        );
        assert_eq!(chosen("nothing=*"), "");
    }

    #[test]
    fn not_binds_closest_then_and_then_or() {
        assert_eq!(chosen("r1 or sw1 and site=lon"), "r1");
        assert_eq!(chosen("(r1 or sw1) and not site=lon"), "r1 sw1");
        assert_eq!(chosen("not ams and not lab-1"), "sw2");
        assert_eq!(chosen("!ams & !lab-1 | r1"), "r1 sw2");
        assert_eq!(chosen("NOT (ams OR lon)"), "lab-1");
    }

    #[test]
    fn patterns_with_commas_or_colons_are_ansibles() {
        assert_eq!(chosen("r1,sw2"), "r1 sw2");
        assert_eq!(chosen("r1, sw2"), "r1 sw2");
        assert_eq!(chosen("all:!ams"), "sw2 lab-1");
        assert_eq!(chosen("europe:&sw*:!lon"), "sw1");
        assert_eq!(chosen("!lab*"), "r1 sw1 sw2");
    }

    #[test]
    fn what_makes_no_sense_is_refused_and_what_nobody_has_is_told() {
        for text in
            ["", "and", "r1 and", "(r1", "r1)", "=x", "r1 sw1", "site=", "'r1", "r1 !! sw1", "[", "r1,,sw1"]
        {
            assert!(text.parse::<Filter>().is_err(), "{text}");
        }
        assert!(format!("{}r1", "(".repeat(10_000)).parse::<Filter>().is_err());
        assert!(format!("{}r1", "not ".repeat(10_000)).parse::<Filter>().is_err());
        let filter: Filter = "r9 or sites=ams or not europe".parse().unwrap();
        assert_eq!(filter.unmatched(&inventory()), ["no host or group r9", "no host has a field sites"]);
    }

    #[test]
    fn a_file_stands_for_the_hosts_that_it_names() {
        let chosen = |text: &str| {
            let read = |path: &str| match path {
                "runs/1.jsonl" | "my runs" => Ok(vec!["r1".to_owned(), "sw2".to_owned()]),
                other => Err(format!("{other}: there is no such journal")),
            };
            let filter = Filter::parse(text, read)?;
            Ok(inventory()
                .filter(&filter)
                .hosts()
                .iter()
                .map(|host| host.name().to_owned())
                .collect::<Vec<_>>())
        };
        let names = |names: &[&str]| Ok(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(chosen("@runs/1.jsonl"), names(&["r1", "sw2"]));
        assert_eq!(chosen("(@'my runs') and ams"), names(&["r1"]));
        assert_eq!(chosen("@runs/1.jsonl,sw1"), names(&["r1", "sw1", "sw2"]));
        assert_eq!(chosen("all:!@runs/1.jsonl"), names(&["sw1", "lab-1"]));
        assert_eq!(chosen("@x"), Err("x: there is no such journal".to_owned()));
        assert!("@x".parse::<Filter>().is_err() && chosen("@").is_err() && chosen("@'x").is_err());
    }

    #[test]
    fn names_are_a_filter_too() {
        let filter = Filter::names(["r1", "sw2"]).and("europe".parse().unwrap());
        assert_eq!(inventory().filter(&filter).len(), 2);
    }
}
