//! nornir's `SimpleInventory`: `hosts.yaml`, `groups.yaml` and `defaults.yaml`, or a configuration file that names them.

use super::draft::{Draft, Drafted};
use super::entry::Entry;
use super::error::InventoryError;
use super::fault::Fault;
use super::format::{Format, of_node};
use super::from_node::from_node;
use super::loader::read as text_of;
use super::node::{Kind, Node};
use super::secret_source::SecretSource;
use super::ssh_config::SshConfigFile;
use super::timeouts::HostTimeouts;
use crate::secret::Secret;
use crate::transport::HostKeyCheck;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the three files are.
struct Files {
    hosts: PathBuf,
    groups: PathBuf,
    defaults: PathBuf,
}

impl Files {
    fn in_folder(folder: &Path) -> Self {
        Self {
            hosts: folder.join("hosts.yaml"),
            groups: folder.join("groups.yaml"),
            defaults: folder.join("defaults.yaml"),
        }
    }
}

/// Whether a folder has a file `hosts.yaml` of nornir's.
pub(super) fn is_folder(path: &Path) -> bool {
    let hosts = Files::in_folder(path).hosts;
    let node = path.is_dir().then(|| std::fs::read_to_string(hosts).ok()).flatten();
    node.and_then(|text| Node::from_yaml(&text).ok()).is_some_and(|node| of_node(&node) == Ok(Format::Nornir))
}

pub(super) fn folder(path: &Path) -> Result<Draft, InventoryError> {
    let files = Files::in_folder(path);
    let node = load(&files.hosts)?;
    draft(node, &files)
}

/// A file of hosts, with the other two beside it; or a configuration file.
pub(super) fn read(node: Node, origin: &Arc<Path>) -> Result<Draft, InventoryError> {
    let folder = origin.parent().unwrap_or(Path::new(""));
    let files = Files { hosts: origin.to_path_buf(), ..Files::in_folder(folder) };
    match node.get("inventory").filter(|node| node.get("plugin").or(node.get("options")).is_some()) {
        Some(inventory) => {
            let files = configured(inventory, folder).map_err(|fault| fault.under("inventory").of(origin))?;
            draft(load(&files.hosts)?, &files)
        }
        None => draft(node, &files),
    }
}

/// The files that a configuration names, relative to its folder.
fn configured(inventory: &Node, folder: &Path) -> Result<Files, Fault> {
    if let Some(plugin) = inventory.get("plugin").filter(|node| node.as_text() != Some("SimpleInventory")) {
        return Err(plugin.fault("expected SimpleInventory; others are plugins of Python").under("plugin"));
    }
    let mut files = Files::in_folder(folder);
    let places = [
        ("host_file", &mut files.hosts),
        ("group_file", &mut files.groups),
        ("defaults_file", &mut files.defaults),
    ];
    for (key, file) in places {
        if let Some(node) = inventory.get("options").and_then(|options| options.get(key)) {
            let text = node.as_text().ok_or_else(|| node.fault("expected a path").under(key))?;
            *file = folder.join(text);
        }
    }
    Ok(files)
}

fn draft(hosts: Node, files: &Files) -> Result<Draft, InventoryError> {
    let mut draft = Draft::default();
    let origin: Arc<Path> = Arc::from(files.hosts.as_path());
    let mut notes = Vec::new();
    for (name, node) in hosts.into_map().map_err(|fault| fault.of(&origin))? {
        let line = node.line;
        let entry = entry(node, &origin, &mut notes).map_err(|fault| fault.under(&name).of(&origin))?;
        draft.hosts.push((name, Drafted::new(entry, &origin, line)));
    }
    if files.groups.exists() {
        let origin = files.groups.as_path();
        for (name, node) in load(origin)?.into_map().map_err(|fault| fault.of(origin))? {
            let group = entry(node, origin, &mut notes).map_err(|fault| fault.under(&name).of(origin))?;
            draft.groups.insert(name, group);
        }
    }
    if files.defaults.exists() {
        let origin = files.defaults.as_path();
        draft.defaults = entry(load(origin)?, origin, &mut notes).map_err(|fault| fault.of(origin))?;
    }
    draft.notes = notes;
    Ok(draft)
}

fn load(path: &Path) -> Result<Node, InventoryError> {
    Node::from_yaml(&text_of(path)?).map_err(|fault| fault.of(path))
}

