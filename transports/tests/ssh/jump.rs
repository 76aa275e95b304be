//! Devices behind jump hosts: simulated ones behind simulated ones.

use crate::bench::admin;
use crate::common::{cx, refused, serve, target, until, within};
use linecrew_core::executor::Semaphore;
use linecrew_core::transport::{
    Connector, Credentials, ErrorKind, HostKeyCheck, Phase, SshOptions, Target, Transport, TransportError,
};
use linecrew_testkit::{Device, Fault, Lab, RunningDevice, Service};
use linecrew_transports::ssh::{Jump, SshConnector};
use linecrew_transports::telnet::TelnetConnector;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::mpsc;
use std::time::{Duration, Instant};

fn ssh() -> SshConnector {
    SshConnector::new().host_key_check(HostKeyCheck::Off)
}

fn login(device: &RunningDevice) -> Target {
    let target = target(device.addr()).name(device.name());
    target.credentials(admin())
}

fn lab(device: Device, service: Service) -> Lab {
    Lab::builder().device(device, service).start().unwrap()
}

/// A lab of one jump host, `bastion`, and the way through it.
fn bastion(device: Device) -> (Lab, Jump) {
    let lab = lab(device.jump_host(), Service::Ssh);
    let jump = Jump::new(ssh(), login(&lab.devices()[0]));
    (lab, jump)
}

fn open(connector: &dyn Connector, target: &Target) -> Result<Box<dyn Transport>, TransportError> {
    connector.connect(target, &cx())
}

fn dial(jump: &Jump, device: &RunningDevice) -> Result<Box<dyn Transport>, TransportError> {
    open(&ssh().jump(jump.clone()), &login(device))
}

/// Opens a shell on an SSH device and reads up to its prompt.
fn shell(jump: &Jump, device: &RunningDevice) -> Box<dyn Transport> {
    let mut transport = open(&ssh().jump(jump.clone()), &login(device)).unwrap();
    until(&mut *transport, format!("{}>", device.name()).as_bytes(), &cx()).unwrap();
    transport
}

fn ask(transport: &mut dyn Transport, command: &str, prompt: &str) -> Result<String, TransportError> {
    transport.write_all(format!("{command}\n").as_bytes(), &cx())?;
    Ok(String::from_utf8(until(transport, prompt.as_bytes(), &cx())?).unwrap())
}

/// Waits for a state that comes without more ado; only a failing test waits long.
fn eventually(reached: impl Fn() -> bool) {
    let start = Instant::now();
    while !reached() {
        assert!(start.elapsed() < Duration::from_secs(20), "never reached");
        std::thread::yield_now();
    }
}

/// An address whose listener has its queue full: it answers to no further connection.
fn silent_address() -> (SocketAddr, impl Sized) {
    use rustix::net::{AddressFamily, SocketType, bind, connect, listen, socket};
    let socket = || socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    let listener = socket();
    bind(&listener, &"127.0.0.1:0".parse::<SocketAddr>().unwrap()).unwrap();
    listen(&listener, 0).unwrap();
    let listener = TcpListener::from(listener);
    let address = listener.local_addr().unwrap();
    let waiting = [(); 2].map(|()| {
        let waiting = std::net::TcpStream::from(socket());
        waiting.set_nonblocking(true).unwrap();
        let _ = connect(&waiting, &address);
        waiting
    });
    (address, (listener, waiting))
}

#[test]
fn devices_of_ssh_and_telnet_share_one_connection() {
    let (bastion, jump) = bastion(Device::cisco_iosxe("bastion"));
    let devices = Lab::builder()
        .device(Device::cisco_iosxe("r1"), Service::Ssh)
        .device(Device::cisco_iosxe("r2"), Service::Telnet)
        .start()
        .unwrap();
    let [r1, r2] = devices.devices() else { panic!() };
    let mut one = shell(&jump, r1);
    let mut two = open(&TelnetConnector::new().jump(jump.clone()), &login(r2)).unwrap();
    until(&mut *two, b"Username: ", &cx()).unwrap();
    ask(&mut *two, "admin", "Password: ").unwrap();
    ask(&mut *two, "admin", "r2>").unwrap();
    assert!(ask(&mut *two, "show clock", "r2>").unwrap().starts_with("show clock\r\n"));
    assert!(ask(&mut *one, "show clock", "r1>").unwrap().starts_with("show clock\r\n"));
    assert_eq!(bastion.counters().sessions_opened, 1);
    one.close(&cx());
    drop((one, two));
    eventually(|| devices.counters().sessions_open == 0);
    assert_eq!(bastion.counters().sessions_open, 1, "kept for the next device");
    drop(jump);
    eventually(|| bastion.counters().sessions_open == 0);
}

