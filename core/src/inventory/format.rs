//! Which format an inventory is in.

use super::fault::Fault;
use super::file;
use super::node::{Kind, Node};
use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// The format of an inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// `linecrew`: one file with `defaults`, `credentials`, `groups` and `hosts`.
    Linecrew,
    /// `nornir`: its `SimpleInventory`, or a configuration file that names one.
    Nornir,
    /// `ansible-yaml`: its YAML inventory, with `group_vars` and `host_vars` beside it.
    AnsibleYaml,
    /// `ansible-ini`: its INI inventory, likewise. A plain list of hosts is one without groups.
    AnsibleIni,
    /// `ansible-list`: the JSON that `ansible-inventory --list` and its inventory scripts print.
    AnsibleList,
    /// `csv`: a row per host under a heading.
    Csv,
    /// `program`: a program that prints one of the others, asked with `--list`.
    Program,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Linecrew,
        Self::Nornir,
        Self::AnsibleYaml,
        Self::AnsibleIni,
        Self::AnsibleList,
        Self::Csv,
        Self::Program,
    ];

    /// Its name, as `--inventory-format` takes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Linecrew => "linecrew",
            Self::Nornir => "nornir",
            Self::AnsibleYaml => "ansible-yaml",
            Self::AnsibleIni => "ansible-ini",
            Self::AnsibleList => "ansible-list",
            Self::Csv => "csv",
            Self::Program => "program",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = || Self::ALL.map(Self::as_str).join(", ");
        let found = Self::ALL.into_iter().find(|format| format.as_str() == text);
        found.ok_or_else(|| format!("expected one of {}", known()))
    }
}

/// What a text can be told to be by its outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outside {
    Yaml,
    Json,
    Ini,
    Csv,
}

impl Outside {
    /// By the extension of the file, or else by how the text begins.
    pub(super) fn of(path: &Path, text: &str) -> Self {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Self::Yaml,
            "json" => Self::Json,
            "ini" | "cfg" | "hosts" => Self::Ini,
            "csv" | "tsv" => Self::Csv,
            _ => Self::by_content(text),
        }
    }

    fn by_content(text: &str) -> Self {
        let telling = |line: &&str| !line.is_empty() && !line.starts_with(['#', ';']);
        match text.lines().map(str::trim).find(telling) {
            Some(line) if line.starts_with('{') => {
                if Node::from_json(text).is_ok() {
                    Self::Json
                } else {
                    Self::Yaml
                }
            }
            Some(line) if line.starts_with("---") || is_yaml_key(line) => Self::Yaml,
            _ => Self::Ini,
        }
    }
}

/// `name:`, or `name: value`; not `host:22`.
fn is_yaml_key(line: &str) -> bool {
    let Some((name, rest)) = line.split_once(':') else { return false };
    !name.contains(['=', ' ', '\t', '[']) && (rest.is_empty() || rest.starts_with([' ', '\t']))
}

/// What YAML or JSON is, by its first two levels.
pub(super) fn of_node(node: &Node) -> Result<Format, Fault> {
    const BRANCHES: [&str; 3] = ["hosts", "children", "vars"];
    if node.kind == Kind::Null {
        return Err(node.fault("there is nothing in it"));
    }
    let Kind::Map(entries) = &node.kind else {
        return Err(node.fault(unknown("expected `name: value` lines, or {name: value, ...}")));
    };
    let is_map = |node: &Node| matches!(node.kind, Kind::Map(_) | Kind::Null);
    let is_list = |node: &Node| matches!(node.kind, Kind::List(_));
    let has_branch = |node: &Node| node.entries().iter().any(|(key, _)| BRANCHES.contains(&key.as_str()));
    let lists_hosts =
        |node: &Node| is_list(node) || node.get("hosts").or(node.get("children")).is_some_and(is_list);
    let ours = |key: &str| file::KEYS.contains(&key) && node.get("hosts").is_some_and(is_map);
    if entries.iter().any(|(key, node)| key == "_meta" || lists_hosts(node)) {
        Ok(Format::AnsibleList)
    } else if entries.iter().any(|(key, _)| ours(key)) {
        Ok(Format::Linecrew)
    } else if node.get("inventory").is_some_and(|node| node.get("plugin").or(node.get("options")).is_some()) {
        Ok(Format::Nornir)
    } else if node.get("plugin").is_some_and(|node| node.as_text().is_some()) {
        Err(node.fault(PLUGIN))
    } else if entries.iter().any(|(key, node)| key == "all" || key == "ungrouped" || has_branch(node)) {
        Ok(Format::AnsibleYaml)
    } else if !entries.is_empty() && entries.iter().all(|(_, node)| is_map(node)) {
        Ok(Format::Nornir)
    } else {
        Err(node.fault(unknown("there is no `hosts` in it, and not every value describes a host or a group")))
    }
}

const PLUGIN: &str = "this configures an inventory plugin of Ansible; what `ansible-inventory -i FILE --list` prints of it \
                      is read";

fn unknown(reason: &str) -> String {
    format!("no known format of an inventory: {reason}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Result<Format, String> {
        of_node(&Node::from_yaml(text).unwrap()).map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_text_is_told_by_its_extension_and_else_by_its_beginning() {
        let of = |path: &str, text: &str| Outside::of(Path::new(path), text);
        assert_eq!(of("a.YML", "r1"), Outside::Yaml);
        assert_eq!(
            (of("a.json", ""), of("a.csv", ""), of("a.ini", "a: b")),
            (Outside::Json, Outside::Csv, Outside::Ini)
        );
        assert_eq!(of("hosts", "# x\n\n---\nall:"), Outside::Yaml);
        assert_eq!(
            (of("hosts", "all:\n"), of("hosts", "{\"a\": 1}"), of("hosts", "{a: b}")),
            (Outside::Yaml, Outside::Json, Outside::Yaml)
        );
        for text in ["[all]\nr1", "r1:22", "r1 x=a: b", "", "r[1:2]:\n", "2001:db8::1"] {
            assert_eq!(of("hosts", text), Outside::Ini, "{text}");
        }
    }

    #[test]
    fn yaml_is_told_by_its_shape() {
        for text in ["hosts: {r1: {}}", "hosts:", "{defaults: {}, hosts: {}}", "{typo: {}, hosts: {}}"] {
            assert_eq!(shape(text), Ok(Format::Linecrew), "{text}");
        }
        for text in ["all: {hosts: {r1: }}", "ungrouped:", "dc: {children: {leafs: }}"] {
            assert_eq!(shape(text), Ok(Format::AnsibleYaml), "{text}");
        }
        for text in ["{_meta: {hostvars: {}}, all: {children: [a]}}", "a: {hosts: [r1]}", "a: [r1, r2]"] {
            assert_eq!(shape(text), Ok(Format::AnsibleList), "{text}");
        }
        for text in ["r1: {hostname: a}", "r1: {}", "r1:", "inventory: {plugin: SimpleInventory}"] {
            assert_eq!(shape(text), Ok(Format::Nornir), "{text}");
        }
        assert_eq!(shape("plugin: netbox.netbox.nb_inventory"), Err(PLUGIN.to_owned()));
        for text in ["{}", "r1: 7", "text", "[r1]"] {
            assert!(shape(text).unwrap_err().starts_with("no known format of an inventory: "), "{text}");
        }
    }

    #[test]
    fn nothing_is_no_inventory() {
        assert_eq!(shape("# all of them later\n"), Err("there is nothing in it".to_owned()));
    }

    #[test]
    fn a_format_has_a_name() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        assert!("yaml".parse::<Format>().unwrap_err().starts_with("expected one of linecrew, nornir, "));
    }
}
