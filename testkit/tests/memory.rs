//! Devices behind the `Transport` trait, without a socket.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::platform::Platform;
use linecrew_core::session::{self, Session, Timeouts};
use linecrew_core::transport::{Connector, ErrorKind, Target, Transport};
use linecrew_testkit::{Device, Fault, LoginStyle, memory};
use std::time::Duration;

fn cx() -> Cx {
    within(Duration::from_secs(1))
}

fn within(limit: Duration) -> Cx {
    Cx::new(Deadline::after(limit, "test"), CancelToken::new())
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

/// What follows is of virtual time. That it takes none shows in the lengths: these tests would run for hours.
mod time {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const HOUR: Duration = Duration::from_hours(1);

    fn prompt(latency: Duration) -> Device {
        Device::cisco_iosxe("R1").login(LoginStyle::None).latency(latency)
    }

    /// A limit that counts from a moment of virtual time.
    fn on_stopped_clock(limit: Duration) -> Cx {
        let cx = within(1000 * HOUR);
        cx.clock().stop();
        cx.within(limit, "test")
    }

    fn read(transport: &mut dyn Transport, cx: &Cx) -> Result<String, ErrorKind> {
        let mut buf = [0; 512];
        let read = transport.read(&mut buf, cx).map_err(|error| error.kind());
        read.map(|count| String::from_utf8_lossy(&buf[..count]).into_owned())
    }

    #[test]
    fn a_device_that_is_late_for_a_limit_is_told_and_its_answer_is_not_lost() {
        let mut transport = prompt(10 * HOUR).connect_in_memory();
        let cx = within(100 * HOUR);
        assert_eq!(read(&mut transport, &cx).unwrap(), "\r\nR1>");
        let start = cx.clock().now();
        transport.write_all(b"\n", &cx).unwrap();
        assert_eq!(read(&mut transport, &cx.within(5 * HOUR, "command")), Err(ErrorKind::TimedOut));
        assert_eq!(cx.clock().now() - start, 5 * HOUR);
        assert_eq!(read(&mut transport, &cx).unwrap(), "\r\nR1>");
        assert_eq!((cx.clock().now() - start, transport.time()), (10 * HOUR, 10 * HOUR));
    }

    #[test]
    fn inputs_that_go_out_together_are_answered_one_latency_later_together() {
        let mut transport = prompt(HOUR).connect_in_memory();
        let cx = within(100 * HOUR);
        for _ in 0..3 {
            transport.write_all(b"\n", &cx).unwrap();
        }
        assert_eq!(read(&mut transport, &cx).unwrap(), "\r\nR1>");
        assert_eq!(read(&mut transport, &cx).unwrap(), "\r\nR1>\r\nR1>\r\nR1>");
        assert_eq!(transport.time(), HOUR);
    }

    #[test]
    fn jitter_is_the_same_for_the_same_seed_and_within_its_bound() {
        let times = |seed| {
            let device = prompt(HOUR).seed(seed).fault(Fault::Jitter(HOUR));
            let (mut transport, cx) = (device.connect_in_memory(), within(1000 * HOUR));
            read(&mut transport, &cx).unwrap();
            let mut answer = || {
                let sent = transport.time();
                transport.write_all(b"\n", &cx).unwrap();
                assert_eq!(read(&mut transport, &cx).unwrap(), "\r\nR1>");
                transport.time().saturating_sub(sent)
            };
            (0..20).map(|_| answer()).collect::<Vec<_>>()
        };
        assert_eq!(times(7), times(7));
        assert_ne!(times(7), times(8));
        assert!(times(7).iter().all(|time| (HOUR..=2 * HOUR).contains(time)));
    }

    #[test]
    fn a_drip_waits_before_each_byte_and_the_limit_counts_them_all() {
        let device = prompt(Duration::ZERO).fault(Fault::Drip(HOUR));
        let mut transport = device.connect_in_memory();
        let cx = on_stopped_clock(4 * HOUR + HOUR / 2);
        for byte in ["\r", "\n", "R", "1"] {
            assert_eq!(read(&mut transport, &cx).unwrap(), byte);
        }
        assert_eq!(read(&mut transport, &cx), Err(ErrorKind::TimedOut));
        assert_eq!(transport.time(), 4 * HOUR + HOUR / 2);
    }

    #[test]
    fn the_last_words_of_a_device_drip_before_its_end() {
        let device = prompt(SECOND).fault(Fault::Drip(SECOND));
        let (mut transport, cx) = (device.connect_in_memory(), within(HOUR));
        transport.write_all(b"exit\n", &cx).unwrap();
        let mut said = String::new();
        let end = loop {
            match read(&mut transport, &cx) {
                Ok(more) => said += &more,
                Err(end) => break end,
            }
        };
        assert_eq!((&*said, end), ("\r\nR1>exit\r\n", ErrorKind::Closed));
    }

    #[test]
    fn a_session_is_held_to_its_limits() {
        let platform = Platform::builtin("cisco_iosxe").unwrap();
        let open = |latency, host_limit| {
            let device = Device::cisco_iosxe("R1").latency(latency);
            let (target, connector) = (device.target(), memory::connector([device.power_on()]));
            let timeouts = Timeouts::default().authentication(5 * HOUR).command(5 * HOUR).silence(5 * HOUR);
            Session::builder(platform.clone()).timeouts(timeouts).open(
                &connector,
                &target,
                &within(host_limit),
            )
        };
        let error = open(10 * HOUR, 100 * HOUR).unwrap_err();
        assert_eq!(error.kind(), session::ErrorKind::TimedOut, "{error}");
        // In time each, but not all of them together.
        let mut session = open(HOUR, 12 * HOUR).unwrap();
        let reply = session.send_command("show clock").unwrap();
        assert_eq!(reply.elapsed, HOUR);
        let ended =
            std::iter::repeat_with(|| session.send_command("show clock")).find_map(Result::err).unwrap();
        assert!(ended.to_string().contains("test limit"), "{ended}");
    }

    #[test]
    fn sessions_of_one_run_spend_their_own_time() {
        let platform = Platform::builtin("cisco_iosxe").unwrap();
        let run = within(20 * HOUR);
        for name in ["R1", "R2", "R3", "R4"] {
            let device = Device::cisco_iosxe(name).latency(HOUR);
            let (target, connector) = (device.target(), memory::connector([device.power_on()]));
            Session::builder(platform.clone()).open(&connector, &target, &run).unwrap_err();
        }
        assert!(!run.clock().is_stopped());
    }
}
