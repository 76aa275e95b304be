//! The beginning of a session: hostile banners, what they want, platforms that are found out or learned, the log.

use super::commands::said;
use super::*;
use crate::platform::{Platforms, Trace};

fn logged_in(greeting: impl AsRef<str>) -> Scripted {
    Scripted::new(greeting.as_ref())
}

#[test]
fn a_banner_that_wants_to_be_agreed_to_is() {
    for (question, answer) in [
        ("Unauthorised use is forbidden. Do you accept? [y/n] ", "y\n"),
        ("I have read the above and agree (yes/no): ", "yes\n"),
        ("Type 'yes' to continue:", "yes\n"),
        ("Please press any key to continue", "\n"),
    ] {
        let device = logged_in(format!("\r\nKeep out\r\n{question}"))
            .step(answer, "\r\nUsername: ")
            .step("admin\n", "admin\r\nPassword: ")
            .step("pw-1\n", "\r\nR1#");
        let session =
            open_as("cisco_iosxe", &device, &target()).unwrap_or_else(|error| panic!("{question}: {error}"));
        assert_eq!(session.prompt(), "R1#");
    }
}

#[test]
fn a_banner_may_want_something_before_the_login_and_behind_it() {
    let device = logged_in("Press any key to continue")
        .step("\n", "\r\nUsername: ")
        .step("admin\n", "admin\r\nPassword: ")
        .step("pw-1\n", "\r\nSecond banner\r\nPress any key to continue")
        .step("\n", "\r\nR1#");
    assert_eq!(open_as("cisco_iosxe", &device, &target()).unwrap().prompt(), "R1#");
}

#[test]
fn an_offer_to_change_the_password_is_declined() {
    let device = logged_in("Username: ")
        .step("admin\n", "admin\r\nPassword: ")
        .step("pw-1\n", "\r\nThe password needs to be changed. Change now? [Y/N]: ")
        .step("n\n", "n\r\nR1#");
    assert_eq!(open_as("cisco_iosxe", &device, &target()).unwrap().prompt(), "R1#");
}

#[test]
fn a_demand_for_a_new_password_is_told_as_such() {
    for demand in [
        "You must change your password now.\r\nNew password: ",
        "Old password: ",
        "(current) UNIX password: ",
    ] {
        let device = logged_in("Username: ")
            .step("admin\n", "admin\r\nPassword: ")
            .step("pw-1\n", format!("\r\n{demand}"));
        let error = open_as("cisco_iosxe", &device, &target()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PasswordChange, "{demand}");
        assert_eq!(device.written(), "admin\npw-1\n");
    }
    // The transport may have logged in by itself.
    let error = open_as("cisco_iosxe", &logged_in("\r\nNew password: "), &target()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PasswordChange);
}

#[test]
fn a_banner_of_many_lines_with_the_words_of_a_login_is_got_past() {
    let line = "Give nobody your password: it is yours. Username: and login: are logged. R1# is this router's prompt.\r\n";
    let banner = line.repeat(1000);
    assert!(banner.len() > 100_000);
    let device = logged_in(format!("{banner}\r\nUsername: "))
        .step("admin\n", "admin\r\nPassword: ")
        .step("pw-1\n", format!("\r\n{banner}R1#"));
    for chunk in [7, 100, 4096] {
        assert_eq!(open_as("cisco_iosxe", &device.clone().chunk(chunk), &target()).unwrap().prompt(), "R1#");
    }
}

#[test]
fn a_banner_that_comes_a_byte_at_a_time_is_not_answered_in_its_middle() {
    let banner =
        "Keep your password: secret!\r\nYour login: is logged.\r\nR1# is its prompt, as R1> is.\r\n## ##\r\n";
    let device = logged_in(format!("{banner}\r\nUsername: "))
        .step("admin\n", "admin\r\nPassword: ")
        .step("pw-1\n", format!("\r\n{banner}R1#"));
    let session = open_as("cisco_iosxe", &device.chunk(1).slow(), &target()).unwrap();
    assert_eq!(session.prompt(), "R1#");
    let device = Scripted::new(format!("\r\n{banner}\r\nops@srv1:~$ ")).chunk(1).slow();
    assert_eq!(open_as("linux", &device, &target()).unwrap_err().kind(), ErrorKind::TimedOut);
    assert_eq!(device.written(), "export PAGER=cat SYSTEMD_PAGER=cat GIT_PAGER=cat\n");
}

