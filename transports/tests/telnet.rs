//! Telnet against servers written by hand, for what happens on the wire, and against simulated devices.
#![cfg(feature = "telnet")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failure fails the test")]

mod common;

use common::{cx, refused, serve, target, until, until_gone, within};
use linecrew_core::cx::Cx;
use linecrew_core::transport::{Connector, ErrorKind, LineEnd, Phase, Target, TelnetOptions};
use linecrew_testkit::{Device, Fault, Lab, Service};
use linecrew_transports::telnet::TelnetConnector;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

#[test]
fn a_simulated_device_is_logged_in_to() {
    let lab = Lab::builder().device(Device::cisco_iosxe("R1"), Service::Telnet).start().unwrap();
    let cx = cx();
    let mut transport = TelnetConnector::new().connect(&target(lab.devices()[0].addr()), &cx).unwrap();
    until(&mut *transport, b"Username: ", &cx).unwrap();
    transport.write_all(b"admin\n", &cx).unwrap();
    until(&mut *transport, b"Password: ", &cx).unwrap();
    transport.write_all(b"admin\n", &cx).unwrap();
    until(&mut *transport, b"R1>", &cx).unwrap();
    transport.write_all(b"show clock\n", &cx).unwrap();
    let reply = until(&mut *transport, b"R1>", &cx).unwrap();
    assert!(reply.starts_with(b"show clock\r\n"), "{}", reply.escape_ascii());
    transport.close(&cx);
}

#[test]
fn a_device_that_sends_single_bytes_is_understood() {
    let device = Device::cisco_iosxe("R1").fault(Fault::Chunks(1));
    let lab = Lab::builder().device(device, Service::Telnet).start().unwrap();
    let cx = cx();
    let mut transport = TelnetConnector::new().connect(&target(lab.devices()[0].addr()), &cx).unwrap();
    let greeting = until(&mut *transport, b"Username: ", &cx).unwrap();
    assert!(greeting.is_ascii(), "{}", greeting.escape_ascii());
}

