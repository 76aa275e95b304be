//! Random templates that use all that TextFSM has, and texts that they match in part.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const NAMES: [&str; 3] = ["A", "B", "C"];
const STATES: [&str; 3] = ["Start", "Two", "Three"];
const OPTIONS: [&str; 5] = ["Required", "Filldown", "Fillup", "Key", "List"];
const ALPHABET: &str = "[abAB01_ .éſ²-]";

/// A template and texts for it.
pub(crate) fn case() -> impl Strategy<Value = (String, Vec<String>)> {
    (template(), vec(text(), 3))
}

fn template() -> impl Strategy<Value = String> {
    let values = vec((options(), expression()), 1..=NAMES.len());
    let states = vec(vec(rule(), 1..5), 1..=STATES.len());
    (values, states, weighted(0.1, select(vec!["EOF", "End"]))).prop_map(|(values, states, last)| {
        let mut text = String::new();
        for (name, (options, expression)) in NAMES.iter().zip(values) {
            text += &format!("Value {options}{name} ({expression})\n");
        }
        for (name, rules) in STATES.iter().zip(states) {
            text += &format!("\n{name}\n");
            for rule in rules {
                text += &format!("  ^{rule}\n");
            }
        }
        last.map_or(text.clone(), |last| format!("{text}\n{last}\n"))
    })
}

fn options() -> impl Strategy<Value = String> {
    let some = subsequence(OPTIONS.to_vec(), 0..=3).prop_shuffle();
    some.prop_map(|options| if options.is_empty() { String::new() } else { options.join(",") + " " })
}

fn rule() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => select(NAMES.to_vec()).prop_map(|name| format!("${{{name}}}")),
        1 => select(NAMES.to_vec()).prop_map(|name| format!("${{{name}}}?")),
        1 => select(NAMES.to_vec()).prop_map(|name| format!("(?:${{{name}}}|b)+")),
        4 => expression(),
        1 => Just("$$".to_owned()),
    ];
    (vec(piece, 1..4), action()).prop_map(|(pieces, action)| pieces.concat() + &action)
}

fn action() -> impl Strategy<Value = String> {
    let record = select(vec!["", ".Record", ".Record", ".NoRecord", ".Clear", ".Clearall"]);
    let state = select(vec!["", "", " Start", " Two", " Three", " EOF", " End"]);
    prop_oneof![
        2 => Just(String::new()),
        2 => record.clone().prop_map(|record| format!(" -> Continue{record}")),
        4 => (record, state).prop_map(|(record, state)| format!(" -> Next{record}{state}")),
        1 => select(vec![" -> Record", " -> Clear", " -> Two", " -> Error \"no\"", " -> Error", " ->"]).prop_map(str::to_owned),
    ]
}

/// A regular expression without the parentheses of a value.
pub(crate) fn expression() -> impl Strategy<Value = String> {
    let one = prop_oneof![
        6 => select(vec!["a", "b", "A", "0", " ", "_", "\\.", "-", "é", "ſ"]),
        3 => select(vec![".", "\\d", "\\w", "\\s", "\\S", "\\W", "\\D"]),
        2 => select(vec!["[ab]", "[^a]", "[a-b0]", "[\\w.]", "[^\\s]", "[^\\W_]", "[]b]", "[é-ÿ]", "[A-Z]"]),
        1 => select(vec!["\\b", "\\B", "$$", "^", "\\Z", "\\A", "(?=a)", "(?!a)", "(?<=a)", "(?<!b)", "\\1", "(?P<n>b)"]),
    ];
    let leaf = one.prop_map(str::to_owned).boxed();
    leaf.prop_recursive(4, 24, 4, |inner| {
        let repeat =
            select(vec!["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{,2}?", "{0}", "*+", "++", "?+"]);
        prop_oneof![
            4 => vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            3 => (inner.clone(), repeat.clone()).prop_map(|(body, count)| format!("(?:{body}){count}")),
            2 => (inner.clone(), repeat).prop_map(|(body, count)| format!("({body}){count}")),
            2 => vec(inner.clone(), 2..4).prop_map(|parts| format!("(?:{})", parts.join("|"))),
            1 => vec(inner.clone(), 2..3).prop_map(|parts| format!("(?:{}|)", parts.join("|"))),
            2 => inner.clone().prop_map(|body| format!("({body})")),
            1 => inner.clone().prop_map(|body| format!("(?={body})")),
            1 => inner.clone().prop_map(|body| format!("(?!{body})")),
            1 => inner.clone().prop_map(|body| format!("(?>{body})")),
            1 => inner.clone().prop_map(|body| format!("(?i:{body})")),
            1 => inner.clone().prop_map(|body| format!("(?a:{body})")),
            1 => (inner.clone(), inner).prop_map(|(yes, no)| format!("(?(1){yes}|{no})")),
        ]
    })
}

fn text() -> impl Strategy<Value = String> {
    let line = proptest::string::string_regex(&format!("{ALPHABET}{{0,8}}")).unwrap();
    vec(line, 0..8).prop_map(|lines| lines.join("\n"))
}
