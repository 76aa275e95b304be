//! Every embedded platform definition against a simulated device of its kind: open, all modes, `show version`, a refused
//! command, the pager, configuration, and what becomes of it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it cannot go on")]

use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::platform::{Platform, Platforms};
use linecrew_core::session::{ErrorKind, Session, SessionBuilder, SessionError};
use linecrew_core::transport::{Credentials, Target};
use linecrew_testkit::{Device, Fault, LoginStyle, Node, Platform as Simulated, memory};
use std::sync::Arc;
use std::time::Duration;

/// What differs between the platforms, as far as a test needs to know.
struct Case {
    platform: &'static str,
    /// Its prompt in the default mode, of a device `R1`.
    prompt: &'static str,
    /// A word that no device knows, and the line that says so.
    refusal: (&'static str, &'static str),
    /// What switches paging on again.
    paging: Option<&'static str>,
    /// Lines of configuration that change the host name and the description of an interface, and make it hold.
    change: &'static [&'static str],
    /// What shows the configuration, and how it then tells the change.
    shows: (&'static str, &'static [&'static str]),
}

const CASES: &[Case] = &[
    Case {
        platform: "cisco_iosxe",
        prompt: "R1#",
        refusal: ("nonsense", "% Invalid input detected at '^' marker."),
        paging: Some("terminal length 24"),
        change: &["hostname R2", "interface Gi0/0/0", "description to core"],
        shows: ("show running-config", &["hostname R2", " description to core"]),
    },
    Case {
        platform: "cisco_iosxr",
        prompt: "RP/0/RP0/CPU0:R1#",
        refusal: ("nonsense", "% Invalid input detected at '^' marker."),
        paging: Some("terminal length 24"),
        change: &["hostname R2", "interface Gi0/0/0/0", "description to core", "commit"],
        shows: ("show running-config", &["hostname R2", " description to core"]),
    },
    Case {
        platform: "cisco_nxos",
        prompt: "R1#",
        refusal: ("nonsense", "% Invalid command at '^' marker."),
        paging: Some("terminal length 24"),
        change: &["hostname R2", "interface Eth1/1", "description to core"],
        shows: ("show running-config", &["hostname R2", " description to core"]),
    },
    Case {
        platform: "cisco_asa",
        prompt: "R1#",
        refusal: ("nonsense", "ERROR: % Invalid input detected at '^' marker."),
        paging: Some("terminal pager 24"),
        change: &["hostname R2", "interface Gi1/1", "description to core"],
        shows: ("show running-config", &["hostname R2", " description to core"]),
    },
    Case {
        platform: "arista_eos",
        prompt: "R1#",
        refusal: ("nonsense", "% Invalid input"),
        paging: Some("terminal length 24"),
        change: &["hostname R2", "interface Et1", "description to core"],
        shows: ("show running-config", &["hostname R2", " description to core"]),
    },
    Case {
        platform: "juniper_junos",
        prompt: "admin@R1>",
        refusal: ("nonsense", "unknown command."),
        paging: Some("set cli screen-length 24"),
        change: &["set system host-name R2", "set interfaces ge-0/0/0 description \"to core\"", "commit"],
        shows: ("show configuration", &["    host-name R2;", "        description \"to core\";"]),
    },
    Case {
        platform: "frr",
        prompt: "R1#",
        refusal: ("nonsense", "% [ZEBRA] Unknown command: nonsense"),
        paging: Some("terminal length 24"),
        change: &["hostname R2", "interface eth0", "description to core"],
        shows: ("show running-config", &["hostname R2", " description to core"]),
    },
    Case {
        platform: "linux",
        prompt: "admin@R1:~$",
        refusal: ("nonsense", "-bash: nonsense: command not found"),
        paging: None,
        change: &[],
        shows: ("hostname", &["R1"]),
    },
];

impl Case {
    fn device(&self) -> Device {
        Device::new(Simulated::named(self.platform).unwrap(), "R1")
    }

    fn builder(&self) -> SessionBuilder {
        Session::builder(Platform::builtin(self.platform).unwrap())
    }

    fn open(&self, device: Device) -> Session {
        self.open_on(&device.power_on())
    }

    fn open_on(&self, node: &Arc<Node>) -> Session {
        open(&self.builder(), node).unwrap_or_else(|error| panic!("{}: {error}", self.platform))
    }

    fn named(platform: &str) -> &'static Self {
        CASES.iter().find(|case| case.platform == platform).unwrap()
    }
}

fn open(builder: &SessionBuilder, node: &Arc<Node>) -> Result<Session, SessionError> {
    let target = Target::new("R1").credentials(Credentials::user("admin").password("admin").enable("enable"));
    let cx = Cx::new(Deadline::after(Duration::from_mins(15), "host"), CancelToken::new());
    builder.open(&memory::connector([Arc::clone(node)]), &target, &cx)
}