#[test]
fn a_banner_without_end_is_cut_off_and_told() {
    let device = logged_in("more and more\r\n".repeat(100_000));
    let error = open_as("cisco_iosxe", &device, &target()).unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::TooLong, Phase::Login));
}

fn detect(device: &Scripted) -> Result<Session, SessionError> {
    Session::detect_platform(&Platforms::default()).unwrap().open(device, &target(), &cx())
}

#[test]
fn a_platform_is_found_by_its_banner() {
    let device = Scripted::new(FRR_GREETING)
        .step("pw-1\n", "\r\nR101> ")
        .step("\n", "\r\nR101> ")
        .step("enable\n", "enable\r\nPassword: ")
        .step("pw-2\n", "\r\nR101# ")
        .step(
            "terminal length 0\nshow version\n",
            "terminal length 0\r\nR101# show version\r\nFRRouting 8.4.4\r\nR101# ",
        );
    let mut session = detect(&device).unwrap();
    let found = session.detection().unwrap();
    assert_eq!((found.platform.as_str(), found.trace), ("frr", Trace::Banner));
    assert!(found.confidence >= 90, "{found:?}");
    assert_eq!(session.mode(), Some("privileged_exec"));
    assert_eq!(session.send_command("show version").unwrap().text, "FRRouting 8.4.4");
}

#[test]
fn a_platform_is_found_by_its_version_in_the_same_session() {
    let version = "Cisco IOS XE Software, Version 17.09.04a\r\nCisco IOS Software [Cupertino], ISR Software\r\n --More-- ";
    let device = Scripted::new("\r\nR1#")
        .step("\n", "\r\nR1#")
        .step("show version\n", format!("show version\r\n{version}"))
        .step(" ", "\r          \ruptime is 5 weeks\r\nR1#")
        .step(
            &format!("{OPEN_IOS}show clock\n"),
            format!("{OPENED_IOS}{}", said("R1#", &[("show clock", "12:00\r\n")])),
        );
    let mut session = detect(&device).unwrap();
    let found = session.detection().unwrap();
    assert_eq!((found.platform.as_str(), found.trace), ("cisco_iosxe", Trace::Version));
    assert!(found.confidence >= 90, "{found:?}");
    assert_eq!(session.send_command("show clock").unwrap().text, "12:00");
}

#[test]
fn a_device_that_nothing_fits_is_told_as_unknown() {
    let device = Scripted::new("Welcome to vms\r\n$ ")
        .step("\n", "\r\n$ ")
        .step("show version\n", "show version\r\nVMS 9\r\n$ ");
    let error = detect(&device).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Platform);
    assert!(error.to_string().contains("its platform is unknown"), "{error}");
    assert_eq!(device.written(), "\nshow version\n");
}

fn generic(device: &Scripted) -> Result<Session, SessionError> {
    open_as("generic", device, &target())
}

#[test]
fn a_prompt_that_nobody_has_described_is_learned() {
    let device = Scripted::new("Username: ")
        .step("admin\n", "admin\r\nPassword: ")
        .step("pw-1\n", "\r\n### Welcome ###\r\n[admin@core] > ")
        .step("\n", "\r\n[admin@core] > ")
        .step("list\n", "list\r\nother] >\r\n# > 1\r\n[admin@core] > ")
        .step("configure\n", "configure\r\n[admin@core](config) > ");
    let mut session = generic(&device).unwrap();
    assert_eq!(session.prompt(), "[admin@core] >");
    assert_eq!(session.send_command("list").unwrap().text, "other] >\n# > 1");
    assert_eq!(session.send_command("configure").unwrap().prompt, "[admin@core](config) >");
}

