//! `linecrew run`: the formats of results, files per host, a broken pipe, and the progress bar on a terminal.

use crate::support::{Ended, PASSWORD, Process, SECRET, Site, Terminal, USER, device, held_host, mixed};
use linecrew_testkit::{Lab, Service};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

/// Three routers, of which the last has other rules, and one that nobody can log in to.
fn odd_one_out() -> Site {
    let usual = "10 permit tcp any any eq 22\n20 permit tcp any any eq 23\n30 deny ip any any\n";
    let rules = |name: &str, text: &str| device(name).command("show access-lists", text);
    let lab = Lab::builder()
        .device(rules("r1", usual), Service::Telnet)
        .device(rules("r2", usual), Service::Ssh)
        .device(
            rules("r3", &usual.replace("permit tcp any any eq 23", "deny tcp any any eq 23")),
            Service::Telnet,
        )
        .device(device("r4").credentials(USER, "another"), Service::Telnet);
    Site::new(lab)
}

#[test]
fn identical_replies_are_told_once_and_the_odd_one_out_by_its_difference() {
    let ended = odd_one_out().run(&["show access-lists", "--format", "grouped"]);
    let expected = "=== show access-lists: 2 hosts: r1, r2\n10 permit tcp any any eq 22\n20 permit tcp any any eq 23\n\
        30 deny ip any any\n=== show access-lists: 1 host with a difference: r3\n  10 permit tcp any any eq 22\n\
        - 20 permit tcp any any eq 23\n+ 20 deny tcp any any eq 23\n  30 deny ip any any\n";
    assert!(ended.out.starts_with(expected), "{ended:?}");
    assert!(ended.code == Some(1) && ended.out.contains("authentication refused"), "{ended:?}");
}

#[test]
fn groups_of_parsed_replies_are_those_of_the_chosen_columns() {
    let site = Site::new(mixed(3));
    let args = ["show version", "--templates", "builtin", "--format", "grouped", "--columns", "ROMMON"];
    let ended = site.run(&args);
    assert!(ended.out.starts_with("=== show version: 3 hosts: r1, r2, r3\nROMMON\n"), "{ended:?}");
}