#[test]
fn every_embedded_platform_but_the_generic_one_has_a_simulated_device_and_a_case() {
    for name in Platform::builtin_names().filter(|name| *name != "generic") {
        assert!(Simulated::NAMES.contains(&name), "{name}");
        assert_eq!(Case::named(name).platform, name);
    }
}

#[test]
fn each_opens_in_its_default_mode_and_shows_its_version() {
    for case in CASES {
        for login in [LoginStyle::UserPassword, LoginStyle::None] {
            let device = case.device().login(login);
            let version = device.facts().version.clone();
            let mut session = case.open(device);
            assert_eq!(session.prompt(), case.prompt, "{}", case.platform);
            assert_eq!(session.mode(), Some(session.platform().default_mode()), "{}", case.platform);
            let command = if case.platform == "linux" { "uname -a" } else { "show version" };
            let reply = session.send_command(command).unwrap();
            assert!(reply.ok() && reply.text.contains(&version), "{}: {}", case.platform, reply.text);
            assert!(!reply.text.contains(case.prompt) && !reply.text.contains(command), "{}", reply.text);
            session.close();
        }
    }
}

#[test]
fn each_walks_to_all_of_its_modes_and_back() {
    for case in CASES {
        let mut session = case.open(case.device());
        let platform = Arc::clone(session.platform());
        for mode in platform.modes() {
            session.enter_mode(mode).unwrap_or_else(|error| panic!("{} to {mode}: {error}", case.platform));
            assert_eq!(session.mode(), Some(mode), "{}", case.platform);
            let back = platform.default_mode();
            session.enter_mode(back).unwrap_or_else(|error| panic!("{} from {mode}: {error}", case.platform));
        }
        assert_eq!(session.prompt(), case.prompt);
        assert!(session.send_command(case.shows.0).unwrap().ok(), "{}", case.platform);
    }
}

#[test]
fn each_tells_a_refused_command_in_its_own_words() {
    for case in CASES {
        let mut session = case.open(case.device());
        let (command, line) = case.refusal;
        let reply = session.send_command(command).unwrap();
        let failure = reply.failure.unwrap_or_else(|| panic!("{}: {}", case.platform, reply.text));
        assert_eq!(failure.line, line, "{}", case.platform);
        assert!(session.send_command(case.shows.0).unwrap().ok(), "{}", case.platform);
    }
}

#[test]
fn each_pager_is_answered_and_leaves_nothing() {
    let long = (0..100).map(|line| format!("line {line} of many\n")).collect::<Vec<_>>().concat();
    for case in CASES {
        let mut session = case.open(case.device().command("show long", &long).fault(Fault::Chunks(11)));
        if let Some(paging) = case.paging {
            assert!(session.send_command(paging).unwrap().ok(), "{}", case.platform);
        }
        assert_eq!(session.send_command("show long").unwrap().text, long.trim_end(), "{}", case.platform);
        assert_eq!(session.prompt(), case.prompt);
    }
}

#[test]
fn each_configuration_is_changed_and_shown() {
    for case in CASES.iter().filter(|case| !case.change.is_empty()) {
        let node = case.device().power_on();
        let mut session = case.open_on(&node);
        session.enter_mode("configuration").unwrap();
        for line in case.change {
            let reply = session.send_command(line).unwrap();
            assert!(reply.ok(), "{}: {line}: {}", case.platform, reply.text);
        }
        let default = session.platform().default_mode().to_owned();
        session.enter_mode(&default).unwrap();
        assert_eq!(session.prompt(), case.prompt.replace("R1", "R2"), "{}", case.platform);
        assert_eq!(node.hostname(), "R2");
        let shown = session.send_command(case.shows.0).unwrap().text;
        for line in case.shows.1 {
            assert!(shown.lines().any(|shown| shown == *line), "{}: {line} in\n{shown}", case.platform);
        }
    }
}

#[test]
fn each_is_found_out_among_all() {
    for case in CASES {
        let builder = Session::detect_platform(&Platforms::default()).unwrap();
        let session = open(&builder, &case.device().power_on());
        let mut session = session.unwrap_or_else(|error| panic!("{}: {error}", case.platform));
        let detection = session.detection().unwrap().clone();
        assert_eq!(detection.platform, case.platform, "{detection:?}");
        assert!(detection.confidence >= 90, "{detection:?}");
        assert_eq!(session.mode(), Some(session.platform().default_mode()));
        assert!(session.send_command(case.shows.0).unwrap().ok(), "{}", case.platform);
    }
}

#[test]
fn a_generic_platform_serves_each_of_them() {
    for case in CASES {
        let builder = Session::builder(Platform::builtin("generic").unwrap());
        let device = case.device().privileged().command("show greeting", "hello\n");
        let mut session = open(&builder, &device.power_on()).unwrap();
        // An IOS-XR says the time first, which only its own definition switches off.
        let text = session.send_command("show greeting").unwrap().text;
        assert_eq!(text.lines().last(), Some("hello"), "{}: {text}", case.platform);
        session.close();
    }
}

