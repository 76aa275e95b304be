//! Which hosts the arguments mean, and what they say of those that do not say it themselves.

use crate::args::{DefaultsArgs, KnownArgs, SourceArgs, WhichArgs};
use crate::exit::Usage;
use crate::limit::limit;
use linecrew_core::inventory::{Entry, Format, Host, Inventory, Loader, SshConfigFile};
use std::path::Path;

/// Reads an inventory that has hosts.
pub(crate) fn load(path: &Path, format: Option<Format>, loader: Loader) -> Result<Inventory, Usage> {
    let inventory = format.into_iter().fold(loader, Loader::format).load(path).map_err(Usage::new)?;
    if inventory.is_empty() {
        return Err(Usage::new(format!("{}: the inventory has no hosts", path.display())));
    }
    Ok(inventory)
}

impl SourceArgs {
    /// The hosts of the inventory that are meant, where nobody is asked for secrets.
    pub(crate) fn hosts(&self) -> Result<Inventory, Usage> {
        let all = self.all(Loader::default())?;
        self.limited(all.ok_or_else(|| Usage::new("no inventory: name it with --inventory PATH"))?)
    }

    /// All hosts of the inventory, if one is named.
    fn all(&self, loader: Loader) -> Result<Option<Inventory>, Usage> {
        self.inventory.as_deref().map(|path| load(path, self.inventory_format, loader)).transpose()
    }

    fn limited(&self, all: Inventory) -> Result<Inventory, Usage> {
        match &self.limit {
            Some(to) => limit(&all, to),
            None => Ok(all),
        }
    }
}

impl WhichArgs {
    /// The hosts that are meant, as [`all`](Self::all) reads them.
    pub(crate) fn hosts(&self, loader: Loader, defaults: &Entry) -> Result<Inventory, Usage> {
        self.limited(self.all(loader, defaults)?)
    }

    /// Those of all hosts that are meant.
    pub(crate) fn limited(&self, all: Inventory) -> Result<Inventory, Usage> {
        self.source.limited(all)
    }

    /// The hosts of the inventory, then those of `--host`. `loader` reads the inventory, and `defaults` is what holds for
    /// hosts that do not say it themselves.
    pub(crate) fn all(&self, loader: Loader, defaults: &Entry) -> Result<Inventory, Usage> {
        let listed = self.source.all(loader)?;
        if listed.is_none() && self.host.is_empty() {
            let what = "no hosts: name the inventory with --inventory PATH, or hosts with --host HOST[:PORT]";
            return Err(Usage::new(what));
        }
        for note in listed.iter().flat_map(Inventory::notes) {
            log::debug!("{note}");
        }
        let listed = listed.iter().flat_map(Inventory::hosts).map(|host| Ok(Host::clone(host)));
        let all = listed.chain(self.host.iter().map(|text| host(text)));
        all.map(|host| Ok(host?.inherit(defaults))).collect()
    }
}

impl KnownArgs {
    /// What the arguments say of hosts that do not say it themselves.
    pub(crate) fn entry(&self) -> Entry {
        let mut defaults = Entry::default();
        defaults.known_hosts.clone_from(&self.known_hosts);
        defaults.ssh_config = self.ssh_config.clone().map(SshConfigFile::from);
        defaults
    }
}

impl DefaultsArgs {
    /// What the arguments say of hosts that do not say it themselves.
    pub(crate) fn entry(&self) -> Entry {
        let mut defaults = self.known.entry();
        defaults.platform.clone_from(&self.platform);
        defaults.transport.clone_from(&self.transport);
        defaults.host_key_check = self.host_key_check;
        defaults
    }
}

/// `HOST`, `HOST:PORT`, `[ADDRESS]:PORT`, or an IPv6 address.
pub(crate) fn host(text: &str) -> Result<Host, Usage> {
    let (hostname, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, "")) => (address, None),
        Some((address, rest)) => (address, Some(rest.strip_prefix(':').unwrap_or(rest))),
        None if text.matches(':').count() == 1 => {
            text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port)))
        }
        None => (text, None),
    };
    let fault = || Usage::new(format!("--host {text}: expected HOST, HOST:PORT or [ADDRESS]:PORT"));
    if hostname.is_empty() {
        return Err(fault());
    }
    let mut settings = Entry::default();
    settings.hostname = Some(hostname.to_owned());
    settings.port = port.map(|port| port.parse().map_err(|_| fault())).transpose()?;
    Ok(Host::new(text, settings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_may_have_a_port_and_an_address_of_ipv6() {
        let parts = |text| {
            let host = host(text).unwrap();
            (host.hostname().to_owned(), host.port())
        };
        assert_eq!(parts("r1"), ("r1".to_owned(), None));
        assert_eq!(parts("r1:2022"), ("r1".to_owned(), Some(2022)));
        assert_eq!(parts("2001:db8::1"), ("2001:db8::1".to_owned(), None));
        assert_eq!(parts("[2001:db8::1]:22"), ("2001:db8::1".to_owned(), Some(22)));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in ["", ":22", "r1:", "r1:x", "r1:70000", "[::1]22x"] {
            assert!(host(text).is_err(), "{text}");
        }
    }
}
