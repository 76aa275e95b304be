//! Sessions with scripted devices: what is sent, what is told apart, and how each fault is told.

mod commands;
mod config;
mod interactive;
mod opening;
mod platforms;
mod watch;

use super::scripted::{LONG_PAUSE, PAUSE, Scripted};
use super::*;
use crate::cancel::CancelToken;
use crate::deadline::Deadline;
use crate::transport::{self, Permit, Target, Transport, TransportError};
use proptest::prelude::*;
use std::time::Instant;

const OPEN_IOS: &str = "terminal length 0\nterminal width 511\n";
const OPENED_IOS: &str = "terminal length 0\r\nR1#terminal width 511\r\nR1#";
const FRR_GREETING: &str = "\r\nHello, this is FRRouting (version 8.4.4).\r\nCopyright 1996-2005 Kunihiro Ishiguro, \
                            et al.\r\n\r\n\r\nUser Access Verification\r\n\r\nPassword: ";

fn cx() -> Cx {
    Cx::new(Deadline::after(Duration::from_mins(15), "host"), CancelToken::new())
}

fn target() -> Target {
    Target::new("r1").credentials(Credentials::user("admin").password("pw-1").enable("pw-2"))
}

fn open_as(platform: &str, device: &Scripted, target: &Target) -> Result<Session, SessionError> {
    Session::builder(Platform::builtin(platform).unwrap()).open(device, target, &cx())
}

/// With what is put off until the first command sent already.
fn open(device: &Scripted) -> Result<Session, SessionError> {
    let mut session = open_as("cisco_iosxe", device, &target())?;
    session.send_put_off(&cx())?;
    Ok(session)
}

/// A device that is past its login and in privileged exec.
fn ios() -> Scripted {
    Scripted::new("\r\nR1#").step(OPEN_IOS, OPENED_IOS)
}

fn telnet_ios() -> Scripted {
    Scripted::new("\r\nUser Access Verification\r\n\r\nUsername: ")
        .step("admin\n", "admin\r\nPassword: ")
        .step("pw-1\n", "\r\nR1#")
        .step(OPEN_IOS, OPENED_IOS)
}

fn reply(device: &Scripted, command: &str) -> Reply {
    open(device).unwrap().send_command(command).unwrap()
}

#[test]
fn ios_logs_in_with_one_wait_per_step() {
    let device = telnet_ios().step("show clock\n", "show clock\r\n*12:00:00 UTC\r\nR1#");
    let mut session = open(&device).unwrap();
    let reply = session.send_command("show clock").unwrap();
    assert_eq!(reply.text, "*12:00:00 UTC");
    assert_eq!(reply.raw, b"show clock\r\n*12:00:00 UTC\r\nR1#");
    assert_eq!((reply.prompt.as_str(), reply.mode.as_deref()), ("R1#", Some("privileged_exec")));
    assert!(reply.ok());
    session.close();
    assert_eq!(device.written(), format!("admin\npw-1\n{OPEN_IOS}show clock\nexit\n"));
}

fn frr() -> Scripted {
    Scripted::new(FRR_GREETING)
        .step("pw-1\n", "\r\nR101> ")
        .step("enable\n", "enable\r\nPassword: ")
        .step("pw-2\n", "\r\nR101# ")
        .step("terminal length 0\n", "terminal length 0\r\nR101# ")
}

#[test]
fn frr_asks_for_a_password_and_a_secret() {
    let device = frr().step("foo\n", "foo\r\n% [ZEBRA] Unknown command: foo\r\nR101# ");
    let mut session = open_as("frr", &device, &target()).unwrap();
    assert_eq!((session.mode(), session.prompt()), (Some("privileged_exec"), "R101#"));
    let reply = session.send_command("foo").unwrap();
    assert_eq!(reply.failure.unwrap().line, "% [ZEBRA] Unknown command: foo");
}

#[test]
fn enable_may_ask_for_nothing() {
    let device = Scripted::new("R1>").step("enable\n", "enable\r\nR1#").step(OPEN_IOS, OPENED_IOS);
    assert_eq!(open(&device).unwrap().mode(), Some("privileged_exec"));
    assert!(!device.written().contains("pw-2"));
}

