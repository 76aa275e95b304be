//! The binary against FRRouting's daemons over telnet, and against its vtysh behind OpenSSH.
//!
//! The servers are the system's, as root on Debian with the packages frr and openssh-server; each test starts its own.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod real;
mod real_sessions;

use real::crew::{Crew, Hosts, Site};
use real::frr::{self, Router};
use real::openssh::Sshd;
use std::fmt::Write;

/// Four routers of three hosts each.
fn twelve_devices() -> (Crew, Vec<Site>) {
    let sites: Vec<_> = (1..=4).map(|n| Site::new(Router::zebra_and_bgpd(&format!("R{n}")))).collect();
    let crew = sites.iter().fold(Crew::new(), |crew, Site { router, sshd }| {
        let host = |daemon: &str| format!("{}-{daemon}", router.name);
        crew.telnet(&host("zebra"), router.zebra).telnet(&host("bgpd"), router.bgpd).ssh(&host("vtysh"), sshd)
    });
    (crew, sites)
}

fn twelve_names() -> Vec<String> {
    let daemons = |n| ["zebra", "bgpd", "vtysh"].map(|daemon| format!("R{n}-{daemon}"));
    (1..=4).flat_map(daemons).collect()
}

#[test]
#[ignore = "needs frr and openssh"]
fn twelve_devices_at_once_tell_each_its_own_name_and_version() {
    let (crew, _sites) = twelve_devices();
    let (hosts, code) = crew.json(&["show version", "--workers", "5", "--parse"]);
    assert_eq!(code, Some(0), "{hosts:?}");
    assert_eq!(hosts.names(), twelve_names());
    let version = frr::version();
    for name in twelve_names() {
        assert!(hosts.reply(&name).starts_with(&format!("FRRouting {version} ({name})")), "{hosts:?}");
        let row = hosts.row(&name);
        assert_eq!((row["HOSTNAME"].as_str(), row["VERSION"].as_str()), (Some(&*name), Some(&*version)));
    }
}

#[test]
#[ignore = "needs frr and openssh"]
fn twelve_devices_on_a_terminal_have_a_bar_which_leaves_the_table_as_it_is_in_a_pipe() {
    let (crew, _sites) = twelve_devices();
    let args = ["show version", "--workers", "5", "--parse"];
    let (code, seen, sent) = crew.run_on_a_terminal(&args);
    assert!(code == Some(0) && sent.contains("] 0/12 "), "{sent:?}");
    let until_the_summary = |text: &str| text.rsplit_once("\nok 12   failed 0   ").unwrap().0.to_owned();
    assert_eq!(until_the_summary(&seen), until_the_summary(&crew.run(&args).out));
}

#[test]
#[ignore = "needs frr and openssh"]
fn twelve_devices_stand_in_a_table_in_their_order() {
    let (crew, _sites) = twelve_devices();
    let version = frr::version();
    let plain = crew.run(&["show version", "--workers", "5"]);
    let parsed = crew.run(&["show version", "--workers", "5", "--parse"]);
    assert_eq!((plain.code, parsed.code), (Some(0), Some(0)), "{}{}", plain.out, parsed.out);
    for (index, name) in twelve_names().iter().enumerate() {
        let line = plain.out.lines().nth(index + 1).unwrap();
        assert!(line.starts_with(&format!("{name} ")), "{}", plain.out);
        assert!(line.contains(&format!("FRRouting {version} ({name})")), "{}", plain.out);
        let cells: Vec<_> = parsed.out.lines().nth(index + 1).unwrap().split_whitespace().collect();
        assert_eq!(cells, [name, "ok", &version, name], "{}", parsed.out);
    }
    assert!(parsed.out.contains("ok 12   failed 0   "), "{}", parsed.out);
}

#[test]
#[ignore = "needs frr"]
fn a_wrong_password_and_a_wrong_enable_secret_fail_their_host_alone() {
    let router = Router::zebra("R1");
    let crew = Crew::new()
        .telnet("before", router.zebra)
        .telnet_as("wrong-password", router.zebra, "wrong_password")
        .telnet_as("wrong-enable", router.zebra, "wrong_enable")
        .telnet("after", router.zebra);
    // Without it the enable secret would not be needed.
    let (hosts, code) = crew.json(&["show version", "--allow-write"]);
    assert_eq!(code, Some(1), "{hosts:?}");
    let (phase, error) = hosts.failure("wrong-password");
    assert_eq!(phase, "login", "{error}");
    assert!(error.contains("authentication refused"), "{error}");
    let (phase, error) = hosts.failure("wrong-enable");
    assert_eq!(phase, "privilege", "{error}");
    assert!(error.contains("the secret was refused"), "{error}");
    for name in ["before", "after"] {
        assert!(hosts.reply(name).contains("(R1-zebra)"), "{hosts:?}");
    }
    crew.run(&["show version"]).shows_no_secret();
}

#[test]
#[ignore = "needs frr and openssh"]
fn an_unknown_command_is_told_in_the_devices_own_words() {
    let Site { router, sshd } = &Site::new(Router::zebra_and_bgpd("R1"));
    let crew = Crew::new().telnet("zebra", router.zebra).telnet("bgpd", router.bgpd).ssh("vtysh", sshd);
    let (hosts, code) = crew.json(&["show foo", "show version"]);
    assert_eq!(code, Some(1), "{hosts:?}");
    for (name, words) in [
        ("zebra", "% [ZEBRA] Unknown command: show foo"),
        ("bgpd", "% [BGP] Unknown command: show foo"),
        ("vtysh", "% Unknown command: show foo"),
    ] {
        let (phase, error) = hosts.failure(name);
        assert_eq!(phase, "command");
        assert_eq!(error, format!("{name}: command \"show foo\": refused by the device: {words}"));
    }
}

