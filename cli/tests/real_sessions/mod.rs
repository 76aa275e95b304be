//! Every operation of a session, on FRRouting's zebra over telnet and on its vtysh behind OpenSSH.

use crate::real::frr::{ENABLE, PASSWORD, Router};
use crate::real::openssh::Sshd;
use crate::real::way::Way;
use linecrew_core::platform::{Platform, Platforms, Trace};
use linecrew_core::secret::Secret;
use linecrew_core::session::{CheckOutcome, Dialogue, ErrorKind, Expect, FailureCause, SendOptions, Session};
use linecrew_transports::telnet::TelnetConnector;
use std::time::Duration;

/// A router, and both ways to it.
struct Lab {
    router: Router,
    sshd: Sshd,
}

impl Lab {
    fn new() -> Self {
        let router = Router::zebra("R1");
        let sshd = Sshd::start(&router.vtysh(), "");
        Self { router, sshd }
    }

    fn ways(&self) -> [(&'static str, Way); 2] {
        [("R1-zebra", Way::telnet(self.router.zebra)), ("R1-vtysh", Way::ssh(&self.sshd))]
    }
}

const READS: [&str; 8] = [
    "show version",
    "show history",
    "show running-config",
    "show interface lo",
    "show ip route",
    "show memory",
    "show interface description",
    "show version",
];

#[test]
#[ignore = "needs frr and openssh"]
fn a_batch_of_reads_gives_what_each_gives_alone() {
    let lab = Lab::new();
    for (name, way) in lab.ways() {
        let mut session = way.open();
        let stable =
            READS.iter().filter(|command| !command.contains("history") && !command.contains("memory"));
        let stable: Vec<&str> = stable.copied().collect();
        let alone = SendOptions::default().pipelined(false);
        let one_by_one = session.send_commands_with(&stable, &alone).unwrap();
        let together = session.send_commands(&stable).unwrap();
        for (one, other) in one_by_one.iter().zip(&together) {
            assert_eq!((&one.command, &one.text), (&other.command, &other.text), "{name}");
            assert_eq!(
                (one.prompt.as_str(), other.prompt.as_str()),
                (&*format!("{name}#"), &*format!("{name}#"))
            );
        }
        assert!(together[0].text.contains(&format!("({name})")), "{}", together[0].text);
        for _ in 0..5 {
            let again = session.send_commands(READS).unwrap();
            assert_eq!(again[0].text, one_by_one[0].text, "{name}");
            assert_eq!(again[7].text, one_by_one[0].text, "{name}");
            assert_eq!(again[2].text, one_by_one[1].text, "{name}");
        }
        session.close();
    }
}

#[test]
#[ignore = "needs frr and openssh"]
fn configuration_is_entered_changed_and_left() {
    let lab = Lab::new();
    for (name, way) in lab.ways() {
        let mut session = way.open();
        let lines = format!(
            "interface {name}0\n description made by {name}\n!\nip prefix-list {name} seq 5 permit 10.0.0.0/8\n"
        );
        let replies = session.send_config(&lines).unwrap();
        assert!(replies.ok() && replies.len() == 4, "{replies:?}");
        assert_eq!(replies[1].mode.as_deref(), Some("configuration"), "{replies:?}");
        assert_eq!((session.mode(), session.prompt()), (Some("privileged_exec"), &*format!("{name}#")));
        let config = session.send_command("show running-config").unwrap().text;
        assert!(config.contains(&format!("interface {name}0\n description made by {name}")), "{config}");

        let stop = SendOptions::default().stop_on_failed();
        let lines = ["interface lo", "no such line", "description never"];
        let replies = session.send_configs_with(lines, &stop).unwrap();
        let (at, refused) = replies.first_failed().unwrap();
        assert_eq!((at, refused.failure.as_ref().unwrap().cause), (1, FailureCause::Refused), "{refused:?}");
        assert_eq!(replies.not_sent, ["description never"]);
        assert!(!session.send_command("show running-config").unwrap().text.contains("never"));
        session.close();
    }
}

#[test]
#[ignore = "needs frr and openssh"]
fn a_long_list_of_lines_is_taken_in_a_few_writes_with_the_reply_of_each() {
    let lab = Lab::new();
    let lines: Vec<String> =
        (1..=255).map(|n| format!("access-list long seq {} permit 192.0.2.{n}/32", 5 * n)).collect();
    for (name, way) in lab.ways() {
        let mut session = way.open();
        let options = SendOptions::default().pipelined(true);
        let mut with_a_fault = lines.clone();
        with_a_fault.insert(100, "no such line".to_owned());
        let replies = session.send_configs_with(&with_a_fault, &options).unwrap();
        assert_eq!(replies.len(), 256, "{name}");
        let failed: Vec<_> =
            replies.iter().filter(|reply| !reply.ok()).map(|reply| reply.command.as_str()).collect();
        assert_eq!(failed, ["no such line"], "{name}");
        let config = session.send_command("show running-config").unwrap().text;
        assert_eq!(
            config.lines().filter(|line| line.contains("access-list long")).count(),
            255,
            "{name}: {config}"
        );
        session.close();
    }
}

#[test]
#[ignore = "needs frr and openssh"]
fn a_refusal_is_told_and_a_session_goes_on() {
    let lab = Lab::new();
    for (name, way) in lab.ways() {
        let mut session = way.open();
        let reply = session.send_command("no such command").unwrap();
        let failure = reply.failure.unwrap_or_else(|| panic!("{name}: {}", reply.text));
        assert!(failure.line.contains("Unknown command"), "{failure:?}");
        assert!(session.send_command("show version").unwrap().ok());
        assert_eq!(session.find_prompt().unwrap(), format!("{name}#"));
        session.close();
    }
}

#[test]
#[ignore = "needs frr"]
fn a_dialogue_answers_the_enable_secret_without_showing_it() {
    let router = Router::zebra("R1");
    let folder = tempfile::tempdir().unwrap();
    let builder = Session::builder(Platform::builtin("frr").unwrap()).session_log(folder.path());
    let mut session = Way::telnet(router.zebra).open_with(&builder).unwrap();
    session.enter_mode("exec").unwrap();
    assert_eq!(session.prompt(), "R1-zebra>");
    let enable = Dialogue::new("enable").answer_hidden("Password", Secret::new(ENABLE));
    let reply = session.send_interactive(enable).unwrap();
    assert_eq!((reply.prompt.as_str(), session.mode()), ("R1-zebra#", Some("privileged_exec")));
    session.write(b"show version\n").unwrap();
    let reply =
        session.read_until(Expect::regex("^FRRouting .*R1-zebra").unwrap(), Duration::from_secs(20)).unwrap();
    assert!(reply.text.contains("show version"), "{}", reply.text);
    session.close();
    let log = std::fs::read_to_string(folder.path().join("R1.log")).unwrap();
    assert!(log.contains(" > enable\n") && log.contains(" < R1-zebra# show version"), "{log}");
    assert!(!log.contains(PASSWORD) && !log.contains(ENABLE), "{log}");
}

#[test]
#[ignore = "needs frr and openssh"]
fn a_pager_is_answered_and_leaves_nothing() {
    let lab = Lab::new();
    let setup: Vec<String> =
        (1..=40).map(|n| format!("ip prefix-list many seq {n} permit 10.0.{n}.0/24")).collect();
    let options = SendOptions::default().pipelined(true);
    Way::telnet(lab.router.zebra).open().send_configs_with(&setup, &options).unwrap();
    let whole = Way::telnet(lab.router.zebra).open().send_command("show running-config").unwrap().text;
    assert!(whole.lines().count() > 40);

    let window = TelnetConnector::new().window(80, 24);
    let mut session = Way::telnet_with(window, lab.router.zebra).open();
    for length in ["5", "7", "24"] {
        session.send_command(&format!("terminal length {length}")).unwrap();
        assert_eq!(session.send_command("show running-config").unwrap().text, whole, "{length}");
    }
    let paged = Sshd::start(&lab.router.vtysh(), "SetEnv VTYSH_PAGER=more\n");
    let mut session = Way::ssh(&paged).open();
    session.send_command("terminal paginate").unwrap();
    let seen = session.send_command("show running-config").unwrap().text;
    let plain = Way::ssh(&lab.sshd).open().send_command("show running-config").unwrap().text;
    assert_eq!(seen, plain);
}

#[test]
#[ignore = "needs frr and openssh"]
fn a_platform_is_found_out_and_one_without_a_definition_learned() {
    let lab = Lab::new();
    for (name, way) in lab.ways() {
        let mut session = way.open_with(&Session::detect_platform(&Platforms::default()).unwrap()).unwrap();
        let found = session.detection().unwrap().clone();
        assert_eq!((found.platform.as_str(), found.trace), ("frr", Trace::Banner), "{name}");
        assert!(session.send_command("show version").unwrap().text.contains(name));
        session.close();

        let generic = Session::builder(Platform::builtin("generic").unwrap());
        let mut session = way.open_with(&generic).unwrap();
        let replies = session.send_commands(["show version", "show history"]).unwrap();
        assert!(replies[0].text.contains(name) && !replies[0].text.contains('#'), "{}", replies[0].text);
        session.close();
    }
}

/// Where the transcripts are written that the repository keeps (`testkit/tests/transcripts`); else to a folder that goes.
const TRANSCRIPTS: &str = "LINECREW_TRANSCRIPTS";

#[test]
#[ignore = "needs frr and openssh"]
fn a_self_test_fits_frrouting_and_a_shell() {
    let lab = Lab::new();
    // In front of it, since a shell that is not interactive, as sshd's first one, takes the prompt out of the environment.
    let bash = Sshd::start(r"/usr/bin/env PS1='\u@srv1:\w\$ ' /bin/bash --norc --noprofile -i", "");
    let passing = tempfile::tempdir().unwrap();
    let folder = std::env::var_os(TRANSCRIPTS).map_or(passing.path().to_owned(), std::path::PathBuf::from);
    for (name, platform, way) in [
        ("frr_zebra_telnet", "frr", Way::telnet(lab.router.zebra)),
        ("frr_vtysh_ssh", "frr", Way::ssh(&lab.sshd)),
        ("bash_ssh", "linux", Way::ssh(&bash)),
    ] {
        let checks = way.recorded(name, &folder).self_test(platform);
        let misfits: Vec<_> =
            checks.iter().filter(|check| check.outcome == CheckOutcome::DoesNotFit).collect();
        assert!(misfits.is_empty() && checks.len() >= 7, "{name}: {checks:#?}");
        assert!(folder.join(format!("{name}.txt")).exists());
    }
}

#[test]
#[ignore = "needs openssh"]
fn a_shell_is_learned_and_its_words_are_its_own() {
    let sshd = Sshd::start("/bin/bash --norc --noprofile -i", "");
    let generic = Session::builder(Platform::builtin("generic").unwrap());
    let mut session = Way::ssh(&sshd).open_with(&generic).unwrap();
    let long = format!("echo {}", "word ".repeat(60));
    assert_eq!(session.send_command(&long).unwrap().text, long["echo ".len()..].trim_end());
    let reply = session.send_command("for i in $(seq 20000); do echo line $i; done").unwrap();
    assert_eq!(reply.text.lines().count(), 20_000);
    assert_eq!(reply.text.lines().last(), Some("line 20000"));
    let error = session.send_command("read -p 'Continue? (y/n) ' answer").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Question, "{error}");
}

#[test]
#[ignore = "needs frr"]
fn a_session_renames_a_router_and_follows_its_prompt() {
    let router = Router::zebra("R1");
    let mut session = Way::telnet(router.zebra).open();
    assert_eq!((session.mode(), session.prompt()), (Some("privileged_exec"), "R1-zebra#"));

    session.enter_mode("configuration").unwrap();
    assert_eq!((session.mode(), session.prompt()), (Some("configuration"), "R1-zebra(config)#"));
    let reply = session.send_command("hostname renamed").unwrap();
    assert!(reply.ok() && reply.text.is_empty(), "{reply:?}");
    assert_eq!((session.mode(), session.prompt()), (Some("configuration"), "renamed(config)#"));

    session.enter_mode("privileged_exec").unwrap();
    assert_eq!((session.mode(), session.prompt()), (Some("privileged_exec"), "renamed#"));
    assert!(session.send_command("show version").unwrap().text.contains("(renamed)"));
    session.close();
}
