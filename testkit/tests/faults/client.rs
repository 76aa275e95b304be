//! What a plain client in memory sees of each fault.

use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::transport::{ErrorKind, Transport};
use linecrew_testkit::{Device, Fault, LoginStyle, Stage};
use std::time::Duration;

fn cx() -> Cx {
    Cx::new(Deadline::after(Duration::from_secs(20), "test"), CancelToken::new())
}

fn open(faults: impl IntoIterator<Item = Fault>) -> impl Transport {
    let device = Device::cisco_iosxe("R1").login(LoginStyle::None).command("show it", "one\ntwo\nthree\n");
    device.seed(7).faults(faults).connect_in_memory()
}

/// Reads until nothing more comes; returns the pieces and why they ended.
fn drain(transport: &mut impl Transport) -> (Vec<Vec<u8>>, ErrorKind) {
    let (mut pieces, mut buf) = (Vec::new(), vec![0; 65_536]);
    loop {
        match transport.read(&mut buf, &cx()) {
            Ok(count) => pieces.push(buf[..count].to_vec()),
            Err(error) => return (pieces, error.kind()),
        }
    }
}

/// What a client reads behind `line`, up to and with the prompt where there is one.
fn reply(faults: impl IntoIterator<Item = Fault>, line: &str) -> Vec<u8> {
    let mut transport = open(faults);
    drain(&mut transport);
    transport.write_all(line.as_bytes(), &cx()).unwrap();
    drain(&mut transport).0.concat()
}

fn text(faults: impl IntoIterator<Item = Fault>, line: &str) -> String {
    String::from_utf8_lossy(&reply(faults, line)).into_owned()
}

#[test]
fn random_chunks_have_many_sizes_and_the_same_ones_for_the_same_seed() {
    let sizes = || {
        let mut transport = open([Fault::RandomChunks(5)]);
        drain(&mut transport);
        transport.write_all(b"show version\n", &cx()).unwrap();
        drain(&mut transport).0.iter().map(Vec::len).collect::<Vec<_>>()
    };
    assert_eq!(sizes(), sizes());
    assert!((1..=5).all(|size| sizes().contains(&size)) && sizes().iter().all(|size| *size <= 5));
}

#[test]
fn escape_sequences_arrive_in_pieces() {
    let mut transport = open([Fault::SplitEscapes]);
    drain(&mut transport);
    transport.write_all(b"show it\n", &cx()).unwrap();
    let (pieces, _) = drain(&mut transport);
    assert_eq!(&pieces[..3], [b"show it\r\n\x1b".to_vec(), b"[".to_vec(), b"1;32mone\x1b".to_vec()]);
}

#[test]
fn a_drip_is_one_byte_at_a_time() {
    let (pieces, _) = drain(&mut open([Fault::Drip(Duration::from_secs(1))]));
    assert!(pieces.len() == 5 && pieces.iter().all(|piece| piece.len() == 1), "{pieces:?}");
}

#[test]
fn half_open_is_silence_without_an_end() {
    let mut transport = open([Fault::HalfOpenAfter(3)]);
    assert_eq!(drain(&mut transport), (vec![b"\r\nR".to_vec()], ErrorKind::TimedOut));
    transport.write_all(b"exit\n", &cx()).unwrap();
    assert_eq!(drain(&mut transport), (vec![], ErrorKind::TimedOut));
}

#[test]
fn each_stage_stalls_or_ends_where_it_says() {
    let stages = [
        (Stage::Login, "\r\nUser Access Verification\r\n\r\n"),
        (Stage::Password, "Username: admin\r\n"),
        (Stage::Prompt, "Password: \r\n"),
        (Stage::Enable, "R1>enable\r\n"),
        (Stage::Reply, "R1>show it\r\none\r\ntw"),
        (Stage::Pager, "R1>show long\r\n"),
    ];
    let long = "line\n".repeat(50);
    for (stage, seen) in stages {
        for (fault, end) in
            [(Fault::StallIn(stage), ErrorKind::TimedOut), (Fault::CloseIn(stage), ErrorKind::Closed)]
        {
            let device = Device::cisco_iosxe("R1").fault(fault).command("show long", &long);
            let mut transport = device.command("show it", "one\ntwo\nthree\n").connect_in_memory();
            let typed = match stage {
                Stage::Enable => "admin\nadmin\nenable\n",
                Stage::Pager => "admin\nadmin\nshow long\n",
                _ => "admin\nadmin\nshow it\n",
            };
            transport.write_all(typed.as_bytes(), &cx()).unwrap_or_default();
            let (pieces, kind) = drain(&mut transport);
            let shown = String::from_utf8(pieces.concat()).unwrap();
            assert_eq!(kind, end, "{stage:?}");
            let rest = shown.rsplit_once(seen).unwrap_or_else(|| panic!("{stage:?}: {shown}")).1;
            assert!(
                !rest.contains("R1") && !rest.contains(": ") && !rest.contains("More"),
                "{stage:?}: {shown}"
            );
        }
    }
}

