//! What `--help` shows: examples that run, and the limits.

use crate::support::{Ended, PASSWORD, Process, SECRET, Site, USER, device, linecrew};
use linecrew_testkit::{Lab, Service};
use std::path::Path;
use std::process::Command;

fn help(of: &[&str]) -> String {
    Process::start(linecrew(&[of, &["--help"]].concat())).finish().out
}

fn examples(of: &[&str]) -> Vec<String> {
    let help = help(of);
    let (_, examples) =
        help.split_once("Examples:\n").unwrap_or_else(|| panic!("{of:?} has no examples: {help}"));
    let examples = examples.replace("\\\n     ", "");
    // None is broken by the width of the help.
    let examples: Vec<_> =
        examples.lines().map_while(|line| line.strip_prefix("  ")).map(str::to_owned).collect();
    assert!(examples.iter().all(|example| example.starts_with("linecrew ")), "{examples:?}");
    examples
}

/// A site with all that the examples name, and a home folder that knows its host keys.
fn site() -> Site {
    let knows_lists = |name| device(name).command("show ip access-lists", "Standard IP access list 10\n");
    let lab =
        Lab::builder().device(knows_lists("r1"), Service::Telnet).device(knows_lists("r2"), Service::Ssh);
    let site = Site::new(lab);
    let folder = |name: &str| std::fs::create_dir_all(site.path(name)).unwrap();
    ["inventory", ".ssh", "my-templates"].into_iter().for_each(folder);
    site.file(".ssh/known_hosts", &site.lab.known_hosts());
    let host = |name: &str| {
        let connection = if name == "r2" { "ssh" } else { "telnet" };
        format!(
            "{name} ansible_host=127.0.0.1 ansible_port={} ansible_connection={connection}\n",
            site.port(name)
        )
    };
    let ini = format!(
        "[access]\n{}[core]\n{}[all:vars]\nsite=ams\nansible_network_os=ios\n",
        host("r1"),
        host("r2")
    );
    site.file("hosts.ini", &ini);
    site.file("inventory/hosts.ini", &ini);
    site.file("reply.txt", "Cisco IOS XE Software, Version 17.09.04a\nSERIAL FDO2550TM6Y\n");
    site.file("serial.textfsm", "Value SERIAL (\\S+)\n\nStart\n  ^SERIAL ${SERIAL} -> Record\n");
    let template = "Value BGP_NEIGH (\\S+)\nValue STATE_PFXRCD (\\S+)\n\nStart\n  ^${BGP_NEIGH} ${STATE_PFXRCD} -> Record\n";
    site.file("my-templates/bgp.textfsm", template);
    let index =
        "Template, Hostname, Platform, Command\nbgp.textfsm, .*, cisco_nxos, sh[[ow]] ip bgp sum[[mary]]\n";
    site.file("my-templates/index", index);
    site
}

/// Runs the line in the site's folder, where the devices of the lab stand in for those that it names.
fn run(site: &Site, example: &str) -> Ended {
    let at = |name: &str| format!("127.0.0.1:{}", site.port(name));
    let line = example
        .replace("192.0.2.7:2022", &at("r2"))
        .replace("r2:2022", &at("r2"))
        .replace("192.0.2.1", &at("r2"))
        .replace("-u admin", &format!("-u {USER}"))
        .replace("--soak 60s", "--soak 0s");
    let line = if line.contains("selftest") { line.replace("-u ", "--ssh-config none -u ") } else { line };
    let mut command = Command::new("sh");
    command.arg("-c").arg(line.replace("linecrew ", "\"$LINECREW\" ")).stdin(std::process::Stdio::null());
    command.env("LINECREW", env!("CARGO_BIN_EXE_linecrew")).env("LINECREW_CONFIG", "none");
    command.env("LINECREW_PASSWORD", PASSWORD).env("LINECREW_ENABLE_SECRET", SECRET);
    command.env("HOME", site.path("")).env_remove("NET_TEXTFSM").env_remove("NTC_TEMPLATES_DIR");
    command.current_dir(Path::new(&site.path("lab.yaml")).parent().unwrap());
    Process::start(command).finish()
}

#[test]
fn each_example_runs() {
    let site = site();
    let mut count = 0;
    for of in ["run", "record", "parse", "inventory", "hostkeys", "platforms", "selftest", "demo"] {
        for example in examples(&[of]) {
            let ended = run(&site, &example);
            assert_eq!(ended.code, Some(0), "{example}: {ended:?}");
            count += 1;
        }
    }
    assert!(count > 25, "{count}");
}

#[test]
fn the_examples_of_the_program_are_commands_of_their_own_examples() {
    let all: Vec<_> = ["demo", "hostkeys", "run"].iter().flat_map(|of| examples(&[of])).collect();
    for example in examples(&[]) {
        let known = all.iter().any(|other| other.replace("--inventory", "-i") == example);
        assert!(known, "{example}: {all:?}");
    }
}

#[test]
fn each_example_of_the_lab_serves_until_ctrl_c() {
    for example in examples(&["lab"]) {
        let folder = tempfile::tempdir().unwrap();
        let args: Vec<&str> = example.split(' ').skip(1).collect();
        let mut command = linecrew(&args);
        command.current_dir(folder.path());
        let lab = Process::start(command);
        assert!(lab.line().contains(" devices are up; "), "{example}");
        lab.interrupt();
        assert_eq!(lab.finish().code, Some(0), "{example}");
    }
}

#[test]
fn each_limit_is_shown_with_its_default() {
    let help = help(&["run"]);
    for (option, default) in [
        ("workers", "20"),
        ("logins-in-flight", "10"),
        ("logins-per-second", "5"),
        ("login-jitter", "0.5"),
        ("handshake-timeout", "15"),
        ("authentication-timeout", "30"),
        ("silence-timeout", "30"),
        ("command-timeout", "300"),
        ("host-timeout", "900"),
        ("retry-delays", "2,10"),
        ("grace", "30"),
    ] {
        let (_, rest) = help.split_once(&format!("--{option} ")).unwrap_or_else(|| panic!("no {option}"));
        let (_, shown) = rest.split_once("[default: ").unwrap();
        assert!(shown.starts_with(&format!("{default}]")), "{option}: {}", &shown[..20]);
    }
    assert!(help.contains("[default: what the SSH configuration says, or 10]"), "{help}");
}

#[test]
fn each_command_has_help_and_the_exit_codes_stand_where_they_differ() {
    for of in ["run", "parse", "inventory", "hostkeys", "platforms", "record", "selftest", "lab", "demo"] {
        assert!(help(&[of]).contains(&format!("Usage: linecrew {of}")), "{of}");
    }
    for of in ["run", "parse", "inventory", "hostkeys", "record", "selftest", "demo"] {
        assert!(help(&[of]).contains("Exit codes: 0 "), "{of}");
    }
}
