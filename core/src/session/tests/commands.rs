//! Commands: together and one by one, judged, framed, and what stops them.

use super::*;

const SHOWS: &str = "show clock\nshow users\n";

/// What a device in privileged exec echoes and says to lines.
pub(super) fn said(prompt: &str, lines: &[(&str, &str)]) -> String {
    lines.iter().flat_map(|(line, output)| [line, "\r\n", output, prompt]).collect()
}

#[test]
fn what_prepares_the_command_line_goes_out_with_the_first_command_that_reads() {
    let device = ios().step("show clock\n", said("R1#", &[("show clock", "12:00\r\n")]));
    let mut session = open_as("cisco_iosxe", &device, &target()).unwrap();
    assert_eq!(device.writes(), Vec::<String>::new());
    let reply = session.send_command("show clock").unwrap();
    assert_eq!(device.writes(), [format!("{OPEN_IOS}show clock\n")]);
    assert_eq!((reply.text.as_str(), reply.prompt.as_str()), ("12:00", "R1#"));
    assert_eq!(reply.raw, b"show clock\r\n12:00\r\nR1#");
}

#[test]
fn what_prepares_the_command_line_goes_out_before_a_command_that_may_change_something() {
    let device = ios().step("clear counters\n", said("R1#", &[("clear counters", "")]));
    let mut session = open_as("cisco_iosxe", &device, &target()).unwrap();
    assert!(session.send_command("clear counters").unwrap().ok());
    assert_eq!(device.writes(), [OPEN_IOS, "clear counters\n"]);
}

#[test]
fn a_session_that_is_closed_without_a_command_has_sent_none() {
    let device = Scripted::new("R1#").step("exit\n", "");
    open_as("cisco_iosxe", &device, &target()).unwrap().close();
    assert_eq!(device.written(), "exit\n");
}

#[test]
fn commands_that_read_go_out_together_and_their_replies_are_told_apart() {
    let device =
        ios().step(SHOWS, said("R1#", &[("show clock", "12:00\r\n"), ("show users", "vty 0\r\nvty 1\r\n")]));
    let mut session = open(&device).unwrap();
    let replies = session.send_commands(["show clock", "show users"]).unwrap();
    assert_eq!(device.writes()[1..], [SHOWS]);
    assert!(replies.ok() && replies.len() == 2);
    assert_eq!((replies[0].text.as_str(), replies[1].text.as_str()), ("12:00", "vty 0\nvty 1"));
    assert_eq!(replies[0].raw, b"show clock\r\n12:00\r\nR1#");
    assert_eq!(replies[1].raw, b"show users\r\nvty 0\r\nvty 1\r\nR1#");
    assert_eq!((replies[0].prompt.as_str(), replies[0].mode.as_deref()), ("R1#", Some("privileged_exec")));
    assert!(replies[0].start <= replies[1].start && replies.elapsed() >= replies[1].elapsed);
    assert_eq!(replies.text(), "12:00\nvty 0\nvty 1\n");
}

#[test]
fn no_more_goes_out_at_once_than_devices_buffer() {
    let commands: Vec<String> =
        (0..200).map(|at| format!("show interfaces GigabitEthernet1/0/{at}")).collect();
    let outputs: Vec<(&str, &str)> = commands.iter().map(|command| (command.as_str(), "up\r\n")).collect();
    let device =
        outputs.iter().fold(ios(), |device, one| device.step(&format!("{}\n", one.0), said("R1#", &[*one])));
    let replies = open(&device).unwrap().send_commands(&commands).unwrap();
    assert!(
        replies.iter().zip(&commands).all(|(reply, command)| reply.command == *command && reply.text == "up")
    );
    let writes = device.writes();
    assert!(writes.iter().all(|write| write.len() <= 2048) && writes.len() < 10, "{}", writes.len());
}

#[test]
fn commands_go_out_one_by_one_where_they_may_change_something_or_are_asked_to() {
    for (commands, options) in [
        (["show clock", "show users"], SendOptions::default().pipelined(false)),
        (["show clock", "show users"], SendOptions::default().stop_on_failed()),
        (["clear line 1", "clear line 2"], SendOptions::default()),
        (["clear line 1", "clear line 2"], SendOptions::default().pipelined(true)),
        (["show run | redirect flash:x", "show clock | append flash:x"], SendOptions::default()),
    ] {
        let device = commands.iter().fold(ios(), |device, command| {
            device.step(&format!("{command}\n"), said("R1#", &[(command, "")]))
        });
        let replies = open(&device).unwrap().send_commands_with(commands, &options).unwrap();
        assert!(replies.ok() && replies.len() == 2);
        assert_eq!(device.writes().len(), 3, "{commands:?}");
    }
}