#[test]
fn many_devices_at_once_each_say_their_own() {
    let (bastion, jump) = bastion(Device::cisco_iosxe("bastion"));
    let lab = (1..=24).fold(Lab::builder(), |lab, n| {
        lab.device(Device::cisco_iosxe(format!("r{n}")).latency(Duration::from_millis(2)), Service::Ssh)
    });
    let lab = lab.start().unwrap();
    std::thread::scope(|scope| {
        for device in lab.devices() {
            let jump = jump.clone();
            scope.spawn(move || {
                let (mut transport, prompt) = (shell(&jump, device), format!("{}>", device.name()));
                for _ in 0..5 {
                    let reply = ask(&mut *transport, "show users", &prompt).unwrap();
                    assert!(reply.starts_with("show users\r\n"), "{reply}");
                }
            });
        }
    });
    assert_eq!(lab.counters().sessions_opened, 24);
    // More than one where the machine was so slow that somebody lost his patience.
    assert!(bastion.counters().sessions_opened < 24, "{:?}", bastion.counters());
}

#[test]
fn jump_hosts_in_a_row_each_connect_to_the_next() {
    let (outer, first) = bastion(Device::cisco_iosxe("outer"));
    let inner = lab(Device::cisco_iosxe("inner").jump_host(), Service::Ssh);
    let second = Jump::new(ssh().jump(first), login(&inner.devices()[0]));
    let device = lab(Device::cisco_iosxe("r1"), Service::Ssh);
    let mut transport = shell(&second, &device.devices()[0]);
    ask(&mut *transport, "show clock", "r1>").unwrap();
    assert_eq!((outer.counters().sessions_opened, inner.counters().sessions_opened), (1, 1));
    drop((transport, second));
    eventually(|| outer.counters().sessions_open + inner.counters().sessions_open == 0);
}

#[test]
fn a_lost_jump_host_is_told_to_every_device_behind_it() {
    let (bastion, jump) = bastion(Device::cisco_iosxe("bastion"));
    let peer = login(&bastion.devices()[0]).peer(22);
    let devices = Lab::builder()
        .device(Device::cisco_iosxe("r1"), Service::Ssh)
        .device(Device::cisco_iosxe("r2"), Service::Ssh)
        .device(Device::cisco_iosxe("r3"), Service::Telnet)
        .start()
        .unwrap();
    let [r1, r2, r3] = devices.devices() else { panic!() };
    let mut three = open(&TelnetConnector::new().jump(jump.clone()), &login(r3)).unwrap();
    until(&mut *three, b"Username: ", &cx()).unwrap();
    let open = [shell(&jump, r1), shell(&jump, r2), three];
    drop(bastion);
    for mut transport in open {
        let error = until(&mut *transport, b"never", &cx()).unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Closed, Phase::Read));
        assert!(error.to_string().contains(&format!("the connection through {peer} was lost: ")), "{error}");
    }
    let error = refused(dial(&jump, r1));
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Refused, Phase::Connect));
    assert!(
        error.to_string().contains(&format!("connect: through {peer}: connect: connection refused")),
        "{error}"
    );
}

#[test]
fn a_device_that_hangs_up_is_no_lost_jump_host() {
    let (_bastion, jump) = bastion(Device::cisco_iosxe("bastion"));
    let device = lab(Device::cisco_iosxe("r1"), Service::Ssh);
    let mut transport = shell(&jump, &device.devices()[0]);
    assert_eq!(ask(&mut *transport, "exit", "exit\r\n").unwrap(), "exit\r\n");
    let error = transport.read(&mut [0; 8], &cx()).unwrap_err();
    assert!(error.to_string().contains("closed by the other side"), "{error}");
}

#[test]
fn a_jump_host_that_died_is_connected_to_anew() {
    let (bastion, jump) = bastion(Device::cisco_iosxe("bastion").fault(Fault::CloseAfter(12_000)));
    let device = lab(Device::cisco_iosxe("r1"), Service::Ssh);
    let mut transport = shell(&jump, &device.devices()[0]);
    let ended = (0..1000).find_map(|_| ask(&mut *transport, "show clock", "r1>").err()).unwrap();
    assert!(ended.to_string().contains("the connection through bastion "), "{ended}");
    shell(&jump, &device.devices()[0]);
    assert_eq!(bastion.counters().sessions_opened, 2);
}

