//! SSH against sshd: one way to authenticate, one algorithm, no shell.

use crate::common::refused;
use crate::machine::{guest, impostor, user};
use crate::shell::text;
use crate::sshd::Sshd;
use linecrew_core::transport::{ErrorKind, Phase};

const MODERN: &[&str] = &[
    "KexAlgorithms curve25519-sha256",
    "KexAlgorithms ecdh-sha2-nistp256",
    "KexAlgorithms ecdh-sha2-nistp521",
    "KexAlgorithms diffie-hellman-group14-sha256",
    "KexAlgorithms diffie-hellman-group16-sha512",
    "KexAlgorithms diffie-hellman-group-exchange-sha256",
    "HostKeyAlgorithms rsa-sha2-512",
    "HostKeyAlgorithms rsa-sha2-256",
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
];

#[test]
#[ignore = "needs openssh"]
fn each_modern_algorithm_serves_alone() {
    for algorithms in MODERN {
        let sshd = Sshd::new(algorithms);
        let mut transport =
            sshd.open(sshd.key_holder()).unwrap_or_else(|error| panic!("{algorithms}: {error}"));
        assert_eq!(text(&mut *transport, "seq 1000 | tail -n 1"), "1000\n", "{algorithms}");
    }
}

#[test]
#[ignore = "needs openssh"]
fn each_legacy_algorithm_serves_alone_and_only_on_request() {
    for algorithms in LEGACY {
        let sshd = Sshd::new(algorithms);
        let legacy = sshd.connector().legacy(true);
        let mut transport =
            sshd.open_by(&legacy, sshd.key_holder()).unwrap_or_else(|error| panic!("{algorithms}: {error}"));
        assert_eq!(text(&mut *transport, "seq 1000 | tail -n 1"), "1000\n", "{algorithms}");
        let error = refused(sshd.open(sshd.key_holder()));
        assert!(matches!(error.kind(), ErrorKind::Negotiation | ErrorKind::Closed), "{algorithms}: {error}");
        assert!(error.to_string().contains("legacy"), "{algorithms}: {error}");
    }
}

#[test]
#[ignore = "needs openssh"]
fn a_password_opens_a_server_that_takes_it_by_either_method() {
    for method in ["password", "keyboard-interactive"] {
        let sshd = Sshd::with_method(method);
        let mut transport = sshd.open(guest()).unwrap_or_else(|error| panic!("{method}: {error}"));
        assert_eq!(text(&mut *transport, "id -un"), "guest\n", "{method}");
    }
}

#[test]
#[ignore = "needs openssh"]
fn a_wrong_password_is_refused_by_either_method() {
    for method in ["password", "keyboard-interactive"] {
        let error = refused(Sshd::with_method(method).open(impostor()));
        assert_eq!(
            (error.kind(), error.phase()),
            (ErrorKind::Authentication, Phase::Authentication),
            "{error}"
        );
        let told = error.to_string();
        assert!(told.contains(" refused") && told.contains(method), "{error}");
        assert!(!told.contains("wr0ng"), "{error}");
    }
}

#[test]
#[ignore = "needs openssh"]
fn a_server_of_public_keys_alone_says_so_to_who_has_none() {
    let sshd = Sshd::with_method("publickey");
    let error = refused(sshd.open(guest()));
    assert_eq!(error.kind(), ErrorKind::Authentication, "{error}");
    assert!(error.to_string().contains("publickey"), "{error}");
    assert_eq!(text(&mut *sshd.open(sshd.key_holder()).unwrap(), "id -un"), "guest\n");
}

#[test]
#[ignore = "needs openssh"]
fn a_password_opens_what_a_key_did_not() {
    let sshd = Sshd::new("KbdInteractiveAuthentication no");
    let stranger = guest().private_key(sshd.path("stranger"));
    assert_eq!(text(&mut *sshd.open(stranger).unwrap(), "id -un"), "guest\n");
    let error = refused(sshd.open(user().private_key(sshd.path("stranger"))));
    assert!(error.to_string().contains("public key refused"), "{error}");
}

#[test]
#[ignore = "needs openssh"]
fn a_server_for_jumps_alone_forwards_and_gives_no_shell() {
    let (jump, behind) = (Sshd::for_jumps(), Sshd::new(""));
    assert!(jump.forwarded(&behind).starts_with("SSH-2.0-OpenSSH"), "the server forwards");
    let error = refused(jump.open(jump.key_holder()));
    assert_eq!(error.phase(), Phase::Shell, "{error}");
    assert!(error.to_string().contains("expected a shell with a terminal"), "{error}");
}
