//! Labs: which devices they have, what they count, and that nothing is left of them.
#![cfg(all(feature = "ssh", feature = "telnet"))]
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use linecrew_testkit::{Device, Lab, LabError, Platform, RunningDevice, Service};
use std::collections::BTreeSet;
use std::io::Read;
use std::net::TcpStream;

#[test]
fn devices_are_numbered_alternate_between_services_and_differ() {
    let lab = Lab::builder().devices(12).start().unwrap();
    let names: Vec<&str> = lab.devices().iter().map(RunningDevice::name).collect();
    assert_eq!(names[..3], ["r1", "r2", "r3"]);
    assert_eq!(lab.devices()[0].service(), Service::Telnet);
    assert_eq!(lab.devices()[1].service(), Service::Ssh);
    assert!(
        lab.devices().iter().all(|device| device.host_key().is_some() == (device.service() == Service::Ssh))
    );
    let serials: BTreeSet<_> =
        lab.devices().iter().map(|d| d.node().device().facts().serial.clone()).collect();
    let ports: BTreeSet<_> = lab.devices().iter().map(|device| device.addr().port()).collect();
    assert_eq!((serials.len(), ports.len()), (12, 12));
}

#[test]
fn known_hosts_has_a_line_for_each_ssh_device() {
    let lab = Lab::builder().devices(4).start().unwrap();
    let text = lab.known_hosts();
    let ports = [1, 3].map(|index: usize| lab.devices()[index].addr().port());
    for (line, port) in text.lines().zip(ports) {
        assert!(line.starts_with(&format!("[127.0.0.1]:{port} ssh-ed25519 AAAA")), "{line}");
        assert_eq!(line.split(' ').count(), 3, "{line}");
    }
    assert_eq!(text.lines().count(), 2);
}

#[test]
fn one_service_and_one_platform_for_all_and_devices_of_one_s_own_behind() {
    let own = Device::cisco_iosxe("core").serial("FDO0000AAAA");
    let lab = Lab::builder()
        .devices(2)
        .platform(Platform::frr())
        .service(Service::Ssh)
        .device(own, Service::Telnet)
        .start()
        .unwrap();
    let platforms: Vec<_> =
        lab.devices().iter().map(|device| device.node().device().platform().name()).collect();
    assert_eq!(platforms, ["frr", "frr", "cisco_iosxe"]);
    assert_eq!(lab.device("r2").unwrap().service(), Service::Ssh);
    assert_eq!(lab.device("core").unwrap().service(), Service::Telnet);
    assert!(lab.device("r3").is_none());
}

#[test]
fn a_target_says_all_that_a_client_needs() {
    let lab = Lab::builder().devices(1).start().unwrap();
    let target = lab.devices()[0].target();
    assert_eq!((target.name.as_str(), target.host.as_str()), ("r1", "127.0.0.1"));
    assert_eq!(target.port, Some(lab.devices()[0].addr().port()));
    let secrets = [target.credentials.password, target.credentials.enable];
    assert_eq!(secrets.map(|secret| secret.unwrap().expose().to_owned()), ["admin", "enable"]);
}

#[tokio::test]
async fn a_lab_may_live_and_end_inside_a_runtime() {
    let lab = Lab::builder().devices(1).start().unwrap();
    drop(lab);
}

#[test]
fn an_unreadable_authorized_key_names_its_device() {
    let device = Device::cisco_iosxe("R1").authorized_key("not a key");
    let error = Lab::builder().device(device, Service::Ssh).start().err().unwrap();
    assert!(matches!(&error, LabError::Key { device, .. } if device == "R1"));
    assert!(error.to_string().starts_with("lab: R1: "), "{error}");
}

#[test]
fn hundreds_of_sessions_are_open_at_once() {
    let lab = Lab::builder().devices(10).service(Service::Telnet).start().unwrap();
    // Both ends are in this process: some systems allow it 1,024 descriptors.
    let clients: Vec<TcpStream> = (0..400)
        .map(|n: usize| {
            let mut client = TcpStream::connect(lab.devices()[n % 10].addr()).unwrap();
            client.read_exact(&mut [0; 3]).unwrap();
            client
        })
        .collect();
    assert_eq!(lab.counters().sessions_open, 400);
    drop(clients);
}