#[test]
#[ignore = "takes seconds"]
fn a_jump_host_that_falls_silent_is_given_up_where_it_is_to_be_asked() {
    let bastion =
        lab(Device::cisco_iosxe("bastion").fault(Fault::StallAfter(12_000)).jump_host(), Service::Ssh);
    let mut options = SshOptions::default();
    (options.server_alive_interval, options.server_alive_count_max) = (Some(2), Some(1));
    let jump = Jump::new(ssh(), login(&bastion.devices()[0]).ssh(options));
    let device = lab(Device::cisco_iosxe("r1"), Service::Ssh);
    let mut transport = shell(&jump, &device.devices()[0]);
    let ended = (0..1000).find_map(|_| ask(&mut *transport, "show clock", "r1>").err()).unwrap();
    assert_eq!(ended.kind(), ErrorKind::Closed);
    let shown = ended.to_string();
    assert!(shown.contains("the connection through bastion "), "{shown}");
    assert!(shown.contains("was lost: the server is silent: 1 keepalive was not answered"), "{shown}");
}

#[test]
#[ignore = "takes seconds"]
fn a_jump_host_that_answers_is_kept_though_its_devices_say_nothing() {
    let bastion = lab(Device::cisco_iosxe("bastion").jump_host(), Service::Ssh);
    let mut options = SshOptions::default();
    (options.server_alive_interval, options.server_alive_count_max) = (Some(2), Some(1));
    let jump = Jump::new(ssh(), login(&bastion.devices()[0]).ssh(options));
    let device = lab(Device::cisco_iosxe("r1"), Service::Ssh);
    let mut transport = shell(&jump, &device.devices()[0]);
    let error = transport.read(&mut [0; 8], &within(Duration::from_secs(7))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    ask(&mut *transport, "show clock", "r1>").unwrap();
    assert_eq!(bastion.counters().sessions_opened, 1);
}

#[test]
fn a_jump_host_that_lets_nothing_through_is_told_as_such() {
    let bastion = lab(Device::cisco_iosxe("bastion"), Service::Ssh);
    let device = lab(Device::cisco_iosxe("r1"), Service::Ssh);
    let jump = Jump::new(ssh(), login(&bastion.devices()[0]));
    let error = refused(dial(&jump, &device.devices()[0]));
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Configuration, Phase::Connect));
    let shown = error.to_string();
    assert!(shown.starts_with("r1 (127.0.0.1:") && shown.contains("connect: through bastion ("), "{shown}");
    assert!(
        shown.contains("(administratively prohibited)") && shown.contains("AllowTcpForwarding"),
        "{shown}"
    );
}

#[test]
fn a_device_that_the_jump_host_does_not_reach_is_told_and_harms_no_other() {
    let (bastion, jump) = bastion(Device::cisco_iosxe("bastion"));
    let device = lab(Device::cisco_iosxe("r1"), Service::Ssh);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = refused(open(&ssh().jump(jump.clone()), &target(nobody)));
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Unreachable, Phase::Connect));
    assert!(error.to_string().contains("the jump host cannot connect to it"), "{error}");
    shell(&jump, &device.devices()[0]);
    assert_eq!(bastion.counters().sessions_opened, 1);
}

#[test]
fn a_device_that_does_not_answer_holds_up_no_other() {
    let (bastion, jump) = bastion(Device::cisco_iosxe("bastion"));
    let device = lab(Device::cisco_iosxe("r1"), Service::Ssh);
    let (silent, _queue) = silent_address();
    let asleep = cx();
    let (token, sleeper) = (asleep.cancel().clone(), jump.clone());
    let dead = std::thread::spawn(move || refused(ssh().jump(sleeper).connect(&target(silent), &asleep)));
    eventually(|| bastion.counters().sessions_opened == 1);
    shell(&jump, &device.devices()[0]);
    token.cancel();
    let error = dead.join().unwrap();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Cancelled, Phase::Connect));
}

#[test]
fn a_device_that_does_not_answer_meets_its_own_limit() {
    let (bastion, jump) = bastion(Device::cisco_iosxe("bastion"));
    let (silent, _queue) = silent_address();
    let connector = ssh().connect_limit(Duration::from_millis(20)).jump(jump);
    let error = refused(open(&connector, &target(silent)));
    assert_eq!((error.kind(), error.phase()), (ErrorKind::TimedOut, Phase::Connect));
    let shown = error.to_string();
    assert!(shown.contains("timed out (connect limit); expected an answer through bastion ("), "{shown}");
    drop(connector);
    eventually(|| bastion.counters().sessions_open == 0);
}

#[test]
fn a_jump_host_that_refuses_the_login_is_asked_once() {
    let bastion = lab(Device::cisco_iosxe("bastion").jump_host(), Service::Ssh);
    let device = lab(Device::cisco_iosxe("r1"), Service::Ssh);
    let wrong = login(&bastion.devices()[0]).credentials(Credentials::user("admin").password("wrong"));
    let jump = Jump::new(ssh(), wrong);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let error = refused(dial(&jump, &device.devices()[0]));
                assert_eq!((error.kind(), error.phase()), (ErrorKind::Authentication, Phase::Connect));
                assert!(error.to_string().contains("authentication: password refused; check"), "{error}");
            });
        }
    });
    assert_eq!(bastion.counters().logins_refused, 1);
    assert_eq!(device.counters().sessions_opened, 0);
}