#[test]
fn a_key_is_pressed_where_the_device_waits_for_one() {
    let device =
        Scripted::new("\r\n\r\nR1 con0 is now available\r\n\r\nPress RETURN to get started!\r\n\r\n\r\n")
            .step("\n", "\r\nUsername: ")
            .step("admin\n", "admin\r\nPassword: ")
            .step("pw-1\n", "\r\nR1#")
            .step(OPEN_IOS, OPENED_IOS);
    assert_eq!(open(&device).unwrap().prompt(), "R1#");
}

#[test]
fn a_banner_with_the_words_of_a_login_is_not_answered() {
    let banner = "Keep your password: secret!\r\nYour login: is logged.\r\nEnter your Username: below\r\n##########\r\n";
    let greeting = format!("{banner}{PAUSE}Login policy: none\r\n{PAUSE}\r\nUsername: ");
    let device = Scripted::new(greeting)
        .step("admin\n", "admin\r\nPassword: ")
        .step("pw-1\n", format!("\r\nThe last password: was good\r\n{PAUSE}R1#"))
        .step(OPEN_IOS, OPENED_IOS);
    assert_eq!(open(&device).unwrap().prompt(), "R1#");
}

#[test]
fn a_wrong_password_is_told_at_once_and_sent_once() {
    for refusal in [
        "\r\n% Login invalid\r\n\r\nUsername: ",
        "\r\nLogin incorrect\r\nlogin: ",
        "\r\nPassword: ",
        "\r\n% Bad passwords\r\n",
        "\r\n% Authentication failed\r\n\r\n",
    ] {
        let device =
            Scripted::new("Username: ").step("admin\n", "admin\r\nPassword: ").step("pw-1\n", refusal);
        let error = open(&device).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication, "{refusal:?}: {error}");
        assert_eq!(device.written(), "admin\npw-1\n");
    }
}

#[test]
fn nothing_of_the_credentials_is_sent_without_leave() {
    struct Never;
    impl transport::Connector for Never {
        fn connect(&self, _: &Target, _: &Cx) -> Result<Box<dyn Transport>, TransportError> {
            panic!("a connector that may log in by itself, and does not ask");
        }
    }
    let (device, target) = (telnet_ios(), target().permit(Permit::new(|| false)));
    let error = open_as("cisco_iosxe", &device, &target).unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Cancelled, Phase::Login), "{error}");
    assert_eq!(device.writes(), [""; 0]);
    let builder = Session::builder(Platform::builtin("cisco_iosxe").unwrap());
    assert_eq!(builder.open(&Never, &target, &cx()).unwrap_err().kind(), ErrorKind::Cancelled);
}

#[test]
fn a_password_is_sent_again_as_often_as_the_user_has_said() {
    let refused = "\r\n% Login invalid\r\n\r\nUsername: ";
    let open = |device: &Scripted, attempts| {
        let builder = Session::builder(Platform::builtin("cisco_iosxe").unwrap()).login_attempts(attempts);
        builder.open(device, &target(), &cx())
    };
    let login =
        |device: Scripted, answer: &str| device.step("admin\n", "admin\r\nPassword: ").step("pw-1\n", answer);
    let device = login(login(Scripted::new("Username: "), refused), "\r\nR1#").step(OPEN_IOS, OPENED_IOS);
    assert_eq!(open(&device, 2).unwrap().prompt(), "R1#");
    let device = login(login(Scripted::new("Username: "), refused), refused);
    assert_eq!(open(&device, 2).unwrap_err().kind(), ErrorKind::Authentication);
    assert_eq!(device.written(), "admin\npw-1\nadmin\npw-1\n");
    // A device that only asks again, and one that says no and hangs up.
    let device =
        Scripted::new("Password: ").step("pw-1\n", "\r\nPassword: ").step("pw-1\n", "\r\nPassword: ");
    assert_eq!(open(&device, 2).unwrap_err().kind(), ErrorKind::Authentication);
    assert_eq!(device.written(), "pw-1\npw-1\n");
    let device = login(Scripted::new("Username: "), "\r\n% Login invalid\r\n").hangs_up();
    assert_eq!(open(&device, 3).unwrap_err().kind(), ErrorKind::Authentication);
}

