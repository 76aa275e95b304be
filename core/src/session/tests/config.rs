//! Configuration: in and out, refused lines, several lines at once, banners.

use super::commands::said;
use super::*;

fn configuring() -> Scripted {
    ios().step(
        "configure terminal\n",
        "configure terminal\r\nEnter configuration commands, one per line.  End with CNTL/Z.\r\nR1(config)#",
    )
}

fn left(device: Scripted) -> Scripted {
    device.step("end\n", "end\r\nR1#")
}

#[test]
fn lines_are_sent_in_configuration_and_the_session_goes_back() {
    let device = configuring()
        .step("interface Lo0\n", "interface Lo0\r\nR1(config-if)#")
        .step(" description x\n", " description x\r\nR1(config-if)#");
    let device = left(device);
    let mut session = open(&device).unwrap();
    let replies = session.send_config("interface Lo0\r\n\n description x\n").unwrap();
    assert!(replies.ok() && replies.len() == 2);
    assert_eq!(replies[1].prompt, "R1(config-if)#");
    assert_eq!(replies[1].mode.as_deref(), Some("configuration"));
    assert_eq!(session.mode(), Some("privileged_exec"));
}

#[test]
fn a_session_that_is_in_configuration_stays_there() {
    let device = configuring().step("no ip http server\n", said("R1(config)#", &[("no ip http server", "")]));
    let mut session = open(&device).unwrap();
    session.enter_mode("configuration").unwrap();
    assert!(session.send_configs(["no ip http server"]).unwrap().ok());
    assert_eq!(session.mode(), Some("configuration"));
}

const REFUSED: &str = "            ^\r\n% Invalid input detected at '^' marker.\r\n\r\n";

#[test]
fn the_first_refused_line_stops_the_rest_where_asked_and_is_told() {
    let device = configuring()
        .step("ip routing\n", said("R1(config)#", &[("ip routing", "")]))
        .step("ip rooting\n", said("R1(config)#", &[("ip rooting", REFUSED)]));
    let device = left(device);
    let mut session = open(&device).unwrap();
    let lines = ["ip routing", "ip rooting", "ip cef", "ntp server 192.0.2.1"];
    let replies = session.send_configs_with(lines, &SendOptions::default().stop_on_failed()).unwrap();
    let (at, reply) = replies.first_failed().unwrap();
    assert_eq!((at, reply.command.as_str()), (1, "ip rooting"));
    assert_eq!(replies.not_sent, ["ip cef", "ntp server 192.0.2.1"]);
    assert_eq!(session.mode(), Some("privileged_exec"));
}

#[test]
fn a_refused_line_does_not_stop_the_rest_unless_asked() {
    let device = configuring()
        .step("ip rooting\n", said("R1(config)#", &[("ip rooting", REFUSED)]))
        .step("ip cef\n", said("R1(config)#", &[("ip cef", "")]));
    let replies = open(&left(device)).unwrap().send_configs(["ip rooting", "ip cef"]).unwrap();
    assert_eq!((replies.ok(), replies.len(), replies[1].ok()), (false, 2, true));
}

#[test]
fn a_refused_candidate_is_thrown_away_where_the_platform_says_how() {
    let definition = "{prompt_pattern: '^\\S+[>#]$', default_mode: exec, on_abort_instructions: [{send_input: {input: \
                      rollback}}], failure_indicators: [error], modes: [{name: exec, prompt_pattern: '^r1>$', \
                      accessible_modes: [{name: configuration, instructions: [{send_input: {input: configure}}]}]}, \
                      {name: configuration, prompt_pattern: '^r1#$', accessible_modes: [{name: exec, instructions: \
                      [{send_input: {input: exit}}]}]}]}";
    let platform = Arc::new(Platform::parse(definition, "t.yaml").unwrap());
    let device = Scripted::new("r1>")
        .step("configure\n", "configure\r\nr1#")
        .step("set x\n", "set x\r\nerror: x\r\nr1#")
        .step("rollback\n", "rollback\r\nr1#")
        .step("exit\n", "exit\r\nr1>");
    let mut session = Session::builder(platform).open(&device, &target(), &cx()).unwrap();
    let options = SendOptions::default().stop_on_failed();
    let replies = session.send_configs_with(["set x", "set y"], &options).unwrap();
    assert_eq!(replies.not_sent, ["set y"]);
    assert_eq!(device.written(), "configure\nset x\nrollback\nexit\n");
}