#[test]
fn options_are_answered_while_the_session_waits_for_text() {
    let (addr, server) = serve(|mut socket| {
        socket.write_all(b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x1f\xff\xfd\x18").unwrap();
        let mut answers = [0; 21];
        socket.read_exact(&mut answers).unwrap();
        socket.write_all(b"login: ").unwrap();
        answers
    });
    let cx = cx();
    let mut transport = TelnetConnector::new().connect(&target(addr), &cx).unwrap();
    assert_eq!(until(&mut *transport, b": ", &cx).unwrap(), b"login: ");
    assert_eq!(
        server.join().unwrap(),
        *b"\xff\xfd\x01\xff\xfd\x03\xff\xfb\x1f\xff\xfa\x1f\x01\xf4\x03\xe8\xff\xf0\xff\xfb\x18"
    );
}

#[test]
fn answers_leave_with_what_is_written_next_and_not_where_somebody_only_looks() {
    let (looked, has_looked) = mpsc::channel();
    let (early, came_early) = mpsc::channel();
    let (addr, server) = serve(move |mut socket| {
        socket.write_all(b"\xff\xfb\x01\xff\xfd\x18login: ").unwrap();
        has_looked.recv().unwrap();
        socket.set_nonblocking(true).unwrap();
        early.send(socket.peek(&mut [0]).map_err(|error| error.kind())).unwrap();
        socket.set_nonblocking(false).unwrap();
        let mut packet = [0; 99];
        let count = socket.read(&mut packet).unwrap();
        packet[..count].to_vec()
    });
    let cx = cx();
    let mut transport = TelnetConnector::new().connect(&target(addr), &cx).unwrap();
    until(&mut *transport, b": ", &cx).unwrap();
    transport.read(&mut [0; 9], &within(Duration::ZERO)).unwrap_err();
    looked.send(()).unwrap();
    assert_eq!(came_early.recv().unwrap(), Err(std::io::ErrorKind::WouldBlock));
    transport.write_all(b"admin\n", &cx).unwrap();
    assert_eq!(server.join().unwrap(), b"\xff\xfd\x01\xff\xfb\x18admin\r\n");
}

#[test]
fn the_last_words_arrive_before_the_end() {
    let (addr, server) = serve(|mut socket| {
        let mut said = Vec::new();
        socket.read_to_end(&mut said).unwrap();
        said
    });
    let cx = cx();
    let mut transport = TelnetConnector::new().connect(&target(addr), &cx).unwrap();
    transport.hold_back();
    transport.write_all(b"end\n", &cx).unwrap();
    transport.write_all(b"exit\n", &cx).unwrap();
    transport.close(&cx);
    assert_eq!(server.join().unwrap(), b"end\r\nexit\r\n");
}

#[test]
#[cfg(target_os = "linux")]
fn a_reset_before_the_options_are_answered_is_told_with_its_reason() {
    let (addr, server) = serve(|mut socket| {
        socket.write_all(b"\xff\xfb\x01").unwrap();
        rustix::net::sockopt::set_socket_linger(&socket, Some(Duration::ZERO)).unwrap();
    });
    let cx = cx();
    let mut transport = TelnetConnector::new().connect(&target(addr), &cx).unwrap();
    server.join().unwrap();
    let error = transport.read(&mut [0; 9], &cx).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert!(std::error::Error::source(&error).is_some(), "{error}");
}

#[test]
fn lines_end_as_asked_for() {
    for (line_end, sent) in [(LineEnd::CrLf, b"show\r\n"), (LineEnd::CrNul, b"show\r\0")] {
        let (addr, server) = serve(|mut socket| {
            let mut line = [0; 6];
            socket.read_exact(&mut line).unwrap();
            line
        });
        let cx = cx();
        let mut options = TelnetOptions::default();
        options.line_end = Some(line_end);
        let mut transport = TelnetConnector::new().options(options).connect(&target(addr), &cx).unwrap();
        transport.write_all(b"show\n", &cx).unwrap();
        assert_eq!(server.join().unwrap(), *sent);
    }
}

#[test]
fn a_console_on_a_raw_port_is_spoken_to_without_telnet() {
    let (addr, server) = serve(|mut socket| {
        socket.write_all(b"noise \xff\xfb\x01 on the line\r\0\r\nr1>").unwrap();
        let mut line = [0; 7];
        socket.read_exact(&mut line).unwrap();
        socket.write_all(b"done").unwrap();
        line
    });
    let mut options = TelnetOptions::default();
    options.raw = Some(true);
    let cx = cx();
    let mut transport = TelnetConnector::new().connect(&target(addr).telnet(options), &cx).unwrap();
    let said = until(&mut *transport, b"r1>", &cx).unwrap();
    assert_eq!(said, b"noise \xff\xfb\x01 on the line\r\0\r\nr1>");
    transport.write_all(b"\xff show\n", &cx).unwrap();
    until(&mut *transport, b"done", &cx).unwrap();
    assert_eq!(server.join().unwrap(), *b"\xff show\r");
}

#[test]
fn a_console_that_speaks_no_telnet_is_served_without_being_told_so() {
    let (addr, server) = serve(|mut socket| {
        socket.write_all(b"r1>").unwrap();
        let mut line = [0; 6];
        socket.read_exact(&mut line).unwrap();
        socket.write_all(b"show\r\nr1>").unwrap();
        line
    });
    let cx = cx();
    let mut transport = TelnetConnector::new().connect(&target(addr), &cx).unwrap();
    until(&mut *transport, b"r1>", &cx).unwrap();
    transport.write_all(b"show\n", &cx).unwrap();
    until(&mut *transport, b"r1>", &cx).unwrap();
    // No option was asked of it or refused.
    assert_eq!(server.join().unwrap(), *b"show\r\n");
}

#[test]
fn the_end_of_the_stream_comes_after_its_text_and_is_no_timeout() {
    let (addr, server) = serve(|mut socket| socket.write_all(b"bye\r\n\xff").unwrap());
    let cx = cx();
    let mut transport = TelnetConnector::new().connect(&target(addr), &cx).unwrap();
    server.join().unwrap();
    assert_eq!(until(&mut *transport, b"\n", &cx).unwrap(), b"bye\r\n");
    for _ in 0..2 {
        let error = transport.read(&mut [0; 8], &cx).unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Closed, Phase::Read));
    }
}