/// Four lines each, so that they are more than a page of the terminal's thousand rows.
const INTERFACES: std::ops::Range<usize> = 1000..1400;

fn description(n: usize) -> String {
    format!(" description number {n}")
}

/// A router whose configuration is more than a page long.
fn long_router() -> Router {
    let configuration = INTERFACES.fold(String::new(), |mut lines, n| {
        writeln!(lines, "interface long{n}\n{}\nexit", description(n)).unwrap();
        lines
    });
    Router::zebra_with("R1", &configuration)
}

/// Asserts that a reply is the whole configuration and nothing else: no pager, no gap, nothing twice.
fn assert_whole(hosts: &Hosts, name: &str) {
    let reply = hosts.reply(name);
    let found: Vec<_> = reply.lines().filter(|line| line.contains("description")).collect();
    assert_eq!(found, INTERFACES.map(description).collect::<Vec<_>>(), "{name}");
    assert!(!reply.contains("--More--") && !reply.contains("(END)") && !reply.contains('\u{1b}'), "{name}");
    assert_eq!(reply.lines().last(), Some("end"), "{name}");
}

#[test]
#[ignore = "needs frr and openssh"]
fn a_long_reply_comes_whole() {
    let Site { router, sshd } = &Site::new(long_router());
    let crew = Crew::new().telnet("zebra", router.zebra).ssh("vtysh", sshd);
    let (hosts, code) = crew.json(&["show running-config"]);
    assert_eq!(code, Some(0), "{hosts:?}");
    assert_whole(&hosts, "zebra");
    assert_whole(&hosts, "vtysh");
}

#[test]
#[ignore = "needs frr"]
fn a_pager_that_is_switched_on_again_is_answered_to_the_end() {
    let router = long_router();
    let crew = Crew::new().telnet("zebra", router.zebra);
    let (hosts, code) = crew.json(&["terminal length 10", "show running-config"]);
    assert_eq!(code, Some(0), "{hosts:?}");
    assert_whole(&hosts, "zebra");
}

#[test]
#[ignore = "needs frr and openssh"]
fn vtysh_behind_a_pager_program_is_followed_to_the_end() {
    for pager in ["more", "less"] {
        let site = Site::with(long_router(), &format!("SetEnv VTYSH_PAGER={pager}\n"));
        let crew = Crew::new().ssh("vtysh", &site.sshd);
        // Without the first command only the banner comes through the pager.
        for commands in [&["show running-config"][..], &["terminal paginate", "show running-config"]] {
            let (hosts, code) = crew.json(commands);
            assert_eq!(code, Some(0), "{pager}: {hosts:?}");
            assert_whole(&hosts, "vtysh");
        }
    }
}

#[test]
#[ignore = "needs frr and openssh"]
fn a_banner_without_a_line_end_does_not_hide_the_prompt() {
    let Site { router, sshd } = &Site::new(Router::zebra("R1"));
    router.configure_vtysh("banner motd line Unauthorised access is forbidden\n");
    let (hosts, code) = Crew::new().ssh("vtysh", sshd).json(&["show version"]);
    assert_eq!(code, Some(0), "{hosts:?}");
    assert!(hosts.reply("vtysh").starts_with("FRRouting "), "{hosts:?}");
}

#[test]
#[ignore = "needs frr and openssh"]
fn a_banner_before_the_prompt_is_no_part_of_a_reply() {
    let banner = "*********\n# Welcome to R1-vtysh#\nPassword: none of yours\nR1>\n\n*********\n";
    let Site { router, sshd } = &Site::new(Router::zebra("R1"));
    router.write("banner", banner);
    router.configure_vtysh(&format!("banner motd file {}/banner\n", router.folder().display()));
    let (hosts, code) = Crew::new().ssh("vtysh", sshd).json(&["show version"]);
    assert_eq!(code, Some(0), "{hosts:?}");
    assert!(hosts.reply("vtysh").starts_with("FRRouting "), "{hosts:?}");
}

#[test]
#[ignore = "needs frr and openssh"]
fn a_host_key_that_is_not_known_fails_its_host_alone() {
    let sites = ["R1", "R2", "R3"].map(|name| Site::new(Router::zebra(name)));
    let [known, unknown, changed] = &sites;
    let crew = Crew::new().ssh("known", &known.sshd).ssh_unknown("unknown", &unknown.sshd).ssh_with_key_of(
        "changed",
        &changed.sshd,
        &known.sshd,
    );
    let (hosts, code) = crew.json(&["show version"]);
    assert_eq!(code, Some(1), "{hosts:?}");
    assert!(hosts.reply("known").contains("(R1-vtysh)"), "{hosts:?}");
    for (name, words) in [("unknown", "is unknown"), ("changed", "changed")] {
        let (phase, error) = hosts.failure(name);
        assert!(phase == "host key" && error.contains(words), "{phase}: {error}");
    }
}

#[test]
#[ignore = "needs openssh"]
fn a_server_with_too_many_at_the_door_is_quoted() {
    let sshd = Sshd::with_first_connection("/bin/true", "MaxStartups 1\n");
    let (hosts, code) = Crew::new().ssh("full", &sshd).json(&["show version"]);
    assert_eq!(code, Some(1), "{hosts:?}");
    let (phase, error) = hosts.failure("full");
    assert_eq!(phase, "handshake", "{error}");
    assert!(error.contains("Exceeded MaxStartups"), "{error}");
}