#[test]
fn replies_that_cannot_be_told_apart_are_asked_for_one_by_one() {
    let device = ios()
        .step(SHOWS, "\r\n12:00\r\nR1#\r\nvty 0\r\nR1#")
        .step("show clock\n", "\r\n12:01\r\nR1#")
        .step("show users\n", "\r\nvty 1\r\nR1#");
    let replies = open(&device).unwrap().send_commands(["show clock", "show users"]).unwrap();
    assert_eq!((replies[0].text.as_str(), replies[1].text.as_str()), ("12:01", "vty 1"));
}

#[test]
fn a_reply_that_quotes_a_prompt_and_the_next_command_is_not_cut_before_its_prompt() {
    let history = "  show clock\r\nR1#show users later\r\n";
    let device = ios().step(SHOWS, said("R1#", &[("show clock", history), ("show users", "vty 0\r\n")]));
    let replies = open(&device).unwrap().send_commands(["show clock", "show users"]).unwrap();
    assert_eq!(replies[0].text, "  show clock\nR1#show users later");
    assert_eq!(replies[1].text, "vty 0");
}

#[test]
fn a_refused_command_stops_those_behind_it_where_asked() {
    let refused = said("R1#", &[("clear foo", "% Invalid input detected at '^' marker.\r\n\r\n")]);
    let device = ios().step("clear x\n", said("R1#", &[("clear x", "")])).step("clear foo\n", refused);
    let mut session = open(&device).unwrap();
    let options = SendOptions::default().stop_on_failed();
    let replies =
        session.send_commands_with(["clear x", "clear foo", "clear y", "clear z"], &options).unwrap();
    assert!(!replies.ok());
    let (at, reply) = replies.first_failed().unwrap();
    assert_eq!((at, reply.command.as_str()), (1, "clear foo"));
    assert_eq!(replies.not_sent, ["clear y", "clear z"]);
}