#[test]
fn csv_has_a_row_for_each_reply_and_for_each_host_without_one() {
    let ended = odd_one_out().run(&["show access-lists", "show clock", "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(ended.out.as_bytes());
    assert_eq!(
        reader.headers().unwrap().iter().collect::<Vec<_>>(),
        ["host", "status", "command", "ok", "elapsed_ms", "text", "error"]
    );
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let hosts: Vec<&str> = rows.iter().map(|row| &row[0]).collect();
    assert_eq!(hosts, ["r1", "r1", "r2", "r2", "r3", "r3", "r4"]);
    assert!(
        rows[0][5].starts_with("10 permit tcp") && rows[6][6].contains("authentication refused"),
        "{rows:?}"
    );
}

#[test]
fn csv_of_parsed_replies_has_the_columns_of_the_template_or_those_chosen() {
    let site = Site::new(mixed(2));
    let rows = |more: &[&str]| {
        let ended =
            site.run(&[&["show version", "--templates", "builtin", "--format", "csv"], more].concat());
        let mut reader = csv::Reader::from_reader(ended.out.as_bytes());
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        (header, reader.records().map(|row| row.unwrap()).collect::<Vec<_>>())
    };
    let (header, all) = rows(&[]);
    assert_eq!(header[..6], ["host", "status", "command", "parser", "error", "SOFTWARE_IMAGE"]);
    assert_eq!(all.len(), 2);
    let (header, chosen) = rows(&["--columns", "HOSTNAME"]);
    assert_eq!(header, ["host", "status", "command", "parser", "error", "HOSTNAME"]);
    assert_eq!(
        chosen[1].iter().collect::<Vec<_>>(),
        ["r2", "ok", "show version", "built-in cisco_iosxe_show_version.textfsm", "", "r2"]
    );
}

#[test]
fn each_host_has_a_file_of_its_own() {
    let site = odd_one_out();
    let folder = site.path("backups");
    let ended = site.run(&["show access-lists", "--output", &folder]);
    let names: BTreeSet<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names, ["r1.txt", "r2.txt", "r3.txt"].map(str::to_owned).into());
    let text = std::fs::read_to_string(format!("{folder}/r3.txt")).unwrap();
    assert_eq!(text, "10 permit tcp any any eq 22\n20 deny tcp any any eq 23\n30 deny ip any any\n");
    assert!(ended.out.contains(&format!("r1    ok      {folder}/r1.txt\n")), "{ended:?}");
    assert!(ended.code == Some(1) && ended.out.contains("authentication refused"), "{ended:?}");
    site.run(&["show access-lists", "--output", &folder, "--format", "json"]);
    let json: Value =
        serde_json::from_str(&std::fs::read_to_string(format!("{folder}/r2.json")).unwrap()).unwrap();
    assert_eq!((&json["schema"], &json["status"]), (&1.into(), &"ok".into()));
    let nowhere = site.file("file", "");
    assert!(
        site.run(&["show clock", "--output", &nowhere])
            .usage()
            .starts_with(&format!("linecrew: {nowhere}: "))
    );
}

#[test]
fn json_says_the_number_of_its_schema_and_reaches_no_terminal_with_what_a_terminal_obeys() {
    let text = "a\u{202e}b";
    let lab = Lab::builder().device(device("r1").command("show odd", format!("{text}\n")), Service::Telnet);
    let site = Site::new(lab);
    for format in ["json", "jsonl"] {
        let ended = site.run(&["show odd", "--format", format]);
        let host: Value =
            serde_json::from_str(ended.out.trim_start_matches('[').trim_end().trim_end_matches(']')).unwrap();
        assert_eq!(host["schema"], 1);
        let harmful = |c: char| c != '\n' && c.is_control() || c == '\u{202e}';
        assert!(
            !ended.out.contains(harmful) && host["replies"][0]["text"].as_str().unwrap().contains(harmful),
            "{ended:?}"
        );
    }
}

#[test]
fn a_broken_pipe_is_no_error_in_any_format() {
    let site = Site::new(mixed(2));
    for format in ["table", "json", "jsonl", "raw", "csv", "grouped"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = site.command(&["show version", "--format", format]);
        command.env("LINECREW_PASSWORD", PASSWORD).env("LINECREW_ENABLE_SECRET", SECRET);
        let output = command.stdout(writer).stderr(Stdio::piped()).output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()), "{format}");
    }
}

/// Starts a run on a terminal of so many columns, with these variables and the passwords.
fn start_on_a_terminal(site: &Site, columns: u16, variables: &[(&str, &str)], args: &[&str]) -> Terminal {
    let inventory = site.path("lab.yaml");
    let args = [&["run", "-i", &inventory], args].concat();
    let passwords = [("LINECREW_PASSWORD", PASSWORD), ("LINECREW_ENABLE_SECRET", SECRET)];
    Terminal::start_sized(&args, columns, &[&passwords, variables].concat())
}

/// Runs to the end there; gives what a user sees then, and all that was sent to get there.
fn on_a_terminal(site: &Site, columns: u16, variables: &[(&str, &str)], args: &[&str]) -> (String, String) {
    let (_, sent) = start_on_a_terminal(site, columns, variables, args).finish();
    (seen_of(&sent, columns), sent)
}

/// What a user of a terminal of so many columns sees.
pub(crate) fn seen_of(sent: &str, columns: u16) -> String {
    let mut screen = vt100::Parser::new(200.try_into().unwrap(), columns.try_into().unwrap(), 0);
    screen.process(sent.as_bytes());
    screen.screen().contents()
}

