//! Sessions with simulated devices in memory: login, privilege, paging, configuration, and what each fault is told as.

use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::platform::Platform;
use linecrew_core::session::{ErrorKind, Phase, Session, SessionError};
use linecrew_core::transport::{Credentials, Target};
use linecrew_testkit::{Device, Fault, LoginStyle, memory};
use proptest::prelude::*;
use std::time::Duration;

fn target() -> Target {
    Target::new("R1").credentials(Credentials::user("admin").password("admin").enable("enable"))
}

fn open_as(device: Device, target: &Target) -> Result<Session, SessionError> {
    let platform = Platform::builtin(device.platform().name())?;
    let connector = memory::connector([device.power_on()]);
    let cx = Cx::new(Deadline::after(Duration::from_mins(15), "host"), CancelToken::new());
    Session::builder(platform).open(&connector, target, &cx)
}

fn open(device: Device) -> Result<Session, SessionError> {
    open_as(device, &target())
}

fn devices() -> [Device; 2] {
    [Device::cisco_iosxe("R1"), Device::frr("R1")]
}

#[test]
fn every_platform_opens_in_its_default_mode_and_shows_its_version() {
    for device in devices() {
        let mut session = open(device).unwrap();
        assert_eq!(session.mode(), Some("privileged_exec"));
        let reply = session.send_command("show version").unwrap();
        assert!(reply.ok() && reply.text.lines().count() > 2, "{}", reply.text);
        assert!(!reply.text.contains("R1#") && !reply.text.contains("show version"), "{}", reply.text);
        session.close();
    }
}

#[test]
fn every_login_style_is_followed() {
    for style in [LoginStyle::UserPassword, LoginStyle::Password, LoginStyle::None] {
        for device in devices() {
            assert_eq!(open(device.login(style)).unwrap().prompt(), "R1#");
        }
    }
}

#[test]
fn a_privileged_login_and_a_missing_secret_of_frr_need_no_secret() {
    let without = Target::new("R1").credentials(Credentials::user("admin").password("admin"));
    assert!(open_as(Device::cisco_iosxe("R1").privileged(), &without).is_ok());
    assert!(open_as(Device::frr("R1").no_enable_secret(), &without).is_ok());
}

#[test]
fn a_wrong_password_is_an_authentication_failure() {
    for device in devices() {
        let error = open(device.credentials("admin", "other")).unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Authentication, Phase::Login), "{error}");
    }
}

#[test]
fn a_wrong_secret_is_refused_and_a_missing_one_told() {
    for device in devices() {
        let error = open(device.clone().enable_secret("other")).unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::SecretRefused, Phase::Privilege), "{error}");
        let without = Target::new("R1").credentials(Credentials::user("admin").password("admin"));
        let error = open_as(device, &without).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MissingCredential, "{error}");
    }
}

#[test]
fn a_device_without_a_secret_refuses_enable() {
    let error = open(Device::cisco_iosxe("R1").no_enable_secret()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Privilege);
    assert!(error.to_string().contains("No password set"), "{error}");
}

#[test]
fn silence_and_a_hang_up_are_told_in_their_phase() {
    for device in devices() {
        let error = open(device.clone().fault(Fault::Silent)).unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::TimedOut, Phase::Login), "{error}");
        let error = open(device.fault(Fault::CloseAfter(20))).unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Closed, Phase::Login), "{error}");
    }
}

#[test]
fn an_unknown_command_fails_as_a_reply() {
    for device in devices() {
        let mut session = open(device).unwrap();
        let reply = session.send_command("nonsense").unwrap();
        assert!(reply.failure.is_some_and(|failure| failure.line.starts_with("% ")), "{}", reply.text);
        assert!(session.send_command("show version").unwrap().ok());
    }
}

#[test]
fn a_pager_that_stays_on_is_answered() {
    let long = (0..100).map(|line| format!("line {line}\n")).collect::<Vec<_>>().concat();
    for device in devices() {
        let mut session = open(device.command("show long", &long)).unwrap();
        session.send_command("terminal length 24").unwrap();
        assert_eq!(session.send_command("show long").unwrap().text, long.trim_end());
        assert_eq!(session.prompt(), "R1#");
    }
}

#[test]
fn the_hostname_can_change_in_configuration_mode() {
    for device in devices() {
        let mut session = open(device).unwrap();
        session.enter_mode("configuration").unwrap();
        session.send_command("hostname R2").unwrap();
        assert_eq!(session.prompt(), "R2(config)#");
        session.enter_mode("privileged_exec").unwrap();
        let config = session.send_command("show running-config").unwrap();
        assert!(config.text.contains("hostname R2"), "{}", config.text);
        session.enter_mode("exec").unwrap();
        assert_eq!(session.prompt(), "R2>");
    }
}

#[test]
fn bytes_that_are_no_text_do_no_harm() {
    let device = Device::cisco_iosxe("R1").fault(Fault::Garbage(b"\xff\xfe\xc3\x28\x1b[31m".to_vec()));
    let reply = open(device).unwrap().send_command("show clock").unwrap();
    assert!(reply.text.contains('\u{fffd}') && !reply.text.contains('\u{1b}'), "{:?}", reply.text);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_reply_is_the_same_in_chunks_of_any_size(
        chunk in 1_usize..40,
        lines in proptest::collection::vec("[ -~]{0,30}", 1..12),
    ) {
        let said = lines.join("\n");
        for device in devices() {
            let device = device.command("show it", format!("{said}\n")).fault(Fault::Chunks(chunk));
            let reply = open(device).unwrap().send_command("show it").unwrap();
            prop_assert_eq!(reply.text.as_str(), said.trim_end_matches('\n'));
        }
    }

    #[test]
    fn a_connection_that_ends_anywhere_gives_the_reply_or_an_error(bytes in 0_usize..2500, stalls: bool) {
        let fault = if stalls { Fault::StallAfter(bytes) } else { Fault::CloseAfter(bytes) };
        let result = open(Device::cisco_iosxe("R1").fault(fault))
            .and_then(|mut session| session.send_command("show version"));
        match result {
            Ok(reply) => prop_assert!(reply.text.contains("Cisco IOS") && reply.prompt == "R1#"),
            Err(error) => {
                let expected = if stalls { ErrorKind::TimedOut } else { ErrorKind::Closed };
                prop_assert_eq!(error.kind(), expected, "{}", error);
            }
        }
    }
}
