//! TextFSM templates: no template is a panic or takes long, nor is any text for one that loads; every error is of a line
//! that is there; and row by row comes what comes at once.
#![no_main]

use libfuzzer_sys::fuzz_target;
use linecrew_core::textfsm::Template;

fuzz_target!(|input: &[u8]| {
    // The template, and after a NUL the text. Without one the template is as good a text as any other.
    let input = String::from_utf8_lossy(input);
    let (template, text) = input.split_once('\0').unwrap_or((&input, &input));
    let lines = template.lines().count() + template.matches('\r').count();
    match Template::parse(template) {
        Err(error) => assert!(error.line().is_none_or(|line| (1..=lines).contains(&line)), "{error}"),
        Ok(template) => {
            let rows: Result<Vec<_>, _> = template.rows(text.as_bytes()).collect();
            match template.parse_text(text) {
                Ok(table) => assert_eq!(rows.expect("a text that is parsed at once"), table.rows()),
                Err(error) => {
                    assert!(error.rule_line().is_none_or(|line| (1..=lines).contains(&line)), "{error}");
                    assert!(rows.is_err(), "{error}");
                }
            }
        }
    }
});