#[test]
fn a_refusal_followed_by_the_end_is_an_authentication_failure() {
    let device = Scripted::new("Password: ").step("pw-1\n", "\r\n% Bad passwords").hangs_up();
    assert_eq!(open(&device).unwrap_err().kind(), ErrorKind::Authentication);
}

#[test]
fn an_error_shows_no_secret_even_if_the_device_echoes_it() {
    let device = Scripted::new("Password: ").step("pw-1\n", "pw-1\r\nPassword: ");
    let error = open(&device).unwrap_err();
    assert_eq!(
        error.to_string(),
        "r1: login: authentication refused; last seen \"Password: ***\\r\\nPassword: \"; check user name and password"
    );
    assert!(!format!("{error:?}").contains("pw-1"));
}

#[test]
fn what_is_asked_for_and_was_not_given_is_told() {
    let device = Scripted::new("Username: ");
    let error = open_as("cisco_iosxe", &device, &Target::new("r1")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingCredential);
    assert!(error.to_string().contains("asks for a user name and none was given"), "{error}");

    let device = Scripted::new("R1>").step("enable\n", "enable\r\nPassword: ");
    let error = open_as("cisco_iosxe", &device, &Target::new("r1")).unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::MissingCredential, Phase::Privilege));
    assert!(error.to_string().contains("enable secret and none was given"), "{error}");
}

#[test]
fn a_wrong_secret_is_told_at_once_and_sent_once() {
    for refusal in [
        "\r\nPassword: ",
        "\r\n% Access denied\r\n\r\nR1>",
        "\r\n% Bad secrets\r\n\r\nR1>",
        "\r\n% Error in authentication.\r\n\r\nR1>",
    ] {
        let device = Scripted::new("R1>").step("enable\n", "enable\r\nPassword: ").step("pw-2\n", refusal);
        let error = open(&device).unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::SecretRefused, Phase::Privilege), "{error}");
        assert_eq!(device.written(), "enable\npw-2\n");
    }
    let device = Scripted::new("R1>")
        .step("enable\n", "enable\r\nPassword: ")
        .step("pw-2\n", "\r\n% Bad enable passwords, too many failures!\r\n")
        .hangs_up();
    assert_eq!(open(&device).unwrap_err().kind(), ErrorKind::SecretRefused);
}

#[test]
fn a_mode_that_the_user_may_not_reach_is_told() {
    let device = Scripted::new("R1>").step("enable\n", "enable\r\n% Authorization failed.\r\nR1>");
    let error = open(&device).unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Unauthorized, Phase::Privilege), "{error}");
}

#[test]
fn a_command_to_a_mode_that_the_user_may_not_give_is_told() {
    let refusal = "Command authorization failed.\r\n\r\nR1#";
    for echo in ["configure terminal\r\n", ""] {
        let device = ios().step("configure terminal\n", format!("{echo}{refusal}"));
        let error = open(&device).unwrap().enter_mode("configuration").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthorized, "{error}");
    }
}

#[test]
fn a_device_that_stays_where_it_was_is_told() {
    let device = Scripted::new("R1>").step("enable\n", "enable\r\n% No password set\r\nR1>");
    let error = open(&device).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Privilege);
    assert!(error.to_string().contains("No password set"), "{error}");
    assert!(
        error.to_string().contains(
            "privilege: the device stayed in mode exec; expected the prompt of mode privileged_exec"
        ),
        "{error}"
    );
}

#[test]
fn a_silent_device_is_told_with_the_limit_and_what_was_expected() {
    let error = open(&Scripted::new("")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "r1: login: timed out (authentication limit); expected a login prompt or the device's prompt; last seen nothing"
    );
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert_eq!(error.transport().unwrap().kind(), transport::ErrorKind::TimedOut);
}

