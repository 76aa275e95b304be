//! The options of `ssh` in `ansible_ssh_common_args` and the like.

use super::super::entry::Entry;
use super::super::ssh_config::SshConfigFile;
use super::words::words;
use crate::transport::HostKeyCheck;
use std::path::PathBuf;

/// Takes the options that have a meaning here, and gives those that have none.
pub(super) fn take(args: &str, entry: &mut Entry) -> Result<Vec<String>, String> {
    let mut passed_over = Vec::new();
    let mut words = words(args, false)?.into_iter();
    while let Some(word) = words.next() {
        let mut value = |option: &str| match word.strip_prefix(option) {
            Some("") => words.next(),
            Some(rest) => Some(rest.to_owned()),
            None => None,
        };
        if let Some(text) = value("-J") {
            entry.jump = Some(text.parse()?);
        } else if let Some(file) = value("-F") {
            entry.ssh_config = Some(SshConfigFile::from(PathBuf::from(file)));
        } else if let Some(file) = value("-i") {
            entry.private_key = Some(PathBuf::from(file));
        } else if let Some(text) = value("-o") {
            if !option(&text, entry)? {
                passed_over.push(format!("-o {}", name(&text)));
            }
        } else {
            passed_over.push(word);
        }
    }
    Ok(passed_over)
}

fn name(text: &str) -> &str {
    text.split(['=', ' ']).next().unwrap_or_default()
}

/// Takes `Name=value` or `Name value`; false if it has no effect here.
fn option(text: &str, entry: &mut Entry) -> Result<bool, String> {
    let value = text[name(text).len()..].trim_start_matches(['=', ' ']).trim();
    match (name(text).to_ascii_lowercase().as_str(), value) {
        ("proxyjump", value) => entry.jump = Some(value.parse()?),
        ("proxycommand", value) => match jump_of(value) {
            Some(hop) => entry.jump = Some(hop.parse()?),
            None => return Ok(false),
        },
        ("stricthostkeychecking", "no" | "off") => entry.host_key_check = Some(HostKeyCheck::Off),
        ("stricthostkeychecking", "accept-new") => entry.host_key_check = Some(HostKeyCheck::AcceptNew),
        ("stricthostkeychecking", "yes") => entry.host_key_check = Some(HostKeyCheck::Strict),
        // No host key is looked up then, so where they would be has no meaning.
        ("userknownhostsfile", "/dev/null") => {}
        ("userknownhostsfile", file) => entry.known_hosts = Some(PathBuf::from(file)),
        ("identityfile", file) => entry.private_key = Some(PathBuf::from(file)),
        (
            "kexalgorithms"
            | "hostkeyalgorithms"
            | "ciphers"
            | "macs"
            | "pubkeyacceptedalgorithms"
            | "pubkeyacceptedkeytypes",
            value,
        ) if value.starts_with('+') => {
            entry.ssh.get_or_insert_default().legacy_algorithms = Some(true);
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// The jump host of `ssh -W %h:%p ... [user@]host`, with the port of `-p`.
fn jump_of(command: &str) -> Option<String> {
    let words = words(command, false).ok()?;
    let (program, arguments) = words.split_first()?;
    if program.rsplit('/').next() != Some("ssh") || !arguments.iter().any(|word| word.contains("%h:%p")) {
        return None;
    }
    let (mut host, mut port, mut user) = (None, None, None);
    let mut arguments = arguments.iter();
    while let Some(word) = arguments.next() {
        match word.as_str() {
            "-p" => port = arguments.next(),
            "-l" => user = arguments.next(),
            "-W" | "-o" | "-i" | "-F" => _ = arguments.next()?,
            word if word.starts_with('-') => {}
            _ => host = Some(word),
        }
    }
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    host.map(|host| format!("{user}{host}{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(args: &str) -> (Entry, Vec<String>) {
        let mut entry = Entry::default();
        let passed_over = take(args, &mut entry).unwrap();
        (entry, passed_over)
    }

    #[test]
    fn jump_hosts_are_found_however_they_are_written() {
        for args in [
            "-J ops@bastion:2022",
            "-Jops@bastion:2022",
            "-o ProxyJump=ops@bastion:2022",
            "-o 'ProxyJump ops@bastion:2022'",
            r#"-o ProxyCommand="ssh -W %h:%p -q -p 2022 ops@bastion""#,
            r#"-oProxyCommand="/usr/bin/ssh -l ops -p 2022 -o ControlMaster=no bastion -W %h:%p""#,
        ] {
            let (entry, passed_over) = taken(args);
            assert_eq!(
                entry.jump.map(|jump| jump.to_string()).as_deref(),
                Some("ops@bastion:2022"),
                "{args}"
            );
            assert!(passed_over.is_empty(), "{args}");
        }
    }

    #[test]
    fn options_that_have_no_effect_are_told() {
        let (entry, passed_over) = taken(
            "-o StrictHostKeyChecking=no -C -o ControlPersist=60s -o KexAlgorithms=+diffie-hellman-group1-sha1",
        );
        assert_eq!(entry.host_key_check, Some(HostKeyCheck::Off));
        assert_eq!(entry.ssh.unwrap().legacy_algorithms, Some(true));
        assert_eq!(passed_over, ["-C", "-o ControlPersist"]);
        assert_eq!(taken("-o ProxyCommand='nc -x proxy %h %p'").1, ["-o ProxyCommand"]);
    }
}
