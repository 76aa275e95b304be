//! Every operation of a session on simulated devices, with each fault and in any mix of them.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::platform::Platform;
use linecrew_core::session::{Dialogue, ErrorKind, SendOptions, Session, SessionError};
use linecrew_testkit::{Device, Fault, Stage, memory};
use proptest::prelude::*;
use std::time::Duration;

const SHOWS: [(&str, &str); 4] = [
    ("show alpha", "alpha 1\nalpha 2"),
    ("show bravo", "bravo"),
    ("show charlie", "charlie 1\n\ncharlie 3"),
    ("show delta", "delta"),
];

fn device(faults: impl IntoIterator<Item = Fault>) -> Device {
    let device = Device::cisco_iosxe("R1").faults(faults);
    SHOWS.iter().fold(device, |device, (command, said)| device.command(*command, format!("{said}\n")))
}

fn open(device: Device) -> Result<Session, SessionError> {
    let (platform, target) = (Platform::builtin(device.platform().name())?, device.target());
    let cx = Cx::new(Deadline::after(Duration::from_mins(15), "host"), CancelToken::new());
    Session::builder(platform).open(&memory::connector([device.power_on()]), &target, &cx)
}

/// Faults that change no byte of a reply's text.
fn harmless() -> Vec<Fault> {
    vec![
        Fault::Chunks(1),
        Fault::Chunks(1000),
        Fault::RandomChunks(7),
        Fault::Drip(Duration::from_millis(10)),
        Fault::Jitter(Duration::from_secs(1)),
        Fault::SplitEscapes,
        Fault::LostEcho,
        Fault::WrappedEcho(50),
        Fault::WrappedEcho(80),
    ]
}

#[test]
fn a_batch_gives_each_command_its_own_reply_whatever_changes_no_text() {
    for fault in harmless() {
        let mut session = open(device([fault.clone()])).unwrap();
        for _ in 0..2 {
            let replies = session.send_commands(SHOWS.map(|(command, _)| command)).unwrap();
            let texts: Vec<&str> = replies.iter().map(|reply| reply.text.as_str()).collect();
            assert_eq!(texts, SHOWS.map(|(_, said)| said), "{fault:?}");
        }
    }
}

#[test]
fn configuration_is_entered_and_left_whatever_changes_no_text() {
    for fault in harmless() {
        let mut session = open(device([fault.clone()])).unwrap();
        let lines = "hostname R2\ninterface Loopback7\n description by the book, in one line that is longer than fifty\n\
                     banner motd ^\nKeep out\n\n^\nip route 10.0.0.0 255.0.0.0 Null0\n";
        let replies = session.send_config(lines).unwrap();
        assert!(replies.ok() && replies.len() == 5, "{fault:?}: {replies:?}");
        assert_eq!(session.prompt(), "R2#", "{fault:?}");
        let config = session.send_command("show running-config").unwrap().text;
        for line in [
            "hostname R2",
            "interface Loopback7",
            "banner motd ^\nKeep out\n\n^",
            "ip route 10.0.0.0 255.0.0.0 Null0",
        ] {
            assert!(config.contains(line), "{fault:?}: {line} in {config}");
        }
    }
}

#[test]
fn lines_that_go_out_together_are_told_apart_or_that_is_told() {
    let lines: Vec<String> =
        (1..=100).map(|at| format!("ip route 10.0.{at}.0 255.255.255.0 Null0")).collect();
    for fault in harmless() {
        let mut session = open(device([fault.clone()])).unwrap();
        match session.send_configs_with(&lines, &SendOptions::default().pipelined(true)) {
            Ok(replies) => {
                assert!(replies.ok() && replies.len() == 100, "{fault:?}");
                let config = session.send_command("show running-config").unwrap().text;
                assert_eq!(
                    config.lines().filter(|line| line.starts_with("ip route")).count(),
                    100,
                    "{fault:?}"
                );
            }
            Err(error) => assert!(
                fault == Fault::LostEcho && error.kind() == ErrorKind::Indistinct,
                "{fault:?}: {error}"
            ),
        }
    }
}

#[test]
fn a_refused_line_stops_the_rest_and_the_device_is_left_in_order() {
    for fault in harmless() {
        let mut session = open(device([fault.clone()])).unwrap();
        let stop = SendOptions::default().stop_on_failed();
        let replies =
            session.send_configs_with(["ntp server 192.0.2.1", "ntp sevrer 192.0.2.2", "hostname R2"], &stop);
        let replies = replies.unwrap();
        assert_eq!(replies.first_failed().map(|(at, _)| at), Some(1), "{fault:?}");
        assert_eq!(replies.not_sent, ["hostname R2"]);
        assert_eq!((session.mode(), session.prompt()), (Some("privileged_exec"), "R1#"), "{fault:?}");
    }
}

