//! The text of a `known_hosts` file without some of its entries.

use super::{Entry, Marker, Names, Place, name};
use std::path::Path;
use std::sync::Arc;

/// What became of a text.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::ssh) struct Without {
    pub(in crate::ssh) text: Vec<u8>,
    /// The lines, from 1, that no longer name the host.
    pub(in crate::ssh) removed: Vec<usize>,
    /// Those that name it by a pattern, as they name others, and stay.
    pub(in crate::ssh) left: Vec<usize>,
}

/// `text` without the keys of `host` at `port`, of one type alone where it is given. A line with several names keeps the
/// others; revoked keys and certificate authorities stay.
pub(in crate::ssh) fn without(text: &[u8], host: &str, port: u16, key_type: Option<&str>) -> Without {
    let name = name(host, port);
    let mut without = Without { text: Vec::with_capacity(text.len()), removed: Vec::new(), left: Vec::new() };
    for (number, line) in (1..).zip(text.split_inclusive(|&byte| byte == b'\n')) {
        let is_meant = |entry: &Entry| {
            let is_of_type = key_type.is_none_or(|key_type| entry.key_type == key_type);
            entry.marker == Marker::None && is_of_type && entry.names.contain(&name)
        };
        let meant = parse(line).filter(is_meant);
        match meant.as_ref().map(|entry| shorter(line, entry, &name)) {
            Some(Some(shorter)) => {
                without.text.extend(shorter);
                without.removed.push(number);
            }
            is_left => {
                without.text.extend_from_slice(line);
                without.left.extend(is_left.map(|_| number));
            }
        }
    }
    without
}

fn parse(line: &[u8]) -> Option<Entry> {
    let line = String::from_utf8_lossy(line);
    let line = line.trim_matches([' ', '\t', '\r', '\n']);
    let place = || Place { file: Arc::from(Path::new("")), line: 0 };
    if line.starts_with('#') { None } else { Entry::parse(line, place).ok() }
}

/// The line without the name, empty if it has no other; none where it is a pattern that names the host.
fn shorter(line: &[u8], entry: &Entry, name: &str) -> Option<Vec<u8>> {
    if matches!(entry.names, Names::Hashed { .. }) {
        return Some(Vec::new());
    }
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = line.iter().position(|byte| !is_blank(byte))?;
    let end = start + line[start..].iter().position(is_blank)?;
    let names = String::from_utf8_lossy(&line[start..end]);
    let others: Vec<_> = names.split(',').filter(|other| !other.eq_ignore_ascii_case(name)).collect();
    let others = others.join(",");
    if Names::parse(&others)?.contain(name) {
        return None;
    }
    let names_nobody = others.split(',').all(|other| other.is_empty() || other.starts_with('!'));
    Some(if names_nobody { Vec::new() } else { [&line[..start], others.as_bytes(), &line[end..]].concat() })
}

#[cfg(test)]
mod tests {
    use super::super::{KnownHosts, Verdict, hashed_line};
    use super::*;
    use proptest::prelude::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBDrsYCjMOxs7cqk+mPiDCDYAQpy8cOTGWRcD0xGcJ8j";

    fn of(text: &str, host: &str, port: u16) -> (String, Vec<usize>, Vec<usize>) {
        let Without { text, removed, left } = without(text.as_bytes(), host, port, None);
        (String::from_utf8(text).unwrap(), removed, left)
    }

    #[test]
    fn a_host_goes_and_the_others_stay() {
        let text = format!(
            "# r1\nr1 {KEY}\nr2,R1,192.0.2.1 {KEY} c\r\n[r1]:2022 {KEY}\n@revoked r1 {KEY}\nr1 broken\nr1,!r2 {KEY}"
        );
        let rest = format!("# r1\nr2,192.0.2.1 {KEY} c\r\n[r1]:2022 {KEY}\n@revoked r1 {KEY}\nr1 broken\n");
        assert_eq!(of(&text, "r1", 22), (rest, vec![2, 3, 7], vec![]));
        assert_eq!(of(&text, "R1", 2022).1, [4]);
        assert_eq!(of(&text, "r9", 22), (text.clone(), vec![], vec![]));
    }

    #[test]
    fn a_hashed_host_goes_and_a_pattern_stays_and_is_told() {
        let key = parse(format!("x {KEY}").as_bytes()).unwrap().key;
        let hashed = hashed_line("r1", 22, &key, &[7; 20]).unwrap();
        let text = format!("{hashed}\nr* {KEY}\nr1,r? {KEY}\n");
        assert_eq!(of(&text, "r1", 22), (format!("r* {KEY}\nr1,r? {KEY}\n"), vec![1], vec![2, 3]));
    }

    #[test]
    fn one_type_goes_where_it_is_given() {
        let text = format!("r1 {KEY}\n");
        assert_eq!(without(text.as_bytes(), "r1", 22, Some("ssh-rsa")).removed, Vec::<usize>::new());
        assert_eq!(without(text.as_bytes(), "r1", 22, Some("ssh-ed25519")).text, b"");
    }

    proptest! {
        #[test]
        fn a_forgotten_host_is_unknown_and_all_others_are_as_before(
            lines in prop::collection::vec(
                prop_oneof![
                    prop::collection::vec(prop::sample::select(vec!["r1", "R1", "r2", "[r1]:99", "!r2", ""]), 1..4)
                        .prop_map(|names| format!("{} {KEY}", names.join(","))),
                    "[ -~]{0,20}",
                ],
                0..6,
            ),
        ) {
            let text = lines.join("\n");
            let known = |text: &[u8]| {
                let mut known = KnownHosts::default();
                known.add("kh", text);
                known
            };
            let after = known(&without(text.as_bytes(), "r1", 22, None).text);
            let before = known(text.as_bytes());
            let key = parse(format!("x {KEY}").as_bytes()).unwrap().key;
            prop_assert_eq!(after.verdict("r1", 22, &key), Verdict::Unknown);
            for (host, port) in [("r1", 99), ("r2", 22), ("r3", 22)] {
                prop_assert_eq!(after.key_types(host, port), before.key_types(host, port));
            }
        }
    }
}
