//! What Ansible's variables mean.

use super::super::draft::{Draft, Drafted};
use super::super::entry::Entry;
use super::super::error::InventoryError;
use super::super::fault::Fault;
use super::super::from_node::from_node;
use super::super::node::{Kind, Node};
use super::super::timeouts::HostTimeouts;
use super::super::value::Value;
use super::model::{Merged, Model, Var};
use super::ssh_args;
use super::template::Scope;
use crate::transport::HostKeyCheck;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Before the name of a key of linecrew's own inventory: `linecrew_credential`, `linecrew_jump`.
const OURS: &str = "linecrew_";

/// Makes hosts of what Ansible says.
pub(super) fn draft(model: &Model) -> Result<Draft, InventoryError> {
    let depths = model.depths().map_err(|fault| fault.of(Path::new("inventory")))?;
    let mut draft = Draft { notes: model.notes.clone(), ..Draft::default() };
    let (mut told, nowhere) = (BTreeSet::new(), std::sync::Arc::from(Path::new("inventory")));
    for name in model.hosts() {
        let vars = model.vars_of(name, &depths);
        let reader = Reader { scope: Scope { host: name, vars: &vars, sealed: &model.sealed } };
        let (mut entry, notes) = reader.entry()?;
        entry.groups = model.groups_of(name);
        // A note on a variable of a group would be told for each of its hosts.
        draft.notes.extend(notes.into_iter().filter(|note| told.insert(note.to_string())));
        let place = vars.values().next().map_or(&nowhere, |var| &var.origin);
        draft.hosts.push((name.clone(), Drafted::new(entry, place, None)));
    }
    for name in model.group_names().into_iter().filter(|name| name != "all" && name != "ungrouped") {
        let groups = model.parents_of(&name);
        draft.groups.insert(name, Entry { groups, ..Entry::default() });
    }
    Ok(draft)
}

struct Reader<'r> {
    scope: Scope<'r>,
}

type Found<'f> = Option<(&'f str, &'f Var)>;

impl<'r> Reader<'r> {
    fn vars(&self) -> &'r Merged<'r> {
        self.scope.vars
    }