#[test]
fn a_device_that_hangs_up_in_the_login_is_told() {
    let error = open(&Scripted::new("Username: ").step("admin\n", "admin\r\n").hangs_up()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert!(error.to_string().contains("closed by the other side; expected"), "{error}");
}

#[test]
fn a_session_is_of_no_use_after_an_error() {
    let device = ios().step("show clock\n", "show clock\r\n");
    let mut session = open(&device).unwrap();
    assert_eq!(session.send_command("show clock").unwrap_err().kind(), ErrorKind::TimedOut);
    let error = session.send_command("show clock").unwrap_err();
    assert!(error.to_string().contains("ended with an earlier error"), "{error}");
}

#[test]
fn a_cancelled_session_ends_at_once() {
    let token = CancelToken::new();
    let cx = Cx::new(Deadline::after(Duration::from_mins(15), "host"), token.clone());
    let platform = Platform::builtin("cisco_iosxe").unwrap();
    let mut session = Session::builder(platform).open(&ios(), &target(), &cx).unwrap();
    token.cancel();
    assert_eq!(session.send_command("show clock").unwrap_err().kind(), ErrorKind::Cancelled);
}

#[test]
fn a_deadline_that_is_past_is_told_by_its_name() {
    let cx = Cx::new(Deadline::after(Duration::ZERO, "host"), CancelToken::new());
    let platform = Platform::builtin("cisco_iosxe").unwrap();
    let error = Session::builder(platform).open(&Scripted::new(""), &target(), &cx).unwrap_err();
    assert!(error.to_string().contains("timed out (host limit)"), "{error}");
}

#[test]
fn an_unknown_command_is_a_reply_that_failed() {
    let output = "shw ver\r\n   ^\r\n% Invalid input detected at '^' marker.\r\n\r\nR1#";
    let reply = reply(&ios().step("shw ver\n", output), "shw ver");
    assert!(!reply.ok());
    assert_eq!(reply.failure.unwrap().line, "% Invalid input detected at '^' marker.");
}

#[test]
fn a_command_of_two_lines_is_refused() {
    let mut session = open(&ios()).unwrap();
    assert_eq!(session.send_command("a\nb").unwrap_err().kind(), ErrorKind::Input);
}

#[test]
fn a_line_that_looks_like_a_prompt_does_not_end_the_reply() {
    let output = "show run\r\nbanner\r\nR1#\r\nR2#\r\nR1#show run\r\nend\r\nR1#";
    assert_eq!(
        reply(&ios().step("show run\n", output), "show run").text,
        "banner\nR1#\nR2#\nR1#show run\nend"
    );
}

#[test]
fn a_prompt_drawn_again_before_the_echo_does_not_end_the_reply() {
    for redrawn in ["\rR1#", "\r\nR1#", "\r\n%SYS-5-CONFIG_I: log\r\nR1#"] {
        let output = format!("{redrawn}{PAUSE}show clock\r\n12:00\r\nR1#");
        let reply = reply(&ios().step("show clock\n", output), "show clock");
        assert_eq!(reply.text, "12:00", "{redrawn:?}");
    }
}

#[test]
fn one_echo_that_was_lost_does_not_shift_the_replies_behind_it() {
    let redrawn = format!("\r\n%SYS-5-CONFIG_I: log\r\nR1#{PAUSE}show clock\r\n12:00\r\nR1#");
    let device = ios()
        .step("show users\n", "\r\nnobody\r\nR1#")
        .step("show clock\n", redrawn)
        .step("show x\n", "show x\r\nx\r\nR1#");
    let mut session = open(&device).unwrap();
    assert_eq!(session.send_command("show users").unwrap().text, "nobody");
    assert_eq!(session.send_command("show clock").unwrap().text, "12:00");
    assert_eq!(session.send_command("show x").unwrap().text, "x");
}

#[test]
fn an_empty_command_is_complete_with_its_line_end() {
    let redrawn = format!("\r\nR1#{LONG_PAUSE}late");
    assert_eq!(reply(&ios().step("\n", redrawn), "").text, "");
}

#[test]
fn a_line_cut_where_it_looks_like_another_prompt_does_not_end_the_reply() {
    let output = format!("show x\r\nEth0#{PAUSE}1 up\r\nEth1>{PAUSE} up\r\nR1#");
    assert_eq!(reply(&ios().step("show x\n", output), "show x").text, "Eth0#1 up\nEth1> up");
}

#[test]
fn a_line_of_a_slow_console_that_begins_as_the_prompt_does_not_end_the_reply() {
    let output = "show run\r\nbanner\r\nR1#\r\nR1#show run\r\nend\r\nR1#";
    let slow: Vec<String> = output.chars().map(|c| format!("{c}{PAUSE}")).collect();
    let reply = reply(&ios().step("show run\n", slow.concat()), "show run");
    assert_eq!(reply.text, "banner\nR1#\nR1#show run\nend");
}

#[test]
fn a_prompt_that_came_as_one_is_not_waited_for() {
    let device = ios()
        .step("show clock\n", "show clock\r\n12:00\r\nR1#")
        .step("show x\n", format!("show x\r\nR{PAUSE}1#"));
    let mut session = open(&device).unwrap();
    session.send_command("show clock").unwrap();
    assert!(device.deadlines("settle").into_iter().max().unwrap() <= Instant::now());
    let sent = Instant::now();
    session.send_command("show x").unwrap();
    let in_pieces = Duration::from_millis(300);
    assert!(device.deadlines("settle").into_iter().max().unwrap() >= sent + in_pieces);
}

#[test]
fn a_banner_that_speaks_of_a_key_is_not_given_one_while_it_goes_on() {
    let greeting = format!("Authorised users only. Press ENTER only if you agree.\r\n{PAUSE}\r\nUsername: ");
    let device = Scripted::new(greeting)
        .step("admin\n", "admin\r\nPassword: ")
        .step("pw-1\n", "\r\nR1#")
        .step(OPEN_IOS, OPENED_IOS);
    assert_eq!(open(&device).unwrap().prompt(), "R1#");
}

#[test]
fn a_goodbye_sends_no_secret() {
    let device = ios().step("disable\n", "disable\r\nR1>");
    let mut session = open(&device).unwrap();
    session.enter_mode("exec").unwrap();
    session.close();
    assert_eq!(device.written(), format!("{OPEN_IOS}disable\nexit\n"));
}

#[test]
fn a_reply_without_an_echo_is_complete() {
    let device = ios().step("show clock\n", "\r\n12:00\r\nR1#").step("show x\n", "12:01\r\nR1#");
    let mut session = open(&device).unwrap();
    assert_eq!(session.send_command("show clock").unwrap().text, "12:00");
    assert_eq!(session.send_command("show x").unwrap().text, "12:01");
}

#[test]
fn lines_before_an_echo_without_its_prompt_are_kept() {
    let device = ios().step("end\n", "\r\nbegin\r\nend\r\nR1#");
    assert_eq!(reply(&device, "end").text, "begin");
}

#[test]
fn a_slow_reply_is_waited_for_though_the_old_prompt_still_stands() {
    let with_echo = format!("{LONG_PAUSE}show x\r\n{LONG_PAUSE}x\r\nR1#");
    assert_eq!(reply(&ios().step("show x\n", with_echo), "show x").text, "x");

    let without_echo = format!("{LONG_PAUSE}\r\nx\r\nR1#");
    let device = ios().step("show y\n", "\r\ny\r\nR1#").step("show x\n", without_echo);
    let mut session = open(&device).unwrap();
    session.send_command("show y").unwrap();
    assert_eq!(session.send_command("show x").unwrap().text, "x");

    let opened = format!("{LONG_PAUSE}{OPENED_IOS}");
    assert_eq!(open(&Scripted::new("R1#").step(OPEN_IOS, opened)).unwrap().prompt(), "R1#");
}

#[test]
fn a_carriage_return_that_comes_alone_ends_no_reply_of_a_device_without_an_echo() {
    let device = ios().step("show y\n", "\r\ny\r\nR1#").step("show x\n", format!("\r{LONG_PAUSE}\nx\r\nR1#"));
    let mut session = open(&device).unwrap();
    session.send_command("show y").unwrap();
    assert_eq!(session.send_command("show x").unwrap().text, "x");
}

#[test]
fn a_session_may_go_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<Session>();
}

