//! `linecrew run` where all goes well: formats, parsing, order, hosts without an inventory.

use crate::support::{PASSWORD, Process, SECRET, Site, USER, device, held_host, linecrew, mixed, wait_until};
use linecrew_testkit::{Device, Fault, Lab, Service};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Stdio;

const TEMPLATE: &str = "Value SERIAL (\\S+)\n\nStart\n  ^Processor board ID ${SERIAL} -> Record\n";

fn names(hosts: &[Value]) -> Vec<&str> {
    hosts.iter().map(|host| host["host"].as_str().unwrap()).collect()
}

#[test]
fn a_table_shows_each_host_and_command_in_the_order_of_the_inventory() {
    let site = Site::new(mixed(2));
    let ended = site.run(&["show version", "show clock"]);
    let rows: Vec<_> =
        ended.out.lines().map(|row| row.split_whitespace().take(2).collect::<Vec<_>>()).collect();
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    assert_eq!(rows[0], ["HOST", "STATUS"]);
    assert_eq!(rows[1..5], [["r1", "ok"], ["r1", "ok"], ["r2", "ok"], ["r2", "ok"]]);
    assert!(ended.out.contains("\nok 2   failed 0   unknown 0   "), "{ended:?}");
}

#[test]
fn a_table_of_parsed_replies_has_the_columns_that_were_chosen() {
    let site = Site::new(mixed(2));
    let ended = site.run(&["show version", "--parse", "--columns", "VERSION,HOSTNAME"]);
    let facts = |name| site.lab.device(name).unwrap().node().device().facts().version.clone();
    let rows: Vec<Vec<_>> = ended.out.lines().map(|row| row.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["HOST", "STATUS", "VERSION", "HOSTNAME"]);
    assert_eq!(rows[1], ["r1", "ok", &facts("r1"), "r1"]);
    assert_eq!(rows[2], ["r2", "ok", &facts("r2"), "r2"]);
}

#[test]
fn json_has_every_reply_with_its_parsed_rows() {
    let site = Site::new(mixed(2));
    let ended = site.run(&["show version", "--parse", "--format", "json"]);
    let hosts = ended.json();
    assert_eq!((ended.code, names(&hosts)), (Some(0), vec!["r1", "r2"]));
    for host in &hosts {
        let reply = &host["replies"][0];
        assert_eq!(
            (&host["status"], &reply["ok"], &reply["command"]),
            (&"ok".into(), &true.into(), &"show version".into())
        );
        assert_eq!(reply["parsed"][0]["HOSTNAME"], host["host"]);
        assert!(reply["text"].as_str().unwrap().contains("Cisco IOS XE Software"), "{reply}");
    }
}

#[test]
fn a_template_of_ones_own_parses_the_replies() {
    let site = Site::new(mixed(2));
    let template = site.file("serial.textfsm", TEMPLATE);
    let ended = site.run(&["show version", "--template", &template, "--format", "jsonl"]);
    let hosts: Vec<Value> = ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((ended.code, hosts.len()), (Some(0), 2), "{ended:?}");
    for host in &hosts {
        let name = host["host"].as_str().unwrap();
        let serial = &site.lab.device(name).unwrap().node().device().facts().serial;
        assert_eq!(host["replies"][0]["parsed"][0]["SERIAL"].as_str(), Some(serial.as_str()));
    }
}

#[test]
fn raw_shows_the_text_of_the_devices_under_headings() {
    let lab = Lab::builder().device(device("r1").command("show one", "uno\n"), Service::Telnet);
    let site = Site::new(lab.device(device("r2").command("show one", "una\n"), Service::Ssh));
    let ended = site.run(&["show one", "--format", "raw"]);
    assert_eq!(ended.out, "=== r1: show one\nuno\n=== r2: show one\nuna\n");
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
}

#[test]
fn hosts_need_no_inventory() {
    let site = Site::new(mixed(3));
    let (telnet, other) = (site.port("r1"), site.port("r3"));
    let (one, two) = (format!("127.0.0.1:{telnet}"), format!("localhost:{other}"));
    assert_ok(&["--host", &one, "--host", &two, "--transport", "telnet"], &[&one, &two]);
    let ssh = format!("127.0.0.1:{}", site.port("r2"));
    let known_hosts = site.path("known_hosts");
    assert_ok(&["--host", &ssh, "--transport", "ssh", "--known-hosts", &known_hosts], &[&ssh]);
    assert_ok(&["--host", &ssh, "--host-key-check", "off"], &[&ssh]);
}

