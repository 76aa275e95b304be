//! Dialogues.

use super::*;
use crate::secret::Secret;

fn copying() -> Scripted {
    ios()
        .step("copy run tftp:\n", "copy run tftp:\r\nAddress or name of remote host []? ")
        .step("192.0.2.9\n", "192.0.2.9\r\nDestination filename [r1-confg]? ")
        .step("\n", "\r\n!!\r\n1030 bytes copied in 2.489 secs (395 bytes/sec)\r\nR1#")
}

fn copy<'a>() -> Dialogue<'a> {
    Dialogue::new("copy run tftp:").answer("remote host", "192.0.2.9").answer("Destination filename", "")
}

#[test]
fn questions_are_answered_as_they_come_and_all_is_one_reply() {
    let device = copying().step("show x\n", "show x\r\nx\r\nR1#");
    let mut session = open(&device).unwrap();
    let reply = session.send_interactive(copy()).unwrap();
    assert_eq!(
        reply.text,
        "Address or name of remote host []? 192.0.2.9\nDestination filename [r1-confg]? \n!!\n\
         1030 bytes copied in 2.489 secs (395 bytes/sec)"
    );
    assert_eq!((reply.command.as_str(), reply.prompt.as_str()), ("copy run tftp:", "R1#"));
    assert!(reply.ok());
    assert_eq!(session.send_command("show x").unwrap().text, "x");
}

#[test]
fn a_question_that_does_not_come_is_no_fault_and_the_order_is_the_devices() {
    let device = ios()
        .step("copy run tftp:\n", "copy run tftp:\r\nDestination filename [r1-confg]? ")
        .step("\n", "\r\nRemote host []? ")
        .step("192.0.2.9\n", "192.0.2.9\r\nR1#");
    let dialogue = Dialogue::new("copy run tftp:")
        .answer("Remote host", "192.0.2.9")
        .answer("Destination", "")
        .answer("Overwrite?", "n");
    assert!(open(&device).unwrap().send_interactive(dialogue).is_ok());
}

#[test]
fn the_same_question_twice_gets_its_answers_in_their_order() {
    let device = ios()
        .step("passwd\n", "passwd\r\nPassword: ")
        .step("one\n", "\r\nPassword: ")
        .step("two\n", "\r\nchanged\r\nR1#");
    let dialogue = Dialogue::new("passwd")
        .answer_hidden("Password:", Secret::new("one"))
        .answer_hidden("Password:", Secret::new("two"));
    let reply = open(&device).unwrap().send_interactive(dialogue).unwrap();
    assert_eq!(reply.text, "Password: \nPassword: \nchanged");
}

#[test]
fn a_hidden_answer_is_shown_nowhere_though_the_device_echoes_it() {
    let device = ios().step("passwd\n", "passwd\r\nNew: ").step("s3cret\n", "s3cret\r\nset to s3cret\r\nR1#");
    let dialogue = Dialogue::new("passwd").answer_hidden("New:", Secret::new("s3cret"));
    assert!(!format!("{dialogue:?}").contains("s3cret"));
    let reply = open(&device).unwrap().send_interactive(dialogue).unwrap();
    assert_eq!(reply.text, "New: ***\nset to ***");
    assert!(!String::from_utf8_lossy(&reply.raw).contains("s3cret"));
}

#[test]
fn a_question_that_nobody_answers_is_told() {
    let mut session = open(&copying()).unwrap();
    let dialogue = Dialogue::new("copy run tftp:").answer("remote host", "192.0.2.9");
    let error = session.send_interactive(dialogue).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Question);
    assert!(error.to_string().contains("Destination filename [r1-confg]?"), "{error}");
}

#[test]
fn a_callback_decides_each_time() {
    let device = ios()
        .step("delete x*\n", "delete x*\r\nDelete x1? [confirm]")
        .step("y\n", "y\r\nDelete x2? [confirm]")
        .step("n\n", "n\r\nDelete x3? [confirm]")
        .step("y\n", "y\r\nR1#");
    let mut asked = Vec::new();
    let dialogue =
        Dialogue::new("delete x*").on(Expect::regex(r"^Delete \S+\? \[confirm\]$").unwrap(), |line| {
            asked.push(line.to_owned());
            Reaction::Answer(if line.contains("x2") { "n" } else { "y" }.to_owned())
        });
    open(&device).unwrap().send_interactive(dialogue).unwrap();
    assert_eq!(asked, ["Delete x1? [confirm]", "Delete x2? [confirm]", "Delete x3? [confirm]"]);
}