#[test]
fn a_device_that_never_shows_the_same_line_twice_has_no_prompt_to_learn() {
    let device = (0..5).fold(Scripted::new("0>"), |device, at| device.step("\n", format!("\r\n{}>", at + 1)));
    let error = generic(&device).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Platform);
    assert!(error.to_string().contains("no prompt was found"), "{error}");
}

#[test]
fn what_is_said_is_written_down_without_secrets_for_the_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let builder =
        Session::builder(Platform::builtin("cisco_iosxe").unwrap()).session_log(folder.path().join("logs"));
    let device = telnet_ios()
        .step("show keys\n", "show keys\r\nlogin pw-1, enable pw-2\r\n\x1b[1mbold\x1b[0m\x07\r\nR1#");
    for chunk in [1, 3, 1000] {
        let mut session = builder.open(&device.clone().chunk(chunk), &target(), &cx()).unwrap();
        session.send_command("show keys").unwrap();
        session.close();
        let file = folder.path().join("logs/r1.log");
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> =
            text.lines().filter_map(|line| line.split_once(' ')).map(|(_, line)| line).collect();
        let expected = [
            "- r1",
            "<",
            "< User Access Verification",
            "<",
            "> admin",
            "< Username: admin",
            "> ***",
            "< Password:",
            "> terminal length 0",
            "> terminal width 511",
            "> show keys",
            "< R1#terminal length 0",
            "< R1#terminal width 511",
            "< R1#show keys",
            "< login ***, enable ***",
            "< bold",
            "> exit",
            "< R1#",
        ];
        assert_eq!(lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>(), expected, "{chunk}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::remove_file(&file).unwrap();
    }
    let nowhere = Session::builder(Platform::builtin("cisco_iosxe").unwrap()).session_log("/dev/null/logs");
    assert_eq!(nowhere.open(&device, &target(), &cx()).unwrap_err().kind(), ErrorKind::Log);
}

#[test]
fn a_secret_that_is_written_in_pieces_is_not_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let builder = Session::builder(Platform::builtin("cisco_iosxe").unwrap()).session_log(folder.path());
    let device = telnet_ios().step("show x\n", "show x\r\nR1#").step("set pw-1\n", "set pw-1\r\nR1#");
    let mut session = builder.open(&device, &target(), &cx()).unwrap();
    session.send_command("show x").unwrap();
    for piece in ["set p", "w-", "1", "\n"] {
        session.write(piece.as_bytes()).unwrap();
    }
    session.close();
    let log = std::fs::read_to_string(folder.path().join("r1.log")).unwrap();
    assert!(log.contains(" > set ***\n") && !log.contains("set p"), "{log}");
}

#[test]
fn steps_that_change_what_the_device_keeps_are_left_out_unless_asked_for() {
    let definition = "{prompt_pattern: '^\\S+ #$', default_mode: exec, modes: [{name: exec, prompt_pattern: '^fw #\\s?$'}], \
                      on_open_instructions: [{send_input: {input: config system console}}, {send_input: {input: set output \
                      standard}}, {send_input: {input: end}}]}";
    let platform = Arc::new(Platform::parse(definition, "t.yaml").unwrap());
    let device = Scripted::new("fw # ")
        .step("get x\n", "get x\r\none\r\n--More-- ")
        .step(" ", "\r         \rtwo\r\nfw # ");
    let mut session = Session::builder(Arc::clone(&platform)).open(&device, &target(), &cx()).unwrap();
    assert_eq!(session.send_command("get x").unwrap().text, "one\ntwo");
    assert_eq!(device.written(), "get x\n ");

    let steps = ["config system console\n", "set output standard\n", "end\n"];
    let device = steps
        .iter()
        .fold(Scripted::new("fw # "), |device, step| device.step(step, format!("{}\r\nfw # ", step.trim())));
    Session::builder(platform).persistent_steps().open(&device, &target(), &cx()).unwrap();
    assert_eq!(device.written(), steps.concat());
}