#[test]
fn an_error_has_the_replies_before_it() {
    let device =
        ios().step("clear x\n", said("R1#", &[("clear x", "done\r\n")])).step("clear y\n", "clear y\r\n");
    let error = open(&device).unwrap().send_commands(["clear x", "clear y"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert_eq!(error.replies().iter().map(|reply| reply.text.as_str()).collect::<Vec<_>>(), ["done"]);
}

#[test]
fn an_error_in_a_batch_that_went_out_together_has_the_replies_before_it() {
    for ends in [false, true] {
        let device = ios().step(SHOWS, "show clock\r\n12:00\r\nR1#show users\r\nvty 0\r\n");
        let device = if ends { device.hangs_up() } else { device };
        let error = open(&device).unwrap().send_commands(["show clock", "show users"]).unwrap_err();
        assert_eq!(error.kind(), if ends { ErrorKind::Closed } else { ErrorKind::TimedOut });
        let texts: Vec<_> = error.replies().iter().map(|reply| reply.text.as_str()).collect();
        assert_eq!(texts, ["12:00"]);
        assert_eq!(error.replies()[0].raw, b"show clock\r\n12:00\r\nR1#");
        assert!(error.to_string().contains("vty 0"), "{error}");
    }
}

#[test]
fn a_reply_keeps_no_memory_of_a_long_one_behind_it_that_was_cut_off() {
    let said = format!("show clock\r\n12:00\r\nR1#show users\r\n{}", "vty 0\r\n".repeat(10_000));
    let error =
        open(&ios().step(SHOWS, said)).unwrap().send_commands(["show clock", "show users"]).unwrap_err();
    let reply = &error.replies()[0];
    assert_eq!((reply.text.as_str(), reply.raw.len()), ("12:00", 22));
    assert!(reply.raw.capacity() + reply.text.capacity() < 100, "{}", reply.raw.capacity());
}

#[test]
fn a_long_reply_behind_another_is_whole_and_so_is_the_next() {
    let lines = "GigabitEthernet1/0/1 is up\r\n".repeat(100_000);
    let device = ios()
        .step(SHOWS, said("R1#", &[("show clock", "12:00\r\n"), ("show users", &lines)]))
        .step("show clock\n", said("R1#", &[("show clock", "12:01\r\n")]));
    let mut session = open(&device).unwrap();
    let replies = session.send_commands(["show clock", "show users"]).unwrap();
    assert!(replies[1].text == lines.replace('\r', "").trim_end() && replies[0].text == "12:00");
    assert!(replies[1].raw == format!("show users\r\n{lines}R1#").as_bytes());
    assert_eq!(session.send_command("show clock").unwrap().text, "12:01");
}

#[test]
fn the_last_reply_of_a_batch_is_told_apart_from_log_messages() {
    let log = "%SYS-5-CONFIG_I: Configured from console\r\n";
    for said in [
        format!("show clock\r\n12:00\r\nR1#show users\r\nvty 0\r\nR1#\r\n{log}"),
        format!("show clock\r\n12:00\r\nR1#\r\n{log}show users\r\nvty 0\r\nR1#"),
    ] {
        let device = ios().step(SHOWS, &said).step("show clock\n", "show clock\r\n12:01\r\nR1#");
        let mut session = open(&device).unwrap();
        let replies = session.send_commands(["show clock", "show users"]).unwrap();
        assert_eq!((replies[0].text.as_str(), replies[1].text.as_str()), ("12:00", "vty 0"), "{said}");
        assert_eq!([&replies[0].raw[..], &replies[1].raw].concat(), said.as_bytes());
        assert_eq!(session.send_command("show clock").unwrap().text, "12:01");
    }
}

#[test]
fn each_reply_of_a_batch_has_the_whole_of_the_limit() {
    let device =
        ios().step(SHOWS, said("R1#", &[("show clock", "12:00\r\n"), ("show users", "vty 0\r\nvty 1\r\n")]));
    let timeouts = Timeouts::default().silence(Duration::from_hours(1));
    let builder = Session::builder(Platform::builtin("cisco_iosxe").unwrap()).timeouts(timeouts);
    let device = device.chunk(4);
    let mut session = builder.open(&device, &target(), &cx()).unwrap();
    session.send_put_off(&cx()).unwrap();
    let before = device.deadlines("command").len();
    assert!(session.send_commands(["show clock", "show users"]).unwrap().ok());
    let deadlines = &device.deadlines("command")[before..];
    assert!(deadlines.len() == 2 && deadlines[0] < deadlines[1], "{deadlines:?}");
}

#[test]
fn the_callers_own_words_make_a_failure_and_what_is_to_be_kept_is() {
    let device = ios().step("show x\n", said("R1#", &[("show x", "a Traceback of x\r\n")]));
    let options = SendOptions::default().failed_when_contains(["Traceback"]).keep_echo().keep_prompt();
    let reply = open(&device).unwrap().send_command_with("show x", &options).unwrap();
    let failure = reply.failure.unwrap();
    assert_eq!((failure.cause, failure.line.as_str()), (FailureCause::Contained, "a Traceback of x"));
    assert_eq!(reply.text, "show x\na Traceback of x\nR1#");
}

#[test]
fn a_call_has_a_deadline_of_its_own() {
    let device = ios().step("show x\n", format!("show x\r\n{LONG_PAUSE}x\r\nR1#"));
    let mut session = open(&device).unwrap();
    let options = SendOptions::default().timeout(Duration::from_secs(1));
    let error = session.send_command_with("show x", &options).unwrap_err();
    assert!(error.to_string().contains("timed out (command limit)"), "{error}");
}

#[test]
fn commands_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("commands");
    std::fs::write(&file, "\u{feff}show clock\n\nshow users\r\n").unwrap();
    let device = ios().step(SHOWS, said("R1#", &[("show clock", ""), ("show users", "")]));
    let mut session = open(&device).unwrap();
    let replies = session.send_commands_from_file(&file, &SendOptions::default()).unwrap();
    assert_eq!(replies.len(), 2);
    let error = session.send_commands_from_file("/nonexistent", &SendOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.to_string().contains("/nonexistent: cannot be read"), "{error}");
}

#[test]
fn the_prompt_is_asked_for_with_an_empty_line() {
    let device = ios().step("\n", "\r\nR2#");
    let mut session = open(&device).unwrap();
    assert_eq!(session.find_prompt().unwrap(), "R2#");
    assert_eq!(session.mode(), Some("privileged_exec"));
}

#[test]
fn a_mode_is_entered_for_a_command_where_asked() {
    let device =
        ios().step("disable\n", "disable\r\nR1>").step("show x\n", said("R1>", &[("show x", "x\r\n")]));
    let mut session = open(&device).unwrap();
    let reply = session.send_command_with("show x", &SendOptions::default().mode("exec")).unwrap();
    assert_eq!((reply.text.as_str(), reply.mode.as_deref()), ("x", Some("exec")));
}

#[test]
fn a_question_that_nobody_expected_is_told_and_not_answered() {
    let device = ios().step("reload\n", "reload\r\nProceed with reload? [confirm]");
    let mut session = open(&device).unwrap();
    let error = session.send_command("reload").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Question);
    assert!(error.to_string().contains("the device asks: Proceed with reload? [confirm]"), "{error}");
    assert!(error.to_string().contains("send_interactive"), "{error}");
    assert_eq!(device.written(), format!("{OPEN_IOS}reload\n"));
}

#[test]
fn a_log_message_that_pushes_the_prompt_up_does_not_hold_the_reply_back() {
    let log = "*Mar  1 00:01:12.123: %LINK-3-UPDOWN: Interface Gi1, changed state to up\r\n";
    let device =
        ios().step("show x\n", format!("show x\r\nx\r\nR1#\r\n{log}")).step("show y\n", "show y\r\ny\r\nR1#");
    let mut session = open(&device).unwrap();
    let reply = session.send_command("show x").unwrap();
    assert_eq!((reply.text.as_str(), reply.prompt.as_str()), ("x", "R1#"));
    assert_eq!(session.mode(), Some("privileged_exec"));
    assert_eq!(session.send_command("show y").unwrap().text, "y");
}

