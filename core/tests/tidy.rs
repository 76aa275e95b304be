//! The repository's own shape: which module may use which, and which package may depend on which.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failure fails the test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What each module of core may use of the others, each after all that it uses: whoever adds a line that points
/// downwards has to say so here.
const MODULES: &[(&str, &[&str])] = &[
    ("clock", &[]),
    ("deadline", &[]),
    ("seen", &[]),
    ("secret", &[]),
    ("timer", &[]),
    ("yaml", &[]),
    ("account", &["seen"]),
    ("cancel", &["deadline", "timer"]),
    ("cx", &["cancel", "clock", "deadline"]),
    ("executor", &["cancel", "cx", "deadline", "timer"]),
    ("textfsm", &["seen"]),
    ("platform", &["yaml"]),
    ("transport", &["account", "cancel", "cx", "deadline", "secret", "seen"]),
    ("inventory", &["secret", "transport", "yaml"]),
    ("channel", &["cancel", "cx", "deadline", "platform", "secret", "seen", "transport"]),
    (
        "session",
        &[
            "account",
            "cancel",
            "channel",
            "cx",
            "deadline",
            "platform",
            "secret",
            "seen",
            "textfsm",
            "transport",
        ],
    ),
    ("native", &["platform", "seen", "session", "textfsm"]),
    (
        "fleet",
        &[
            "cancel",
            "cx",
            "deadline",
            "executor",
            "inventory",
            "platform",
            "secret",
            "session",
            "timer",
            "transport",
        ],
    ),
];

/// What each package may depend on of the others; the tests of one may use any.
const PACKAGES: &[(&str, &[&str])] = &[
    ("linecrew-core", &[]),
    ("linecrew-transports", &["linecrew-core"]),
    ("linecrew-testkit", &["linecrew-core", "linecrew-transports"]),
    ("linecrew", &["linecrew-core", "linecrew-transports", "linecrew-testkit"]),
];

#[test]
fn modules_use_only_what_they_are_meant_to() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut strays = Vec::new();
    for module in modules(&source) {
        let allowed = MODULES.iter().find(|(name, _)| *name == module).map(|(_, allowed)| *allowed);
        let allowed =
            allowed.unwrap_or_else(|| panic!("the module {module} is not in the list of this test"));
        for file in files(&source, &module) {
            let used = used(&std::fs::read_to_string(&file).unwrap());
            let stray = used.iter().filter(|used| **used != module && !allowed.contains(&used.as_str()));
            strays.extend(stray.map(|used| format!("{} uses {used}", file.display())));
        }
    }
    assert!(strays.is_empty(), "{strays:#?}");
}

#[test]
fn the_list_of_modules_has_no_cycle() {
    for (at, (module, allowed)) in MODULES.iter().enumerate() {
        for used in *allowed {
            assert!(MODULES[..at].iter().any(|(name, _)| name == used), "{module} comes before {used}");
        }
    }
}

#[test]
fn packages_depend_only_on_what_they_are_meant_to() {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&cargo.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    for (name, allowed) in PACKAGES {
        let package = packages.iter().find(|package| package["name"] == *name);
        let Some(package) = package else { panic!("the package {name} is gone") };
        for dependency in package["dependencies"].as_array().unwrap() {
            let used = dependency["name"].as_str().unwrap();
            let is_ours = used.starts_with("linecrew") && dependency["kind"] != "dev";
            assert!(!is_ours || allowed.contains(&used), "{name} depends on {used}");
        }
    }
}

#[test]
fn the_words_after_crate_are_found() {
    let text = "use crate::{a, b::{c, d}};\nuse crate::e;\n// crate::f\nfn g() { crate::h::i() }\nuse crate::{\n    j,\n};";
    assert_eq!(used(text), ["a", "b", "e", "h", "j"].map(str::to_owned).into());
}

/// The modules at the root of a crate.
fn modules(source: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(source).unwrap().map(|entry| entry.unwrap().path());
    let names = entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
    names.filter(|name| name != "lib").collect()
}

/// The Rust files of a module.
fn files(source: &Path, module: &str) -> Vec<PathBuf> {
    let (mut found, mut left) = (Vec::new(), vec![source.join(module)]);
    while let Some(folder) = left.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let file = source.join(module).with_extension("rs");
    found.extend(file.exists().then_some(file));
    assert!(!found.is_empty(), "no file of {module}");
    found
}

/// The modules at the root that a file names, in `use` lines and in the code, comments left out.
fn used(text: &str) -> BTreeSet<String> {
    let code: String = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    code.split("crate::").skip(1).filter(|rest| !rest.is_empty()).flat_map(first_words).collect()
}

/// The first word of a path, or of each path in a group of them.
fn first_words(rest: &str) -> Vec<String> {
    let word =
        |path: &str| path.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next().map(str::to_owned);
    let Some(group) = rest.strip_prefix('{') else { return word(rest).into_iter().collect() };
    let (mut depth, mut paths) = (1, vec![String::new()]);
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => paths.push(String::new()),
            _ => {}
        }
        match paths.last_mut() {
            _ if depth == 0 => break,
            Some(path) if c != ',' || depth > 1 => path.push(c),
            _ => {}
        }
    }
    paths.iter().filter_map(|path| word(path)).filter(|word| !word.is_empty()).collect()
}