#[test]
fn lines_that_begin_with_a_percent_sign_are_told_and_may_count_as_refusals() {
    let output = "% Access VLAN does not exist. Creating vlan 10\r\n%SYS-5-CONFIG_I: x\r\n";
    let device = left(configuring().step("switchport x\n", said("R1(config)#", &[("switchport x", output)])));
    let replies = open(&device).unwrap().send_configs(["switchport x"]).unwrap();
    assert!(replies.ok());
    assert_eq!(replies[0].warnings, ["% Access VLAN does not exist. Creating vlan 10"]);
    let strict = SendOptions::default().fail_on_warning();
    let replies = open(&device).unwrap().send_configs_with(["switchport x"], &strict).unwrap();
    assert_eq!(replies[0].failure.as_ref().map(|failure| failure.cause), Some(FailureCause::Warning));
}

#[test]
fn such_lines_are_told_whatever_prompt_stands_behind_them() {
    let warning = "% Interface will be removed\r\n";
    let device = configuring()
        .step("interface Po 1\n", format!("interface Po 1\r\n{warning}R1(config-if~1)#"))
        .step("exit\n", format!("exit\r\n{warning}R1(config)#"))
        .step("exit\n", format!("exit\r\n{warning}R1#"));
    let replies = open(&device).unwrap().send_configs(["interface Po 1", "exit", "exit"]).unwrap();
    assert_eq!(replies[0].mode, None);
    assert!(replies.iter().all(|reply| reply.warnings == [warning.trim_end()]), "{replies:?}");
}

#[test]
fn a_long_list_of_lines_costs_a_few_round_trips_where_asked() {
    let lines: Vec<String> =
        (1..=255).map(|at| format!("access-list 101 permit ip host 192.0.2.{at} any")).collect();
    let device = lines.iter().fold(configuring(), |device, line| {
        device.step(&format!("{line}\n"), said("R1(config)#", &[(line, "")]))
    });
    let device = left(device);
    let mut session = open(&device).unwrap();
    let replies = session.send_configs_with(&lines, &SendOptions::default().pipelined(true)).unwrap();
    assert!(replies.ok() && replies.len() == 255);
    let writes = device.writes().len();
    assert!(writes <= 12, "{writes} writes");
}

#[test]
fn lines_are_told_apart_though_the_prompt_changes_between_them() {
    let output = "interface Lo0\r\nR1(config-if)#description x\r\nR1(config-if)#hostname R2\r\nR2(config)#ip foo\r\n\
                  % Invalid input detected at '^' marker.\r\nR2(config)#ip cef\r\nR2(config)#";
    let lines = ["interface Lo0", "description x", "hostname R2", "ip foo", "ip cef"];
    let device = configuring().step(&format!("{}\n", lines.join("\n")), output).step("end\n", "end\r\nR2#");
    let mut session = open(&device).unwrap();
    let replies = session.send_configs_with(lines, &SendOptions::default().pipelined(true)).unwrap();
    assert_eq!(replies.first_failed().map(|(at, _)| at), Some(3));
    assert_eq!(
        replies.iter().map(|reply| reply.prompt.as_str()).collect::<Vec<_>>(),
        ["R1(config-if)#", "R1(config-if)#", "R2(config)#", "R2(config)#", "R2(config)#"]
    );
    assert_eq!(session.prompt(), "R2#");
}