#[test]
fn a_silent_device_times_out_with_the_name_of_the_limit() {
    let (addr, server) = serve(until_gone);
    let mut transport = TelnetConnector::new().connect(&target(addr), &cx()).unwrap();
    let error = transport.read(&mut [0; 8], &within(Duration::from_millis(5))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(error.to_string().contains("timed out (test limit)"), "{error}");
    drop(transport);
    server.join().unwrap();
}

/// Reads from a device that sends commands only, for as long as anybody listens.
fn flooded(cx: Cx) -> mpsc::Receiver<ErrorKind> {
    let (addr, _server) = serve(|mut socket| while socket.write_all(&b"\xff\xf1".repeat(4096)).is_ok() {});
    let mut transport = TelnetConnector::new().connect(&target(addr), &common::cx()).unwrap();
    let (ended, end) = mpsc::channel();
    std::thread::spawn(move || ended.send(transport.read(&mut [0; 8], &cx).unwrap_err().kind()));
    end
}

#[test]
fn commands_without_end_meet_the_deadline() {
    let end = flooded(within(Duration::from_millis(50)));
    assert_eq!(end.recv_timeout(Duration::from_secs(10)), Ok(ErrorKind::TimedOut));
}

#[test]
fn a_cancel_ends_a_read_of_commands_without_end() {
    let cx = cx();
    let end = flooded(cx.clone());
    assert!(end.recv_timeout(Duration::from_millis(50)).is_err());
    cx.cancel().cancel();
    assert_eq!(end.recv_timeout(Duration::from_secs(10)), Ok(ErrorKind::Cancelled));
}

#[test]
fn what_has_arrived_is_read_though_the_deadline_is_past() {
    let (done, written) = mpsc::channel();
    let (addr, server) = serve(move |mut socket| {
        socket.write_all(b"abc").unwrap();
        done.send(()).unwrap();
        until_gone(socket);
    });
    let mut transport = TelnetConnector::new().connect(&target(addr), &cx()).unwrap();
    written.recv().unwrap();
    assert_eq!(transport.read(&mut [0; 1], &cx()).unwrap(), 1);
    assert_eq!(transport.read(&mut [0; 8], &within(Duration::ZERO)).unwrap(), 2);
    drop(transport);
    server.join().unwrap();
}

#[test]
fn a_cancel_ends_a_waiting_read() {
    let (addr, server) = serve(until_gone);
    let cx = cx();
    let token = cx.cancel().clone();
    let mut transport = TelnetConnector::new().connect(&target(addr), &cx).unwrap();
    let (started, start) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        started.send(()).unwrap();
        transport.read(&mut [0; 8], &cx).unwrap_err().kind()
    });
    start.recv().unwrap();
    token.cancel();
    assert_eq!(reader.join().unwrap(), ErrorKind::Cancelled);
    server.join().unwrap();
}

#[test]
fn a_cancel_ends_a_write_that_nobody_reads() {
    let (done, end) = mpsc::channel::<()>();
    let (addr, server) = serve(move |socket| {
        let _ = end.recv();
        drop(socket);
    });
    let cx = cx();
    let token = cx.cancel().clone();
    let mut transport = TelnetConnector::new().connect(&target(addr), &cx).unwrap();
    let writer = std::thread::spawn(move || {
        // More than both sockets hold.
        transport.write_all(&vec![b'x'; 64 << 20], &cx).unwrap_err().kind()
    });
    token.cancel();
    assert_eq!(writer.join().unwrap(), ErrorKind::Cancelled);
    drop(done);
    server.join().unwrap();
}

#[test]
fn a_closed_port_is_refused() {
    let addr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = refused(TelnetConnector::new().connect(&target(addr), &cx()));
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Refused, Phase::Connect));
}

#[test]
fn a_name_without_an_address_is_unresolved() {
    // An empty label: no name service has to be asked.
    let error = refused(TelnetConnector::new().connect(&Target::new("r1..invalid"), &cx()));
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Unresolved, Phase::Resolve));
}

#[test]
fn a_reply_of_five_megabytes_is_whole() {
    let (addr, server) = serve(|mut socket| {
        let line = b"interface GigabitEthernet0/0/\xff\xff description \r\0\r\n";
        socket.write_all(&line.repeat(5_000_000 / line.len())).unwrap();
        5_000_000 / line.len()
    });
    let cx = cx();
    let mut transport = TelnetConnector::new().connect(&target(addr), &cx).unwrap();
    let (mut text, mut buf) = (Vec::new(), vec![0; 65536]);
    while let Ok(count) = transport.read(&mut buf, &cx) {
        text.extend_from_slice(&buf[..count]);
    }
    let line = b"interface GigabitEthernet0/0/\xff description \r\r\n";
    assert_eq!(text.len(), server.join().unwrap() * line.len());
    assert!(text.chunks(line.len()).all(|chunk| chunk == line));
}

#[test]
fn a_closed_transport_stays_closed() {
    let (addr, server) = serve(until_gone);
    let cx = cx();
    let mut transport = TelnetConnector::new().connect(&target(addr), &cx).unwrap();
    transport.close(&cx);
    transport.close(&cx);
    server.join().unwrap();
    assert_eq!(transport.write_all(b"x", &cx).unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(transport.read(&mut [0; 8], &cx).unwrap_err().kind(), ErrorKind::Closed);
}
