//! The three examples, run as a user runs them: their output against what each lab device says.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests are outside of the test functions that the lint spares"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Cargo builds the examples beside the binary before it runs all tests of a package.
fn lines_of(example: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_BIN_EXE_linecrew")).parent().unwrap().join("examples");
    let program = folder.join(example);
    assert!(
        program.exists(),
        "no {}: without --workspace, run `cargo build --examples` first",
        program.display()
    );
    let output = Command::new(program).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// `r1, 17.9.4` to its parts.
fn pair(line: &str) -> (&str, &str) {
    line.split_once(", ").unwrap()
}

fn is_version(text: &str) -> bool {
    text.split('.').count() == 3
}

fn is_serial(text: &str) -> bool {
    text.len() == 11 && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

fn is_right(number: usize, fact: &str) -> bool {
    if number.is_multiple_of(2) { is_version(fact) } else { is_serial(fact) }
}

#[test]
fn map_gives_versions_in_the_order_of_the_inventory() {
    let lines = lines_of("map");
    let (results, progress): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.contains(", "));
    let hosts: Vec<_> = results.iter().map(|line| pair(line).0.to_owned()).collect();
    assert_eq!(hosts, (1..=12).map(|n| format!("r{n}")).collect::<Vec<_>>());
    assert!(results.iter().all(|line| is_version(pair(line).1)), "{results:?}");
    let told: BTreeSet<_> = progress.into_iter().cloned().collect();
    let expected = (1..=12).flat_map(|n| [format!("r{n}: connecting"), format!("r{n}: done")]);
    assert_eq!(told, expected.collect());
}

#[test]
fn submit_gives_versions_of_even_and_serials_of_odd_hosts() {
    let lines = lines_of("submit");
    assert_eq!(lines.len(), 12);
    for (number, line) in (1..).zip(&lines) {
        let (hostname, fact) = pair(line);
        assert_eq!(hostname, format!("r{number}"));
        assert!(is_right(number, fact), "{line}");
    }
}

#[test]
fn as_completed_gives_each_host_once_with_its_own_result() {
    let lines = lines_of("as_completed");
    let mut seen = BTreeSet::new();
    for line in &lines {
        let (name, rest) = line.split_once(": ").unwrap();
        let (hostname, fact) = pair(rest);
        assert_eq!(name, hostname);
        assert!(is_right(name[1..].parse().unwrap(), fact), "{line}");
        seen.insert(name);
    }
    assert_eq!((lines.len(), seen.len()), (12, 12));
}
