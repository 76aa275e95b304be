//! What a run does with sessions beyond their replies: logs, platforms that are found out, the self-test.

use crate::support::{PASSWORD, Process, SECRET, Site, USER, device, linecrew, mixed};
use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::platform::Platform;
use linecrew_core::session::Session;
use linecrew_core::transport::{Credentials, Target};
use linecrew_testkit::{Lab, Recording, Service, memory};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

#[test]
fn each_session_is_written_down_without_passwords_for_the_owner_alone() {
    let site = Site::new(mixed(2));
    let folder = site.path("logs");
    let ended = site.run(&["show clock", "show users", "--session-log", &folder]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for name in ["r1", "r2"] {
        let file = format!("{folder}/{name}.log");
        let log = std::fs::read_to_string(&file).unwrap();
        for line in [" > enable\n", " > ***\n", " > show clock\n", &format!(" < {name}#show clock\n")] {
            assert!(log.contains(line), "{line:?} in {log}");
        }
        assert!(!log.contains(PASSWORD) && !log.contains(SECRET), "{log}");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_log_that_cannot_be_written_fails_its_host_with_the_reason() {
    let site = Site::new(mixed(1));
    let ended = site.run(&["show clock", "--session-log", "/dev/null/logs"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.out.contains("/dev/null/logs: the session log cannot be written"), "{ended:?}");
}

#[test]
fn a_platform_is_found_out_and_the_output_says_how_sure_that_is() {
    let site = Site::new(mixed(2));
    let hosts = ["r1", "r2"].map(|name| {
        let transport = if name == "r1" { "telnet" } else { "ssh" };
        let port = site.port(name);
        format!("{name}: {{hostname: 127.0.0.1, port: {port}, transport: {transport}, platform: auto, known_hosts: known_hosts}}")
    });
    site.inventory(&[&hosts[0], &hosts[1]]);
    let ended = site.run(&["show version", "--parse", "--format", "json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for name in ["r1", "r2"] {
        let host = ended.host(name);
        let detected = &host["detected"];
        assert_eq!((&detected["platform"], &detected["trace"]), (&"cisco_iosxe".into(), &"version".into()));
        assert_eq!(host["replies"][0]["parsed"][0]["HOSTNAME"], name, "{host}");
    }
    let table = site.run(&["show clock"]).out;
    let found = table.lines().find(|line| line.starts_with("found platform cisco_iosxe, 9"));
    assert!(found.is_some_and(|line| line.ends_with(" % sure: r1, r2")), "{table}");
}

#[test]
fn what_a_device_warns_of_and_what_a_user_may_not_do_is_told() {
    let device = device("r1")
        .command("vlan 10", "% Applying VLAN changes may take few minutes\n")
        .command("show secrets", "% Authorization failed.\n");
    let site = Site::new(Lab::builder().device(device, Service::Telnet));
    let commands = ["configure terminal", "vlan 10", "end", "show secrets", "--allow-write"];
    let table = site.run(&commands);
    assert_eq!(table.code, Some(1), "{table:?}");
    for line in [
        "r1: command \"vlan 10\": warning: % Applying VLAN changes may take few minutes",
        "r1: command \"show secrets\": the user may not give it: % Authorization failed.",
    ] {
        assert!(table.out.lines().any(|shown| shown == line), "{line}: {table:?}");
    }
    assert!(table.out.lines().any(|row| row == "unauthorized   1   r1"), "{table:?}");
    let ended = site.run(&[&commands[..], &["--format", "json"]].concat());
    assert_eq!(ended.host("r1")["cause"], "unauthorized");
    let replies = &ended.host("r1")["replies"];
    assert_eq!(replies[1]["warnings"][0], "% Applying VLAN changes may take few minutes");
    assert_eq!((&replies[1]["ok"], &replies[3]["failure"]["cause"]), (&true.into(), &"unauthorized".into()));
}

fn selftest(site: &Site, args: &[&str]) -> crate::support::Ended {
    let mut command =
        linecrew(&["selftest", "r1", "-i", &site.path("lab.yaml"), "--transcript", &site.path("tapes")]);
    command.args(args).env("LINECREW_PASSWORD", PASSWORD).env("LINECREW_ENABLE_SECRET", SECRET);
    Process::start(command).finish()
}

fn outcomes(ended: &crate::support::Ended) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    ended.json().iter().map(|check| (text(&check["name"]), text(&check["outcome"]))).collect()
}

#[test]
fn a_self_test_reads_only_unless_writing_is_allowed() {
    let site = Site::new(Lab::builder().device(device("r1"), Service::Telnet));
    let ended = selftest(&site, &["--format", "json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let expected = [
        ("login", "fits"),
        ("prompt", "fits"),
        ("version", "fits"),
        ("refusal", "fits"),
        ("batch", "fits"),
        ("mode exec", "fits"),
        ("mode configuration", "skipped"),
        ("pager", "fits"),
        ("configuration", "skipped"),
        ("close", "fits"),
    ];
    assert_eq!(outcomes(&ended), expected.map(|(name, outcome)| (name.to_owned(), outcome.to_owned())));
    let tapes: Vec<String> = ["r1.txt", "r1-2.txt"]
        .map(|name| std::fs::read_to_string(site.path(&format!("tapes/{name}"))).unwrap())
        .to_vec();
    for tape in &tapes {
        assert!(
            !tape.contains(PASSWORD) && !tape.contains(SECRET) && !tape.contains("> \"configure"),
            "{tape}"
        );
    }
    let ended = selftest(&site, &["--allow-write"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.contains("fits 10   does not fit 0   skipped 0"), "{ended:?}");
}

#[test]
fn the_transcript_of_a_self_test_is_served_as_a_device() {
    let site = Site::new(Lab::builder().device(device("r1"), Service::Telnet));
    assert_eq!(selftest(&site, &[]).code, Some(0));
    let recording = Recording::load(site.path("tapes/r1.txt")).unwrap();
    let replay = memory::connector([device("r1").replay(recording).power_on()]);
    // Any password will do: the recording has none.
    let target = Target::new("r1").credentials(Credentials::user(USER).password("x").enable("y"));
    let cx = Cx::new(Deadline::after(Duration::from_mins(1), "test"), CancelToken::new());
    let platform = Platform::builtin("cisco_iosxe").unwrap();
    let mut session = Session::builder(platform).open(&replay, &target, &cx).unwrap();
    assert_eq!(session.find_prompt().unwrap(), "r1#");
    assert!(session.send_command("show version").unwrap().text.contains("Cisco IOS XE Software"));
}

#[test]
fn a_self_test_tells_what_does_not_fit() {
    let site = Site::new(Lab::builder().device(device("r1"), Service::Telnet));
    let definition = "prompt_pattern: '^\\S+[>#]$'\ndefault_mode: exec\nfailure_indicators: ['no such thing']\nmodes:\n  \
                      - {name: exec, prompt_pattern: '^\\w+>$', accessible_modes: [{name: privileged_exec, \
                      instructions: [{send_input: {input: enabel}}]}]}\n  - {name: privileged_exec, prompt_pattern: \
                      '^\\w+#$'}\n";
    let file = site.file("mine.yaml", definition);
    let host = format!(
        "r1: {{hostname: 127.0.0.1, port: {}, transport: telnet, platform: {file}}}",
        site.port("r1")
    );
    site.inventory(&[&host]);
    let ended = selftest(&site, &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let check = |name: &str| ended.out.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(check("version").contains(" fits "), "{ended:?}");
    assert!(
        check("refusal").contains("does not fit  no failure indicator fits: ^ % Invalid input"),
        "{ended:?}"
    );
    let mode = check("mode privileged_exec");
    assert!(mode.contains("does not fit") && mode.contains("the device stayed in mode exec"), "{mode}");
    assert!(check("pager").contains(" fits "), "a new session is opened behind the error: {ended:?}");
    let unknown = linecrew(&["selftest", "r9", "-i", &site.path("lab.yaml")]);
    assert!(Process::start(unknown).finish().usage().ends_with("there is no host r9 in it"));
}