#[test]
fn a_log_message_in_the_middle_stays_in_the_text_and_ends_nothing() {
    let log = "*Mar  1 00:01:12.123: %LINK-3-UPDOWN: Interface Gi1, changed state to up";
    let device = ios().step("show x\n", format!("show x\r\none\r\n{log}\r\n{PAUSE}two\r\nR1#"));
    assert_eq!(reply(&device, "show x").text, format!("one\n{log}\ntwo"));
}

#[test]
fn an_echo_scrolled_sideways_is_no_part_of_the_reply() {
    let command = "show interfaces GigabitEthernet1/0/1 counters errors";
    let echo = format!("{}{}$/1 counters errors", &command[..40], "\x08".repeat(40));
    let blanks = format!("{}{}", " ".repeat(21), "\x08".repeat(21));
    let device = ios().step(&format!("{command}\n"), format!("{echo}{blanks}\r\nnone\r\nR1#"));
    assert_eq!(reply(&device, command).text, "none");
}

#[test]
fn an_echo_wrapped_on_a_narrow_screen_is_no_part_of_the_reply() {
    let command = "show interfaces GigabitEthernet1/0/1 counters errors";
    for width in 10..60 {
        let mut echo = String::new();
        for (at, c) in command.chars().enumerate() {
            echo.push(c);
            // As readline does behind the last column.
            if (at + 1 + "R1#".len()).is_multiple_of(width) {
                echo.push_str(" \r");
            }
        }
        let device = ios().step(&format!("{command}\n"), format!("{echo}\r\nnone\r\nR1#"));
        assert_eq!(reply(&device, command).text, "none", "{width}");
    }
}

#[test]
fn the_limit_of_a_reply_counts_for_each_of_a_batch() {
    let long = format!("{}\r\n", "x".repeat(1500));
    let device = ios().step(SHOWS, said("R1#", &[("show clock", &long), ("show users", &long)])).chunk(100);
    let platform = Platform::builtin("cisco_iosxe").unwrap();
    let mut session = Session::builder(platform).longest_reply(2048).open(&device, &target(), &cx()).unwrap();
    session.send_put_off(&cx()).unwrap();
    let replies = session.send_commands(["show clock", "show users"]).unwrap();
    assert!(replies.iter().all(|reply| reply.text.len() == 1500));
}

/// The usual pagers, each with what the device takes it away with when a space was typed.
const PAGERS: &[(&str, &str)] = &[
    (" --More-- ", "\x08\x08\x08\x08\x08\x08\x08\x08\x08          \x08\x08\x08\x08\x08\x08\x08\x08\x08\x08"),
    ("--More--", "\r        \r"),
    ("<--- More --->", "\r              \r"),
    ("---(more 35%)---", "\r                                        \r"),
    ("---(more)---", "\r\x1b[K"),
    ("--More-- or (q)uit", "\r                  \r"),
    ("-- MORE --, next page: Space, next line: Enter, quit: Control-C", "\r\x1b[K"),
    ("\x1b[7mlines 1-23\x1b[m", "\r\x1b[K"),
    ("  ---- More ----", "\x1b[16D                \x1b[16D"),
    (
        " --More-- ",
        "\0\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08          \x08\x08\x08\x08\x08\x08\x08\x08\x08\x08",
    ),
];

#[test]
fn each_usual_pager_is_answered_and_cut_out() {
    for (question, taken_away) in PAGERS {
        for chunk in [1, 4096] {
            let device = Scripted::new("box> ")
                .step("\n", "\r\nbox> ")
                .step("list\n", format!("list\r\none\r\n{question}"))
                .step(" ", format!("{taken_away}two\r\n{question}"))
                .step(" ", format!("{taken_away}three\r\nbox> "))
                .chunk(chunk);
            let mut session = open_as("generic", &device, &target()).unwrap();
            assert_eq!(session.send_command("list").unwrap().text, "one\ntwo\nthree", "{question}");
        }
    }
}

#[test]
fn a_reply_has_a_limit_that_is_told() {
    let device = Scripted::new("R1#").step("clear x\n", format!("clear x\r\n{}\r\nR1#", "x".repeat(3000)));
    let platform = Platform::builtin("cisco_iosxe").unwrap();
    let mut session = Session::builder(platform).longest_reply(2048).open(&device, &target(), &cx()).unwrap();
    session.put_off.clear();
    let error = session.send_command("clear x").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLong);
    assert!(error.to_string().contains("longer than 2 KiB"), "{error}");
}
