//! Devices behind the `Transport` trait, without a socket.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::transport::{Connector, ErrorKind, Target, Transport};
use linecrew_testkit::{Device, Fault, LoginStyle, memory};
use std::time::Duration;

fn cx() -> Cx {
    Cx::new(Deadline::after(Duration::from_secs(1), "test"), CancelToken::new())
}

/// Reads until nothing more comes; returns the text and why it ended.
fn drain(transport: &mut dyn Transport) -> (String, ErrorKind) {
    let (mut said, mut buf) = (Vec::new(), [0; 512]);
    loop {
        match transport.read(&mut buf, &cx()) {
            Ok(count) => said.extend_from_slice(&buf[..count]),
            Err(error) => return (String::from_utf8_lossy(&said).into_owned(), error.kind()),
        }
    }
}

#[test]
fn login_enable_paging_off_and_show_version() {
    let mut transport = Device::cisco_iosxe("R1").connect_in_memory();
    drain(&mut transport);
    for line in ["admin\n", "admin\n", "enable\n", "enable\n", "terminal length 0\n", "show version\n"] {
        transport.write_all(line.as_bytes(), &cx()).unwrap();
    }
    let (said, end) = drain(&mut transport);
    assert!(said.contains("R1#show version\r\nCisco IOS XE Software, Version "), "{said}");
    assert!(said.ends_with("\r\nR1#") && !said.contains("--More--"));
    assert_eq!(end, ErrorKind::TimedOut, "the device waits for the next command");
}

#[test]
fn a_device_that_hangs_up_is_an_end_of_stream_after_its_last_words() {
    let mut transport = Device::cisco_iosxe("R1").fault(Fault::CloseAfter(20)).connect_in_memory();
    assert_eq!(drain(&mut transport), ("\r\nUser Access Verific"[..20].to_owned(), ErrorKind::Closed));
}

#[test]
fn a_silent_device_times_out() {
    let mut transport = Device::cisco_iosxe("R1").fault(Fault::Silent).connect_in_memory();
    assert_eq!(drain(&mut transport), (String::new(), ErrorKind::TimedOut));
}

#[test]
fn a_device_that_stalls_stays_connected() {
    let mut transport = Device::cisco_iosxe("R1").fault(Fault::StallAfter(6)).connect_in_memory();
    assert_eq!(drain(&mut transport), ("\r\nUser".to_owned(), ErrorKind::TimedOut));
    transport.write_all(b"admin\n", &cx()).unwrap();
    assert_eq!(drain(&mut transport), (String::new(), ErrorKind::TimedOut));
}

#[test]
fn chunks_bound_every_read() {
    let mut transport = Device::cisco_iosxe("R1").fault(Fault::Chunks(3)).connect_in_memory();
    let mut buf = [0; 64];
    for expected in ["\r\nU", "ser", " Ac"] {
        let count = transport.read(&mut buf, &cx()).unwrap();
        assert_eq!(&buf[..count], expected.as_bytes());
    }
}

#[test]
fn a_connector_finds_devices_by_name_and_refuses_others() {
    let nodes = ["r1", "r2"].map(|name| Device::cisco_iosxe(name).login(LoginStyle::None).power_on());
    let connector = memory::connector(nodes.clone());
    let mut transport = connector.connect(&Target::new("r2"), &cx()).unwrap();
    assert_eq!(drain(&mut *transport).0, "\r\nr2>");
    assert_eq!(nodes[1].counters().sessions_open, 1);
    let error = connector.connect(&Target::new("r9"), &cx()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Refused);
}