/// Opens configuration on a device whose lines have to be committed, and changes the host name without doing so.
fn changed(case: &Case, node: &Arc<Node>, mode: &str) -> Session {
    let mut session = case.open_on(node);
    session.enter_mode(mode).unwrap();
    let line = if case.platform == "juniper_junos" { "set system host-name R2" } else { "hostname R2" };
    assert!(session.send_command(line).unwrap().ok());
    session
}

#[test]
fn what_was_not_committed_never_holds() {
    for (platform, mode) in [
        ("cisco_iosxr", "configuration"),
        ("cisco_iosxr", "configuration_exclusive"),
        ("juniper_junos", "configuration_exclusive"),
        ("juniper_junos", "configuration_private"),
    ] {
        let case = Case::named(platform);
        let node = case.device().power_on();
        let mut session = changed(case, &node, mode);
        session.enter_mode(session.platform().clone().default_mode()).unwrap();
        assert_eq!((node.hostname().as_str(), session.prompt()), ("R1", case.prompt), "{platform} {mode}");
        session.enter_mode(mode).unwrap();
        let show = if platform == "juniper_junos" { "show | compare" } else { "show configuration" };
        let left = session.send_command(show).unwrap().text;
        assert!(!left.contains("R2"), "{platform} {mode}: {left}");
    }
}

#[test]
fn a_shared_candidate_of_junos_is_left_to_the_next_one() {
    let case = Case::named("juniper_junos");
    let node = case.device().power_on();
    changed(case, &node, "configuration").enter_mode("exec").unwrap();
    let mut next = case.open_on(&node);
    next.enter_mode("configuration").unwrap();
    let compared = next.send_command("show | compare").unwrap().text;
    assert!(compared.contains("+  system host-name R2;"), "{compared}");
    for (line, hostname) in [("rollback 0", "R1"), ("set system host-name R3", "R1"), ("commit", "R3")] {
        assert!(next.send_command(line).unwrap().ok(), "{line}");
        assert_eq!(node.hostname(), hostname, "{line}");
    }
    assert!(next.send_command("rollback 1").unwrap().ok());
    assert!(next.send_command("commit").unwrap().ok());
    assert_eq!(node.hostname(), "R1");
}

#[test]
fn the_levels_of_junos_are_part_of_the_prompt() {
    let case = Case::named("juniper_junos");
    let mut session = case.open(case.device());
    session.enter_mode("configuration").unwrap();
    assert!(session.send_command("edit interfaces ge-0/0/0").unwrap().ok());
    assert!(session.send_command("set description x").unwrap().ok());
    let shown = session.send_command("show").unwrap();
    assert_eq!(shown.text.lines().last(), Some("description x;"), "{}", shown.text);
    assert_eq!(session.mode(), Some("configuration"));
    session.enter_mode("exec").unwrap();
}

#[test]
fn a_locked_configuration_is_told_as_such() {
    for platform in ["cisco_iosxr", "juniper_junos"] {
        let case = Case::named(platform);
        let node = case.device().power_on();
        let mut first = case.open_on(&node);
        first.enter_mode("configuration_exclusive").unwrap();
        let mut second = case.open_on(&node);
        let error = second.enter_mode("configuration_exclusive").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Privilege, "{error}");
        assert!(error.to_string().contains("locked"), "{error}");
        first.close();
        case.open_on(&node).enter_mode("configuration_exclusive").unwrap();
    }
}

#[test]
fn an_asa_is_configured_on_open_only_if_that_is_asked_for() {
    let case = Case::named("cisco_asa");
    let width = |builder: SessionBuilder| {
        let node = case.device().power_on();
        let shown = open(&builder, &node).unwrap().send_command("show running-config").unwrap().text;
        shown.contains("terminal width 511")
    };
    assert!(!width(case.builder()), "reading changes nothing");
    assert!(width(case.builder().persistent_steps()));
}

#[test]
fn a_reply_is_the_same_in_chunks_of_any_size() {
    for case in CASES {
        let command = if case.platform == "linux" { "uname -a" } else { "show version" };
        let whole = case.open(case.device()).send_command(command).unwrap().text;
        for chunk in [1, 2, 3, 7, 64] {
            let mut session = case.open(case.device().fault(Fault::Chunks(chunk)));
            let text = session.send_command(command).unwrap().text;
            assert_eq!(text, whole, "{} in chunks of {chunk}", case.platform);
        }
    }
}

#[test]
fn a_wrong_password_is_an_authentication_failure_on_each() {
    for case in CASES {
        let device = case.device().login(LoginStyle::UserPassword).credentials("admin", "other");
        let error = open(&case.builder(), &device.power_on()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication, "{}: {error}", case.platform);
    }
}