#[test]
fn an_echo_is_lost_doubled_or_scrolled() {
    assert_eq!(text([Fault::LostEcho], "show it\n"), "\r\none\r\ntwo\r\nthree\r\nR1>");
    assert!(text([Fault::DoubledEcho], "show it\n").starts_with("show it\r\nshow it\r\none\r\n"));
    let long = format!("show {}\n", "x".repeat(60));
    assert!(text([Fault::WrappedEcho(50)], &long).contains("\u{8}\u{8}$xxx"));
}

#[test]
fn lines_of_noise_stand_before_the_reply() {
    assert!(reply([Fault::Ones(3)], "show it\n").starts_with(b"show it\r\n\xff\xff\xff\r\none\r\n"));
    let huge = reply([Fault::HugeLine(100_000)], "show it\n");
    assert!(huge.len() > 100_000 && huge.ends_with(b"x\r\none\r\ntwo\r\nthree\r\nR1>"));
    let random = reply([Fault::RandomBytes(64)], "show it\n");
    assert!(random.ends_with(b"\r\none\r\ntwo\r\nthree\r\nR1>"));
    assert_eq!(random.len(), b"show it\r\none\r\ntwo\r\nthree\r\nR1>".len() + 66);
    assert_eq!(random, reply([Fault::RandomBytes(64)], "show it\n"), "the same seed, the same bytes");
}

#[test]
fn lines_of_a_reply_are_no_text_or_have_messages_between_them() {
    let broken = reply([Fault::InvalidUtf8], "show it\n");
    let lines = broken.split(|byte| *byte == b'\n').skip(1).take(3);
    assert!(lines.map(std::str::from_utf8).all(|line| line.is_err()), "{broken:?}");
    let shown = text([Fault::Syslog(2)], "show it\n");
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[3].contains("%LINK-3-UPDOWN") && lines[4] == "three", "{shown}");
}

#[test]
fn an_endless_reply_goes_on_until_it_is_interrupted() {
    let mut transport = open([Fault::Endless]);
    drain_some(&mut transport, 5);
    transport.write_all(b"show it\n", &cx()).unwrap();
    assert!(drain_some(&mut transport, 1_000_000).ends_with("without end\r\n"));
    transport.write_all(b"\x03", &cx()).unwrap();
    assert_eq!(drain_some(&mut transport, 7), "^C\r\nR1>");
}

/// At least so many bytes.
fn drain_some(transport: &mut impl Transport, bytes: usize) -> String {
    let (mut seen, mut buf) = (Vec::new(), [0; 4096]);
    while seen.len() < bytes {
        let count = transport.read(&mut buf, &cx()).unwrap();
        seen.extend_from_slice(&buf[..count]);
    }
    String::from_utf8(seen).unwrap()
}

#[test]
fn clients_beyond_the_limit_are_told_and_hung_up_on() {
    let fault = Fault::SessionLimit { most: 1, words: b"busy\r\n".to_vec() };
    let node = Device::cisco_iosxe("R1").fault(fault).power_on();
    let mut first = node.connect_in_memory();
    assert_eq!(drain(&mut node.connect_in_memory()), (vec![b"busy\r\n".to_vec()], ErrorKind::Closed));
    assert!(drain(&mut first).0.concat().ends_with(b"Username: "));
    drop(first);
    assert!(drain(&mut node.connect_in_memory()).0.concat().ends_with(b"Username: "));
}
