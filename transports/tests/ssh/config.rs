//! Connections that `ssh_config(5)` has a say in, to simulated devices.

use crate::bench::{Bench, admin, key, public, r1};
use crate::common::{cx, refused, until};
use linecrew_core::transport::{
    Connector, Credentials, ErrorKind, HostKeyCheck, Phase, SshOptions, Target, Transport, TransportError,
};
use linecrew_testkit::{Device, Lab, Service};
use linecrew_transports::ssh::config::SshConfig;
use linecrew_transports::ssh::{Jump, SshConnector};
use std::net::TcpListener;
use std::sync::{Mutex, Once};

impl Bench {
    /// What it takes to reach the device as `r1`, and more lines for it.
    fn configured(&self, more: &str) -> SshConnector {
        let port = self.lab.devices()[0].addr().port();
        let known_hosts = self.file("known_hosts");
        let text = format!(
            "Host r1\nHostName 127.0.0.1\nPort {port}\nUser admin\n{more}\nUserKnownHostsFile {}\n",
            known_hosts.display()
        );
        std::fs::write(self.file("config"), text).unwrap();
        SshConnector::new().ssh_config(SshConfig::load(self.file("config")).unwrap())
    }

    fn connect_configured(&self, more: &str) -> Result<Box<dyn Transport>, TransportError> {
        self.configured(more).connect(&target(), &cx())
    }
}

/// A configuration for jump hosts `outer` and `inner`, the latter behind the former, and `r1` behind both. The key is
/// theirs alone.
struct Way {
    bench: Bench,
    jumps: Lab,
}

impl Way {
    fn new() -> Self {
        let jump = |name| Device::cisco_iosxe(name).authorized_key(public("key")).jump_host();
        let jumps = Lab::builder()
            .device(jump("outer"), Service::Ssh)
            .device(jump("inner"), Service::Ssh)
            .start()
            .unwrap();
        let bench = Bench::new(r1());
        let known_hosts = jumps.known_hosts() + &bench.lab.known_hosts();
        std::fs::write(bench.file("known_hosts"), known_hosts).unwrap();
        Self { bench, jumps }
    }

    fn connector(&self) -> SshConnector {
        let own = |name, way| {
            let port = self.jumps.device(name).unwrap().addr().port();
            let (key, known_hosts) = (key("key"), self.bench.file("known_hosts"));
            format!(
                "Host {name}\nHostName 127.0.0.1\nPort {port}\nUser admin\nIdentityAgent none\nIdentityFile {}\n\
                 UserKnownHostsFile {}\nProxyJump {way}\n",
                key.display(),
                known_hosts.display()
            )
        };
        let jumps = own("outer", "none") + &own("inner", "outer");
        self.bench.configured(&format!("ProxyJump inner\n{jumps}Host r1"))
    }

    /// How many connections each jump host has had.
    fn used(&self) -> [u64; 2] {
        ["outer", "inner"].map(|name| self.jumps.device(name).unwrap().node().counters().sessions_opened)
    }
}

/// The device by the name that the configuration gives it; the user is the configuration's.
fn target() -> Target {
    let mut credentials = Credentials::default().password("admin");
    credentials.username = None;
    Target::new("r1").credentials(credentials)
}

fn opens(connected: Result<Box<dyn Transport>, TransportError>) {
    until(&mut *connected.unwrap(), b"R1>", &cx()).unwrap();
}

/// What the crate `log` is told in this process.
struct Journal(Mutex<Vec<(log::Level, String)>>);

impl Journal {
    /// From the first call on.
    fn keep() -> &'static Self {
        static JOURNAL: Journal = Journal(Mutex::new(Vec::new()));
        static KEEPS: Once = Once::new();
        KEEPS.call_once(|| {
            log::set_logger(&JOURNAL).unwrap();
            log::set_max_level(log::LevelFilter::Trace);
        });
        &JOURNAL
    }

    /// The lines with this in them.
    fn about(&self, what: &str) -> Vec<(log::Level, String)> {
        self.0.lock().unwrap().iter().filter(|(_, line)| line.contains(what)).cloned().collect()
    }
}

impl log::Log for Journal {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.0.lock().unwrap().push((record.level(), record.args().to_string()));
    }

    fn flush(&self) {}
}

#[test]
fn what_has_no_effect_is_named_at_the_level_debug_for_each_connection() {
    let journal = Journal::keep();
    let bench = Bench::new(r1());
    let config = bench.file("config").display().to_string();
    let connector = bench.configured(
        "ForwardAgent yes\nServerAliveInterval 60\nSendEnv LANG\nHost other\nTunnel yes\nHost r1",
    );
    assert_eq!(journal.about(&config), []);
    for connections in 1..=2 {
        opens(connector.connect(&target(), &cx()));
        let expected = [(5, "ForwardAgent"), (7, "SendEnv")].map(|(line, keyword)| {
            (log::Level::Debug, format!("r1:22: {config}:{line}: {keyword} has no effect here"))
        });
        assert_eq!(journal.about(&config), vec![expected; connections].concat());
    }
}

#[test]
fn address_port_user_and_known_hosts_come_from_the_configuration() {
    opens(Bench::new(r1()).connect_configured("ConnectTimeout 30\nServerAliveInterval 60"));
}

#[test]
fn what_the_target_says_counts_more_than_the_configuration() {
    let bench = Bench::new(r1());
    let connector = bench.configured("Host *\nPort 1\nUser nobody");
    let port = bench.lab.devices()[0].addr().port();
    let credentials = admin();
    let target = Target::new("127.0.0.1").port(port).credentials(credentials);
    opens(connector.connect(&target, &cx()));
}