#[test]
fn a_device_without_any_echo_is_opened() {
    let device = Scripted::new("R1#").step(OPEN_IOS, "\r\nR1#\r\nR1#").step("show x\n", "\r\nx\r\nR1#");
    assert_eq!(open(&device).unwrap().send_command("show x").unwrap().text, "x");
}

#[test]
fn an_echo_wrapped_by_the_terminal_is_cut() {
    let output = "show interfaces \r\nGigabitEthernet1/0/1\r\nup\r\nR1#";
    let command = "show interfaces GigabitEthernet1/0/1";
    assert_eq!(reply(&ios().step(&format!("{command}\n"), output), command).text, "up");
}

#[test]
fn a_pager_is_answered_and_leaves_nothing() {
    let device = ios()
        .step("show run\n", "show run\r\none\r\n --More-- ")
        .step(" ", "\0\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08          \x08\x08\x08\x08\x08\x08\x08\x08\x08\x08two\r\n --More-- ")
        .step(" ", "\r          \rthree\r\n --More-- ")
        .step(" ", "\r\x1b[Kfour\r\nR1#");
    assert_eq!(reply(&device, "show run").text, "one\ntwo\nthree\nfour");
}

#[test]
fn a_banner_that_vtysh_pages_is_got_past() {
    let device = Scripted::new(
        "\r\nHello, this is FRRouting (version 8.4.4).\r\n\r\n\x1b[7m--More--\r\x1b[K(END)\x1b[27m",
    )
    .step("q", "\r\x1b[KR101# ")
    .step("terminal length 0\n", "terminal length 0\r\nR101# ");
    assert_eq!(open_as("frr", &device, &target()).unwrap().prompt(), "R101#");
}