#[test]
fn the_progress_bar_leaves_the_output_as_it_is_in_a_pipe() {
    let slow = |name: &str| device(name).command("show one", "uno\ndue\n").latency(Duration::from_millis(60));
    let lab = (1..=6).fold(Lab::builder(), |lab, n| lab.device(slow(&format!("r{n}")), Service::Telnet));
    let site = Site::new(lab);
    let args = ["show one", "--format", "raw", "--workers", "2"];
    let piped: Ended = site.run(&args);
    assert_eq!(piped.err, "", "no bar in a pipe");
    for columns in [160, 80, 24] {
        let (seen, sent) = on_a_terminal(&site, columns, &[], &args);
        // The summary stands behind it.
        let (seen, _) = seen.rsplit_once("\nok 6 ").unwrap();
        assert_eq!(seen.trim_end(), piped.out.trim_end(), "{columns} columns");
        assert!(sent.contains("/6 "), "there was a bar: {sent:?}");
        assert!(columns < 160 || sent.contains("/s") && sent.contains("failed 0, running "), "{sent:?}");
    }
}

#[test]
fn colours_are_for_terminals_and_for_those_who_want_them() {
    let site = odd_one_out();
    let args = ["show access-lists", "--format", "grouped"];
    let red = "\u{1b}[31m- 20 permit";
    let on_a_terminal =
        |variables: &[(&str, &str)]| on_a_terminal(&site, 160, variables, &args).1.contains(red);
    let in_a_pipe = |variables: &[(&str, &str)]| {
        let mut command = site.command(&args);
        command.env("LINECREW_PASSWORD", PASSWORD).env("LINECREW_ENABLE_SECRET", SECRET);
        command.envs(variables.iter().copied());
        let out = Process::start(command).finish().out;
        assert_eq!(out.contains('\u{1b}'), out.contains(red), "{out:?}");
        out.contains(red)
    };
    assert!(on_a_terminal(&[]) && !in_a_pipe(&[]));
    assert!(on_a_terminal(&[("CLICOLOR", "1")]) && !in_a_pipe(&[("CLICOLOR", "1")]));
    assert!(!on_a_terminal(&[("CLICOLOR", "0")]) && !on_a_terminal(&[("TERM", "dumb")]));
    assert!(on_a_terminal(&[("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")]));
    assert!(in_a_pipe(&[("CLICOLOR_FORCE", "1")]) && !in_a_pipe(&[("CLICOLOR_FORCE", "")]));
    let neither = [("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")];
    assert!(!on_a_terminal(&neither) && !in_a_pipe(&neither));
}

#[test]
fn the_bar_shows_counts_rate_time_left_and_the_slowest_hosts_and_nothing_of_it_stays() {
    let site = Site::new(mixed(1));
    let (listener, held) = held_host();
    site.inventory(&[&held]);
    let args = ["show clock", "--format", "raw", "--retry-delays", "0"];
    let mut terminal = start_on_a_terminal(&site, 160, &[], &args);
    terminal.wait_to_show(&["] 1/2 ", "/s ", "s left failed 0, running 1; slowest: held "]);
    drop(listener);
    let (code, sent) = terminal.finish();
    let seen = seen_of(&sent, 160);
    assert_eq!(code, Some(1), "{seen}");
    assert!(seen.starts_with("=== held: failed\nheld (127.0.0.1:"), "{seen}");
    assert!(
        seen.contains("\n=== r1: show clock\n") && !seen.contains("slowest") && !seen.contains("1/2"),
        "{seen}"
    );
}

#[test]
fn what_verbose_says_stands_whole_beside_the_bar() {
    let site = Site::new(mixed(2));
    let config = site.file("ssh.conf", "Host *\nForwardX11 no\n");
    let text = std::fs::read_to_string(site.path("lab.yaml")).unwrap();
    site.file("lab.yaml", &text.replace("ssh_config: none", &format!("ssh_config: {config}")));
    let told = format!("r2 (127.0.0.1:{}): {config}:2: ForwardX11 has no effect here\n", site.port("r2"));
    let (seen, _) = on_a_terminal(&site, 160, &[], &["show clock", "--format", "raw", "-v"]);
    assert!(seen.contains(&told) && seen.contains("=== r1: show clock\n"), "{seen}");
    let (seen, _) = on_a_terminal(&site, 160, &[], &["show clock", "--format", "raw"]);
    assert!(!seen.contains("ForwardX11"), "{seen}");
}
