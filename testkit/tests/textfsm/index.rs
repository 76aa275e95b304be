//! Look-ups in the index of ntc-templates, and what `parse_output` makes of replies.

use crate::{mutate, oracle};
use linecrew_core::textfsm::{Row, Table, Templates, Value};
use linecrew_testkit::oracle::Oracle;
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::json;
use std::path::Path;

/// Commands that the index finds, some of them abbreviated, misspelt or of another platform.
fn queries(oracle: &mut Oracle, folder: &Path) -> Vec<(String, String)> {
    let mut chance = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let found = oracle.queries(folder).unwrap();
    let mut queries: Vec<_> = found.into_iter().map(|(_, platform, command)| (platform, command)).collect();
    for _ in 0..3_000 {
        let (platform, command) = mutate::pick(&queries, &mut chance).clone();
        let other = mutate::pick(&queries, &mut chance).0.clone();
        let changed = mutate::text(&command, &mut chance);
        // How many spaces there are does not count with us.
        let changed = changed.split_whitespace().collect::<Vec<_>>().join(" ");
        queries.extend([(platform, changed), (other, command)]);
    }
    queries
}

/// The files that parse a command, as the index names them.
fn files(templates: &Templates, platform: &str, command: &str) -> Option<String> {
    let parser = templates.find(platform, command).ok()?;
    let file = |path: &str| Path::new(path).file_name().unwrap().to_str().unwrap().to_owned();
    let files: Vec<_> = parser.name().split(", ").map(file).collect();
    Some(files.join(":")).filter(|_| !parser.name().starts_with("built-in"))
}

#[test]
#[ignore = "needs python3 and PyPI"]
fn look_ups_find_what_python_finds() {
    let mut oracle = oracle();
    let folder = oracle.ntc_templates().unwrap();
    let templates = Templates::builtin().with_folder(&folder);
    let queries = queries(&mut oracle, &folder);
    let theirs = oracle.look_up(&folder, &queries).unwrap();
    let (mut found, mut differ) = (0, Vec::new());
    for ((platform, command), theirs) in queries.iter().zip(theirs) {
        found += usize::from(theirs.is_some());
        let ours = files(&templates, platform, command);
        if ours != theirs {
            differ.push(format!("{platform}, {command:?}: {ours:?} and {theirs:?}"));
        }
    }
    println!("{} queries, {found} found", queries.len());
    assert!(differ.is_empty(), "{differ:#?}");
    assert!(found > 800 && queries.len() - found > 800);
}

#[test]
#[ignore = "needs python3 and PyPI"]
fn replies_are_what_parse_output_makes_of_them() {
    let mut oracle = oracle();
    let folder = oracle.ntc_templates().unwrap();
    let templates = Templates::builtin().with_folder(&folder);
    let (mut rows, mut joined) = (0, 0);
    for (files, platform, command) in oracle.queries(&folder).unwrap() {
        let texts: Vec<String> = files
            .split(':')
            .map(|file| {
                let template = std::fs::read_to_string(folder.join(file)).unwrap();
                oracle.plain_input(&template, 1, 30).unwrap()
            })
            .collect();
        let text = texts.concat();
        let theirs = oracle.parse_output(&folder, &platform, &command, &text).unwrap();
        let ours = templates.find(&platform, &command).unwrap().parse_text(&text);
        joined += usize::from(files.contains(':'));
        match ours {
            Ok(table) => {
                assert_eq!(as_parse_output(&table), theirs["rows"], "{files}\n{text}");
                rows += table.len();
            }
            Err(error) => assert!(theirs.get("error").is_some(), "{files}: {error}\n{text}"),
        }
    }
    println!("{rows} rows, {joined} joined tables");
    assert!(rows > 5_000 && joined > 3);
}

/// `parse_output` makes texts of what lists hold.
fn as_parse_output(table: &Table) -> serde_json::Value {
    let item = |item: &Value| match item {
        Value::Text(text) => text.clone(),
        other => python_repr(other),
    };
    let cell = |value: &Value| match value {
        Value::List(items) => json!(items.iter().map(item).collect::<Vec<_>>()),
        other => json!(other),
    };
    table.iter().map(|row: &Row| row.values().iter().map(cell).collect::<serde_json::Value>()).collect()
}

fn python_repr(value: &Value) -> String {
    match value {
        Value::None => "None".to_owned(),
        Value::Text(text) => format!("'{text}'"),
        Value::List(items) => format!("[{}]", items.iter().map(python_repr).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("'{key}': {}", python_repr(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}
