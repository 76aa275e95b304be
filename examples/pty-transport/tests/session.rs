//! A session over this transport: a shell taken for a device.

use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::platform::Platform;
use linecrew_core::session::Session;
use linecrew_core::transport::{Connector, ErrorKind, Target};
use pty_transport::PtyConnector;
use std::sync::Arc;
use std::time::Duration;

const PLATFORM: &str = r#"
prompt_pattern: '^\w+\$ $'
default_mode: exec
modes:
  - name: exec
    prompt_pattern: '^\w+\$ $'
    accessible_modes: []
failure_indicators: ['sh: ']
force_in_session_auth: false
bypass_in_session_auth: true
"#;

fn cx() -> Cx {
    Cx::new(Deadline::after(Duration::from_secs(60), "test"), CancelToken::new())
}

#[test]
fn a_shell_answers_commands() {
    let platform = Arc::new(Platform::parse(PLATFORM, "shell").unwrap());
    let shell = PtyConnector::new("env", ["PS1={host}$ ", "sh", "-i"]);
    let mut session = Session::builder(platform).open(&shell, &Target::new("r1"), &cx()).unwrap();
    let reply = session.send_command("expr 40 + 2").unwrap();
    assert!(reply.ok());
    assert!(reply.text.trim_end().ends_with("42"), "{}", reply.text);
    assert!(!session.send_command("show version").unwrap().ok());
    session.close();
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let error =
        PtyConnector::new("no-such-program", [""; 0]).connect(&Target::new("r1"), &cx()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().starts_with("r1: connect: cannot start no-such-program"), "{error}");
}
