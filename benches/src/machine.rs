//! What the figures depend on: the machine, and the versions of all that took part.

use std::process::Command;

const LOCK: &str = include_str!("../../Cargo.lock");

/// The libraries that take part in the executor's benches.
pub const POOLS: [&str; 11] = [
    "async-executor",
    "blocking",
    "crossbeam-channel",
    "crossbeam-deque",
    "executors",
    "futures",
    "oneshot",
    "rayon",
    "rusty_pool",
    "threadpool",
    "tokio",
];

/// The libraries under sessions, and the server that the simulated devices have.
pub const SESSIONS: [&str; 5] = ["libssh2-sys", "openssl-sys", "russh", "ssh2", "telnet"];

/// TextFSM in Rust, of others.
pub const TEXTFSM: [&str; 2] = ["textfsm-rs", "textfsm-rust"];

/// A Markdown list of the machine, the date and the versions.
pub fn describe(libraries: &[&str]) -> String {
    let libraries: Vec<_> = libraries.iter().map(|name| format!("{name} {}", version(name))).collect();
    let cores = std::thread::available_parallelism()
        .map_or_else(|error| error.to_string(), |cores| cores.to_string());
    [
        format!("- Machine: {}, {cores} cores, Linux {}", cpu(), output("uname", &["-r"])),
        format!("- Date: {}", output("date", &["-u", "+%F"])),
        format!("- Commit: {}", output("git", &["describe", "--always", "--dirty"])),
        format!("- {}; {}", output("rustc", &["--version"]), output("python3", &["--version"])),
        format!("- Libraries: {}", libraries.join(", ")),
    ]
    .join("\n")
}

/// A library's version by `Cargo.lock`.
fn version(library: &str) -> &'static str {
    let name = format!("name = \"{library}\"\nversion = \"");
    let after = LOCK.split_once(&name).map(|(_, after)| after);
    after.and_then(|after| after.split('"').next()).unwrap_or("absent")
}

fn cpu() -> String {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or("unknown", |(_, model)| model).to_owned()
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(
        |_| format!("no {program}"),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_library_has_a_version() {
        for library in POOLS.into_iter().chain(SESSIONS).chain(TEXTFSM) {
            assert!(version(library).starts_with(|first: char| first.is_ascii_digit()), "{library}");
        }
        assert_eq!(version("no-such-library"), "absent");
    }
}
