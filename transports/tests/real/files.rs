//! What OpenSSH's own programs make of the files that are read here too.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use linecrew_core::transport::HostKeyCheck;
use linecrew_transports::ssh::AlgorithmList;
use linecrew_transports::ssh::config::{IdentityAgent, Jump, SshConfig};
use linecrew_transports::ssh::known_hosts::KnownHosts;
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const HOSTS: [&str; 7] = ["r1", "r2", "r10", "192.0.2.7", "a.example", "bad.example", "2001:db8::1"];
const PORTS: [u16; 3] = [22, 99, 2022];

/// Names as a file may have them: plain, with a port, with wildcards and negation, in lists and in capitals.
fn names() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        prop::sample::select(HOSTS.to_vec()).prop_map(str::to_owned),
        (prop::sample::select(HOSTS.to_vec()), prop::sample::select(PORTS.to_vec()))
            .prop_map(|(host, port)| format!("[{host}]:{port}")),
        prop::sample::select(vec![
            "R1",
            "r?",
            "r*",
            "*",
            "192.0.2.*",
            "*.example",
            "[*]:99",
            "[r?]:*",
            "*[*]*",
            ""
        ])
        .prop_map(str::to_owned),
    ];
    let name = (prop::bool::weighted(0.2), name)
        .prop_map(|(negated, name)| if negated { format!("!{name}") } else { name });
    prop::collection::vec(name, 1..4).prop_map(|names| names.join(","))
}

/// A line: names and a key for the most part, else something that OpenSSH skips; of a host that nobody asks for, since
/// `ssh-keygen -F` shows the lines of broken keys too.
fn line() -> impl Strategy<Value = String> {
    let key = format!("ssh-ed25519 {}", public_key());
    let entry =
        (prop::sample::select(vec!["", " ", "\t"]), names(), prop::sample::select(vec![" ", "\t", "  "]))
            .prop_map(move |(indent, names, gap)| format!("{indent}{names}{gap}{key}{gap}a comment"));
    prop_oneof![
        4 => entry,
        1 => prop::sample::select(vec!["", "# r1 comment", "other", "other ssh-ed25519", "other ssh-ed25519 AAAA",
            "|1|x|y r1", "other ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIBDrsYCjMOxs7cqk+mPiDCDYAQpy8cOTGWRcD0xGcJ8j"]).prop_map(str::to_owned),
    ]
}

fn public_key() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/key.pub");
    let text = std::fs::read_to_string(file).unwrap();
    let key = text.split(' ').nth(1).unwrap().trim().to_owned();
    assert!(STANDARD.decode(&key).is_ok());
    key
}

fn run(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    #[ignore = "needs openssh"]
    fn ssh_keygen_finds_the_same_hosts(
        lines in prop::collection::vec(line(), 0..6),
        end in prop::sample::select(vec!["\n", "", "\r\n"]),
        hashed: bool,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("known_hosts");
        std::fs::write(&file, lines.join("\n") + end).unwrap();
        if hashed {
            // It refuses a file with lines that it does not know, and leaves it as it is.
            run(Command::new("ssh-keygen").args(["-H", "-f"]).arg(&file));
        }
        let known = KnownHosts::load(std::slice::from_ref(&file));
        for host in HOSTS {
            for port in PORTS {
                let name = if port == 22 { host.to_owned() } else { format!("[{host}]:{port}") };
                let theirs = run(Command::new("ssh-keygen").args(["-F", &name, "-f"]).arg(&file));
                let ours = !known.key_types(host, port).is_empty();
                let text = std::fs::read_to_string(&file).unwrap();
                prop_assert_eq!(ours, theirs, "{} in\n{}", name, text);
            }
        }
    }
}

/// Patterns of hosts that several of the generated blocks match.
const PATTERNS: [&str; 8] = ["r1", "R1", "r?", "r*", "!r2", "*", "*.example", "!*.example"];

fn patterns() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(PATTERNS.to_vec()), 1..4)
}

/// A line that begins a block.
fn block() -> impl Strategy<Value = String> {
    let criterion = (
        prop::sample::select(vec!["", "!"]),
        prop_oneof![
            (prop::sample::select(vec!["host", "originalhost", "user", "localuser", "HOST"]), patterns())
                .prop_map(|(name, patterns)| format!("{name} {}", patterns.join(","))),
            prop::sample::select(vec!["user bob", "localuser root", "final", "canonical"])
                .prop_map(str::to_owned),
        ],
    )
        .prop_map(|(sign, criterion)| format!("{sign}{criterion}"));
    prop_oneof![
        3 => patterns().prop_map(|patterns| format!("Host {}", patterns.join(" "))),
        2 => prop::collection::vec(criterion, 1..3).prop_map(|criteria| format!("Match {}", criteria.join(" "))),
        1 => prop::sample::select(vec!["Match all", "Match final all", "Host=\"r1\"", "host  r1 # r2"]).prop_map(str::to_owned),
    ]
}

