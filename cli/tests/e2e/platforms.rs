//! `linecrew platforms`, and hosts whose platform is a user's own.

use crate::support::{Ended, Process, Site, device, linecrew};
use linecrew_testkit::{Device, Lab, Service};
use serde_json::Value;
use tempfile::TempDir;

const ACME: &str = "\
description: ACME OS
aliases: [acme_os]
prompt_pattern: '^\\S+[>#]$'
default_mode: privileged_exec
modes:
  - name: exec
    prompt_pattern: '^[\\w.-]+>$'
    accessible_modes:
      - name: privileged_exec
        instructions:
          - send_prompted_input: {input: enable, prompt_exact: 'Password:', response: __lookup::enable}
  - name: privileged_exec
    prompt_pattern: '^[\\w.-]+#$'
    accessible_modes:
      - {name: exec, instructions: [send_input: {input: disable}]}
on_open_instructions:
  - send_input: {input: terminal length 0}
";

fn platforms(args: &[&str]) -> Ended {
    let args: Vec<&str> = ["platforms"].iter().chain(args).copied().collect();
    Process::start(linecrew(&args)).finish()
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

#[test]
fn all_platforms_are_listed_with_what_they_rest_on() {
    let ended = platforms(&[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let row =
        |name: &str| ended.out.lines().find(|row| row.starts_with(&format!("{name} "))).unwrap().to_owned();
    assert!(row("cisco_nxos").contains("Cisco NX-OS") && row("cisco_nxos").contains("nxos_ssh"), "{ended:?}");
    assert!(row("frr").contains(" device ") && row("arista_eos").contains(" documentation "), "{ended:?}");
    let listed = json(&platforms(&["list", "--format", "json"]));
    assert_eq!(listed.as_array().unwrap().len() + 1, ended.out.lines().count());
    assert_eq!(listed[0]["name"], "cisco_iosxe");
    assert_eq!(listed[0]["ntc_templates_platform"], "cisco_ios");
}

#[test]
fn a_platform_is_explained_under_any_of_its_names() {
    let ended = platforms(&["show", "asa"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for words in [
        "cisco_asa",
        "privileged_exec (default), leads to exec, configuration",
        "terminal pager 0\n",
        "terminal width 511 (changes the configuration: left out unless asked for)",
        "documentation: Cisco ASA",
        "sh(ow) ...",
        "ERROR:",
    ] {
        assert!(ended.out.contains(words), "{words}: {ended:?}");
    }
    let shown = json(&platforms(&["show", "junos", "--format", "json"]));
    assert_eq!(shown["default_mode"], "exec");
    assert_eq!(shown["modes"][1]["leads_to"][0], "exec");
    assert_eq!(shown["after_login"][0]["persists"], false);
    assert_eq!(shown["evidence"][0]["basis"], "documentation");
}

#[test]
fn the_source_of_a_platform_is_a_definition() {
    let source = platforms(&["show", "eos", "--source"]).out;
    let folder = folder(&[("mine.yaml", &source)]);
    let checked = platforms(&["check", &path(&folder, "mine.yaml")]);
    assert_eq!(
        (checked.code, checked.out.as_str()),
        (Some(0), "1 definition: 0 errors, 0 warnings, 0 notes\n")
    );
}

#[test]
fn an_unknown_name_is_told_what_is_near_it() {
    let ended = platforms(&["show", "cisco_nsox"]);
    assert!(
        ended.usage().starts_with("linecrew: cisco_nsox: unknown platform; near it are cisco_iosxe"),
        "{ended:?}"
    );
}

#[test]
fn what_is_doubtful_is_told_with_its_place_and_what_is_wrong_fails() {
    let doubtful = ACME.replace("input: terminal length 0", "input: write memory");
    let wrong = ACME.replace("{name: exec, ins", "{name: exce, ins");
    let broken = ACME.replace("'^[\\w.-]+>$'", "'^[\\w.-+>$'");
    let files = [("acme.yaml", &*doubtful), ("broken.yml", &*broken), ("wrong.yaml", &*wrong), ("x.txt", "")];
    let folder = folder(&files);
    let ended = platforms(&["check", folder.path().to_str().unwrap()]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let lines: Vec<&str> = ended.out.lines().collect();
    let line = |name: &str, rest: &str| format!("{}:{rest}", path(&folder, name));
    assert!(
        lines[0]
            .starts_with(&line("acme.yaml", "17: note: `write memory` writes to the device's configuration"))
    );
    assert!(lines[1].starts_with(&line("broken.yml", "7: error: mode exec: bad pattern: ")), "{ended:?}");
    assert!(
        lines[2].starts_with(&line("wrong.yaml", "15: error: mode privileged_exec: there is no mode exce"))
    );
    assert_eq!(lines.last(), Some(&"3 definitions: 2 errors, 0 warnings, 1 note"), "{ended:?}");
    let one = json(&platforms(&["check", "--format", "json", &path(&folder, "acme.yaml")]));
    assert_eq!(one[0]["findings"][0]["severity"], "note");
    assert_eq!(platforms(&["check", &path(&folder, "acme.yaml")]).code, Some(0));
}

#[test]
fn a_prompt_can_be_tried() {
    let folder = folder(&[("acme.yaml", ACME)]);
    let file = path(&folder, "acme.yaml");
    let ended = platforms(&["check", &file, "--prompt", "sw1#"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.contains("the prompt \"sw1#\" is found in privileged_exec\n"), "{ended:?}");
    let ended = platforms(&["check", &file, "--prompt", "sw1(config)#"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.out.contains("the prompt \"sw1(config)#\" is found in no mode\n"), "{ended:?}");
}

#[test]
fn a_platform_of_a_folder_is_used_by_name() {
    let definitions = folder(&[("acme.yaml", ACME)]);
    let folder = definitions.path().to_str().unwrap();
    assert!(platforms(&["--platforms", folder]).out.lines().nth(1).unwrap().starts_with("acme "));
    let site = Site::new(Lab::builder().device(device("r1"), Service::Telnet));
    let host = format!(
        "r1: {{hostname: 127.0.0.1, port: {}, transport: telnet, platform: acme_os}}",
        site.port("r1")
    );
    site.inventory(&[&host]);
    let ended = site.run(&["show clock", "--platforms", folder]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let ended = site.run(&["show clock"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.out.contains("acme_os: unknown platform"), "{ended:?}");
}

#[test]
fn a_platform_is_found_out_and_its_alias_serves_as_its_name() {
    let frr =
        Device::frr("f1").credentials("netops", "Pw-9f3k-of-the-login").enable_secret("En-7x2q-of-enable");
    let site = Site::new(Lab::builder().device(device("r1"), Service::Telnet).device(frr, Service::Telnet));
    let host = |name: &str, platform: &str| {
        let port = site.port(name);
        format!("{name}: {{hostname: 127.0.0.1, port: {port}, transport: telnet, platform: {platform}}}")
    };
    site.inventory(&[&host("r1", "auto"), &host("f1", "auto")]);
    let ended = site.run(&["show version", "--parse"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.contains("ok 2   failed 0"), "{ended:?}");
    site.inventory(&[&host("r1", "IOS-XE"), &host("f1", "frr.frr.frr")]);
    let ended = site.run(&["show version", "--parse", "--columns", "VERSION"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}
