//! SSH connections to sshd: shells with their terminals, commands without one, and servers that fall silent.

use crate::common::{cx, within};
use crate::shell::text;
use crate::sshd::Sshd;
use linecrew_core::cx::Cx;
use linecrew_core::transport::{Connector, ErrorKind, Exec, Exit, Phase, SshOptions, Transport};
use linecrew_transports::ssh::SshConnector;
use std::time::Duration;

#[test]
#[ignore = "needs openssh"]
fn a_key_opens_a_wide_shell_that_carries_megabytes() {
    let sshd = Sshd::new("");
    let mut transport = sshd.shell();
    assert_eq!(text(&mut *transport, "stty size; echo $TERM"), "1000 511\nvt100\n");
    let lines = text(&mut *transport, "yes 0123456789 | head -n 500000");
    assert!(lines == "0123456789\n".repeat(500_000), "{} bytes", lines.len());
    transport.close(&cx());
}

#[test]
#[ignore = "needs openssh"]
fn the_terminal_is_the_hosts_own() {
    let sshd = Sshd::new("");
    let mut options = SshOptions::default();
    options.terminal = Some("ansi".into());
    (options.columns, options.rows) = (Some(80), Some(24));
    let mut transport = sshd.connector().connect(&sshd.target().ssh(options), &cx()).unwrap();
    assert_eq!(text(&mut *transport, "stty size; echo $TERM"), "24 80\nansi\n");
}

#[test]
#[ignore = "needs openssh"]
fn the_host_key_that_is_known_is_the_one_asked_for() {
    let sshd = Sshd::new("");
    for key in ["host_ed25519", "host_rsa"] {
        let connector = sshd.connector_with(SshConnector::new(), &[key]);
        connector.connect(&sshd.target(), &cx()).unwrap();
    }
}

#[test]
#[ignore = "needs openssh"]
fn commands_run_one_after_the_other_and_a_shell_after_them() {
    let sshd = Sshd::new("");
    let cx = cx();
    let mut connection = sshd.connector().open(&sshd.target(), &cx).unwrap();
    let output = connection.exec("echo out; echo err >&2; exit 3", 100, &cx).unwrap();
    assert_eq!((&*output.stdout, &*output.stderr), (&b"out\n"[..], &b"err\n"[..]));
    assert_eq!(output.exit, Exit::Status(3));
    assert_eq!(connection.exec("kill -KILL $$", 100, &cx).unwrap().exit, Exit::Signal("KILL".into()));
    // Both streams at once, each larger than a window.
    let both = "head -c 5000000 /dev/zero & head -c 4000000 /dev/zero >&2; wait";
    let output = connection.exec(both, 10_000_000, &cx).unwrap();
    assert_eq!((output.stdout.len(), output.stderr.len()), (5_000_000, 4_000_000));
    // The end of the output is not yet that of the command.
    let output = connection.exec("exec >&- 2>&-; sleep 0.2; exit 4", 100, &cx).unwrap();
    assert_eq!((output.stdout.len(), output.exit), (0, Exit::Status(4)));
    assert!(connection.exec("cat", 100, &cx).unwrap().exit.is_success(), "there is no standard input");
    let mut transport = connection.into_shell(&cx).unwrap();
    assert_eq!(text(&mut transport, "echo hello"), "hello\n");
}

#[test]
#[ignore = "needs openssh"]
fn a_connection_that_ran_a_command_becomes_a_subsystem() {
    let sshd = Sshd::new("Subsystem sftp internal-sftp");
    let cx = cx();
    let mut connection = sshd.connector().open(&sshd.target(), &cx).unwrap();
    assert_eq!(connection.exec("echo hello", 100, &cx).unwrap().stdout, b"hello\n");
    let mut sftp = connection.into_subsystem("sftp", &cx).unwrap();
    // SSH_FXP_INIT with version 3, which SSH_FXP_VERSION answers (draft-ietf-secsh-filexfer-02, section 4).
    sftp.write_all(&[0, 0, 0, 5, 1, 0, 0, 0, 3], &cx).unwrap();
    let mut head = Vec::new();
    while head.len() < 9 {
        let mut buf = [0; 9];
        let count = sftp.read(&mut buf, &cx).unwrap();
        head.extend_from_slice(&buf[..count]);
    }
    assert_eq!(head[4..9], [2, 0, 0, 0, 3]);
    sftp.close(&cx);
}

#[test]
#[ignore = "needs openssh"]
fn a_subsystem_that_the_server_has_not_is_told_by_its_name() {
    let sshd = Sshd::new("");
    let connection = sshd.connector().open(&sshd.target(), &cx()).unwrap();
    let error = connection.into_subsystem("netconf", &cx()).err().unwrap();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Protocol, Phase::Subsystem), "{error}");
    assert!(error.to_string().contains("expected the subsystem netconf"), "{error}");
}

#[test]
#[ignore = "needs openssh"]
fn a_command_is_held_to_its_deadline_its_limit_and_its_connection() {
    let sshd = Sshd::new("");
    let failed = |command: &str, limit: &Cx| {
        let mut connection = sshd.connector().open(&sshd.target(), &cx()).unwrap();
        let error = connection.exec(command, 1000, limit).unwrap_err();
        assert_eq!(connection.exec("true", 1000, &cx()).unwrap_err().kind(), ErrorKind::Closed);
        assert_eq!(error.phase(), Phase::Exec, "{error}");
        error.kind()
    };
    assert_eq!(failed("sleep 60", &within(Duration::from_millis(100))), ErrorKind::TimedOut);
    assert_eq!(failed("yes", &cx()), ErrorKind::TooLong);
    assert_eq!(failed("kill -KILL $PPID", &cx()), ErrorKind::Closed);
}

#[test]
#[ignore = "needs openssh, takes seconds"]
fn a_silent_server_is_given_up_and_one_that_answers_is_not() {
    let sshd = Sshd::new("");
    let mut options = SshOptions::default();
    (options.server_alive_interval, options.server_alive_count_max) = (Some(2), Some(1));
    let cx = cx();
    let mut connection = sshd.connector().open(&sshd.target().ssh(options), &cx).unwrap();
    assert_eq!(connection.exec("sleep 5; echo done", 100, &cx).unwrap().stdout, b"done\n");
    sshd.inetd.suspend();
    let error = connection.exec("true", 100, &cx).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert!(error.to_string().contains("the server is silent: 1 keepalive was not answered"), "{error}");
}
