//! Devices on telnet, seen by a raw TCP client.
#![cfg(feature = "telnet")]
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use linecrew_testkit::{Device, Fault, Lab, LoginStyle, Service};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// Only a broken test waits as long as this.
const GUARD: Duration = Duration::from_secs(20);

struct Client {
    socket: TcpStream,
    seen: Vec<u8>,
}

impl Client {
    fn connect(lab: &Lab) -> Self {
        let socket = TcpStream::connect(lab.devices()[0].addr()).unwrap();
        socket.set_read_timeout(Some(GUARD)).unwrap();
        Self { socket, seen: Vec::new() }
    }

    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.socket.write_all(bytes.as_ref()).unwrap();
    }

    /// Everything up to and with `end`.
    fn until(&mut self, end: impl AsRef<[u8]>) -> Vec<u8> {
        let end = end.as_ref();
        loop {
            if let Some(at) = self.seen.windows(end.len()).position(|window| window == end) {
                return self.seen.drain(..at + end.len()).collect();
            }
            let mut buf = [0; 4096];
            match self.socket.read(&mut buf).unwrap() {
                0 => panic!("closed; seen {:?}", String::from_utf8_lossy(&self.seen)),
                count => self.seen.extend_from_slice(&buf[..count]),
            }
        }
    }

    /// Everything up to the end of the stream.
    fn rest(mut self) -> Vec<u8> {
        match self.socket.read_to_end(&mut self.seen) {
            Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("{error}"),
            _ => self.seen,
        }
    }
}

fn lab(device: Device) -> Lab {
    Lab::builder().device(device, Service::Telnet).start().unwrap()
}

#[test]
fn options_then_login_then_a_command() {
    let lab = lab(Device::cisco_iosxe("R1"));
    let mut client = Client::connect(&lab);
    let greeting = client.until("Username: ");
    assert!(greeting.starts_with(&[255, 251, 1, 255, 251, 3, 255, 253, 24, 255, 253, 31]));
    assert!(greeting.ends_with(b"\r\nUser Access Verification\r\n\r\nUsername: "));
    client.send([255, 253, 1, 255, 253, 3, 255, 251, 24, 255, 252, 31]);
    assert_eq!(client.until([255, 240]), [255, 250, 24, 1, 255, 240], "only the terminal type is asked for");
    client.send("admin\r\0admin\r\nenable\nenable\nterminal length 0\nshow version\n");
    let shown = String::from_utf8(client.until("0x2102\r\n\r\nR1#")).unwrap();
    assert!(shown.contains("R1#show version\r\nCisco IOS XE Software"), "{shown}");
    client.send("exit\r\n");
    assert_eq!(client.rest(), b"exit\r\n");
}

#[test]
fn bytes_of_ones_are_doubled_both_ways() {
    let lab = lab(Device::cisco_iosxe("R1").login(LoginStyle::None).command("show blob", [b'<', 0xff, b'>']));
    let mut client = Client::connect(&lab);
    client.until("R1>");
    client.send("show blob\n");
    assert_eq!(client.until(b"\xff>R1>"), b"show blob\r\n<\xff\xff>R1>");
    client.send(b"\xff\xff\x15\n");
    assert_eq!(client.until("R1>"), b"\xff\xff\x08 \x08\r\nR1>");
}

#[test]
fn frr_glues_its_options_to_the_password_prompt_and_pages_for_a_window() {
    let long = "line\n".repeat(30);
    let lab = lab(Device::frr("R101").command("show long", long));
    let mut client = Client::connect(&lab);
    let greeting = client.until("Password: ");
    assert!(greeting.ends_with(b"\r\n\xff\xfb\x01\xff\xfb\x03\xff\xfe\x22\xff\xfd\x1fPassword: "));
    client.send("admin\n");
    client.until("R101> ");
    client.send("show long\n");
    assert!(!client.until("R101> ").windows(4).any(|window| window == b"More"));
    client.send([255, 251, 31, 255, 250, 31, 0, 80, 0, 20, 255, 240]);
    client.send("show long\n");
    let page = String::from_utf8(client.until(" --More-- \0")).unwrap();
    assert_eq!(page.matches('\n').count(), 1 + 20);
}

#[test]
fn three_wrong_logins_end_the_connection_and_are_counted() {
    let lab = lab(Device::cisco_iosxe("R1"));
    let mut client = Client::connect(&lab);
    client.send("a\nb\n".repeat(3));
    let shown = String::from_utf8_lossy(&client.rest()).into_owned();
    assert_eq!(shown.matches("% Login invalid").count(), 3);
    assert_eq!(lab.counters().logins_refused, 3);
}

#[test]
fn a_device_hangs_up_after_the_byte_that_was_set() {
    let lab = lab(Device::cisco_iosxe("R1").fault(Fault::CloseAfter(30)));
    assert_eq!(Client::connect(&lab).rest().len(), 30);
}

#[test]
fn a_silent_device_accepts_and_says_nothing_until_the_client_leaves() {
    let lab = lab(Device::cisco_iosxe("R1").fault(Fault::Silent));
    let mut client = Client::connect(&lab);
    client.send("admin\n");
    client.socket.shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.rest(), b"");
}

#[test]
fn a_device_that_stalls_says_no_more_than_was_set() {
    let lab = lab(Device::cisco_iosxe("R1").fault(Fault::StallAfter(20)));
    let mut client = Client::connect(&lab);
    client.send("admin\nadmin\n");
    client.socket.shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.rest().len(), 20);
}

#[test]
fn single_bytes_make_the_same_text() {
    let lab = lab(Device::cisco_iosxe("R1").login(LoginStyle::None).fault(Fault::Chunks(1)));
    let mut client = Client::connect(&lab);
    client.until("R1>");
    client.send("disable\n");
    assert_eq!(client.until("R1>"), b"disable\r\nR1>");
}

#[test]
fn pipelined_inputs_are_answered_one_latency_later_together() {
    let latency = Duration::from_millis(200);
    let lab = lab(Device::cisco_iosxe("R1").login(LoginStyle::None).latency(latency));
    let start = Instant::now();
    let mut client = Client::connect(&lab);
    client.until("R1>");
    assert!(start.elapsed() >= latency, "the greeting is an answer too");
    let start = Instant::now();
    for _ in 0..200 {
        client.send("\n");
    }
    for _ in 0..200 {
        client.until("R1>");
    }
    let took = start.elapsed();
    // Added up they would take 40 s.
    assert!(took >= latency && took < Duration::from_secs(20), "{took:?}");
}
