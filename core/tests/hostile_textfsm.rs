//! TextFSM templates and texts that are meant to do harm: each ends, with rows or an error, in bounded memory.
#![cfg(all(feature = "textfsm", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failure fails the test")]

use linecrew_core::textfsm::{ParseErrorKind, RowsError, Template};
use std::io::{BufReader, Read, repeat};

/// What all tests of this process may take together, in kilobytes.
const MOST_MEMORY: u64 = 1 << 19;

/// A line that is long, and one whose bytes cost many steps each.
const LONG: usize = 10 << 20;
const COSTLY: usize = 64 << 10;

/// Parses a text by a template of one value and these expressions; what passes a limit is an error.
fn ends(expressions: &[&str], text: &str) {
    let rule = |expression| format!("  ^{expression} -> Record\n");
    let rules = expressions.iter().map(rule).collect::<Vec<_>>().concat();
    let template = Template::parse(&format!("Value X (\\d*)\n\nStart\n{rules}")).expect("a template");
    if let Err(error) = template.parse_text(text) {
        assert_eq!(error.kind(), ParseErrorKind::Limit, "{error}");
    }
    check_memory();
}

fn check_memory() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.split_whitespace().next().unwrap().parse().unwrap();
    assert!(peak < MOST_MEMORY, "{peak} KB at most");
}

/// One with another character than ASCII's, one of ASCII, one of many lines.
fn costly_texts() -> [String; 3] {
    let long = "a".repeat(COSTLY);
    [format!("{long}é"), long, format!("{}\n", "a".repeat(40)).repeat(200)]
}

const NESTED: [&str; 5] = [
    "((((a{0,99}){0,99}){0,99}){0,99})b",
    "(?:(?:a{1,1000}){1,1000}){1,1000}$$",
    r"(\w{1,200}\s?){1,200}:${X}",
    "((a*)*)*b",
    "(?:(?:(?:a?){50}){50}){50}b${X}",
];

const CATASTROPHIC: [&str; 6] =
    ["(?!x)(a+)+$$${X}b", "(?=(a+)+b)a", "(?:a|aa)+(?<=b)", r"(a*)*\1b", "(?>(a|aa)*)b", "(a?)*(?(1)b|c)"];

#[test]
fn nested_counted_repetition() {
    for (expression, text) in NESTED.iter().zip(costly_texts().iter().cycle()) {
        ends(&[expression], text);
    }
}

#[test]
fn many_large_expressions() {
    let expressions: Vec<String> =
        (1..=30).map(|n| format!("(?:(?:(?:a?){{{n}}}){{50}}){{50}}(b)(c)(d)(e)")).collect();
    let expressions: Vec<&str> = expressions.iter().map(String::as_str).collect();
    ends(&expressions, &"a".repeat(1_000));
}

#[test]
fn catastrophic_look_around_and_references() {
    for (expression, text) in CATASTROPHIC.iter().zip(costly_texts().iter().cycle()) {
        ends(&[expression], text);
    }
}

#[test]
fn a_line_of_ten_megabytes() {
    for (expression, tail) in
        [(r"\S+ ${X}$$", " 7"), ("(a+)+ ${X}$$", " 7"), (r"(\w+\s?)+:${X}", ""), (".*?b", "é")]
    {
        ends(&[expression], &format!("{}{tail}", "a".repeat(LONG)));
    }
}

#[test]
fn an_expression_as_long_as_a_file() {
    ends(&[&r"(\w)".repeat(20_000)], &format!("{}é", "a".repeat(30_000)));
    ends(&[&r"(?:\w|\d)*".repeat(5_000)], &"a".repeat(3_000));
}

#[test]
fn rows_that_wait_for_a_value_that_never_comes() {
    let template = "Value Fillup X (x)\nValue Required Y (\\d)\n\nStart\n  ^${Y} -> Record\n  ^${X}\n";
    let template = Template::parse(template).unwrap();
    let text = "1\n".repeat(200_000);
    assert_eq!(template.rows(text.as_bytes()).count(), 200_000);
    check_memory();
}

#[test]
fn lists_that_grow_and_are_never_recorded() {
    let template = "Value Filldown,List X (\\d)\nValue Required Y (y)\n\nStart\n  ^${X} -> Record\n  ^${Y}\n";
    let table = Template::parse(template).unwrap().parse_text(&"1\n".repeat(200_000)).unwrap();
    assert!(table.is_empty());
    check_memory();
}

#[test]
#[ignore = "takes half a minute in a debug build"]
fn a_text_of_a_hundred_megabytes() {
    const LINE: &[u8] = b" 10    0011.2233.4455    DYNAMIC     Gi1/0/1\n";
    let template = "Value VLAN (\\d+)\nValue MAC (\\S+)\nValue PORT (\\S+)\n\nStart\n  ^\\s+${VLAN}\\s+${MAC}\\s+\\w+\\s+${PORT} -> Record\n";
    let template = Template::parse(template).unwrap();
    let text = Repeated { line: LINE, at: 0 }.take(100 << 20);
    assert!(template.rows(BufReader::new(text)).map(Result::unwrap).count() > 2_000_000);
    // And as one line.
    let text = BufReader::new(repeat(b'a').take(100 << 20));
    assert!(matches!(template.rows(text).next(), Some(Err(RowsError::Read(_)))));
    check_memory();
}

/// A line again and again.
struct Repeated {
    line: &'static [u8],
    at: usize,
}

impl Read for Repeated {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let rest = &self.line[self.at..];
        let count = rest.len().min(buf.len());
        buf[..count].copy_from_slice(&rest[..count]);
        self.at = (self.at + count) % self.line.len();
        Ok(count)
    }
}