/// A line that sets something, with the freedom that the format leaves.
fn setting() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        ("HostName", vec!["%h.example", "10.0.0.1", "2001:DB8::1", "Other", "%%", "\"r2\""]),
        ("Port", vec!["22", "2022", "022", "65535"]),
        ("User", vec!["bob", "\"Eve A\"", "a%u"]),
        ("IdentityFile", vec!["/a", "/b", "\"/c d\"", "/a"]),
        ("IdentitiesOnly", vec!["yes", "No", "true", "FALSE"]),
        ("IdentityAgent", vec!["none", "/run/a", "SSH_AUTH_SOCK"]),
        ("ProxyJump", vec!["j", "u@j:22,k", "none", "ssh://u@j:1", "[::1]:5"]),
        ("ProxyCommand", vec!["none"]),
        ("UserKnownHostsFile", vec!["/k", "/k \"/l m\"", "none", "/k_%n_%p_%r_%h", "~/kh %d/kh"]),
        ("StrictHostKeyChecking", vec!["yes", "no", "ask", "accept-new", "off"]),
        ("HostKeyAlias", vec!["alias", "Alias"]),
        ("HashKnownHosts", vec!["yes", "no"]),
        (
            "KexAlgorithms",
            vec![
                "curve25519-sha256,ecdh-sha2-nistp256",
                "+diffie-hellman-group14-sha1",
                "-ecdh-*,diffie*",
                "^diffie-hellman-group1-sha1,curve25519-sha256",
            ],
        ),
        (
            "HostKeyAlgorithms",
            vec!["ssh-ed25519,ssh-rsa", "+ssh-rsa,ssh-dss", "-*cert*,rsa*", "^rsa-sha2-256"],
        ),
        ("Ciphers", vec!["aes128-ctr,aes128-ctr", "+aes128-cbc,aes128-ctr", "-aes*", "^3des-cbc"]),
        ("MACs", vec!["hmac-sha2-256", "+hmac-md5", "-umac*", "^hmac-sha1"]),
        ("ConnectTimeout", vec!["5", "1m30s", "none", "2H"]),
        ("ServerAliveInterval", vec!["15", "1m"]),
        ("BindAddress", vec!["127.0.0.1", "::1"]),
        ("BindInterface", vec!["lo"]),
        ("ForwardAgent", vec!["yes"]),
    ]);
    let value = value.prop_flat_map(|(keyword, values)| (Just(keyword), prop::sample::select(values)));
    let gap = prop::sample::select(vec![" ", "\t", "=", " = ", "  "]);
    let case: fn(&str) -> String = |keyword| keyword.to_owned();
    let cases: Vec<fn(&str) -> String> = vec![case, str::to_lowercase, str::to_uppercase];
    (prop::sample::select(vec!["", "  ", "\t"]), value, gap, prop::sample::select(cases))
        .prop_map(|(indent, (keyword, value), gap, case)| format!("{indent}{}{gap}{value}", case(keyword)))
}

/// What `ssh -G` prints, by keyword; none where it refuses the file.
struct Printed(Vec<(String, String)>);

impl Printed {
    fn of(file: &Path, host: &str) -> Self {
        let output = Command::new("ssh")
            .arg("-G")
            .arg("-F")
            .arg(file)
            .arg(host)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = std::fs::read_to_string(file).unwrap();
        assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8(output.stdout).unwrap();
        let pair =
            |line: &str| line.split_once(' ').map(|(keyword, value)| (keyword.to_owned(), value.to_owned()));
        Self(lines.lines().filter_map(pair).collect())
    }

    fn all(&self, keyword: &str) -> Vec<&str> {
        self.0.iter().filter(|(found, _)| found == keyword).map(|(_, value)| &**value).collect()
    }

    fn one(&self, keyword: &str) -> Option<&str> {
        self.all(keyword).first().copied()
    }
}

