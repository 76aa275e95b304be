//! Devices behind an sshd as their jump host.

use crate::common::{cx, refused, target, until};
use crate::shell::text;
use crate::sshd::Sshd;
use linecrew_core::transport::{Connector, ErrorKind, Phase};
use linecrew_testkit::{Device, Lab, Service};
use linecrew_transports::ssh::{Jump, SshConnector};
use linecrew_transports::telnet::TelnetConnector;

#[test]
#[ignore = "needs openssh"]
fn a_shell_behind_one_and_two_jump_hosts_carries_megabytes() {
    let (outer, inner, device) = (Sshd::new(""), Sshd::new(""), Sshd::new(""));
    let one = outer.jump(SshConnector::new());
    let two = inner.jump(SshConnector::new().jump(one.clone()));
    for jump in [one, two] {
        let mut transport = device.connector().jump(jump).connect(&device.target(), &cx()).unwrap();
        let shown = text(&mut *transport, "yes 0123456789 | head -n 500000");
        assert!(shown == "0123456789\n".repeat(500_000), "{} bytes", shown.len());
        let long = "x".repeat(3000);
        assert_eq!(text(&mut *transport, &format!("echo {long}")), format!("{long}\n"));
        transport.close(&cx());
    }
    assert_eq!(outer.inetd.connections(), 1, "one connection to the outer jump host serves both");
}

#[test]
#[ignore = "needs openssh"]
fn telnet_goes_through_a_jump_host() {
    let bastion = Sshd::new("");
    let lab = Lab::builder().device(Device::cisco_iosxe("R1"), Service::Telnet).start().unwrap();
    let connector = TelnetConnector::new().jump(bastion.jump(SshConnector::new()));
    let mut transport = connector.connect(&target(lab.devices()[0].addr()), &cx()).unwrap();
    until(&mut *transport, b"Username: ", &cx()).unwrap();
    transport.write_all(b"admin\n", &cx()).unwrap();
    until(&mut *transport, b"Password: ", &cx()).unwrap();
}

#[test]
#[ignore = "needs openssh"]
fn a_jump_host_that_is_killed_is_told_by_every_device_and_connected_to_anew() {
    let (bastion, device) = (Sshd::new(""), Sshd::new(""));
    let connector = device.connector().jump(bastion.jump(SshConnector::new()));
    let open = || connector.connect(&device.target(), &cx()).unwrap();
    let open_shells: Vec<_> = (0..5).map(|_| open()).collect();
    bastion.inetd.kill();
    for mut transport in open_shells {
        let error = until(&mut *transport, b"never", &cx()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Closed);
        assert!(error.to_string().contains("the connection through bastion (127.0.0.1:"), "{error}");
    }
    assert_eq!(text(&mut *open(), "echo hello"), "hello\n");
}

#[test]
#[ignore = "needs openssh"]
fn a_jump_host_that_forbids_forwarding_is_told_as_such() {
    let (bastion, device) = (Sshd::new("AllowTcpForwarding no\n"), Sshd::new(""));
    let connector = device.connector().jump(bastion.jump(SshConnector::new()));
    let error = refused(connector.connect(&device.target(), &cx()));
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("(administratively prohibited); in its sshd_config"), "{error}");
}

#[test]
#[ignore = "needs openssh"]
fn a_server_for_jumps_alone_forwards_and_gives_no_shell() {
    let (bastion, device) = (Sshd::for_jumps(), Sshd::new(""));
    let connector = device.connector().jump(bastion.jump(SshConnector::new()));
    assert_eq!(text(&mut *connector.connect(&device.target(), &cx()).unwrap(), "id -un"), "guest\n");
    let error = refused(bastion.connector().connect(&bastion.target(), &cx()));
    assert_eq!(error.phase(), Phase::Shell, "{error}");
    assert!(error.to_string().contains("expected a shell with a terminal"), "{error}");
}

#[test]
#[ignore = "needs openssh"]
fn each_hop_s_host_key_is_checked() {
    let (bastion, device) = (Sshd::new(""), Sshd::new(""));
    let stranger = || SshConnector::new().known_hosts(["/dev/null"]);
    let jump = Jump::new(stranger(), bastion.target().name("bastion"));
    let error = refused(device.connector().jump(jump).connect(&device.target(), &cx()));
    assert_eq!(error.kind(), ErrorKind::HostKey);
    assert!(error.to_string().contains("through bastion (127.0.0.1:"), "{error}");
    let connector = stranger().jump(bastion.jump(SshConnector::new()));
    let error = refused(connector.connect(&device.target(), &cx()));
    assert_eq!(error.kind(), ErrorKind::HostKey);
    assert!(error.to_string().starts_with("r1 (127.0.0.1:"), "{error}");
}