/// Runs over `--host` alone, and expects these hosts, all of them well.
fn assert_ok(args: &[&str], hosts: &[&str]) {
    let usual = ["run", "show clock", "--platform", "cisco_iosxe", "--username", USER, "--format", "json"];
    let alone = ["--ssh-config", "none"];
    let args = if args.contains(&alone[0]) { args.to_vec() } else { [args, &alone].concat() };
    let args = &args[..];
    let mut command = linecrew(&[&usual, args].concat());
    command.env("LINECREW_PASSWORD", PASSWORD).env("LINECREW_ENABLE_SECRET", SECRET);
    let ended = Process::start(command).finish();
    assert_eq!((ended.code, names(&ended.json())), (Some(0), hosts.to_vec()), "{ended:?}");
}

#[test]
fn a_host_key_that_is_accepted_once_is_known_from_then_on() {
    let site = Site::new(mixed(2));
    let known_hosts = site.file("mine", "");
    let host = format!("127.0.0.1:{}", site.port("r2"));
    let args = ["--host", &host, "--known-hosts", &known_hosts];
    assert_ok(&[&args[..], &["--host-key-check", "accept-new"]].concat(), &[&host]);
    assert_eq!(std::fs::read_to_string(&known_hosts).unwrap(), site.lab.known_hosts());
    assert_ok(&args, &[&host]);
}

#[test]
fn the_openssh_configuration_knows_the_way_to_a_host() {
    let site = Site::new(mixed(2));
    let text = format!(
        "Host core\nHostName 127.0.0.1\nPort {}\nUserKnownHostsFile {}\nForwardX11 no\nHost other\nProxyCommand nc %h %p\n",
        site.port("r2"),
        site.path("known_hosts")
    );
    let config = site.file("ssh.conf", &text);
    assert_ok(&["--host", "core", "--ssh-config", &config], &["core"]);
    let run = |host: &str, more: &[&str]| {
        let args =
            ["run", "show clock", "--host", host, "--platform", "cisco_iosxe", "--ssh-config", &config];
        let mut command = linecrew(&[&args, more].concat());
        command.env("LINECREW_PASSWORD", PASSWORD);
        Process::start(command).finish()
    };
    let ended = run("other", &[]);
    let told = format!("{config}:7: ProxyCommand is not supported");
    assert!(ended.code == Some(1) && ended.out.contains(&told) && ended.err.is_empty(), "{ended:?}");
    let told = format!("core:22: {config}:5: ForwardX11 has no effect here\n");
    let ended = run("core", &["--verbose"]);
    assert_eq!(ended.err, told, "{ended:?}");
}

#[test]
fn jsonl_shows_hosts_as_they_complete() {
    let site = Site::new(mixed(1));
    let (listener, held) = held_host();
    site.inventory(&[&held]);
    let run = site.start(&["show clock", "--format", "jsonl"]);
    assert!(run.line().starts_with("{\"schema\":1,\"host\":\"r1\",\"status\":\"ok\""));
    drop(listener);
    assert!(run.line().starts_with("{\"schema\":1,\"host\":\"held\",\"status\":\"failed\""));
    assert_eq!(run.finish().code, Some(1));
}