/// What `ssh -Q` knows.
fn known(kind: &str) -> Vec<String> {
    let output = Command::new("ssh").args(["-Q", kind]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// The list as `ssh -G` would print it, made of its own usual one.
fn applied(list: Option<&AlgorithmList>, usual: &Printed, keyword: &str, kind: &str) -> String {
    let Some(list) = list else { return usual.one(keyword).unwrap().to_owned() };
    let all = known(kind);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let usual: Vec<&str> = usual.one(keyword).unwrap().split(',').collect();
    list.apply(&usual, &all).join(",")
}

fn joined(paths: Option<&Vec<PathBuf>>, usual: Option<&str>) -> Option<String> {
    let paths = paths.map(|paths| paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>());
    match paths {
        Some(paths) if paths.is_empty() => Some("none".to_owned()),
        Some(paths) => Some(paths.join(" ")),
        None => usual.map(str::to_owned),
    }
}

fn jumps(jumps: &[Jump]) -> Option<String> {
    let shown = |jump: &Jump| {
        let user = jump.user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
        let bracketed = jump.host.contains(':');
        let host = if bracketed { format!("[{}]", jump.host) } else { jump.host.clone() };
        let port = jump.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{user}{host}{port}")
    };
    let shown: Vec<String> = jumps.iter().map(shown).collect();
    (!shown.is_empty()).then(|| shown.join(","))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    #[ignore = "needs openssh"]
    fn ssh_finds_the_same_settings(
        lines in prop::collection::vec(prop_oneof![2 => setting(), 1 => block()], 0..14),
        included in prop::collection::vec(prop_oneof![2 => setting(), 1 => block()], 0..5),
        at in any::<prop::sample::Index>(),
        host in prop::sample::select(vec!["r1", "R1", "r2", "r1.example", "192.0.2.1"]),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (file, other, empty) = (folder.path().join("config"), folder.path().join("other"), folder.path().join("empty"));
        let mut lines = lines;
        lines.insert(at.index(lines.len() + 1), format!("Include {}", other.display()));
        for (file, text) in [(&file, lines.join("\n")), (&other, included.join("\r\n")), (&empty, String::new())] {
            std::fs::write(file, text).unwrap();
        }
        let text = format!("{}\n--- included:\n{}", lines.join("\n"), included.join("\n"));
        let (theirs, usual) = (Printed::of(&file, host), Printed::of(&empty, host));
        let ours = SshConfig::load(&file).and_then(|config| config.query(host));
        let ours = ours.map_err(|error| TestCaseError::fail(format!("{error} in\n{text}")))?;

        let same = |keyword: &str, ours: Option<String>| {
            prop_assert_eq!(ours.as_deref(), theirs.one(keyword), "{} of {} in\n{}", keyword, host, &text);
            Ok(())
        };
        let usually = |keyword: &str, ours: Option<String>| {
            same(keyword, ours.or_else(|| usual.one(keyword).map(str::to_owned)))
        };
        let yes = |flag: bool| Some(if flag { "yes" } else { "no" }.to_owned());
        let seconds = |wait: Option<std::time::Duration>| wait.map(|wait| wait.as_secs().to_string());
        same("hostname", Some(ours.hostname.clone()))?;
        usually("port", ours.port.map(|port| port.to_string()))?;
        usually("user", ours.user.clone())?;
        same("identitiesonly", yes(ours.identities_only))?;
        same("proxyjump", jumps(&ours.proxy_jump))?;
        same("hostkeyalias", ours.host_key_alias.clone())?;
        usually("hashknownhosts", ours.hash_known_hosts.and_then(yes))?;
        usually("connecttimeout", seconds(ours.connect_timeout))?;
        usually("serveraliveinterval", seconds(ours.server_alive_interval))?;
        same("bindaddress", ours.bind_address.clone())?;
        same("bindinterface", ours.bind_interface.clone())?;
        same("userknownhostsfile", joined(ours.user_known_hosts.as_ref(), usual.one("userknownhostsfile")))?;
        let lists = &ours.algorithms;
        same("kexalgorithms", Some(applied(lists.kex.as_ref(), &usual, "kexalgorithms", "kex")))?;
        same("ciphers", Some(applied(lists.ciphers.as_ref(), &usual, "ciphers", "cipher")))?;
        same("macs", Some(applied(lists.macs.as_ref(), &usual, "macs", "mac")))?;
        same("hostkeyalgorithms", Some(applied(lists.host_key.as_ref(), &usual, "hostkeyalgorithms", "HostKeyAlgorithms")))?;
        same("identityagent", match &ours.identity_agent {
            Some(IdentityAgent::None) => Some("none".to_owned()),
            Some(IdentityAgent::Socket(path)) => Some(path.display().to_string()),
            // Printed although it is the usual one.
            None => theirs.one("identityagent").filter(|agent| *agent == "SSH_AUTH_SOCK").map(str::to_owned),
        })?;
        let check = match theirs.one("stricthostkeychecking").unwrap() {
            "accept-new" | "no" | "false" => HostKeyCheck::AcceptNew,
            _ => HostKeyCheck::Strict,
        };
        prop_assert_eq!(ours.host_key_check.unwrap_or_default(), check, "{}", &text);
        let files: Vec<String> = ours.identity_files.iter().map(|file| file.display().to_string()).collect();
        let expected = if files.is_empty() { usual.all("identityfile") } else { files.iter().map(String::as_str).collect() };
        prop_assert_eq!(expected, theirs.all("identityfile"), "{}", &text);
    }
}
