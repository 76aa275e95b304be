use super::*;
use linecrew_core::transport::HostKeyCheck;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

fn local() -> Local {
    Local {
        name: Some("me".into()),
        home: Some("/home/me".into()),
        uid: Local::new().uid,
        env: |name| (name == "SOCKET").then(|| "/run/agent".to_owned()),
        home_of: |_| None,
    }
}

fn config(text: &str) -> Result<SshConfig, ConfigError> {
    let local = local();
    let reader = Reader { local: &local, folder: None };
    Ok(SshConfig { lines: vec![reader.lines(Path::new("config"), text.as_bytes(), 0)?], local })
}

fn query(text: &str, host: &str) -> HostConfig {
    config(text).unwrap().query(host).unwrap()
}

fn fault(text: &str, host: &str) -> String {
    match config(text).and_then(|config| config.query(host)) {
        Ok(found) => panic!("{text}: {found:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_first_value_counts() {
    let found = query("Host r1\nPort 5\nUser bob\nHost *\nPort 6\nUser eve\nHostName %h.Example\n", "R1");
    assert_eq!((found.port, found.user.as_deref(), &*found.hostname), (Some(6), Some("eve"), "r1.example"));
    let found = query("Host r1\nPort 5\nHost *\nPort 6\nUser eve\n", "r1");
    assert_eq!((found.port, found.user.as_deref(), &*found.hostname), (Some(5), Some("eve"), "r1"));
}

#[test]
fn a_block_applies_where_all_its_criteria_hold() {
    for (condition, applies) in [
        ("Host r1", true),
        ("Host r2 \"r1\" # r3", true),
        ("Host r* !r1", false),
        ("Host r2,r1", false),
        ("Match all", true),
        ("Match !all", false),
        ("Match host r2,r1", true),
        ("Match host=R1 user bob", true),
        ("Match user me", false),
        ("Match localuser me !host r2", true),
        ("Match originalhost r1 localuser you", false),
        ("Match canonical", false),
        ("Match final all", true),
        ("Match !final", true),
        ("Match host r2 exec \"true\"", false),
        ("Match exec \"true\" host r2", false),
    ] {
        let found = query(&format!("User bob\n{condition}\nPort 5\n"), "r1");
        assert_eq!(found.port.is_some(), applies, "{condition}");
    }
}

#[test]
fn a_host_name_counts_in_what_follows_and_in_the_second_pass() {
    let text = "Match final host r1.x\nPort 5\nHost r1\nHostName %h.x\nMatch host r1.x\nUser bob\nHost r1.x\nBindAddress ::1\n";
    let found = query(text, "r1");
    assert_eq!((found.port, found.user.as_deref()), (Some(5), Some("bob")));
    assert_eq!(found.bind_address.as_deref(), Some("::1"));
}

#[test]
fn every_setting_arrives() {
    let found = query(
        "IdentityFile ~/.ssh/%r_%n\nIdentityFile none\nIdentityFile /key\nIdentityFile ~/.ssh/bob_r1\nIdentitiesOnly yes\n\
         IdentityAgent $SOCKET\nProxyJump %r@j:22,k\nUserKnownHostsFile \"~/k h\" /kh_%k\nGlobalKnownHostsFile none\n\
         StrictHostKeyChecking accept-new\nHostKeyAlias alias\nHashKnownHosts yes\nKexAlgorithms +a\n\
         HostKeyAlgorithms -b\nCiphers ^c\nMACs d\nConnectTimeout none\nConnectTimeout 1m\nServerAliveInterval 30\n\
         BindAddress 192.0.2.9\nBindInterface mgmt\nUser bob\nForwardAgent yes\n",
        "r1",
    );
    let jump = |user: Option<&str>, host: &str, port| Jump {
        user: user.map(str::to_owned),
        host: host.to_owned(),
        port,
    };
    let list = |text| crate::ssh::AlgorithmList::parse(text);
    let expected = HostConfig {
        hostname: "r1".into(),
        user: Some("bob".into()),
        identity_files: vec!["/home/me/.ssh/bob_r1".into(), "/key".into()],
        identities_only: true,
        identity_agent: Some(IdentityAgent::Socket("/run/agent".into())),
        proxy_jump: vec![jump(Some("bob"), "j", Some(22)), jump(None, "k", None)],
        user_known_hosts: Some(vec!["/home/me/k h".into(), "/kh_alias".into()]),
        global_known_hosts: Some(Vec::new()),
        host_key_check: Some(HostKeyCheck::AcceptNew),
        host_key_alias: Some("alias".into()),
        hash_known_hosts: Some(true),
        algorithms: crate::ssh::AlgorithmLists {
            kex: list("+a"),
            host_key: list("-b"),
            ciphers: list("^c"),
            macs: list("d"),
        },
        connect_timeout: Some(Duration::from_mins(1)),
        server_alive_interval: Some(Duration::from_secs(30)),
        bind_address: Some("192.0.2.9".into()),
        bind_interface: Some("mgmt".into()),
        ignored: found.ignored.clone(),
        port: None,
    };
    assert_eq!(found, expected);
    let [ignored] = &found.ignored[..] else { panic!("{:?}", found.ignored) };
    assert_eq!((ignored.keyword.as_str(), ignored.place.to_string().as_str()), ("ForwardAgent", "config:23"));
}

#[test]
fn what_would_change_the_way_and_is_not_served_is_an_error_for_that_host_alone() {
    for line in [
        "ProxyCommand nc %h %p",
        "AddressFamily inet6",
        "CanonicalizeHostname always",
        "RevokedHostKeys /krl",
    ] {
        let text = format!("Port 22\nHost r1\n{line}\n");
        assert_eq!(query(&text, "r2").port, Some(22));
        let shown = fault(&text, "r1");
        let keyword = line.split(' ').next().unwrap();
        assert!(shown.starts_with(&format!("config:3: {keyword} is not supported")), "{shown}");
    }
    let text = "Match host r1 exec \"test -e /tmp/x\"\nPort 5\n";
    assert_eq!(fault(text, "r1"), "config:1: Match exec is not supported");
    assert_eq!(query(text, "r2").port, None);
}

#[test]
fn what_comes_first_of_jump_and_command_counts_and_harmless_values_are_no_error() {
    assert_eq!(query("ProxyJump j\nProxyCommand nc\n", "r1").proxy_jump.len(), 1);
    assert_eq!(query("ProxyCommand none\nProxyJump j\n", "r1").proxy_jump, []);
    assert_eq!(
        query("ProxyJump none\nProxyCommand nc\nAddressFamily any\nAddressFamily inet\n", "r1").proxy_jump,
        []
    );
}

#[test]
fn a_line_that_makes_no_sense_is_told_with_its_place() {
    for (text, expected) in [
        ("\nPort x\n", "config:2: port: expected a port from 1 to 65535, found \"x\""),
        ("HostName a b\n", "config:1: hostname: expected one argument"),
        ("HostName\n", "config:1: HostName: no argument"),
        ("User \"bob\n", "config:1: a quote \" is not closed"),
        ("Host \"\"\n", "config:1: Host: an empty pattern"),
        ("Match host\n", "config:1: Match host: no argument"),
        ("Match bogus x\n", "config:1: Match: no such criterion: bogus"),
        ("Match all host x\n", "config:1: Match: all stands alone, or after canonical or final"),
        ("Host r2\nIdentityFile ~x/%h\nHost r1\nHostName %p\n", "config:4: %p: %p is not supported here"),
        ("IdentityFile %C\n", "config:1: %C: %C is not supported here"),
        ("Include ${X}/y\n", "config:1: Include ${X}/y: tokens and variables are not supported"),
        (
            "StrictHostKeyChecking maybe\n",
            "config:1: stricthostkeychecking: expected yes, ask, accept-new, no or off, found \"maybe\"",
        ),
    ] {
        assert_eq!(fault(text, "r1"), expected, "{text}");
    }
}

#[test]
fn user_and_port_that_are_known_count_in_criteria_and_tokens() {
    let config = config("Match user eve\nIdentityFile /%r_%p\n").unwrap();
    let found = config.query_as("r1", Some("eve"), Some(2022)).unwrap();
    assert_eq!(found.identity_files, [Path::new("/eve_2022")]);
    assert_eq!(config.query("r1").unwrap().identity_files, Vec::<PathBuf>::new());
}

#[test]
fn included_files_stand_in_their_block_and_do_not_end_it() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let path = folder.path().display();
    write("1.conf", "Port 5\nHost r2\nUser two\n");
    write("2.conf", "Port 6\nMatch all\nHashKnownHosts yes\n");
    write(".hidden.conf", "BindAddress ::1\n");
    write("config", &format!("Host r?\nInclude {path}/*.conf {path}/none\nBindInterface lo\n"));
    let config = SshConfig::load(folder.path().join("config")).unwrap();
    let found = config.query("r2").unwrap();
    assert_eq!(
        (found.port, found.user.as_deref(), found.hash_known_hosts),
        (Some(5), Some("two"), Some(true))
    );
    assert_eq!((found.bind_interface.as_deref(), found.bind_address), (Some("lo"), None));
    assert_eq!(config.query("x").unwrap(), HostConfig { hostname: "x".into(), ..HostConfig::default() });
}

#[test]
fn a_circle_of_files_ends_and_so_does_a_file_that_others_may_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, format!("Include {}\n", path.display())).unwrap();
    let shown = SshConfig::load(&path).unwrap_err().to_string();
    assert!(shown.ends_with("config:1: Include: more than 16 files deep"), "{shown}");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o620)).unwrap();
    let shown = SshConfig::load(&path).unwrap_err().to_string();
    assert!(shown.contains("others may write it"), "{shown}");
}

#[test]
fn a_file_that_does_not_exist_is_an_error_with_its_name() {
    let shown = SshConfig::load("/nowhere/config").unwrap_err().to_string();
    assert!(shown.starts_with("/nowhere/config cannot be read: "), "{shown}");
}

proptest::proptest! {
    #[test]
    fn arbitrary_text_is_read_without_a_panic(
        text in "((Host|Match|Include|Port|HostName|User|IdentityFile|ProxyJump|ConnectTimeout|Ciphers|MACs)?[ =\"'\\\\%$~{},!*?:@a-z0-9\n]{0,30}\n){0,6}",
        bytes: Vec<u8>,
        host: String,
    ) {
        let local = local();
        let reader = Reader { local: &local, folder: Some("/nowhere".into()) };
        for bytes in [text.as_bytes(), &bytes] {
            if let Ok(lines) = reader.lines(Path::new("config"), bytes, 0) {
                let _ = SshConfig { lines: vec![lines], local: local.clone() }.query(&host);
            }
        }
    }
}
