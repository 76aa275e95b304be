//! Where passwords come from, and that they go nowhere else.

use crate::support::{
    PASSWORD, Process, SECRET, Site, Terminal, closed_port, linecrew, mixed, tells_a_secret,
};
use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;

/// A password file with these rights, and a run that reads it.
fn with_password_file(site: &Site, mode: u32) -> Process {
    let file = site.file("passwords", &format!("{PASSWORD}\n{SECRET}\n"));
    std::fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
    Process::start(site.command(&["show clock", "--password-file", &file]))
}

#[test]
fn a_password_file_is_read_if_nobody_else_may_read_it() {
    let site = Site::new(mixed(2));
    let ended = with_password_file(&site, 0o600).finish();
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
}

#[test]
fn a_password_file_that_others_may_read_is_refused_before_any_host_is_reached() {
    let site = Site::new(mixed(2));
    let ended = with_password_file(&site, 0o640).finish();
    let file = site.path("passwords");
    assert_eq!(ended.usage(), format!("linecrew: {file} may be read by others (mode 0640); chmod 600 it"));
    assert_eq!(site.lab.counters().sessions_opened, 0);
}

#[test]
fn a_prompt_asks_for_passwords_and_the_progress_bar_follows_on_the_terminal() {
    let site = Site::new(mixed(2));
    let mut terminal = Terminal::start(&["run", "show clock", "-i", &site.path("lab.yaml")]);
    terminal.answer("Password: ", PASSWORD);
    terminal.answer("Enable secret (Enter if it is the same): ", SECRET);
    let (code, shown) = terminal.finish();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("] 0/2 ") && shown.contains("ok 2   failed 0"), "{shown:?}");
    assert!(!tells_a_secret(&shown), "{shown:?}");
}

#[test]
fn the_environment_is_not_asked_twice_unless_the_prompt_is_wanted() {
    let site = Site::new(mixed(1));
    let mut terminal = Terminal::start(&["run", "show clock", "-i", &site.path("lab.yaml"), "--ask-pass"]);
    terminal.answer("Password: ", "wrong");
    terminal.answer("Enable secret (Enter if it is the same): ", "");
    let (code, shown) = terminal.finish();
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("authentication refused"), "{shown:?}");
}

#[test]
fn ctrl_c_at_a_prompt_ends_the_run_before_any_host_is_reached_and_leaves_the_terminal_as_it_was() {
    let site = Site::new(mixed(1));
    let mut terminal = Terminal::start(&["run", "show clock", "-i", &site.path("lab.yaml"), "-k"]);
    assert!(terminal.echoes());
    terminal.interrupt_at("Password: ");
    let (end, echoes) = terminal.ended();
    assert!(echoes, "the terminal shows what is typed again");
    assert!(end.code() == Some(130) || end.signal() == Some(2), "{end:?}");
    assert_eq!(site.lab.counters().sessions_opened, 0);
}

#[test]
fn a_sigterm_at_a_prompt_ends_the_run_too() {
    let site = Site::new(mixed(1));
    let mut terminal = Terminal::start(&["run", "show clock", "-i", &site.path("lab.yaml"), "-k"]);
    terminal.terminate_at("Password: ");
    let (end, echoes) = terminal.ended();
    assert!(echoes && end.code() == Some(130), "{end:?}");
    assert_eq!(site.lab.counters().sessions_opened, 0);
}

#[test]
fn a_prompt_that_nobody_answers_ends_the_run_before_any_host_is_reached() {
    let site = Site::new(mixed(1));
    let path = site.path("lab.yaml");
    let terminal = Terminal::start(&["run", "show clock", "-i", &path, "-k", "--prompt-timeout", "0.2"]);
    let (code, shown) = terminal.finish();
    let told =
        "nobody answered in time (prompt limit); raise it with --prompt-timeout; set LINECREW_PASSWORD";
    assert!(code == Some(2) && shown.contains(told), "{shown:?}");
    assert_eq!(site.lab.counters().sessions_opened, 0);
}

#[test]
fn nobody_is_asked_for_a_password_where_a_credential_has_a_private_key() {
    let site = Site::new(mixed(0));
    let (_closed, port) = closed_port();
    let keys = "credentials: {keys: {username: netops, private_key: id_none}}";
    let host =
        format!("hosts: {{r1: {{hostname: 127.0.0.1, port: {port}, platform: frr, credential: keys}}}}");
    let path = site.file("lab.yaml", &format!("{keys}\n{host}\n"));
    let args = ["run", "show version", "-i", &path, "--retry-delays", "0", "--ssh-config", "none"];
    let (code, shown) = Terminal::start(&args).finish();
    assert!(code == Some(1) && shown.contains("connection refused"), "{shown:?}");
    assert!(!shown.contains("Password"), "{shown:?}");
}

#[test]
fn a_password_that_is_asked_for_counts_more_than_the_environment() {
    let site = Site::new(mixed(2));
    let path = site.path("lab.yaml");
    let args = ["run", "show clock", "-i", &path, "-u", "netops", "-k"];
    let mut terminal = Terminal::start_sized(&args, 160, &[("LINECREW_PASSWORD", "wrong")]);
    terminal.answer("Password: ", PASSWORD);
    terminal.answer("Enable secret (Enter if it is the same): ", SECRET);
    let (code, shown) = terminal.finish();
    assert!(code == Some(0) && !tells_a_secret(&shown), "{shown:?}");
}

#[test]
fn no_argument_takes_a_password() {
    let ended = Process::start(linecrew(&["run", "--help"])).finish();
    assert!(ended.out.contains("--password-file") && !ended.out.contains("--password "), "{}", ended.out);
    let refused =
        Process::start(linecrew(&["run", "show clock", "--host", "r1", "--password", "x"])).finish();
    assert_eq!(refused.code, Some(2), "{refused:?}");
}

#[test]
fn a_process_that_is_logging_in_shows_no_password_to_other_users() {
    let site = Site::new(mixed(0));
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    site.inventory(&[&format!("r1: {{hostname: 127.0.0.1, port: {port}, transport: telnet}}")]);
    let run = site.start(&["show clock"]);
    let connected = silent.accept().unwrap();
    let argv = std::fs::read_to_string(format!("/proc/{}/cmdline", run.id())).unwrap();
    assert!(argv.contains("show clock") && !tells_a_secret(&argv), "{argv}");
    drop(connected);
    assert_eq!(run.finish().code, Some(1));
}
