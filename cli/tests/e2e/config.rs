//! Configuration files and environment variables, and what counts more.

use crate::support::{Ended, PASSWORD, Process, SECRET, Site, linecrew, mixed};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// The binary in the site's folder, with the configuration that is found there, and the folder for the user's own.
fn here(site: &Site, args: &[&str]) -> Command {
    let mut command = linecrew(args);
    command.env_remove("LINECREW_CONFIG").env("XDG_CONFIG_HOME", site.path("xdg"));
    command.env("LINECREW_PASSWORD", PASSWORD).env("LINECREW_ENABLE_SECRET", SECRET);
    let lab = site.path("lab.yaml");
    command.current_dir(Path::new(&lab).parent().unwrap());
    command
}

fn run(site: &Site, args: &[&str]) -> Ended {
    Process::start(here(site, args)).finish()
}

/// The default of `--workers` that the help shows.
fn workers(command: Command) -> String {
    let help = Process::start(command).finish().out;
    let (_, rest) = help.split_once("How many hosts at a time [env: LINECREW_WORKERS]").unwrap();
    let (value, _) = rest.split_once("[default: ").unwrap().1.split_once(']').unwrap();
    value.to_owned()
}

#[test]
fn an_argument_counts_more_than_the_environment_than_the_folder_than_the_user() {
    let site = Site::new(mixed(1));
    let help = || here(&site, &["run", "--help"]);
    assert_eq!(workers(help()), "20");
    std::fs::create_dir_all(site.path("xdg/linecrew")).unwrap();
    site.file("xdg/linecrew/config.yaml", "workers: 2\nformat: json\n");
    assert_eq!(workers(help()), "2");
    site.file("linecrew.yaml", "# here\nworkers: 3\ninventory: lab.yaml\n");
    assert_eq!(workers(help()), "3");
    let mut with = help();
    with.env("LINECREW_WORKERS", "4");
    assert_eq!(workers(with), "4");
    let ended = run(&site, &["run", "show clock"]);
    assert_eq!((ended.code, ended.host("r1")["status"].as_str()), (Some(0), Some("ok")), "{ended:?}");
    let ended = run(&site, &["run", "show clock", "--format", "raw"]);
    assert!(ended.code == Some(0) && ended.out.starts_with("=== r1: show clock\n"), "{ended:?}");
}

#[test]
fn hosts_that_are_named_are_meant_alone() {
    let site = Site::new(mixed(2));
    site.file(
        "linecrew.yaml",
        "inventory: lab.yaml\nusername: netops\nplatform: cisco_iosxe\nhost_key_check: off\n",
    );
    let host = format!("127.0.0.1:{}", site.port("r2"));
    let ended =
        run(&site, &["run", "show clock", "--host", &host, "--format", "json", "--ssh-config", "none"]);
    let hosts: Vec<_> = ended.json().iter().map(|host| host["host"].clone()).collect();
    assert_eq!(hosts, [host.as_str()], "{ended:?}");
    let listed = run(&site, &["inventory", "list", "--format", "json"]);
    assert_eq!(listed.json().len(), 2);
    // The host of `show` is one of the inventory.
    let shown = run(&site, &["inventory", "show", "r2"]);
    assert!(shown.code == Some(0) && shown.out.contains("127.0.0.1"), "{shown:?}");
}

#[test]
fn a_mistake_is_told_with_its_place() {
    let site = Site::new(mixed(1));
    let told = |text: &str| {
        site.file("linecrew.yaml", text);
        run(&site, &["run", "show clock"]).usage().to_owned()
    };
    let unknown = told("workers: 3\nworker: 3\n");
    assert!(
        unknown.starts_with("linecrew: linecrew.yaml:2: unknown key worker; expected one of inventory, ")
    );
    assert!(told("allow_write: true\n").contains("unknown key allow_write"));
    assert_eq!(told("\nworkers: 0\n"), "linecrew: linecrew.yaml:2: workers: expected a whole number above 0");
    let format = told("format: xml\n");
    assert!(
        format.starts_with("linecrew: linecrew.yaml:1: format: ") && format.contains("jsonl"),
        "{format}"
    );
    assert_eq!(
        told("workers: {}\n"),
        "linecrew: linecrew.yaml:1: workers: expected a value, or a list of values"
    );
    assert!(told("hosts: [\n").starts_with("linecrew: linecrew.yaml:"));
    std::fs::remove_file(site.path("linecrew.yaml")).unwrap();
    let mut command = here(&site, &["run", "show clock", "-i", "lab.yaml"]);
    command.env("LINECREW_HOST_TIMEOUT", "x");
    let told = Process::start(command).finish();
    assert_eq!(told.usage(), "linecrew: LINECREW_HOST_TIMEOUT: expected seconds above 0, such as 10 or 0.5");
    let mut command = here(&site, &["platforms"]);
    command.env("LINECREW_CONFIG", "none.yaml");
    let told = Process::start(command).finish();
    assert!(told.usage().starts_with("linecrew: none.yaml: the configuration cannot be read: "), "{told:?}");
}

#[test]
fn lists_are_lists_and_the_lab_has_settings_of_its_own() {
    let site = Site::new(mixed(1));
    site.file("linecrew.yaml", "retry_delays: [0]\ngroup_limit: [a=1, b=2]\ninventory: lab.yaml\n");
    assert_eq!(run(&site, &["run", "show clock"]).code, Some(0));
    let help = run(&site, &["lab", "--help"]).out;
    assert!(help.contains("[default: lab.yaml]") && !help.contains("LINECREW_INVENTORY"), "{help}");
}

#[test]
fn a_folder_that_everybody_may_write_to_configures_nothing() {
    let site = Site::new(mixed(1));
    let file = site.file("linecrew.yaml", "workers: 0\n");
    let folder = Path::new(&file).parent().unwrap();
    std::fs::set_permissions(folder, Permissions::from_mode(0o777)).unwrap();
    let ended = run(&site, &["run", "show clock", "-i", "lab.yaml"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let told =
        "linecrew.yaml is passed over: everybody may write here; LINECREW_CONFIG=linecrew.yaml reads it";
    assert!(ended.err.contains(told), "{ended:?}");
}
