//! Host keys, asked for without a login.

use crate::bench::{Bench, r1};
use crate::common::cx;
use linecrew_core::transport::ErrorKind;
use linecrew_testkit::Fault;
use linecrew_transports::ssh::known_hosts::KnownHosts;
use linecrew_transports::ssh::{SshConnector, Standing};

#[test]
fn a_key_is_scanned_accepted_and_forgotten_without_a_login() {
    let bench = Bench::new(r1());
    let (file, target) = (bench.file("new"), bench.target());
    let connector = SshConnector::new().known_hosts([&file]);
    let scan = connector.scan(&target, &[], &cx()).unwrap();
    assert_eq!((scan.keys.len(), &scan.keys[0].standing), (1, &Standing::New));
    assert!(!file.exists());
    let keys = [scan.keys[0].key.clone()];
    connector.accept(&target, &keys, false, &cx()).unwrap();
    let port = target.port.unwrap();
    assert_eq!(KnownHosts::load(std::slice::from_ref(&file)).key_types("127.0.0.1", port), ["ssh-ed25519"]);
    // The same connector knows it from then on, and no longer than that.
    assert_eq!(connector.scan(&target, &[], &cx()).unwrap().keys[0].standing, Standing::Known);
    assert_eq!(connector.forget(&target, &cx()).unwrap().removed, [1]);
    assert_eq!(connector.scan(&target, &[], &cx()).unwrap().keys[0].standing, Standing::New);
    assert_eq!(bench.rejections(), 0);
}

#[test]
fn a_changed_key_is_written_down_only_in_place_of_the_old_one() {
    let bench = Bench::new(r1().fault(Fault::ChangedHostKey));
    let before = std::fs::read_to_string(bench.file("known_hosts")).unwrap();
    std::fs::write(bench.file("known_hosts"), format!("# mine\n{before}")).unwrap();
    let (connector, target) = (bench.connector(), bench.target());
    let scan = connector.scan(&target, &[], &cx()).unwrap();
    assert!(matches!(&scan.keys[0].standing, Standing::Changed { place, .. } if place.line == 2), "{scan:?}");
    let keys = [scan.keys[0].key.clone()];
    let error = connector.accept(&target, &keys, false, &cx()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::HostKey);
    connector.accept(&target, &keys, true, &cx()).unwrap();
    let after = std::fs::read_to_string(bench.file("known_hosts")).unwrap();
    assert!(
        after.starts_with("# mine\n") && after.lines().count() == 2 && !after.contains(&before),
        "{after}"
    );
    assert_eq!(connector.scan(&target, &[], &cx()).unwrap().keys[0].standing, Standing::Known);
}
