//! `linecrew run` before an AAA server that counts, and locks accounts.

use crate::support::{PASSWORD, Process, SECRET, Site, Terminal, USER, device};
use linecrew_testkit::{Aaa, Device, Fault, Lab, Service};

/// Devices over telnet and SSH that share an AAA server, and an inventory that says so.
fn site(aaa: &Aaa, devices: usize, credentials: &str, login: &str) -> Site {
    site_of(aaa, (1..=devices).map(|number| device(&format!("r{number}"))), credentials, login)
}

fn site_of(aaa: &Aaa, devices: impl Iterator<Item = Device>, credentials: &str, login: &str) -> Site {
    let services = [Service::Telnet, Service::Ssh].into_iter().cycle();
    let add = |lab: linecrew_testkit::LabBuilder, (device, service)| lab.device(device, service);
    let site = Site::new(devices.zip(services).fold(Lab::builder().aaa(aaa), add));
    let text = std::fs::read_to_string(site.path("lab.yaml")).unwrap();
    let text = text.replace(&format!("username: {USER}"), &format!("{login}, aaa_realm: tacacs"));
    site.file("lab.yaml", &format!("credentials: {{{credentials}}}\n{text}"));
    site
}

#[test]
fn a_wrong_credential_is_refused_twice_over_50_hosts_and_nobody_is_locked_out() {
    let aaa = Aaa::new().account(USER, PASSWORD).lock_after(3);
    let wrong = format!("tacacs: {{username: {USER}, password: {{env: WRONG}}}}");
    let site = site(&aaa, 50, &wrong, "credential: tacacs");
    let mut command = site.command(&["show clock", "--format", "jsonl", "--workers", "50"]);
    command.env("WRONG", "old").env("LINECREW_ENABLE_SECRET", SECRET);
    let ended = Process::start(command).finish();
    assert_eq!(
        (ended.code, aaa.logins(USER).refused, aaa.logins(USER).accepted),
        (Some(1), 2, 0),
        "{ended:?}"
    );
    assert!(!aaa.is_locked(USER));
    assert_eq!(ended.out.matches("\"cause\":\"auth_refused\"").count(), 2, "{ended:?}");
    assert_eq!(ended.out.matches("\"cause\":\"not_tried\"").count(), 48, "{ended:?}");
    assert!(ended.summary.starts_with("ok 0   failed 2   skipped 48   unknown 0   "), "{ended:?}");
    assert!(ended.summary.contains("not tried: credential tacacs was refused twice"), "{ended:?}");
}

#[test]
fn pilots_that_say_nothing_hold_nobody_up() {
    let aaa = Aaa::new().account(USER, PASSWORD).lock_after(3);
    let device = |number| match number {
        1 | 2 => device(&format!("r{number}")).fault(Fault::Silent),
        _ => device(&format!("r{number}")),
    };
    let right = format!("tacacs: {{username: {USER}, password: {{env: RIGHT}}}}");
    let site = site_of(&aaa, (1..=10).map(device), &right, "credential: tacacs");
    let args = ["show clock", "--format", "jsonl", "--workers", "10", "--grace", "0.05"];
    let mut command = site.command(&args);
    command.env("RIGHT", PASSWORD).env("LINECREW_ENABLE_SECRET", SECRET);
    let run = Process::start(command);
    // Those two are given up after 15 and 30 s.
    for _ in 3..=10 {
        let line = run.line();
        assert!(line.contains("\"status\":\"ok\""), "{line}");
    }
    assert_eq!((aaa.logins(USER).accepted, aaa.logins(USER).refused), (8, 0));
    run.interrupt();
    assert_eq!(run.finish().out.matches("\"status\":\"cancelled\"").count(), 2);
}

#[test]
fn credentials_are_tried_in_their_order_and_a_wrong_one_twice_at_most() {
    let aaa = Aaa::new().account(USER, PASSWORD).lock_after(3);
    let credentials = format!(
        "new: {{username: {USER}, password: {{env: NEW}}}}, old: {{username: {USER}, password: {{env: OLD}}}}"
    );
    let site = site(&aaa, 10, &credentials, "credential: [new, old]");
    let mut command = site.command(&["show clock", "--format", "json", "--workers", "10"]);
    command.env("NEW", "not-yet").env("OLD", PASSWORD).env("LINECREW_ENABLE_SECRET", SECRET);
    let ended = Process::start(command).finish();
    assert_eq!((ended.code, ended.json().len()), (Some(0), 10), "{ended:?}");
    let logins = aaa.logins(USER);
    assert_eq!((logins.refused, logins.accepted, aaa.is_locked(USER)), (2, 10, false));
    let attempts: u64 = ended.json().iter().map(|host| host["attempts"].as_u64().unwrap()).sum();
    assert_eq!(attempts, 12);
}

#[test]
fn a_one_time_password_that_nobody_types_is_asked_for_once_and_no_host_is_lost() {
    let aaa = Aaa::new().one_time(USER, ["c-1"]);
    let token = format!("token: {{username: {USER}, otp: true, password: {{prompt: 'Code'}}}}");
    let site = site(&aaa, 3, &token, "credential: token");
    let path = site.path("lab.yaml");
    let args = ["run", "show clock", "-i", &path, "--format", "jsonl", "--prompt-timeout", "0.2"];
    let (code, shown) = Terminal::start(&args).finish();
    assert_eq!((code, shown.matches("Code: ").count()), (Some(1), 1), "{shown}");
    assert_eq!(shown.matches("\"cause\":\"no_credential\"").count(), 3, "{shown}");
    assert_eq!(shown.matches("nobody answered in time (prompt limit)").count(), 1, "{shown}");
    assert_eq!((aaa.logins(USER).accepted, aaa.logins(USER).refused), (0, 0));
}

#[test]
fn a_one_time_password_is_asked_for_at_each_login_and_logins_with_it_come_one_by_one() {
    let codes = ["c-1", "c-2", "c-3", "c-4"];
    let aaa = Aaa::new().one_time(USER, codes).lock_after(1);
    let token =
        format!("token: {{username: {USER}, otp: true, password: {{prompt: 'Code'}}, enable: {{env: EN}}}}");
    let site = site(&aaa, 4, &token, "credential: token");
    let args = ["run", "show clock", "-i", &site.path("lab.yaml"), "--format", "json", "--workers", "4"];
    let mut terminal = Terminal::start_sized(&args, 160, &[("EN", SECRET)]);
    for code in codes {
        terminal.answer("Code: ", code);
    }
    let (code, shown) = terminal.finish();
    let logins = aaa.logins(USER);
    assert_eq!((code, logins.accepted, logins.refused), (Some(0), 4, 0), "{shown}");
    assert_eq!(site.lab.peaks().logins_in_flight, 1, "{shown}");
    assert!(codes.iter().all(|code| !shown.contains(code)), "{shown}");
}
