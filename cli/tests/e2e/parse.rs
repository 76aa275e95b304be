//! `linecrew parse`: texts that are already there.

use crate::support::{Ended, Process, Site, linecrew, mixed};
use serde_json::{Value, json};
use std::io::Write;
use std::process::Stdio;

const VERSION: &str = "FRRouting 8.4.4 (R101) on Linux(5.10.0).\n";
const SERIAL: &str = "Value Required SERIAL (\\S+)\nValue List PORT (\\d+)\n\nStart\n  ^port ${PORT}\n  ^ID ${SERIAL} -> Record\n  ^! -> Error \"what is this\"\n";

/// Parses what comes on standard input.
fn piped(args: &[&str], text: &str) -> Ended {
    let mut command = linecrew(args);
    command.stdin(Stdio::piped());
    let text = text.to_owned();
    Process::with_input(command, move |mut input| input.write_all(text.as_bytes())).finish()
}

fn parse(args: &[&str]) -> Ended {
    Process::start(linecrew(args)).finish()
}

#[test]
fn a_file_is_parsed_by_platform_and_command() {
    let site = Site::new(mixed(1));
    let file = site.file("reply.txt", VERSION);
    let args = [
        "parse",
        "--platform",
        "frr",
        "--command",
        "sh ver",
        "--templates",
        "builtin",
        "--format",
        "json",
        &file,
    ];
    let ended = parse(&args);
    assert_eq!(ended.json(), [json!({"VERSION": "8.4.4", "HOSTNAME": "R101"})]);
    assert_eq!(ended.err, "linecrew: parsed by built-in frr_show_version.textfsm\n");
    assert_eq!(ended.code, Some(0));
}

#[test]
fn standard_input_is_parsed_in_every_format() {
    let site = Site::new(mixed(1));
    let template = site.file("serial.textfsm", SERIAL);
    let text = "port 1\nport 2\nID a,b\nID c\n";
    let out = |format: &str| {
        let ended = piped(&["parse", "--template", &template, "--format", format, "-"], text);
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
        ended.out
    };
    assert_eq!(out("table"), "SERIAL  PORT\na,b     1 2\nc\n\n2 rows\n");
    assert_eq!(out("jsonl"), "{\"SERIAL\":\"a,b\",\"PORT\":[\"1\",\"2\"]}\n{\"SERIAL\":\"c\",\"PORT\":[]}\n");
    assert_eq!(out("csv"), "SERIAL,PORT\n\"a,b\",\"[\"\"1\"\",\"\"2\"\"]\"\nc,[]\n");
    let rows: Vec<Value> = serde_json::from_str(&out("json")).unwrap();
    assert_eq!(rows[0], json!({"SERIAL": "a,b", "PORT": ["1", "2"]}));
}

#[test]
fn rows_come_before_the_text_ends() {
    let site = Site::new(mixed(1));
    let template = site.file("serial.textfsm", SERIAL);
    let mut command = linecrew(&["parse", "--template", &template, "--format", "csv", "--columns", "SERIAL"]);
    command.stdin(Stdio::piped());
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let process = Process::with_input(command, move |mut input| {
        // More than what is held back between the two.
        for _ in 0..100_000 {
            input.write_all(b"ID x\n")?;
        }
        // The other end is dropped once a row has been seen.
        let _ = receiver.recv();
        input.write_all(b"ID last\n")
    });
    assert_eq!((process.line(), process.line()), ("SERIAL\n".to_owned(), "x\n".to_owned()));
    drop(sender);
    assert!(process.finish().out.ends_with("x\nlast\n"));
}

#[test]
fn a_text_that_the_template_refuses_is_exit_code_1() {
    let site = Site::new(mixed(1));
    let template = site.file("serial.textfsm", SERIAL);
    let ended = piped(&["parse", "--template", &template, "--format", "jsonl"], "ID a\n!x\n");
    assert_eq!(ended.out, "{\"SERIAL\":\"a\",\"PORT\":[]}\n");
    assert_eq!(
        ended.err,
        format!("linecrew: standard input: {template}:7: what is this; line 2 of the text: \"!x\"\n")
    );
    assert_eq!(ended.code, Some(1));
}

