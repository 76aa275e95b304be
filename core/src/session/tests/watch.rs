//! Sessions that somebody follows, and that may only read.

use super::*;
use std::sync::Mutex;

/// Notes what it is told, and lets the session write or not.
#[derive(Default)]
struct Notes {
    told: Mutex<Vec<String>>,
    refuses: bool,
}

impl Watch for Notes {
    fn about_to_write(&self, command: &str) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.told.lock().unwrap().push(format!("write {command}"));
        if self.refuses { Err("the disk is full".into()) } else { Ok(()) }
    }

    fn replied(&self, reply: &Reply) {
        self.told.lock().unwrap().push(format!("reply {}", reply.command));
    }
}

fn watched(device: &Scripted, notes: &Arc<Notes>) -> Session {
    let builder = Session::builder(Platform::builtin("cisco_iosxe").unwrap());
    builder.watch(Arc::clone(notes) as Arc<dyn Watch>).open(device, &target(), &cx()).unwrap()
}

fn replying(device: Scripted, commands: &[&str]) -> Scripted {
    commands
        .iter()
        .fold(device, |device, command| device.step(&format!("{command}\n"), format!("{command}\r\nR1#")))
}

#[test]
fn the_first_write_of_a_session_is_told_before_it_and_each_reply_after_it() {
    let device = replying(ios(), &["show clock", "clear counters", "reload"]);
    let notes = Arc::default();
    let mut session = watched(&device, &notes);
    session.send_command("show clock").unwrap();
    assert!(!session.has_written());
    session.send_command("clear counters").unwrap();
    session.send_command("reload").unwrap();
    assert!(session.has_written());
    let told = notes.told.lock().unwrap().clone();
    let expected = ["reply show clock", "write clear counters", "reply clear counters", "reply reload"];
    assert_eq!(told, expected);
}

#[test]
fn nothing_is_sent_that_may_not_be_written() {
    let notes = Arc::new(Notes { refuses: true, ..Notes::default() });
    let device = ios();
    let error = watched(&device, &notes).send_command("reload").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Watch);
    assert!(error.to_string().contains("not sent: `reload`: the disk is full"), "{error}");
    assert_eq!(device.written(), "");
}

type Write = fn(&mut Session) -> Result<(), SessionError>;

#[test]
fn a_session_that_may_only_read_refuses_all_else_before_its_first_byte() {
    let open = |device: &Scripted| {
        let builder = Session::builder(Platform::builtin("cisco_iosxe").unwrap()).read_only();
        builder.open(device, &target(), &cx()).unwrap()
    };
    let writes: [Write; 5] = [
        |session| session.send_command("reload").map(drop),
        |session| session.send_commands(["show clock | redirect flash:x"]).map(drop),
        |session| session.send_configs(["hostname x"]).map(drop),
        |session| session.send_interactive(Dialogue::new("write erase").answer("[confirm]", "")).map(drop),
        |session| session.write(b"x"),
    ];
    for write in writes {
        let device = ios();
        let error = write(&mut open(&device)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ReadOnly, "{error}");
        assert_eq!(device.written(), "");
    }
    let device = ios().step("show clock\n", "show clock\r\nnoon\r\nR1#");
    assert_eq!(open(&device).send_command("show clock").unwrap().text, "noon");
}

#[test]
fn an_unprivileged_session_stays_where_the_login_leads_to() {
    let device = Scripted::new("\r\nR1>").step(OPEN_IOS, "terminal length 0\r\nR1>terminal width 511\r\nR1>");
    let device = device.step("show clock\n", "show clock\r\nnoon\r\nR1>");
    let builder = Session::builder(Platform::builtin("cisco_iosxe").unwrap()).unprivileged();
    let mut session = builder.open(&device, &target(), &cx()).unwrap();
    session.send_put_off(&cx()).unwrap();
    assert_eq!(session.send_command("show clock").unwrap().text, "noon");
    assert_eq!(session.mode(), Some("exec"));
}

#[test]
fn a_login_that_ends_behind_a_password_says_so() {
    let telnet = Scripted::new("\r\nUsername: ").step("admin\n", "admin\r\nPassword: ");
    let refused = open(&telnet.clone().step("pw-1\n", "").hangs_up()).unwrap_err();
    assert!(refused.has_sent_password(), "{refused}");
    let cut = open(&Scripted::new("\r\nUsername: ").step("admin\n", "").hangs_up()).unwrap_err();
    assert!(!cut.has_sent_password(), "{cut}");
}