    /// The first of these variables that is set.
    fn first(&self, names: &[&str]) -> Found<'r> {
        let found = names.iter().find_map(|name| self.vars().get_key_value(*name));
        found.map(|(name, var)| (*name, *var)).filter(|(_, var)| var.node.kind != Kind::Null)
    }

    fn fault(&self, name: &str, var: &Var, reason: impl Into<String>) -> InventoryError {
        var.node.fault(reason).under(name).under(format!("host {}", self.scope.host)).of(&var.origin)
    }

    fn text(&self, names: &[&str]) -> Result<Option<String>, InventoryError> {
        let Some((name, var)) = self.first(names) else { return Ok(None) };
        let text = self.scope.text(&var.node).map_err(|reason| self.fault(name, var, reason))?;
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    fn parsed<T>(
        &self,
        names: &[&str],
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, InventoryError> {
        let Some(text) = self.text(names)? else { return Ok(None) };
        let Some((name, var)) = self.first(names) else { return Ok(None) };
        parse(&text).map(Some).map_err(|reason| self.fault(name, var, reason))
    }

    /// What the variables say, and what has no effect.
    fn entry(&self) -> Result<(Entry, Vec<InventoryError>), InventoryError> {
        let mut entry = self.ours()?;
        let (mut theirs, notes) = self.theirs()?;
        let used = self.secrets(&mut theirs);
        entry.inherit(&theirs);
        entry.data = self.data(&used);
        Ok((entry, notes))
    }

    fn theirs(&self) -> Result<(Entry, Vec<InventoryError>), InventoryError> {
        let mut entry = Entry {
            hostname: self.text(&["ansible_host", "ansible_ssh_host"])?,
            port: self.parsed(&["ansible_port", "ansible_ssh_port"], port)?,
            username: self.text(&["ansible_user", "ansible_ssh_user"])?,
            platform: self.text(&["ansible_network_os"])?,
            transport: self.text(&["ansible_connection"])?.and_then(|connection| transport(&connection)),
            private_key: self.text(&["ansible_private_key_file", "ansible_ssh_private_key_file"])?.map(home),
            timeouts: self.timeouts()?,
            host_key_check: self.host_key_check()?,
            ..Entry::default()
        };
        let mut notes = Vec::new();
        for name in ["ansible_ssh_args", "ansible_ssh_common_args", "ansible_ssh_extra_args"] {
            let Some(args) = self.text(&[name])? else { continue };
            let Some((_, var)) = self.first(&[name]) else { continue };
            let passed_over =
                ssh_args::take(&args, &mut entry).map_err(|reason| self.fault(name, var, reason))?;
            if !passed_over.is_empty() {
                let reason = format!("has no effect here: {}", passed_over.join(" "));
                notes.push(var.node.fault(reason).under(name).of(&var.origin));
            }
        }
        Ok((entry, notes))
    }

    fn timeouts(&self) -> Result<Option<HostTimeouts>, InventoryError> {
        let connect = [
            "ansible_connect_timeout",
            "ansible_persistent_connect_timeout",
            "ansible_ssh_timeout",
            "ansible_timeout",
        ];
        let command = ["ansible_command_timeout", "ansible_persistent_command_timeout"];
        let limits = HostTimeouts {
            connect: self.parsed(&connect, seconds)?,
            command: self.parsed(&command, seconds)?,
            ..HostTimeouts::default()
        };
        Ok(Some(limits).filter(|limits| *limits != HostTimeouts::default()))
    }

    fn host_key_check(&self) -> Result<Option<HostKeyCheck>, InventoryError> {
        let names = [
            "ansible_host_key_checking",
            "ansible_ssh_host_key_checking",
            "ansible_paramiko_host_key_checking",
        ];
        let checked = self.parsed(&names, |text| match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(true),
            "false" | "no" | "0" => Ok(false),
            _ => Err("expected true or false".to_owned()),
        })?;
        Ok(checked.map(|checked| if checked { HostKeyCheck::Strict } else { HostKeyCheck::Off }))
    }

    /// The variables that are keys of linecrew's own inventory.
    fn ours(&self) -> Result<Entry, InventoryError> {
        let mut entry = Entry::default();
        for (name, var) in self.vars() {
            let Some(key) = name.strip_prefix(OURS) else { continue };
            let node = Node {
                line: var.node.line,
                kind: Kind::Map(vec![(key.to_owned(), self.expanded(&var.node))]),
            };
            let fault =
                |fault: Fault| fault.under(format!("host {}: {OURS}", self.scope.host)).of(&var.origin);
            let mut one: Entry = from_node(node).map_err(fault)?;
            one.relative_to(var.origin.parent().unwrap_or(Path::new("")));
            entry.inherit(&one);
        }
        Ok(entry)
    }

    /// The same with its templates computed, where it is a text whose templates can be.
    fn expanded(&self, node: &Node) -> Node {
        match node.as_text().filter(|text| text.contains("{{")).and_then(|_| self.scope.text(node).ok()) {
            Some(text) => Node { line: node.line, kind: Kind::Text(text) },
            None => node.clone(),
        }
    }

    /// Takes the secrets, and tells which variables held them.
    fn secrets(&self, entry: &mut Entry) -> BTreeSet<&str> {
        let mut used = Vec::new();
        let secrets = &mut entry.secrets;
        for (names, secret) in [
            (["ansible_password", "ansible_ssh_pass", "ansible_ssh_password"], &mut secrets.password),
            (
                ["ansible_become_password", "ansible_become_pass", "ansible_enable_password"],
                &mut secrets.enable,
            ),
            (
                ["ansible_private_key_passphrase", "ansible_ssh_private_key_passphrase", ""],
                &mut secrets.passphrase,
            ),
        ] {
            if let Some((name, var)) = self.first(&names) {
                *secret = self.scope.secret(name, var, &mut used);
            }
        }
        used.into_iter().collect()
    }

    /// The other variables, without those that tell secrets by their name or by what they were used for.
    fn data(&self, used: &BTreeSet<&str>) -> BTreeMap<String, Value> {
        let is_data = |name: &str| {
            !name.starts_with("ansible_")
                && !name.starts_with(OURS)
                && !used.contains(name)
                && !tells_a_secret(name)
        };
        let vars = self.vars().iter().filter(|(name, _)| is_data(name));
        vars.map(|(name, var)| ((*name).to_owned(), Value::from(&var.node))).collect()
    }
}

/// Whether a variable has a secret, by its name.
fn tells_a_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "passwd", "passphrase", "secret", "token", "vault_", "private_key", "community"]
        .iter()
        .any(|word| name.contains(word))
}

fn port(text: &str) -> Result<u16, String> {
    text.trim().parse().map_err(|_| "expected a whole number from 0 to 65535".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let limit = HostTimeouts::seconds(text.trim().parse().ok()).map_err(str::to_owned)?;
    limit.ok_or_else(|| "expected seconds above 0, such as 10 or 0.5".to_owned())
}

/// The transport of a connection plugin; one that is not known is told by the host that has it, when it is connected.
fn transport(connection: &str) -> Option<String> {
    match connection.rsplit('.').next().unwrap_or_default() {
        "smart" => None,
        "ssh" | "network_cli" | "libssh" | "paramiko" | "paramiko_ssh" => Some("ssh".to_owned()),
        other => Some(other.to_owned()),
    }
}

/// A path, with the user's home folder for a `~` at its beginning.
fn home(path: String) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(path),
    }
}