#[test]
fn what_the_connector_says_about_host_keys_counts_more_than_the_configuration() {
    let bench = Bench::new(r1());
    let connector = bench.configured("StrictHostKeyChecking no").known_hosts([bench.file("none")]);
    let error = refused(connector.clone().host_key_check(HostKeyCheck::Strict).connect(&target(), &cx()));
    assert_eq!(error.kind(), ErrorKind::HostKey);
    opens(connector.connect(&target(), &cx()));
}

#[test]
fn a_new_host_is_noted_hashed_under_its_alias_where_the_configuration_says_so() {
    let bench = Bench::new(r1());
    std::fs::remove_file(bench.file("known_hosts")).unwrap();
    let more = "StrictHostKeyChecking accept-new\nHashKnownHosts yes\nHostKeyAlias core-1";
    opens(bench.connect_configured(more));
    let noted = std::fs::read_to_string(bench.file("known_hosts")).unwrap();
    assert!(noted.starts_with("|1|") && noted.lines().count() == 1, "{noted}");
    opens(bench.connect_configured("HostKeyAlias core-1"));
    assert_eq!(refused(bench.connect_configured("HostKeyAlias core-2")).kind(), ErrorKind::HostKey);
}

#[test]
fn without_a_file_for_new_keys_none_is_noted() {
    let bench = Bench::new(r1());
    opens(bench.connect_configured(
        "UserKnownHostsFile none\nGlobalKnownHostsFile none\nStrictHostKeyChecking accept-new",
    ));
}

#[test]
fn lists_of_algorithms_change_what_is_offered() {
    let bench = Bench::new(r1());
    opens(bench.connect_configured("KexAlgorithms ^ecdh-sha2-nistp256\nCiphers +aes128-cbc\nMACs -hmac-sha2-512*\nHostKeyAlgorithms +ssh-rsa"));
    let error = refused(bench.connect_configured("Ciphers nothing*"));
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("nothing* leaves no algorithm; there are: aes128-gcm"), "{error}");
    let mut options = SshOptions::default();
    options.ciphers = Some(vec!["aes128-ctr".to_owned()]);
    opens(bench.configured("Ciphers nothing*").connect(&target().ssh(options), &cx()));
}

#[test]
fn a_private_key_comes_from_the_configuration() {
    let bench = Bench::new(r1().authorized_key(public("key")));
    let file = format!("IdentityAgent none\nIdentityFile {}", key("key").display());
    let connector = bench.configured(&file);
    opens(connector.connect(&Target::new("r1"), &cx()));
}

#[test]
fn a_way_that_is_not_served_is_an_error_that_names_the_line() {
    let bench = Bench::new(r1());
    for (line, expected) in [
        ("ProxyCommand nc %h %p", "config:5: ProxyCommand is not supported"),
        ("Match exec true", "config:5: Match exec is not supported"),
        ("BindInterface none-such", "cannot connect from none-such: no such interface is up"),
        ("BindAddress mgmt", "BindAddress mgmt: expected an IP address"),
        (
            "ProxyJump j\nMatch host j\nProxyJump k\nMatch host k\nProxyJump j",
            "the way through j is a circle",
        ),
    ] {
        let error = refused(bench.connect_configured(line));
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Configuration, Phase::Connect), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn jump_hosts_of_the_configuration_have_settings_of_their_own_and_serve_all_devices() {
    let way = Way::new();
    let connector = way.connector();
    let mut first = connector.connect(&target(), &cx()).unwrap();
    until(&mut *first, b"R1>", &cx()).unwrap();
    opens(connector.clone().connect(&target(), &cx()));
    assert_eq!(way.used(), [1, 1]);
}

#[test]
fn settings_that_change_do_not_go_through_a_jump_host_that_was_connected_to_before() {
    let way = Way::new();
    let connector = way.connector();
    opens(connector.connect(&target(), &cx()));
    let strict = connector.known_hosts([way.bench.file("none")]).host_key_check(HostKeyCheck::Strict);
    let error = refused(strict.connect(&target(), &cx()));
    assert!(error.to_string().contains("through outer"), "{error}");
}

#[test]
fn a_way_that_the_program_sets_counts_more_than_the_configuration() {
    let way = Way::new();
    opens(way.connector().direct().connect(&target(), &cx()));
    assert_eq!(way.used(), [0, 0]);
    let outer = way.jumps.device("outer").unwrap();
    let login = admin();
    let login = Target::new("127.0.0.1").port(outer.addr().port()).credentials(login);
    let jump = Jump::new(SshConnector::new().host_key_check(HostKeyCheck::Off), login);
    let _ = way.connector().jump(jump).connect(&target(), &cx());
    assert_eq!(way.used(), [1, 0]);
}

#[test]
fn a_connection_is_made_from_the_address_or_the_interface_that_the_configuration_binds_to() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || [(); 4].map(|()| listener.accept().unwrap().1.ip().to_string()));
    let bench = Bench::new(r1());
    let target = target().port(port);
    let mut own = target.clone();
    own.source_address = Some([127, 0, 0, 3].into());
    for (line, target) in [
        ("BindAddress 127.0.0.2", &target),
        ("BindAddress 127.0.0.2", &own),
        ("BindInterface lo", &target),
        ("BindInterface none-such", &own),
    ] {
        assert_eq!(refused(bench.configured(line).connect(target, &cx())).phase(), Phase::Handshake);
    }
    assert_eq!(server.join().unwrap(), ["127.0.0.2", "127.0.0.3", "127.0.0.1", "127.0.0.3"]);
}
