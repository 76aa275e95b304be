//! SSH against an sshd of few algorithms.

use crate::common::{cx, refused};
use crate::shell::text;
use crate::sshd::Sshd;
use linecrew_core::transport::{Connector, ErrorKind, SshOptions};

const MODERN: &[&str] = &[
    "KexAlgorithms curve25519-sha256",
    "KexAlgorithms ecdh-sha2-nistp256",
    "KexAlgorithms ecdh-sha2-nistp521",
    "KexAlgorithms diffie-hellman-group14-sha256",
    "KexAlgorithms diffie-hellman-group16-sha512",
    "KexAlgorithms diffie-hellman-group-exchange-sha256",
    "HostKeyAlgorithms rsa-sha2-512",
    "HostKeyAlgorithms rsa-sha2-256",
    "Ciphers aes128-gcm@openssh.com",
    "Ciphers aes256-gcm@openssh.com",
    "Ciphers chacha20-poly1305@openssh.com",
    "Ciphers aes128-ctr\nMACs hmac-sha2-256-etm@openssh.com",
    "Ciphers aes256-ctr\nMACs hmac-sha2-512",
];

const LEGACY: &[&str] = &[
    "KexAlgorithms diffie-hellman-group1-sha1",
    "KexAlgorithms diffie-hellman-group14-sha1",
    "HostKeyAlgorithms ssh-rsa",
    "Ciphers aes128-cbc",
    "Ciphers aes256-cbc",
    "Ciphers 3des-cbc",
    "Ciphers aes128-ctr\nMACs hmac-sha1",
    "KexAlgorithms diffie-hellman-group1-sha1\nHostKeyAlgorithms ssh-rsa\nCiphers aes128-cbc\nMACs hmac-sha1",
];

/// Some 100 KB, so that each cipher has several packets.
const LINES: usize = 50_000;

fn assert_carries(connector: &impl Connector, sshd: &Sshd, algorithms: &str) {
    let opened = connector.connect(&sshd.target(), &cx());
    let mut transport = opened.unwrap_or_else(|error| panic!("{algorithms}: {error}"));
    let lines = text(&mut *transport, &format!("yes | head -n {LINES}"));
    assert!(lines == "y\n".repeat(LINES), "{algorithms}: {} bytes", lines.len());
}

#[test]
#[ignore = "needs openssh"]
fn each_modern_algorithm_serves_alone() {
    for algorithms in MODERN {
        let sshd = Sshd::new(algorithms);
        assert_carries(&sshd.connector(), &sshd, algorithms);
    }
}

#[test]
#[ignore = "needs openssh"]
fn each_legacy_algorithm_serves_alone_and_only_on_request() {
    for algorithms in LEGACY {
        let sshd = Sshd::new(algorithms);
        assert_carries(&sshd.connector().legacy(true), &sshd, algorithms);
        let error = refused(sshd.connector().connect(&sshd.target(), &cx()));
        assert!(matches!(error.kind(), ErrorKind::Negotiation | ErrorKind::Closed), "{algorithms}: {error}");
        assert!(error.to_string().contains("legacy"), "{algorithms}: {error}");
    }
}

#[test]
#[ignore = "needs openssh"]
fn what_a_legacy_server_offers_and_the_profile_that_serves_it_are_told() {
    let sshd = Sshd::new(LEGACY.last().unwrap());
    let error = refused(sshd.connector().connect(&sshd.target(), &cx()));
    assert_eq!(error.kind(), ErrorKind::Negotiation, "{error}");
    let shown = error.to_string();
    let offered = "the server's: key exchange diffie-hellman-group1-sha1";
    assert!(shown.contains(offered) && shown.contains("legacy_algorithms would serve it"), "{shown}");
}

#[test]
#[ignore = "needs openssh"]
fn lists_of_algorithms_are_the_hosts_own() {
    let sshd = Sshd::new("Ciphers aes256-ctr\nMACs hmac-sha2-512\n");
    let open = |list: &[&str]| {
        let mut options = SshOptions::default();
        options.ciphers = Some(list.iter().map(|&name| name.to_owned()).collect());
        sshd.connector().open(&sshd.target().ssh(options), &cx())
    };
    open(&["aes128-ctr", "aes256-ctr"]).unwrap();
    let error = open(&["aes128-ctr"]).err().unwrap();
    let told = "no algorithm in common for cipher; expected another offer than the server's: cipher aes256-ctr; \
                add one of the server's to ciphers";
    assert!(error.to_string().ends_with(told), "{error}");
    let error = open(&["rot13"]).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
}