#[test]
fn a_callback_may_end_the_dialogue_with_an_error_or_without() {
    let device = ios().step("upgrade\n", "upgrade\r\nErase flash? [confirm]");
    let fails = Dialogue::new("upgrade").on("Erase", |_| Reaction::Fail("it would erase flash".to_owned()));
    let error = open(&device).unwrap().send_interactive(fails).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Dialogue);
    assert!(error.to_string().starts_with("r1: command: it would erase flash"), "{error}");

    let ends = Dialogue::new("upgrade").on("Erase", |_| Reaction::Complete);
    assert_eq!(open(&device).unwrap().send_interactive(ends).unwrap().text, "Erase flash? [confirm]");
}

#[test]
fn a_device_that_hangs_up_is_the_good_end_of_a_reload() {
    let device = ios()
        .step("reload\n", "reload\r\nProceed with reload? [confirm]")
        .step("\n", "\r\n*Nov 22: %SYS-5-RELOAD: Reload requested\r\n")
        .hangs_up();
    let mut session = open(&device).unwrap();
    let reload = || Dialogue::new("reload").answer("[confirm]", "");
    let reply = session.send_interactive(reload().until_closed()).unwrap();
    assert!(
        reply.text.starts_with("Proceed with reload? [confirm]\n*Nov 22: %SYS-5-RELOAD"),
        "{}",
        reply.text
    );
    assert_eq!(session.send_command("show x").unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(open(&device).unwrap().send_interactive(reload()).unwrap_err().kind(), ErrorKind::Closed);
}

#[test]
fn a_completion_ends_the_dialogue_before_the_prompt() {
    let device = ios().step("copy x y\n", format!("copy x y\r\n10%\r\n[OK] started\r\n{LONG_PAUSE}R1#"));
    let mut session = open(&device).unwrap();
    let options = SendOptions::default().timeout(Duration::from_secs(5));
    let reply =
        session.send_interactive_with(Dialogue::new("copy x y").complete_when("[OK]"), &options).unwrap();
    assert_eq!((reply.text.as_str(), reply.prompt.as_str()), ("10%\n[OK] started", ""));
}

#[test]
fn what_a_device_says_unasked_is_waited_for() {
    let log = "*Nov 22 14:05:12: %LINK-3-UPDOWN: Interface Gi1, changed state to up\r\n";
    let device = ios()
        .step("debug x\n", format!("debug x\r\nR1#{PAUSE}\r\nfirst\r\n{LONG_PAUSE}{log}{LONG_PAUSE}more\r\n"))
        .step("\x03", "\r\nR1#")
        .step("show x\n", "show x\r\nx\r\nR1#");
    let mut session = open(&device).unwrap();
    session.send_command("debug x").unwrap();
    let reply = session.read_until("UPDOWN", Duration::from_mins(1)).unwrap();
    assert!(
        reply.text.contains("first\n") && reply.text.ends_with("changed state to up"),
        "{:?}",
        reply.text
    );
    let error = session.read_until("never", Duration::from_secs(5)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[test]
fn bytes_are_typed_as_they_are() {
    let device = ios()
        .step("ping x\n", "ping x\r\n....")
        .step("\x1e", "\r\nR1#")
        .step("show x\n", "show x\r\nx\r\nR1#");
    let mut session = open(&device).unwrap();
    session
        .send_interactive(Dialogue::new("ping x").on("....", |_| Reaction::Write(b"\x1e".to_vec())))
        .unwrap();
    assert_eq!(session.send_command("show x").unwrap().text, "x");
    session.write(b"\x03").unwrap();
    assert!(device.written().ends_with("show x\n\x03"));
}

#[test]
fn bytes_are_typed_on_a_command_line_that_is_prepared() {
    let device = ios().step("show x\n", "show x\r\nx\r\nR1#");
    let mut session = open_as("cisco_iosxe", &device, &target()).unwrap();
    session.write(b"show x\n").unwrap();
    assert!(device.written().ends_with(&format!("{OPEN_IOS}show x\n")), "{}", device.written());
}
