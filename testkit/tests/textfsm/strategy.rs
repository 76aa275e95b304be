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
    let size = (1..=NAMES.len(), 1..=STATES.len());
    let parts = size.prop_flat_map(|(values, states)| {
        let rules = vec(vec(rule(&NAMES[..values], &STATES[..states]), 1..5), states);
        (vec((options(), expression()), values), rules, weighted(0.1, select(vec!["EOF", "End"])))
    });
    parts.prop_map(|(values, states, last)| {
        let values: Vec<_> = NAMES
            .iter()
            .zip(values)
            .map(|(name, (options, expression))| format!("Value {options}{name} ({expression})\n"))
            .collect();
        let states: Vec<_> = STATES
            .iter()
            .zip(states)
            .map(|(name, rules)| format!("\n{name}\n  ^{}\n", rules.join("\n  ^")))
            .collect();
        let last = last.map_or(String::new(), |last| format!("\n{last}\n"));
        values.concat() + &states.concat() + &last
    })
}

fn options() -> impl Strategy<Value = String> {
    let some = subsequence(OPTIONS.to_vec(), 0..=3).prop_shuffle();
    some.prop_map(|options| if options.is_empty() { String::new() } else { options.join(",") + " " })
}

/// A rule that uses each value at most once, since a group may have a name but once.
fn rule(names: &'static [&'static str], states: &'static [&'static str]) -> impl Strategy<Value = String> {
    let pieces = subsequence(names.to_vec(), 0..=names.len()).prop_shuffle().prop_flat_map(|names| {
        let uses: Vec<_> = names.into_iter().map(|name| (expressions(), value(name))).collect();
        (uses, expressions())
    });
    (pieces, action(states)).prop_map(|((uses, last), action)| {
        let uses: String = uses.into_iter().map(|(before, value)| before + &value).collect();
        uses + &last + &action
    })
}

fn expressions() -> impl Strategy<Value = String> {
    vec(expression(), 0..2).prop_map(|parts| parts.concat())
}

fn value(name: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![
        6 => Just(format!("${{{name}}}")),
        1 => Just(format!("${{{name}}}?")),
        1 => Just(format!("(?:${{{name}}}|b)+")),
        1 => Just(format!("${name}$$")),
    ]
}

fn action(states: &'static [&'static str]) -> impl Strategy<Value = String> {
    let record = select(vec!["", ".Record", ".Record", ".NoRecord", ".Clear", ".Clearall"]);
    let state = prop_oneof![
        4 => Just(String::new()),
        8 => select(states).prop_map(|state| format!(" {state}")),
        1 => select(vec![" EOF", " End", " Nowhere"]).prop_map(str::to_owned),
    ];
    prop_oneof![
        2 => Just(String::new()),
        2 => record.clone().prop_map(|record| format!(" -> Continue{record}")),
        4 => (record, state).prop_map(|(record, state)| format!(" -> Next{record}{state}")),
        1 => select(vec![" -> Record", " -> Clear", " -> Start", " ->"]).prop_map(str::to_owned),
        1 => weighted(0.2, select(vec![" -> Error \"no\"", " -> Error"])).prop_map(|error| error.unwrap_or(" -> Record").to_owned()),
    ]
}

/// A regular expression without the parentheses of a value.
pub(crate) fn expression() -> impl Strategy<Value = String> {
    let char = select(vec!["a", "b", "A", "0", " ", "_", "\\.", "-", "é", "ſ"]);
    let class = select(vec![".", "\\d", "\\w", "\\s", "\\S", "\\W", "\\D"]);
    let set = select(vec!["[ab]", "[^a]", "[a-b0]", "[\\w.]", "[^\\s]", "[^\\W_]", "[]b]", "[é-ÿ]", "[A-Z]"]);
    let place = select(vec!["\\b", "\\B", "$$", "\\Z", "(?=a)", "(?!a)", "(?<=a)", "(?<!b)"]);
    let leaf = prop_oneof![6 => char, 3 => class, 2 => set].prop_map(str::to_owned).boxed();
    let body = leaf.clone().prop_recursive(3, 16, 3, move |inner| {
        let repeat = select(vec!["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{,2}?", "{0}"]);
        // Not of groups: Python leaves behind where one began in an iteration that came to nothing.
        let possessive = select(vec!["*+", "++", "?+"]);
        prop_oneof![
            4 => vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            3 => (inner.clone(), repeat.clone()).prop_map(|(body, count)| format!("(?:{body}){count}")),
            2 => (inner.clone(), repeat.clone()).prop_map(|(body, count)| format!("({body}){count}")),
            2 => (leaf.clone(), repeat).prop_map(|(body, count)| format!("{body}{count}")),
            1 => (leaf.clone(), possessive).prop_map(|(body, count)| format!("{body}{count}")),
            2 => vec(inner.clone(), 2..4).prop_map(|parts| format!("(?:{})", parts.join("|"))),
            1 => vec(inner.clone(), 1..3).prop_map(|parts| format!("(?:{}|)", parts.join("|"))),
            1 => (inner.clone(), place.clone()).prop_map(|(body, place)| body + place),
            2 => inner.clone().prop_map(|body| format!("({body})")),
            1 => select(vec!["(?=", "(?!", "(?>", "(?i:", "(?a:"]).prop_flat_map(move |open| {
                inner.clone().prop_map(move |body| format!("{open}{body})"))
            }),
        ]
    });
    prop_oneof![
        20 => body.clone(),
        1 => body.clone().prop_map(|body| format!("(?P<n>{body})")),
        1 => (body.clone(), body).prop_map(|(yes, no)| format!("(?(1){yes}|{no})")),
    ]
}

fn text() -> impl Strategy<Value = String> {
    let line = proptest::string::string_regex(&format!("{ALPHABET}{{0,8}}")).unwrap();
    vec(line, 0..8).prop_map(|lines| lines.join("\n"))
}
