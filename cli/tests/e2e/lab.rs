//! `linecrew demo` and `linecrew lab`.

use crate::support::{Ended, Process, linecrew, wait_until};
use std::path::Path;

fn start(args: &[&str]) -> Process {
    Process::start(linecrew(args))
}

#[test]
fn the_demo_shows_twelve_devices_and_no_progress_bar_in_a_pipe() {
    let ended = start(&["demo", "--latency", "0"]).finish();
    let rows = ended.out.lines().filter(|line| line.starts_with('r') && line.contains(" ok ")).count();
    assert_eq!((ended.code, rows, ended.err.as_str()), (Some(0), 12, ""), "{ended:?}");
    assert!(
        ended.out.contains("\nok 12   failed 0   unknown 0   ") && !ended.out.contains(['\r', '\x1b']),
        "{ended:?}"
    );
}

#[test]
fn a_lab_serves_other_processes_until_ctrl_c() {
    let folder = tempfile::tempdir().unwrap();
    let inventory = folder.path().join("lab.yaml").to_str().unwrap().to_owned();
    let lab = start(&["lab", "--devices", "4", "--inventory", &inventory]);
    let (up, advice) = (lab.line(), lab.line());
    assert!(up.starts_with("4 devices are up") && up.contains("Ctrl-C"), "{up}");
    assert!(folder.path().join("lab.known_hosts").exists());
    let ended = run_as_advised(&advice);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for host in ["r1", "r2", "r3", "r4"] {
        assert!(ended.out.lines().any(|row| row.starts_with(&format!("{host} ")) && row.contains(" ok ")));
    }
    lab.interrupt();
    assert_eq!(lab.finish().code, Some(0));
}

#[test]
fn a_lab_tells_what_it_counted_and_its_aaa_server_whom_it_refused() {
    let folder = tempfile::tempdir().unwrap();
    let inventory = folder.path().join("lab.yaml").to_str().unwrap().to_owned();
    let lab = start(&["lab", "--devices", "20", "--lock-after", "3", "--inventory", &inventory]);
    let advice = (lab.line(), lab.line()).1;
    let ended = run_as_advised(&advice.replace("LINECREW_PASSWORD=admin", "LINECREW_PASSWORD=wrong"));
    assert_eq!((ended.code, ended.out.contains("failed 2   skipped 18")), (Some(1), true), "{ended:?}");
    assert_eq!(run_as_advised(&advice).code, Some(0));
    lab.interrupt();
    let ended = lab.finish();
    let counts = "22 sessions, at most ";
    assert!(ended.out.starts_with(counts) && ended.out.contains(", 2 refused\n"), "{ended:?}");
    assert!(ended.out.ends_with("AAA: \"admin\": 20 accepted, 2 refused\n"), "{ended:?}");
}

#[test]
fn a_lab_of_each_platform_is_reached_over_telnet_and_ssh_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["ios", "cisco_iosxr", "nxos", "asa", "eos", "junos", "frr", "linux"] {
        let inventory = folder.path().join(format!("{name}.yaml")).to_str().unwrap().to_owned();
        let lab = start(&["lab", "--platform", name, "--devices", "2", "--inventory", &inventory]);
        let advice = (lab.line(), lab.line()).1;
        let ended = run_as_advised(&advice);
        assert_eq!(ended.code, Some(0), "{name}: {ended:?}");
        assert!(ended.out.contains("ok 2   failed 0"), "{name}: {ended:?}");
        lab.interrupt();
        assert_eq!(lab.finish().code, Some(0));
    }
    let unknown = start(&["lab", "--platform", "vms"]).finish();
    assert!(unknown.usage().contains("--platform vms: expected one of cisco_iosxe"), "{unknown:?}");
}

/// Runs the line that a lab prints, as a shell would.
fn run_as_advised(advice: &str) -> Ended {
    let (settings, args) = advice.trim().split_once(" linecrew ").unwrap();
    let quoted = |(at, part): (usize, &'_ str)| -> Vec<String> {
        if at % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() }
    };
    let args: Vec<_> = args.split('"').enumerate().flat_map(quoted).collect();
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let mut command = linecrew(&args);
    command.envs(settings.split(' ').map(|setting| setting.split_once('=').unwrap()));
    Process::start(command).finish()
}