#[test]
fn dialogues_are_held_whatever_changes_no_text() {
    for fault in harmless() {
        let mut session = open(device([fault.clone()])).unwrap();
        let copy = Dialogue::new("copy running-config startup-config").answer("Destination filename", "");
        let reply = session.send_interactive(copy).unwrap();
        assert!(reply.text.contains("[OK]"), "{fault:?}: {}", reply.text);
        let unexpected = session.send_command("clear counters").unwrap_err();
        assert_eq!(unexpected.kind(), ErrorKind::Question, "{fault:?}: {unexpected}");

        let mut session = open(device([fault.clone()])).unwrap();
        let reload = Dialogue::new("reload").answer("[confirm]", "").until_closed();
        let reply = session.send_interactive(reload).unwrap();
        assert!(reply.text.contains("Proceed with reload? [confirm]"), "{fault:?}: {}", reply.text);
        assert_eq!(session.send_command("show alpha").unwrap_err().kind(), ErrorKind::Closed);
    }
}

#[test]
fn a_stall_and_a_hang_up_in_a_batch_keep_the_replies_before() {
    for (fault, kind) in [
        (Fault::StallIn(Stage::Reply), ErrorKind::TimedOut),
        (Fault::CloseIn(Stage::Reply), ErrorKind::Closed),
    ] {
        for pipelined in [false, true] {
            let mut session = open(device([fault.clone()])).unwrap();
            let options = SendOptions::default().pipelined(pipelined);
            let commands = ["terminal width 200", "terminal width 300", "show alpha"];
            let error = session.send_commands_with(commands, &options).unwrap_err();
            assert_eq!((error.kind(), error.replies().len()), (kind, 2), "{error}");
        }
    }
}

#[test]
fn a_pager_in_a_batch_is_answered() {
    let long: String = (0..60).map(|at| format!("line {at}\n")).collect::<Vec<_>>().concat();
    let mut session = open(device([]).command("show long", &long)).unwrap();
    session.send_command("terminal length 24").unwrap();
    let replies = session.send_commands(["show alpha", "show long", "show bravo"]).unwrap();
    assert_eq!(replies[1].text, long.trim_end());
    assert_eq!((replies[0].text.as_str(), replies[2].text.as_str()), ("alpha 1\nalpha 2", "bravo"));
}

fn any_fault() -> impl Strategy<Value = Fault> {
    let stage =
        prop::sample::select(vec![Stage::Login, Stage::Prompt, Stage::Enable, Stage::Reply, Stage::Pager]);
    prop_oneof![
        (1_usize..40).prop_map(Fault::Chunks),
        (1_usize..40).prop_map(Fault::RandomChunks),
        Just(Fault::SplitEscapes),
        Just(Fault::LostEcho),
        Just(Fault::DoubledEcho),
        (43_usize..120).prop_map(Fault::WrappedEcho),
        (0_usize..2000).prop_map(Fault::CloseAfter),
        (0_usize..2000).prop_map(Fault::StallAfter),
        stage.clone().prop_map(Fault::StallIn),
        stage.prop_map(Fault::CloseIn),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Fault::Garbage),
        (0_usize..40).prop_map(Fault::Ones),
        (0_usize..40).prop_map(Fault::RandomBytes),
        (0_usize..4000).prop_map(Fault::HugeLine),
        Just(Fault::InvalidUtf8),
        (0_usize..4).prop_map(Fault::Syslog),
    ]
}

/// Runs every operation; an error ends it.
fn all_operations(session: &mut Session) -> Result<(), SessionError> {
    let replies = session.send_commands(SHOWS.map(|(command, _)| command))?;
    for (reply, (command, said)) in replies.iter().zip(SHOWS) {
        assert_eq!(reply.command, command);
        let others = SHOWS.iter().filter(|(other, _)| *other != command);
        let first_word = |text: &str| text.split_whitespace().next().unwrap_or_default().to_owned();
        assert!(reply.text.contains(&first_word(said)), "{command}: {:?}", reply.text);
        for (other, said) in others {
            assert!(!reply.text.contains(&first_word(said)), "{command} has {other}: {:?}", reply.text);
        }
    }
    session.find_prompt()?;
    session.send_configs(["hostname R2", "ip route 10.0.0.0 255.0.0.0 Null0"])?;
    session.send_interactive(Dialogue::new("clear counters").answer("[confirm]", ""))?;
    session.write(b"show alpha\n")?;
    session.read_until("alpha 2", Duration::from_secs(30))?;
    session.send_interactive(Dialogue::new("reload").answer("[confirm]", "").until_closed())?;
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_faults_end_in_the_right_replies_or_in_an_error_that_names_the_device(
        faults in prop::collection::vec(any_fault(), 0..4),
        seed: u64,
    ) {
        let result = open(device(faults).seed(seed)).and_then(|mut session| all_operations(&mut session));
        if let Err(error) = result {
            prop_assert!(error.to_string().starts_with("R1: "), "{}", error);
            prop_assert_ne!(error.kind(), ErrorKind::Cancelled);
        }
    }
}