#[test]
fn a_line_that_may_ask_back_goes_out_alone() {
    let device = configuring()
        .step("ip cef\n", said("R1(config)#", &[("ip cef", "")]))
        .step("no username x\n", said("R1(config)#", &[("no username x", "")]))
        .step("ip routing\n", said("R1(config)#", &[("ip routing", "")]));
    let device = left(device);
    let lines = ["ip cef", "no username x", "ip routing"];
    open(&device).unwrap().send_configs_with(lines, &SendOptions::default().pipelined(true)).unwrap();
    let writes = device.writes();
    assert_eq!(writes[2..5], ["ip cef\n", "no username x\n", "ip routing\n"]);
}

#[test]
fn lines_whose_replies_cannot_be_told_apart_are_an_error_and_not_sent_again() {
    let device = configuring().step("ip cef\nip routing\n", "\r\nR1(config)#\r\nR1(config)#");
    let mut session = open(&device).unwrap();
    let options = SendOptions::default().pipelined(true);
    let error = session.send_configs_with(["ip cef", "ip routing"], &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Indistinct);
    assert!(error.to_string().contains("2 lines were taken"), "{error}");
}

#[test]
fn a_banner_is_one_input_and_gets_its_lines_when_the_device_waits_for_them() {
    let asks = "banner motd ^\r\nEnter TEXT message.  End with the character '^'.\r\n";
    let device = configuring()
        .step("banner motd ^\n", asks)
        .step("Keep out\n\n^\n", "Keep out\r\n\r\n^\r\nR1(config)#");
    let device = left(device.step("ip cef\n", said("R1(config)#", &[("ip cef", "")])));
    // The commands behind it wait for it.
    let mut session = open(&device).unwrap();
    let lines = "banner motd ^\nKeep out\n\n^\nip cef\n";
    let replies = session.send_configs_with(lines.lines(), &SendOptions::default().pipelined(true)).unwrap();
    assert!(replies.ok() && replies.len() == 2, "{replies:?}");
    assert_eq!(replies[0].command, "banner motd ^\nKeep out\n\n^");
    assert_eq!(device.writes()[2..5], ["banner motd ^\n", "Keep out\n\n^\n", "ip cef\n"]);
}

#[test]
fn the_lines_of_a_refused_banner_are_not_sent_as_commands() {
    let device = configuring().step("banner motd ^\n", said("R1(config)#", &[("banner motd ^", REFUSED)]));
    let device = left(device);
    let lines = ["banner motd ^", "reload", "^"];
    let replies = open(&device).unwrap().send_configs(lines).unwrap();
    assert!(!replies.ok());
    assert!(!device.written().contains("reload"));
}

#[test]
fn a_banner_without_an_end_is_not_begun() {
    let device = ios();
    let error = open(&device).unwrap().send_configs(["banner motd ^", "Keep out"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.to_string().contains("no line with ^ ends"), "{error}");
    assert_eq!(device.written(), OPEN_IOS);
}

#[test]
fn lines_behind_one_that_led_out_of_configuration_are_not_sent() {
    let device = configuring().step("exit\n", "exit\r\nR1#");
    let error = open(&device).unwrap().send_configs(["exit", "reload"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Privilege);
    assert!(
        error.to_string().contains("line 1 led out of configuration, to mode privileged_exec: exit"),
        "{error}"
    );
    assert_eq!(error.replies().len(), 1);
    assert!(!device.written().contains("reload"));
}

#[test]
fn an_error_in_the_middle_has_the_replies_of_the_lines_before_it() {
    let device =
        configuring().step("ip cef\n", said("R1(config)#", &[("ip cef", "")])).step("ip x\n", "").hangs_up();
    let error = open(&device).unwrap().send_configs(["ip cef", "ip x"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert_eq!(error.replies().len(), 1);
}

#[test]
fn configuration_comes_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    std::fs::write(&file, "ip cef\n").unwrap();
    let device = left(configuring().step("ip cef\n", said("R1(config)#", &[("ip cef", "")])));
    let replies = open(&device).unwrap().send_config_from_file(&file, &SendOptions::default()).unwrap();
    assert_eq!(replies.len(), 1);
}