#[test]
#[cfg(target_os = "linux")]
fn a_source_counts_for_the_connection_to_the_jump_host_alone() {
    let (address, bastion) = serve(|socket| socket.peer_addr().unwrap().ip());
    let from = |last| IpAddr::from([127, 0, 0, last]);
    let jump = Jump::new(ssh(), target(address).name("bastion").source_address(from(2)));
    let device = target(address).source_address(from(3));
    let error = refused(open(&ssh().jump(jump), &device));
    assert!(error.to_string().contains("through bastion"), "{error}");
    assert_eq!(bastion.join().unwrap(), from(2));

    let (_bastion, jump) = self::bastion(Device::cisco_iosxe("bastion"));
    let lab = lab(Device::cisco_iosxe("r1"), Service::Ssh);
    // An address that this machine has not.
    let device = login(&lab.devices()[0]).source_address([192, 0, 2, 99].into());
    open(&ssh().jump(jump), &device).unwrap();
}

#[test]
fn a_cancel_ends_a_read_through_a_jump_host() {
    let (_bastion, jump) = bastion(Device::cisco_iosxe("bastion"));
    let device = lab(Device::cisco_iosxe("r1"), Service::Ssh);
    let mut transport = shell(&jump, &device.devices()[0]);
    let cx = cx();
    let token = cx.cancel().clone();
    let (started, start) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        started.send(()).unwrap();
        transport.read(&mut [0; 8], &cx).unwrap_err().kind()
    });
    start.recv().unwrap();
    token.cancel();
    assert_eq!(reader.join().unwrap(), ErrorKind::Cancelled);
}

/// Whoever is let in only once another has left comes second for the jump host too, however each of them leaves.
#[test]
fn the_jump_host_sees_a_device_leave_before_the_next_one_comes() {
    const AT_A_TIME: usize = 3;
    let (bastion, jump) = bastion(Device::cisco_iosxe("bastion"));
    let devices = Lab::builder()
        .device(Device::cisco_iosxe("r1"), Service::Ssh)
        .device(Device::cisco_iosxe("r2"), Service::Telnet)
        .device(Device::cisco_iosxe("r3").fault(Fault::CloseAfter(300)), Service::Ssh)
        .start()
        .unwrap();
    let places = Semaphore::new(AT_A_TIME);
    std::thread::scope(|scope| {
        for number in 0..12 {
            let (jump, places, device) = (jump.clone(), &places, &devices.devices()[number % 3]);
            scope.spawn(move || {
                for round in 0..8 {
                    let _place = places.acquire();
                    let way: Box<dyn Connector> = match number % 3 {
                        1 => Box::new(TelnetConnector::new().jump(jump.clone())),
                        _ => Box::new(ssh().jump(jump.clone())),
                    };
                    let opened = open(&*way, &login(device));
                    if let (Ok(mut transport), true) = (opened, round % 2 == 0) {
                        // What it says at last may not be sent, and may not be read.
                        let _ = transport.write_all(b"exit\n", &cx());
                    }
                }
            });
        }
    });
    let most = bastion.devices()[0].node().most_forwarded();
    assert_eq!(most, AT_A_TIME as u64);
}

/// The same where a device that does not answer keeps a connection to the jump host busy, and the next ones go through
/// another one.
#[test]
fn the_jump_host_sees_a_device_leave_before_one_comes_through_another_connection() {
    const DEVICES: usize = 16;
    let (bastion, jump) = bastion(Device::cisco_iosxe("bastion"));
    let device = lab(Device::cisco_iosxe("r1"), Service::Telnet);
    let forwarded = || bastion.devices()[0].node().most_forwarded();
    let way = TelnetConnector::new().jump(jump.clone());
    let dial = || open(&way, &login(&device.devices()[0])).unwrap();
    let connected: Vec<_> = (0..DEVICES).map(|_| dial()).collect();
    let (silent, _queue) = silent_address();
    let asleep = cx();
    std::thread::scope(|scope| {
        let dead = scope.spawn(|| refused(ssh().jump(jump.clone()).connect(&target(silent), &asleep)));
        eventually(|| forwarded() == DEVICES as u64 + 1);
        let _other_way = dial();
        for leaving in connected {
            scope.spawn(move || {
                drop(leaving);
                drop(dial());
            });
        }
        eventually(|| device.counters().sessions_opened == 2 * DEVICES as u64 + 1);
        asleep.cancel().cancel();
        assert_eq!(dead.join().unwrap().kind(), ErrorKind::Cancelled);
    });
    assert!(bastion.counters().sessions_opened >= 2);
    assert_eq!(forwarded(), DEVICES as u64 + 2);
}
