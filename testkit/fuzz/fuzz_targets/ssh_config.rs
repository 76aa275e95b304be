//! `ssh_config`: no file is a panic or takes long, whichever host is looked up, and every error of a line names it.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use linecrew_transports::ssh::config::SshConfig;

fuzz_target!(|input: &[u8]| -> Corpus {
    // What is included are files of this machine.
    if input.to_ascii_lowercase().windows(7).any(|window| window == b"include") {
        return Corpus::Reject;
    }
    // The first line is the host to look up.
    let (host, file) = input.split_at(input.iter().position(|&byte| byte == b'\n').unwrap_or(0));
    let host = String::from_utf8_lossy(host);
    match SshConfig::parse(file, "fuzzed") {
        Ok(config) => {
            let found = config.query(&host);
            assert_eq!(found, config.query(&host), "the same twice");
            let _ = config.query_as(&host, Some("user"), Some(2022));
        }
        Err(error) => {
            let lines = file.split(|&byte| byte == b'\n').count();
            let place = error.place().expect("an error of a line has a place");
            assert!((1..=lines).contains(&place.line), "{error}");
        }
    }
    Corpus::Keep
});
