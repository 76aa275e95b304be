//! Replies of devices: for none of the built-in templates is any text a panic, or does it take long; and row by row comes
//! what comes at once.
#![no_main]

use libfuzzer_sys::fuzz_target;
use linecrew_core::textfsm::{Parser, Templates};
use std::sync::LazyLock;

const PLATFORMS: [&str; 6] =
    ["arista_eos", "cisco_iosxe", "cisco_iosxr", "cisco_nxos", "frr", "juniper_junos"];

static PARSERS: LazyLock<Vec<Parser>> = LazyLock::new(|| {
    let templates = Templates::builtin();
    let of = |platform| {
        let commands = templates.commands(platform).expect("the built-in index");
        let find = |command: String| templates.find(platform, &command.replace(r"\S+", "1"));
        commands.into_iter().map(find).collect::<Result<Vec<_>, _>>().expect("the built-in templates")
    };
    PLATFORMS.into_iter().flat_map(of).collect()
});

fuzz_target!(|input: &[u8]| {
    // All of them: a text that one knows is a strange one to the others.
    let text = String::from_utf8_lossy(input);
    for parser in PARSERS.iter() {
        let template = parser.template().expect("one template each");
        let rows: Result<Vec<_>, _> = template.rows(input).collect();
        match (parser.parse_text(&text), rows) {
            (Ok(table), Ok(rows)) => assert_eq!(table.rows(), rows, "{}", parser.name()),
            (Err(error), rows) => assert!(rows.is_err(), "{}: {error}", parser.name()),
            (Ok(_), Err(error)) => panic!("{}: {error}", parser.name()),
        }
    }
});
