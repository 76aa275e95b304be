//! SSH against an sshd that takes one way to authenticate, or several in a row.

use crate::common::{cx, refused};
use crate::machine::{guest, impostor, user};
use crate::shell::text;
use crate::sshd::Sshd;
use linecrew_core::transport::{ErrorKind, Phase, SshOptions, TransportError};
use std::path::PathBuf;

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
    assert_eq!(error.kind(), ErrorKind::MissingCredential, "{error}");
    assert!(error.to_string().contains("publickey"), "{error}");
    assert_eq!(text(&mut *sshd.shell(), "id -un"), "guest\n");
}

#[test]
#[ignore = "needs openssh"]
fn a_password_opens_what_a_key_did_not() {
    let sshd = Sshd::new("KbdInteractiveAuthentication no");
    let stranger = sshd.key("stranger", &["-t", "ed25519"]);
    assert_eq!(text(&mut *sshd.open(guest().private_key(&stranger)).unwrap(), "id -un"), "guest\n");
    let error = refused(sshd.open(user().private_key(stranger)));
    assert_eq!(error.kind(), ErrorKind::Authentication, "{error}");
    let told = error.to_string();
    assert!(told.contains("public key refused; check the credentials of user guest"), "{told}");
    assert!(told.contains("; the server takes publickey"), "{told}");
}

#[test]
#[ignore = "needs openssh"]
fn every_kind_of_key_opens_a_shell_from_a_file_and_from_memory() {
    let sshd = Sshd::new("");
    let kinds: [&[&str]; 5] = [
        &["-t", "ed25519"],
        &["-t", "ecdsa"],
        &["-t", "ecdsa", "-m", "PEM"],
        &["-t", "rsa"],
        &["-t", "rsa", "-m", "PEM"],
    ];
    for (number, kind) in kinds.iter().enumerate() {
        for passphrase in ["", "correct horse"] {
            let arguments = [&["-a", "1", "-N", passphrase], *kind].concat();
            let file = sshd.key(&format!("key-{number}-{}", passphrase.len()), &arguments);
            sshd.authorize(&[&file]);
            let open = |credentials| sshd.connector().open(&sshd.target().credentials(credentials), &cx());
            let text = std::fs::read_to_string(&file).unwrap();
            for credentials in [user().private_key(&file), user().private_key_text(text)] {
                let connection = open(credentials.passphrase(passphrase));
                assert!(connection.is_ok(), "{kind:?} {passphrase}: {:?}", connection.err());
            }
            if !passphrase.is_empty() {
                let error = open(user().private_key(&file).passphrase("wrong")).err().unwrap();
                assert!(error.to_string().contains("wrong passphrase"), "{kind:?}: {error}");
            }
        }
    }
}

/// Logs in with the user's key and these.
fn with_further_keys(sshd: &Sshd, keys: &[PathBuf]) -> Result<(), TransportError> {
    let mut options = SshOptions::default();
    options.identity_agent = Some("none".into());
    options.identity_files = Some(keys.to_vec());
    sshd.connector().open(&sshd.target().ssh(options), &cx()).map(drop)
}

#[test]
#[ignore = "needs openssh"]
fn two_keys_are_two_factors() {
    let sshd = Sshd::new("AuthenticationMethods publickey,publickey\n");
    let second = sshd.key("second", &["-t", "ecdsa"]);
    sshd.authorize(&[&sshd.path("id"), &second]);
    let error = with_further_keys(&sshd, &[]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication, "{error}");
    with_further_keys(&sshd, &[second]).unwrap();
}

#[test]
#[ignore = "needs openssh"]
fn a_server_that_hangs_up_after_too_many_keys_has_refused_them() {
    let sshd = Sshd::new("MaxAuthTries 2\n");
    sshd.authorize(&[]);
    let files = ["one", "two", "three"].map(|name| sshd.key(name, &["-t", "ecdsa"]));
    let error = with_further_keys(&sshd, &files).unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Authentication, Phase::Authentication), "{error}");
    assert!(error.to_string().contains("refused, and the server closed the connection"), "{error}");
}