/// Runs where nobody reads the output; gives the exit code and what was said of it.
fn run_unread(site: &Site, args: &[&str], meanwhile: impl FnOnce()) -> (Option<i32>, String) {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = site.command(args);
    command.env("LINECREW_PASSWORD", PASSWORD).env("LINECREW_ENABLE_SECRET", SECRET);
    let child = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    meanwhile();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_run_ends_in_silence_once_nobody_reads_its_output() {
    for format in ["jsonl", "raw"] {
        let site = Site::new(mixed(30));
        let ended = run_unread(&site, &["show clock", "--workers", "1", "--format", format], || ());
        assert_eq!(ended, (Some(0), String::new()));
        assert!(site.lab.counters().sessions_opened < 30, "the hosts that had not started were cancelled");
    }
}

#[test]
fn a_run_that_nobody_reads_tells_of_a_failed_host_by_its_exit_code() {
    let site = Site::new(mixed(30));
    let (listener, held) = held_host();
    site.inventory(&[&held]);
    let args = ["show clock", "--workers", "1", "--format", "jsonl"];
    assert_eq!(run_unread(&site, &args, || drop(listener)), (Some(1), String::new()));
    assert!(site.lab.counters().sessions_opened < 30);
    assert_eq!(run_unread(&site, &["show clock"], || ()), (Some(1), String::new()));
}

#[test]
fn json_shows_hosts_in_the_order_of_the_inventory_whoever_completes_first() {
    let site = Site::new(mixed(1));
    let (listener, held) = held_host();
    site.inventory(&[&held]);
    let run = site.start(&["show clock", "--format", "json"]);
    let counters = || site.lab.counters();
    wait_until("r1 is done", || counters().sessions_opened == 1 && counters().sessions_open == 0);
    drop(listener);
    assert_eq!(names(&run.finish().json()), ["held", "r1"]);
}

#[test]
fn one_worker_does_all_hosts() {
    let site = Site::new(mixed(4));
    let ended = site.run(&["show clock", "--workers", "1", "--format", "jsonl"]);
    let hosts: Vec<Value> = ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((ended.code, names(&hosts)), (Some(0), vec!["r1", "r2", "r3", "r4"]), "{ended:?}");
}

#[test]
fn a_hundred_devices_over_telnet_and_ssh_each_answer_exactly_once() {
    let site = Site::new(mixed(100));
    let ended = site.run(&["show version", "--workers", "20", "--format", "jsonl", "--parse"]);
    let hosts: Vec<Value> = ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((ended.code, hosts.len()), (Some(0), 100), "{}", ended.err);
    assert_eq!(names(&hosts).into_iter().collect::<BTreeSet<_>>().len(), 100);
    for host in &hosts {
        assert_eq!(
            (&host["status"], &host["replies"][0]["parsed"][0]["HOSTNAME"]),
            (&"ok".into(), &host["host"])
        );
    }
    assert_eq!(site.lab.counters().sessions_opened, 100);
}

#[test]
fn bytes_that_are_not_utf_8_break_nothing() {
    let bytes: Vec<u8> = (0x80..=0xff).chain(*b"\n").collect();
    let odd = |name| device(name).command("show odd", &bytes);
    let lab = Lab::builder().device(odd("r1"), Service::Telnet).device(odd("r2"), Service::Ssh);
    let noisy = device("r3").command("show odd", "even\n").fault(Fault::Garbage(vec![0xfe, 0x80, 0xc3]));
    let site = Site::new(lab.device(noisy, Service::Ssh));
    for format in ["table", "json", "jsonl", "raw"] {
        let ended = site.run(&["show odd", "show clock", "--format", format]);
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
        assert!(ended.out.contains('\u{fffd}'), "{ended:?}");
    }
    let noisy = site.run(&["show odd", "--format", "json"]).host("r3");
    assert!(noisy["replies"][0]["text"].as_str().unwrap().contains("even"), "{noisy}");
}

#[test]
fn a_device_is_asked_for_json_of_its_own() {
    let json = "{\n  \"prefixes\": 42\n}\n";
    let router = Device::frr("r1").credentials(USER, PASSWORD).enable_secret(SECRET);
    let router = router.command("show ip route json", json);
    let site = Site::new(Lab::builder().device(router, Service::Telnet));
    let settings =
        format!("hostname: 127.0.0.1, port: {}, transport: telnet, platform: frr", site.port("r1"));
    site.inventory(&[&format!("r1: {{{settings}}}")]);
    let ended = site.run(&["show ip route", "--format", "native"]);
    let host: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(host["replies"][0]["parsed"], serde_json::json!({"prefixes": 42}), "{host}");
    assert_eq!(host["replies"][0]["parser"], "native: show ip route json");
    let ended = site.run(&["show version", "--format", "native"]);
    let host: Value = serde_json::from_str(&ended.out).unwrap();
    assert!(ended.code == Some(1) && host["replies"][0].get("parsed").is_none(), "{host}");
    // Only where it is asked for its text is parsed.
    let ended = site.run(&["show version", "--format", "native", "--templates", "builtin"]);
    let host: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(host["replies"][0]["parser"], "built-in frr_show_version.textfsm");
    assert_eq!(host["replies"][0]["parsed"][0]["HOSTNAME"], "r1");
}