#[test]
fn a_lab_writes_over_its_own_inventory_and_over_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fleet.yaml");
    std::fs::write(&path, "hosts: {}\n").unwrap();
    let name = path.to_str().unwrap();
    let refused = start(&["lab", "--inventory", name]).finish();
    let expected =
        format!("linecrew: {name} is there already and is no lab's; name another with --inventory");
    assert_eq!(refused.usage(), expected);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "hosts: {}\n");
    std::fs::remove_file(&path).unwrap();
    for _ in 0..2 {
        serve_and_end(&path);
    }
}

#[test]
fn a_lab_leaves_files_alone_that_it_did_not_write() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = |inventory: &str| {
        let path = folder.path().join(inventory);
        start(&["lab", "--inventory", path.to_str().unwrap()]).finish().usage().to_owned()
    };
    for (file, inventory) in [("notes.yaml", "notes.yaml"), ("mine.known_hosts", "mine.yaml")] {
        let bytes = b"mine \xff\n";
        std::fs::write(folder.path().join(file), bytes).unwrap();
        let refused = refusal(inventory);
        assert!(refused.contains(&format!("{file} is there already and is no lab's")), "{refused}");
        assert_eq!(std::fs::read(folder.path().join(file)).unwrap(), bytes);
    }
    assert!(!folder.path().join("mine.yaml").exists());
    let refused = refusal("");
    assert!(refused.contains("is there already and cannot be read"), "{refused}");
}

#[test]
fn a_lab_does_not_write_its_host_keys_over_its_inventory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lab.known_hosts");
    let refused = start(&["lab", "--inventory", path.to_str().unwrap()]).finish();
    assert!(refused.usage().ends_with("the host keys go there; name the inventory otherwise"), "{refused:?}");
    assert!(!path.exists());
}

fn serve_and_end(inventory: &Path) {
    let lab = start(&["lab", "--devices", "1", "--inventory", inventory.to_str().unwrap()]);
    assert!(lab.line().starts_with("1 device"));
    wait_until("the inventory is written", || inventory.exists());
    lab.interrupt();
    assert_eq!(lab.finish().code, Some(0));
}

#[test]
fn a_device_described_by_a_file_is_served_recorded_without_its_password_and_served_again_from_that() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let device = "{hostname: sw1, password: sEcReT-7, commands: [{command: show clock, reply: \"noon\\n\"}]}";
    std::fs::write(path("sw1.yaml"), device).unwrap();
    let lab = start(&["lab", "--device", &path("sw1.yaml"), "--inventory", &path("lab.yaml")]);
    assert!(lab.line().starts_with("1 device"));
    lab.line();
    let args = ["record", "show clock", "-i", &path("lab.yaml"), "--to", &path("tapes")];
    let mut command = linecrew(&args);
    command.env("LINECREW_PASSWORD", "sEcReT-7").env("LINECREW_ENABLE_SECRET", "enable");
    let ended = Process::start(command).finish();
    assert!(ended.code == Some(0) && ended.out.contains("noon"), "{ended:?}");
    let advice = format!("linecrew lab --replay {}/HOST.txt", path("tapes"));
    assert!(ended.err.trim_end().ends_with(&advice), "{ended:?}");
    let tape = std::fs::read_to_string(folder.path().join("tapes/sw1.txt")).unwrap();
    assert!(tape.contains("> \"***\\n\"") && tape.contains("noon") && !tape.contains("sEcReT-7"), "{tape}");
    lab.interrupt();
    assert_eq!(lab.finish().code, Some(0));
    for transport in ["telnet", "ssh"] {
        replay(folder.path(), &path("tapes/sw1.txt"), transport);
    }
}

/// Serves a recording, and runs the command that was recorded.
fn replay(folder: &Path, tape: &str, transport: &str) {
    let inventory = folder.join(format!("{transport}.yaml")).to_str().unwrap().to_owned();
    let lab = start(&["lab", "--replay", tape, "--transport", transport, "--inventory", &inventory]);
    assert!(lab.line().starts_with("1 device"));
    lab.line();
    let mut command = linecrew(&["run", "show clock", "-i", &inventory, "--format", "raw"]);
    command.env("LINECREW_PASSWORD", "any").env("LINECREW_ENABLE_SECRET", "any");
    let ended = Process::start(command).finish();
    assert!(ended.code == Some(0) && ended.out.contains("noon"), "{transport}: {ended:?}");
    lab.interrupt();
    assert_eq!(lab.finish().code, Some(0));
}
