//! An inventory as its files say it, whatever their format, and what each host of it inherits.

use super::credential::Credential;
use super::entry::{Entry, InlineSecrets};
use super::error::InventoryError;
use super::fault::Fault;
use super::host::{Host, Login};
use super::jump::Hop;
use super::secrets::Secrets;
use super::way::Ways;
use super::{Group, Inventory};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// What the loader of each format makes.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) defaults: Entry,
    pub(super) credentials: BTreeMap<String, Drafted<Credential>>,
    pub(super) groups: BTreeMap<String, Entry>,
    pub(super) hosts: Vec<(String, Drafted<Entry>)>,
    /// What was passed over without being an error.
    pub(super) notes: Vec<InventoryError>,
}

/// A part of a file, and where it stands.
#[derive(Clone)]
pub(super) struct Drafted<T> {
    pub(super) value: T,
    pub(super) origin: Arc<Path>,
    pub(super) line: Option<u64>,
}

impl<T> Drafted<T> {
    pub(super) fn new(value: T, origin: &Arc<Path>, line: Option<u64>) -> Self {
        Self { value, origin: Arc::clone(origin), line }
    }

    fn fault(&self, reason: impl Into<String>) -> InventoryError {
        Fault::new(reason).at_line(self.line).of(&self.origin)
    }
}

impl Draft {
    /// Lets each host inherit, and finds the way to it.
    pub(super) fn resolve(mut self, secrets: &Arc<Secrets>) -> Result<Inventory, InventoryError> {
        let mut logins = Logins::new(&self.credentials, secrets);
        let mut names = HashSet::new();
        let hosts: Vec<Host> = self
            .hosts
            .iter()
            .map(|(name, drafted)| {
                let fault = |reason: String| drafted.fault(format!("host {name}: {reason}"));
                if !names.insert(name.as_str()) {
                    return Err(fault("there is another one of that name".to_owned()));
                }
                let (settings, groups) = self.inherited(&drafted.value).map_err(fault)?;
                let logins = logins.of(&settings, &drafted.origin).map_err(fault)?;
                Ok(Host::resolved(name, settings, logins, &drafted.origin).member_of(groups))
            })
            .collect::<Result<_, _>>()?;
        let of_strangers = logins.of(&self.defaults, Path::new("defaults"));
        let stranger =
            |hop: &Hop| Ok(Host::hop(hop, &self.defaults, of_strangers.clone()?, Path::new("inventory")));
        let ways = Ways::new(&hosts, &stranger);
        let through = |(host, (name, drafted)): (&Host, &(String, Drafted<Entry>))| {
            let jumps = ways.to(host).map_err(|why| drafted.fault(format!("host {name}: jump: {why}")))?;
            Ok(Arc::new(host.clone().through(jumps)))
        };
        let hosts = hosts.iter().zip(&self.hosts).map(through).collect::<Result<_, _>>()?;
        let group = |(name, entry): (String, Entry)| Group { name, parents: entry.groups };
        let groups = std::mem::take(&mut self.groups).into_iter().map(group).collect();
        Ok(Inventory { hosts, groups, notes: self.notes })
    }

    /// The settings of a host with what it inherits: its groups in their order, each followed by its own groups; and all
    /// the groups that it is in.
    fn inherited(&self, host: &Entry) -> Result<(Entry, Vec<String>), String> {
        let mut settings = host.clone();
        let mut waiting: Vec<&str> = host.groups.iter().rev().map(String::as_str).collect();
        let (mut seen, mut groups) = (BTreeSet::new(), Vec::new());
        while let Some(name) = waiting.pop() {
            let group = self
                .groups
                .get(name)
                .ok_or_else(|| format!("no group {name}; there are: {}", names(self.groups.keys())))?;
            // A group that was there already has nothing to add; so a circle of groups ends.
            if seen.insert(name) {
                groups.push(name.to_owned());
                settings.inherit(group);
                waiting.extend(group.groups.iter().rev().map(String::as_str));
            }
        }
        settings.inherit(&self.defaults);
        Ok((settings, groups))
    }
}

/// What hosts log in with.
struct Logins {
    named: BTreeMap<String, Arc<Login>>,
    /// Secrets that stand in the inventory itself; hosts with the same ones share a login.
    inline: HashMap<InlineSecrets, Arc<Login>>,
    secrets: Arc<Secrets>,
}

impl Logins {
    fn new(credentials: &BTreeMap<String, Drafted<Credential>>, secrets: &Arc<Secrets>) -> Self {
        let login = |(name, drafted): (&String, &Drafted<Credential>)| {
            let (credential, origin) = (drafted.value.clone(), Arc::clone(&drafted.origin));
            (
                name.clone(),
                Arc::new(Login { name: name.clone(), credential, origin, secrets: Arc::clone(secrets) }),
            )
        };
        let named = credentials.iter().map(login).collect();
        Self { named, inline: HashMap::new(), secrets: Arc::clone(secrets) }
    }

    /// The credentials that the settings name, in their order, or else the secrets that stand in them.
    fn of(&mut self, settings: &Entry, origin: &Path) -> Result<Vec<Arc<Login>>, String> {
        let find = |name: &String| {
            let unknown = || format!("no credential {name}; there are: {}", names(self.named.keys()));
            self.named.get(name).map(Arc::clone).ok_or_else(unknown)
        };
        match &settings.credential {
            Some(names) => names.names().iter().map(find).collect(),
            None if settings.secrets.is_empty() => Ok(Vec::new()),
            None => Ok(vec![self.inline(&settings.secrets, origin)]),
        }
    }

    fn inline(&mut self, own: &InlineSecrets, origin: &Path) -> Arc<Login> {
        let number = self.inline.len() + 1;
        let login = || {
            let name = format!("password {number} of {}", origin.display());
            let InlineSecrets { password, enable, passphrase } = own.clone();
            let credential = Credential { password, enable, passphrase, ..Credential::default() };
            Arc::new(Login { name, credential, origin: origin.into(), secrets: Arc::clone(&self.secrets) })
        };
        Arc::clone(self.inline.entry(own.clone()).or_insert_with(login))
    }
}

fn names(names: impl Iterator<Item = impl fmt::Display>) -> String {
    let names: Vec<_> = names.map(|name| name.to_string()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
