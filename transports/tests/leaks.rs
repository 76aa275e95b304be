//! Nothing is left open by sessions that went well, and by sessions that failed in any phase.
#![cfg(all(feature = "ssh", feature = "telnet"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failure fails the test")]

mod common;

use common::{cx, open_files, target, until};
use linecrew_core::transport::{Connector, Credentials, HostKeyCheck};
use linecrew_testkit::{Device, Fault, Lab, Service};
use linecrew_transports::ssh::SshConnector;
use linecrew_transports::telnet::TelnetConnector;
use std::time::{Duration, Instant};

/// Waits until the lab, which shares this process, has closed its ends too.
fn settle(most: usize) -> usize {
    let end = Instant::now() + Duration::from_secs(30);
    while open_files() > most && Instant::now() < end {
        std::thread::yield_now();
    }
    open_files()
}

#[test]
fn two_hundred_sessions_leave_no_file_open() {
    let ssh = Service::Ssh;
    let lab = Lab::builder()
        .device(Device::cisco_iosxe("R1"), ssh)
        .device(Device::cisco_iosxe("R2").fault(Fault::CloseAfter(100)), ssh)
        .device(Device::cisco_iosxe("R3").fault(Fault::Silent), ssh)
        .device(Device::cisco_iosxe("R4").fault(Fault::StallAfter(1600)), ssh)
        .device(Device::cisco_iosxe("R5"), Service::Telnet)
        .start()
        .unwrap();
    let limit = Duration::from_millis(50);
    let secure = SshConnector::new()
        .host_key_check(HostKeyCheck::Off)
        .handshake_limit(limit)
        .authentication_limit(limit);
    let plain = TelnetConnector::new();
    let cx = cx();
    let mut before = None;
    for turn in 0..41 {
        for device in lab.devices() {
            let password = if turn % 2 == 0 { "admin" } else { "wrong" };
            let target = target(device.addr()).credentials(Credentials::user("admin").password(password));
            let opened = match device.service() {
                Service::Ssh => secure.connect(&target, &cx),
                _ => plain.connect(&target, &cx),
            };
            if let Ok(mut transport) = opened {
                let prompt: &[u8] = if device.service() == Service::Ssh { b">" } else { b": " };
                until(&mut *transport, prompt, &cx).unwrap();
            }
        }
        // After the first turn every thread has what it keeps.
        before.get_or_insert_with(|| settle(lab.devices().len() + 20));
    }
    let before = before.unwrap();
    assert!(settle(before) <= before, "{} files are open, {before} were", open_files());
}
