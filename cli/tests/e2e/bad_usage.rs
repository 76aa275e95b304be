//! Arguments, inventories and templates that cannot be used: one line, and no host is reached.

use crate::support::{Process, Site, linecrew, mixed};

#[test]
fn probe() {
    let site = Site::new(mixed(1));
    for text in [
        "hosts: [",
        "hosts:\n  r1: {pasword: x}\n",
        "hosts:\n  r1: {groups: [core]}\n",
        "hosts: {}\n",
        "hosts:\n - r1\n",
        "",
        "hosts:\n  r1: {port: 99999}\n",
    ] {
        site.file("lab.yaml", text);
        eprintln!("{}", site.run(&["show clock"]).usage());
    }
    std::fs::remove_file(site.path("lab.yaml")).unwrap();
    eprintln!("{}", site.run(&["show clock"]).usage());
    site.inventory(&[]);
    for text in ["Value X (\\d+\n\nStart\n  ^${X} -> Record\n", "", "Value X (\\d+)\n\nStart\n  ^${Y}\n"] {
        let t = site.file("t.textfsm", text);
        eprintln!("{}", site.run(&["show clock", "--template", &t]).usage());
    }
    eprintln!("{}", site.run(&["show clock", "--template", &site.path("none")]).usage());
    for args in [
        &["run"][..],
        &["run", "show clock"],
        &["run", "x", "--host", "r1:x"],
        &["run", "x", "--host", "r1", "--workers", "0"],
        &["lab", "--platform", "x"],
        &["run", "x", "--host", "r1", "--platform", "nope"],
        &["run", "x", "--host", "r1", "--transport", "serial"],
    ] {
        let e = Process::start(linecrew(args)).finish();
        eprintln!("{:?} {}{}", e.code, e.out, e.err);
    }
}
