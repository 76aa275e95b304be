//! Host keys that are scanned, compared with OpenSSH's own programs.

use crate::common::cx;
use crate::sshd::Sshd;
use linecrew_transports::ssh::{ScannedKey, SshConnector, Standing};
use std::process::Command;

fn shown(keys: &[ScannedKey]) -> Vec<String> {
    let mut shown: Vec<_> =
        keys.iter().map(|key| format!("{} {}", key.key_type(), key.fingerprint())).collect();
    shown.sort();
    shown
}

/// The types and fingerprints that `ssh-keyscan` and `ssh-keygen -l` find.
fn keyscan(sshd: &Sshd) -> Vec<String> {
    let port = sshd.inetd.addr.port().to_string();
    let scanned = Command::new("ssh-keyscan").args(["-p", &port, "127.0.0.1"]).output().unwrap();
    let file = sshd.path("scanned");
    std::fs::write(&file, scanned.stdout).unwrap();
    let listed = Command::new("ssh-keygen").arg("-lf").arg(&file).output().unwrap();
    let line = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        let key_type = words.last().unwrap().trim_matches(['(', ')']).to_lowercase();
        format!("ssh-{key_type} {}", words[1])
    };
    let mut lines: Vec<_> = String::from_utf8(listed.stdout).unwrap().lines().map(line).collect();
    lines.sort();
    lines
}

#[test]
#[ignore = "needs OpenSSH's server"]
fn a_scan_finds_what_ssh_keyscan_finds() {
    let sshd = Sshd::new("");
    let scan = SshConnector::new().known_hosts([sshd.path("none")]).scan(&sshd.target(), &[], &cx()).unwrap();
    assert_eq!(shown(&scan.keys), keyscan(&sshd));
    assert_eq!(scan.keys.len(), 2);
    let rsa = ["rsa".to_owned()];
    let scan =
        SshConnector::new().known_hosts([sshd.path("none")]).scan(&sshd.target(), &rsa, &cx()).unwrap();
    assert_eq!(scan.keys.iter().map(ScannedKey::key_type).collect::<Vec<_>>(), ["ssh-rsa"]);
}

#[test]
#[ignore = "needs OpenSSH's server"]
fn what_is_accepted_is_known_to_ssh_keygen_and_what_is_forgotten_is_not() {
    let sshd = Sshd::new("");
    let file = sshd.path("accepted");
    let connector = SshConnector::new().known_hosts([&file]);
    let scan = connector.scan(&sshd.target(), &[], &cx()).unwrap();
    let keys: Vec<_> = scan.keys.iter().map(|key| key.key.clone()).collect();
    assert_eq!(connector.accept(&sshd.target(), &keys, false, &cx()).unwrap(), Some(file.clone()));
    let name = format!("[127.0.0.1]:{}", sshd.inetd.addr.port());
    let found = || {
        let found = Command::new("ssh-keygen").args(["-F", &name, "-f"]).arg(&file).output().unwrap();
        String::from_utf8(found.stdout).unwrap().lines().filter(|line| !line.starts_with('#')).count()
    };
    assert_eq!(found(), 2);
    // Hashed by ssh-keygen, it is still found.
    assert!(Command::new("ssh-keygen").arg("-Hf").arg(&file).output().unwrap().status.success());
    let scan = SshConnector::new().known_hosts([&file]).scan(&sshd.target(), &[], &cx()).unwrap();
    assert!(scan.keys.iter().all(|key| key.standing == Standing::Known));
    let forgotten = connector.forget(&sshd.target(), &cx()).unwrap();
    assert_eq!((forgotten.removed, forgotten.left, found()), (vec![1, 2], vec![], 0));
}