#[test]
fn what_cannot_be_used_is_told() {
    let site = Site::new(mixed(1));
    let file = site.file("reply.txt", VERSION);
    let usage = |args: &[&str]| parse(&[&["parse"], args].concat()).usage().to_owned();
    let platform = usage(&["-p", "cisco_oisxe", "-c", "show version", "--templates", "builtin", &file]);
    assert!(
        platform.starts_with("linecrew: no template for the platform cisco_oisxe; near it: cisco_iosxe"),
        "{platform}"
    );
    let command = usage(&["-p", "frr", "-c", "show versoin", "--templates", "builtin", &file]);
    assert!(
        command.starts_with("linecrew: no template for \"show versoin\" of frr; near it: \"show version\""),
        "{command}"
    );
    let column =
        usage(&["-p", "frr", "-c", "show version", "--templates", "builtin", "--columns", "VERSON", &file]);
    assert_eq!(column, "linecrew: --columns VERSON: there is none; there are: VERSION, HOSTNAME");
    let none = site.path("none.txt");
    assert!(
        usage(&["-p", "frr", "-c", "show version", &none])
            .starts_with(&format!("linecrew: {none}: No such file"))
    );
    let folder = usage(&["-p", "frr", "-c", "show version", "--templates", "/nowhere", &file]);
    assert!(folder.starts_with("linecrew: /nowhere/index: the file cannot be read"), "{folder}");
}

#[test]
fn a_folder_of_templates_serves_what_its_index_says() {
    let site = Site::new(mixed(1));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("index"),
        "Template, Platform, Command\nmine.textfsm, frr, sh[[ow]] ver[[sion]]\n",
    )
    .unwrap();
    std::fs::write(folder.path().join("mine.textfsm"), "Value WORD (\\S+)\n\nStart\n  ^${WORD} -> Record\n")
        .unwrap();
    let file = site.file("reply.txt", VERSION);
    let at = folder.path().to_str().unwrap();
    let args = ["parse", "-p", "frr", "-c", "show version", "--format", "json", &file];
    for ended in [
        parse(&[&args[..], &["--templates", at]].concat()),
        Process::start({
            let mut command = linecrew(&args);
            command.env("NET_TEXTFSM", at);
            command
        })
        .finish(),
    ] {
        assert_eq!(ended.json(), [json!({"WORD": "FRRouting"})]);
        assert_eq!(ended.err, format!("linecrew: parsed by {at}/mine.textfsm\n"));
    }
}

#[test]
fn a_folder_may_call_a_platform_as_the_user_does_or_as_linecrew_does() {
    let site = Site::new(mixed(1));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.textfsm"), "Value WORD (\\S+)\n\nStart\n  ^${WORD} -> Record\n")
        .unwrap();
    let file = site.file("reply.txt", "Cisco IOS\n");
    let at = folder.path().to_str().unwrap();
    for (in_index, typed) in
        [("ios", "ios"), ("cisco_iosxe", "ios"), ("cisco_iosxe", "cisco_iosxe"), ("cisco_ios", "ios")]
    {
        let index = format!("Template, Platform, Command\nmine.textfsm, {in_index}, show version\n");
        std::fs::write(folder.path().join("index"), index).unwrap();
        let args = ["parse", "-p", typed, "-c", "show version", "--templates", at, "--format", "json", &file];
        assert_eq!(parse(&args).json(), [json!({"WORD": "Cisco"})], "{in_index} {typed}");
        site.inventory(&[&format!(
            "r1: {{hostname: 127.0.0.1, port: {}, transport: telnet, platform: {typed}}}",
            site.port("r1")
        )]);
        let args = ["show version", "--templates", at, "--columns", "WORD", "--format", "json"];
        let ended = site.run(&args);
        assert_eq!(ended.host("r1")["replies"][0]["parsed"][0], json!({"WORD": "Cisco"}), "{ended:?}");
    }
}

#[test]
fn a_run_names_what_parsed_each_reply() {
    let site = Site::new(mixed(1));
    let ended = site.run(&["sh ver", "--templates", "builtin", "--format", "json"]);
    let reply = &ended.host("r1")["replies"][0];
    assert_eq!(reply["parser"], "built-in cisco_iosxe_show_version.textfsm");
    assert_eq!(reply["parsed"][0]["HOSTNAME"], "r1");
}