#[test]
fn a_page_that_less_shows_is_followed_by_the_next() {
    let device = Scripted::new("R101# ")
        .step("terminal length 0\n", "terminal length 0\r\nR101# ")
        .step("show x\n", "show x\r\n\x1b[?1h\x1b=\rone\r\n:\x1b[K")
        .step(" ", "\r\x1b[Ktwo\r\n\x1b[7m(END)\x1b[27m\x1b[K")
        .step("q", "\r\x1b[K\x1b[?1l\x1b>R101# ");
    let mut session = open_as("frr", &device, &target()).unwrap();
    assert_eq!(session.send_command("show x").unwrap().text, "one\ntwo");
}

#[test]
fn a_banner_without_a_line_end_is_told_from_the_prompt_behind_it() {
    let device = Scripted::new("Unauthorised access is forbiddenR101# ")
        .step("\n", "\r\nR101# ")
        .step("terminal length 0\n", "terminal length 0\r\nR101# ");
    assert_eq!(open_as("frr", &device, &target()).unwrap().prompt(), "R101#");
}

#[test]
fn bytes_outside_of_utf8_do_no_harm() {
    let output = b"show x\r\na\xff\xfe\xc3b\r\n\xe2\x82\r\nR1#";
    assert_eq!(reply(&ios().step("show x\n", output), "show x").text, "a\u{fffd}\u{fffd}\u{fffd}b\n\u{fffd}");
}

#[test]
fn modes_are_entered_and_told() {
    let device = ios()
        .step("configure terminal\n", "configure terminal\r\nEnter configuration commands.\r\nR1(config)#")
        .step("hostname R2\n", "hostname R2\r\nR2(config)#")
        .step("end\n", "end\r\nR2#");
    let mut session = open(&device).unwrap();
    session.enter_mode("configuration").unwrap();
    assert_eq!(session.mode(), Some("configuration"));
    assert_eq!(session.send_command("hostname R2").unwrap().prompt, "R2(config)#");
    session.enter_mode("privileged_exec").unwrap();
    session.enter_mode("privileged_exec").unwrap();
    assert_eq!((session.mode(), session.prompt()), (Some("privileged_exec"), "R2#"));
    let error = session.enter_mode("tclsh").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Platform);
    assert!(error.to_string().ends_with("its modes are exec, privileged_exec, configuration"), "{error}");
}