/// What a host, a group or the defaults say: nornir's keys, and those of linecrew's own inventory.
fn entry(node: Node, origin: &Path, notes: &mut Vec<InventoryError>) -> Result<Entry, Fault> {
    let line = node.line;
    let (mut own, mut password, mut options) = (Vec::new(), None, None);
    for (key, node) in node.into_map()? {
        match key.as_str() {
            "password" => password = secret(&node).map_err(|fault| fault.under(key))?,
            "connection_options" => options = Some(node),
            // It repeats the name that the host has anyway.
            "name" => {}
            _ => own.push((key, node)),
        }
    }
    let mut entry: Entry = from_node(Node { line, kind: Kind::Map(own) })?;
    entry.secrets.password = password;
    if let Some(options) = options {
        let nearer =
            connection(&options, origin, notes).map_err(|fault| fault.under("connection_options"))?;
        let farther = std::mem::replace(&mut entry, nearer);
        entry.inherit(&farther);
        entry.groups = farther.groups;
    }
    telnet_by_name(&mut entry);
    entry.relative_to(origin.parent().unwrap_or(Path::new("")));
    Ok(entry)
}

/// netmiko's names of platforms may end in the transport.
fn telnet_by_name(entry: &mut Entry) {
    let Some(platform) = entry.platform.as_deref().and_then(|name| name.strip_suffix("_telnet")) else {
        return;
    };
    entry.transport.get_or_insert_with(|| "telnet".to_owned());
    entry.platform = Some(platform.to_owned());
}

/// What the options of the connections say that are made as ours are; the first one counts more.
fn connection(options: &Node, origin: &Path, notes: &mut Vec<InventoryError>) -> Result<Entry, Fault> {
    let mut entry = Entry::default();
    for plugin in ["linecrew", "scrapli", "netmiko"] {
        let Some(node) = options.get(plugin) else { continue };
        let one = of_plugin(node, plugin, origin, notes).map_err(|fault| fault.under(plugin))?;
        entry.inherit(&one);
    }
    Ok(entry)
}

fn of_plugin(
    node: &Node,
    plugin: &str,
    origin: &Path,
    notes: &mut Vec<InventoryError>,
) -> Result<Entry, Fault> {
    let (mut own, mut password, mut more) = (Vec::new(), None, Entry::default());
    for (key, node) in node.entries() {
        match key.as_str() {
            "password" => password = secret(node).map_err(|fault| fault.under(key))?,
            "extras" => {
                for (key, node) in node.entries() {
                    if !extra(&mut more, key, node).map_err(|fault| fault.under(key).under("extras"))? {
                        let place =
                            format!("connection_options: {plugin}: extras: {key}: it has no effect here");
                        notes.push(node.fault(place).of(origin));
                    }
                }
            }
            _ => own.push((key.clone(), node.clone())),
        }
    }
    let mut entry: Entry = from_node(Node { line: node.line, kind: Kind::Map(own) })?;
    entry.secrets.password = password;
    entry.inherit(&more);
    Ok(entry)
}

/// Takes one of the arguments of scrapli or netmiko; false if it has no effect here.
fn extra(entry: &mut Entry, key: &str, node: &Node) -> Result<bool, Fault> {
    let path = || node.as_text().map(PathBuf::from);
    let is = |value| node.kind == Kind::Bool(value);
    match key {
        "secret" | "auth_secondary" => entry.secrets.enable = secret(node)?,
        "auth_private_key_passphrase" | "passphrase" => entry.secrets.passphrase = secret(node)?,
        "auth_private_key" | "key_file" => entry.private_key = path(),
        "ssh_known_hosts_file" | "alt_key_file" => entry.known_hosts = path(),
        "ssh_config_file" if path().is_some() => entry.ssh_config = path().map(SshConfigFile::File),
        "auth_strict_key" | "ssh_strict" if is(false) => entry.host_key_check = Some(HostKeyCheck::Off),
        "auth_strict_key" | "ssh_strict" if is(true) => entry.host_key_check = Some(HostKeyCheck::Strict),
        "transport" if matches!(node.as_text(), Some("telnet" | "asynctelnet")) => {
            entry.transport = Some("telnet".to_owned());
        }
        "transport" | "auth_username" => {}
        "device_type" => entry.platform = node.scalar(),
        "timeout_socket" | "conn_timeout" => limits(entry).connect = seconds(node)?,
        "auth_timeout" => limits(entry).authentication = seconds(node)?,
        "timeout_ops" | "read_timeout_override" => limits(entry).command = seconds(node)?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn limits(entry: &mut Entry) -> &mut HostTimeouts {
    entry.timeouts.get_or_insert_default()
}

fn seconds(node: &Node) -> Result<Option<std::time::Duration>, Fault> {
    HostTimeouts::seconds(from_node(node.clone())?).map_err(|reason| node.fault(reason))
}

/// A password as it stands there, or a reference as in linecrew's own inventory.
fn secret(node: &Node) -> Result<Option<SecretSource>, Fault> {
    match &node.kind {
        Kind::Null => Ok(None),
        Kind::Map(_) => from_node(node.clone()).map(Some),
        _ => match node.scalar().filter(|text| !text.is_empty()) {
            Some(text) => Ok(Some(SecretSource::Inline(Secret::new(text)))),
            None => Ok(None),
        },
    }
}
