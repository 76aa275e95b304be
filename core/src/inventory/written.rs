//! Hosts as the text of an inventory file.

use super::entry::Entry;
use super::error::InventoryError;
use super::host::Host;
use super::ssh_config::SshConfigFile;
use crate::transport::SshOptions;
use serde::Serialize;
use std::path::{Path, absolute};
use std::sync::Arc;

#[derive(Serialize)]
struct Written {
    #[serde(serialize_with = "in_order")]
    hosts: Vec<(String, Entry)>,
}

/// The text of a file that holds these hosts, each with all that it inherited.
pub(super) fn to_yaml(hosts: &[Arc<Host>]) -> Result<String, InventoryError> {
    let entry = |host: &Arc<Host>| {
        let entry = alone(host.settings()).map_err(|reason| fault(format!("host {}: {reason}", host.name())));
        Ok((host.name().to_owned(), entry?))
    };
    let written = Written { hosts: hosts.iter().map(entry).collect::<Result<_, _>>()? };
    serde_saphyr::to_string(&written).map_err(|error| fault(error.to_string()))
}

fn fault(reason: String) -> InventoryError {
    InventoryError::new(Path::new("inventory"), reason)
}

/// The settings as they mean the same in any file: without groups, since they are resolved, and with absolute paths.
fn alone(settings: &Entry) -> Result<Entry, String> {
    if let Some(names) = &settings.credential {
        return Err(format!(
            "its credential {} belongs to the file that it came from and cannot be written",
            names.names().join(", ")
        ));
    }
    if !settings.secrets.is_empty() {
        return Err("its password belongs to the file that it came from and cannot be written".to_owned());
    }
    let mut entry = settings.clone();
    entry.groups.clear();
    let unknown = |error| format!("a path cannot be made absolute: {error}");
    let more = entry.ssh.iter_mut().flat_map(SshOptions::paths_mut);
    let more = more.chain(entry.ssh_config.iter_mut().filter_map(SshConfigFile::path_mut));
    for path in [&mut entry.private_key, &mut entry.known_hosts].into_iter().flatten().chain(more) {
        *path = absolute(&path).map_err(unknown)?;
    }
    if let Some(file) = settings.platform_file() {
        entry.platform = Some(absolute(file).map_err(unknown)?.display().to_string());
    }
    Ok(entry)
}

fn in_order<S: serde::Serializer>(hosts: &[(String, Entry)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(hosts.iter().map(|(name, entry)| (name, entry)))
}

#[cfg(test)]
mod tests {
    use super::super::Inventory;
    use super::*;

    fn settings(inventory: &Inventory) -> Vec<(String, Entry)> {
        inventory.hosts().iter().map(|host| (host.name().to_owned(), host.settings().clone())).collect()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = "hosts: {r2: {port: 2, data: {n: [1, yes]}}, r1: {hostname: '::1'}}";
        let inventory = Inventory::parse(text, "fleet.yaml").unwrap();
        let again = Inventory::parse(&inventory.to_yaml().unwrap(), "fleet.yaml").unwrap();
        assert_eq!(settings(&inventory), settings(&again));
    }

    #[test]
    fn groups_are_written_as_what_they_gave_and_paths_as_where_they_are() {
        let text = "groups: {g: {port: 7, data: {site: ams}}}\n\
                    hosts: {r1: {groups: [g], known_hosts: keys, private_key: id, platform: acme.yaml}}";
        let inventory = Inventory::parse(text, "etc/fleet.yaml").unwrap();
        let again = Inventory::parse(&inventory.to_yaml().unwrap(), "elsewhere/fleet.yaml").unwrap();
        let (host, etc) = (again.host("r1").unwrap(), absolute("etc").unwrap());
        assert_eq!((host.port(), host.groups().len()), (Some(7), 0));
        assert_eq!(host.data("site").and_then(|site| site.as_text()), Some("ams"));
        assert_eq!(host.known_hosts(), Some(&*etc.join("keys")));
        assert_eq!(host.settings().private_key.as_deref(), Some(&*etc.join("id")));
        assert_eq!(host.settings().platform_file(), Some(&*etc.join("acme.yaml")));
    }

    #[test]
    fn an_ssh_config_is_a_path_or_none_and_is_inherited() {
        let text = "defaults: {ssh_config: ssh.conf}\nhosts: {r1: {}, r2: {ssh_config: none}}";
        let inventory = Inventory::parse(text, "etc/fleet.yaml").unwrap();
        let again = Inventory::parse(&inventory.to_yaml().unwrap(), "elsewhere/fleet.yaml").unwrap();
        let of = |host: &str| again.host(host).unwrap().settings().ssh_config.clone();
        assert_eq!(of("r1"), Some(SshConfigFile::File(absolute("etc/ssh.conf").unwrap())));
        assert_eq!(of("r2"), Some(SshConfigFile::None));
    }

    #[test]
    fn a_host_with_a_credential_is_refused_by_name() {
        let text = "{credentials: {c: {}}, hosts: {r1: {}, r2: {credential: c}}}";
        let error = Inventory::parse(text, "fleet.yaml").unwrap().to_yaml().unwrap_err().to_string();
        assert!(error.contains("host r2: its credential c "), "{error}");
    }
}
