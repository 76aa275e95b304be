//! Faults that only a socket has.

use linecrew_testkit::{Device, Fault, Lab, LoginStyle, Service};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Only a broken test waits as long as this.
const GUARD: Duration = Duration::from_secs(30);

fn device() -> Device {
    Device::cisco_iosxe("R1").login(LoginStyle::None)
}

fn lab(device: Device, service: Service) -> Lab {
    Lab::builder().device(device, service).start().unwrap()
}

fn connect(lab: &Lab) -> TcpStream {
    let socket = TcpStream::connect(lab.devices()[0].addr()).unwrap();
    socket.set_read_timeout(Some(GUARD)).unwrap();
    socket
}

fn until(socket: &mut TcpStream, end: &str) -> Vec<u8> {
    let mut seen = Vec::new();
    while !seen.ends_with(end.as_bytes()) {
        let mut byte = [0];
        socket.read_exact(&mut byte).unwrap();
        seen.push(byte[0]);
    }
    seen
}

#[test]
fn a_client_beyond_the_limit_gets_text_in_place_of_a_banner() {
    let words = b"Exceeded MaxStartups\r\n".to_vec();
    for service in [Service::Telnet, Service::Ssh] {
        let lab = lab(device().fault(Fault::SessionLimit { most: 0, words: words.clone() }), service);
        let mut seen = Vec::new();
        connect(&lab).read_to_end(&mut seen).unwrap();
        assert_eq!(seen, words, "{service:?}");
    }
}

#[test]
fn a_drip_waits_before_each_byte() {
    let lab = lab(device().fault(Fault::Drip(Duration::from_millis(5))), Service::Telnet);
    let start = Instant::now();
    let seen = until(&mut connect(&lab), "R1>");
    assert!(start.elapsed() >= Duration::from_millis(5) * u32::try_from(seen.len()).unwrap());
}

#[test]
fn jitter_keeps_the_order() {
    let lab = lab(device().fault(Fault::Jitter(Duration::from_millis(3))), Service::Telnet);
    let mut client = connect(&lab);
    until(&mut client, "R1>");
    for byte in b"show abcdefghijklmnop" {
        client.write_all(&[*byte]).unwrap();
    }
    assert_eq!(until(&mut client, "p"), b"show abcdefghijklmnop");
}

#[test]
fn a_half_open_device_takes_no_more_than_its_system_buffers() {
    let lab = lab(device().fault(Fault::HalfOpenAfter(12)), Service::Telnet);
    let mut client = connect(&lab);
    let mut offers = [0; 12];
    client.read_exact(&mut offers).unwrap();
    client.set_nonblocking(true).unwrap();
    let block = vec![b'x'; 65_536];
    let full = (0..100_000).find_map(|_| client.write(&block).err());
    assert_eq!(full.map(|error| error.kind()), Some(ErrorKind::WouldBlock), "it reads no more");
}

#[test]
fn an_endless_reply_on_telnet_ends_at_an_interrupt() {
    let lab = lab(device().fault(Fault::Endless), Service::Telnet);
    let mut client = connect(&lab);
    until(&mut client, "R1>");
    client.write_all(b"show clock\n").unwrap();
    until(&mut client, "line 9999 of a reply without end\r\n");
    client.write_all(b"\x03").unwrap();
    until(&mut client, "^C\r\nR1>");
}
