//! `known_hosts`: no file is a panic; of every line it is told whether it counts; and a key that is written down, plain or
//! hashed, is known afterwards whatever else the file holds, unless the file revokes it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use linecrew_transports::ssh::known_hosts::{KnownHosts, Verdict, hashed_line, line};

/// An ed25519 key in wire format.
const KEY: &[u8] = b"\0\0\0\x0bssh-ed25519\0\0\0\x20thirty-two bytes that are no key";

fuzz_target!(|file: &[u8]| {
    // The first line is the name to look up.
    let (name, file) = file.split_at(file.iter().position(|&byte| byte == b'\n').unwrap_or(0));
    let name = String::from_utf8_lossy(name);
    let mut known = KnownHosts::default();
    known.add("fuzzed", file);
    let lines = file.split(|&byte| byte == b'\n').count();
    assert!(known.skipped().len() <= lines, "more lines are skipped than there are");
    for port in [22, 2022] {
        known.key_types(&name, port);
        known.certificate_authority(&name, port);
        let revoked = matches!(known.verdict(&name, port, KEY), Verdict::Revoked(_));
        let is_name = !name.is_empty()
            && !name.contains(|c: char| c.is_whitespace() || c.is_control() || "*?!,|#@[]".contains(c));
        for written in [line(&name, port, KEY), hashed_line(&name, port, KEY, &[7; 20])] {
            let Some(written) = written.filter(|_| is_name && !revoked) else { continue };
            let mut known = known.clone();
            known.add("written", written.as_bytes());
            assert_eq!(known.verdict(&name, port, KEY), Verdict::Known, "{written}");
        }
    }
});
