//! The ways to a host: its second address, and through jump hosts.

use crate::support::{Site, closed_port, device};
use linecrew_testkit::{Lab, Service};

#[test]
fn a_host_that_does_not_answer_is_served_out_of_band_and_the_output_says_so() {
    let site = Site::new(Lab::builder().device(device("r1"), Service::Telnet));
    let ((_socket, closed), console) = (closed_port(), site.port("r1"));
    let host = format!(
        "r1: {{hostname: 127.0.0.1, port: {closed}, out_of_band: {{hostname: localhost, port: {console}, transport: telnet}}}}"
    );
    site.inventory(&[&host]);
    let ended = site.run(&["show clock", "--format", "json"]);
    let r1 = ended.host("r1");
    assert_eq!((&r1["status"], &r1["out_of_band"]), (&"ok".into(), &true.into()), "{ended:?}");
    assert_eq!(r1["address"], format!("localhost:{console}"));
    let table = site.run(&["show clock"]).out;
    assert!(table.contains("ok, out of band"), "{table}");
}

#[test]
fn devices_behind_a_jump_host_are_reached_through_it() {
    let lab = Lab::builder()
        .device(device("bastion").jump_host(), Service::Ssh)
        .device(device("r1"), Service::Ssh)
        .device(device("r2"), Service::Telnet);
    let site = Site::new(lab);
    let hosts = ["r1", "r2"].map(|name| {
        let transport = if name == "r1" { "ssh" } else { "telnet" };
        let port = site.port(name);
        let jump = format!("127.0.0.1:{}", site.port("bastion"));
        format!(
            "{name}: {{hostname: localhost, port: {port}, transport: {transport}, host_key_check: off, jump: '{jump}'}}"
        )
    });
    site.inventory(&[&hosts[0], &hosts[1]]);
    let args = ["show clock", "--format", "json", "--known-hosts", &site.path("known_hosts")];
    let ended = site.run(&args);
    assert_eq!((ended.code, ended.json().len()), (Some(0), 3), "{ended:?}");
    let bastion = site.lab.device("bastion").unwrap().node().counters();
    // One for its own commands, one for those behind it; more where the machine was slow.
    assert!(bastion.sessions_opened >= 2, "{bastion:?}");
    assert_eq!(ended.host("r1").get("out_of_band"), None);
}

#[test]
fn a_jump_host_that_is_down_is_told_by_each_device_behind_it() {
    let site =
        Site::new(Lab::builder().device(device("r1"), Service::Ssh).device(device("r2"), Service::Ssh));
    let (_socket, closed) = closed_port();
    let hosts = ["r1", "r2"].map(|name| {
        let port = site.port(name);
        format!("{name}: {{hostname: localhost, port: {port}, jump: bastion}}")
    });
    let bastion = format!("bastion: {{hostname: 127.0.0.1, port: {closed}}}");
    site.inventory(&[&bastion, &hosts[0], &hosts[1]]);
    let ended = site.run(&["show clock", "--format", "json"]);
    assert_eq!(ended.code, Some(1));
    for name in ["r1", "r2"] {
        let host = ended.host(name);
        let error = host["error"].as_str().unwrap();
        let through = format!("connect: through bastion (127.0.0.1:{closed}): connect: connection refused");
        assert!(error.starts_with(&format!("{name} (localhost:")) && error.contains(&through), "{error}");
        assert_eq!(host["phase"], "connect");
    }
}

#[test]
fn a_jump_host_of_the_openssh_configuration_counts_unless_the_inventory_says_otherwise() {
    let site =
        Site::new(Lab::builder().device(device("r1"), Service::Ssh).device(device("r2"), Service::Ssh));
    let (_socket, closed) = closed_port();
    let known_hosts = site.path("known_hosts");
    let text = format!(
        "Host bastion\nHostName 127.0.0.1\nPort {closed}\nHost 127.0.0.1\nProxyJump bastion\n\
         Match all\nUserKnownHostsFile {known_hosts}\n"
    );
    let config = site.file("ssh.conf", &text);
    let host = |name, more| {
        format!("{name}: {{hostname: 127.0.0.1, port: {}, ssh_config: {config}{more}}}", site.port(name))
    };
    site.inventory(&[&host("r1", ", jump: none"), &host("r2", "")]);
    let ended = site.run(&["show clock", "--format", "json"]);
    assert_eq!(ended.host("r1")["status"], "ok", "{ended:?}");
    let error = &ended.host("r2")["error"];
    assert!(error.as_str().unwrap().contains(&format!("through bastion (127.0.0.1:{closed})")), "{error}");
}