#[test]
fn a_prompt_of_no_known_mode_ends_the_reply_if_it_names_the_device() {
    let device = ios().step("tclsh\n", "tclsh\r\nfoo>bar#\r\nR1(tcl)#");
    let reply = reply(&device, "tclsh");
    assert_eq!((reply.prompt.as_str(), reply.mode), ("R1(tcl)#", None));
}

mockall::mock! {
    Wire {}
    impl Transport for Wire {
        fn read(&mut self, buf: &mut [u8], cx: &Cx) -> Result<usize, TransportError>;
        fn write_all(&mut self, bytes: &[u8], cx: &Cx) -> Result<(), TransportError>;
        fn close(&mut self, cx: &Cx);
    }
}

struct OneWire(std::sync::Mutex<Option<MockWire>>);

impl transport::Connector for OneWire {
    fn connect(&self, _: &Target, _: &Cx) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(self.0.lock().unwrap().take().unwrap()))
    }
}

#[test]
fn a_write_that_fails_is_told_with_its_cause_once() {
    let mut wire = MockWire::new();
    wire.expect_read().times(1).returning(|buf, _| {
        buf[..10].copy_from_slice(b"Username: ");
        Ok(10)
    });
    wire.expect_read().returning(|_, cx| {
        Err(TransportError::interrupted(crate::cx::Interruption::TimedOut, transport::Phase::Read, "r1", cx))
    });
    wire.expect_write_all().times(1).returning(|_, _| {
        let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        let error =
            TransportError::new(transport::ErrorKind::Io, transport::Phase::Write, "r1", "write failed");
        Err(error.source(reset))
    });
    let connector = OneWire(std::sync::Mutex::new(Some(wire)));
    let platform = Platform::builtin("cisco_iosxe").unwrap();
    let error = Session::builder(platform).open(&connector, &target(), &cx()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.to_string().starts_with("r1: login: write failed: connection reset; "), "{error}");
}

#[test]
fn a_connection_that_is_not_made_is_told_as_the_transport_tells_it() {
    struct Refused;
    impl transport::Connector for Refused {
        fn connect(&self, target: &Target, _: &Cx) -> Result<Box<dyn Transport>, TransportError> {
            let kind = transport::ErrorKind::Refused;
            Err(TransportError::new(kind, transport::Phase::Connect, target.peer(23), "connection refused"))
        }
    }
    let platform = Platform::builtin("frr").unwrap();
    let error = Session::builder(platform).open(&Refused, &Target::new("192.0.2.1"), &cx()).unwrap_err();
    assert_eq!(error.to_string(), "192.0.2.1:23: connect: connection refused");
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Transport, Phase::Connect));
}

proptest! {
    #[test]
    fn a_reply_does_not_depend_on_how_it_is_cut(
        lines in proptest::collection::vec("[ -~\\u{e0}-\\u{ff}]{0,20}", 0..8),
        chunk in 1_usize..12,
    ) {
        let mut output = b"show x\r\n".to_vec();
        for line in &lines {
            output.extend_from_slice(line.as_bytes());
            output.extend_from_slice(b"\r\n");
        }
        output.extend_from_slice(b"R1#");
        let device = telnet_ios().step("show x\n", &output);
        let whole = reply(&device, "show x");
        let cut = reply(&device.clone().chunk(chunk), "show x");
        prop_assert_eq!(&cut.text, &whole.text);
        let slow = reply(&device.chunk(chunk).slow(), "show x");
        prop_assert_eq!(&slow.text, &whole.text);
        let session = open_as("frr", &frr().chunk(chunk), &target()).unwrap();
        prop_assert_eq!(session.prompt(), "R101#");
        let said = lines.join("\n");
        prop_assert_eq!(cut.text.as_str(), said.trim_end_matches('\n'));
    }
}
