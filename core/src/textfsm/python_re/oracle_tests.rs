//! Expressions held against Python's `re` itself: what it accepts, and where each group matches; and the names of characters.
//!
//! `LINECREW_REGEX_CASES=N` takes N random expressions in place of the usual number.

use super::{Allowance, Budget, Line, Matcher, Regex, names};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Answers `[regex, texts]` with null, or with the spans of the groups for each text.
const PYTHON: &str = r"
import json, re, signal, sys
def expire(*_): raise TimeoutError()
signal.signal(signal.SIGVTALRM, expire)
for line in sys.stdin:
    regex, texts = json.loads(line)
    answer = []
    try:
        regex = re.compile(regex)
    except Exception:
        answer = None
    for text in texts if answer is not None else []:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.5)
        try:
            found = regex.match(text)
            answer.append(found and [found.span(group) for group in range(regex.groups + 1)])
        except (TimeoutError, SystemError):  # it took too long, or found a fault of its own
            answer.append('none')
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    print(json.dumps(answer))
";

/// The version of Python's Unicode; each name that it has, some that are nearly one, and the character that each is the name of.
const PYTHON_NAMES: &str = r"
import json, unicodedata
print(unicodedata.unidata_version)
for code in range(0x110000):
    name = unicodedata.name(chr(code), None)
    for near in [name, name.lower(), name[:-1], name.replace('-', ' ', 1), name.replace(' ', '-', 1), name + ' '] if name else []:
        try:
            print(json.dumps([near, ord(unicodedata.lookup(near))]))
        except (KeyError, TypeError):
            print(json.dumps([near, None]))
";

#[test]
#[ignore = "needs python3"]
fn every_character_has_its_name_as_in_python() {
    let python = Command::new("python3").args(["-c", PYTHON_NAMES]).output().unwrap();
    let said = String::from_utf8(python.stdout).unwrap();
    let (version, answers) = said.split_once('\n').unwrap();
    let is_younger = version.split('.').next().unwrap().parse::<u32>().unwrap() > 16;
    let (mut compared, mut only_ours) = (0, 0);
    for answer in answers.lines() {
        let (name, theirs): (String, Option<u32>) = serde_json::from_str(answer).unwrap();
        match (names::lookup(&name).map(u32::from), theirs) {
            // An older Python lacks a few.
            (Some(_), None) => only_ours += 1,
            (None, Some(_)) if is_younger => {}
            (ours, theirs) => assert_eq!(ours, theirs, "{name}"),
        }
        compared += 1;
    }
    assert!(compared > 6 * 130_000, "{compared} names");
    assert!(only_ours < 10, "{only_ours} names that Python does not know");
}

#[test]
#[ignore = "needs python3"]
fn random_expressions_match_as_in_python() {
    let cases = std::env::var("LINECREW_REGEX_CASES").map_or(20_000, |cases| cases.parse().unwrap());
    let mut runner = TestRunner::deterministic();
    let mut cases: Vec<(String, Vec<String>)> =
        (0..cases).map(|_| (expression(), vec(text(), 4)).new_tree(&mut runner).unwrap().current()).collect();
    let answers = python(&cases);
    assert_eq!(answers.len(), cases.len());
    let (mut accepted, mut matched, mut differences) = (0, 0, Vec::new());
    for ((regex, texts), theirs) in cases.drain(..).zip(answers) {
        let ours = ours(&regex, &texts);
        accepted += usize::from(!ours.is_null());
        matched += ours.as_array().map_or(0, |ours| ours.iter().filter(|spans| spans.is_array()).count());
        let none = theirs.as_array().is_some_and(|theirs| theirs.iter().any(|answer| answer == "none"));
        if ours != theirs && !none {
            differences.push(format!("{regex}\n{texts:?}\n{ours}\n{theirs}"));
        }
    }
    println!("{accepted} accepted, {matched} matches, {} differences", differences.len());
    assert!(differences.is_empty(), "{}", differences[..differences.len().min(10)].join("\n\n"));
}

fn ours(regex: &str, texts: &[String]) -> Value {
    let Ok(regex) = Regex::parse(regex) else { return Value::Null };
    let mut matcher = Matcher::default();
    let answers = texts.iter().map(|text| {
        match regex.matches(Line::new(text), &mut matcher, &mut Allowance::new(&Budget::new())) {
            Ok(false) => Value::Null,
            Ok(true) => (0..=regex.groups().len()).map(|group| span(&matcher, group, text)).collect(),
            Err(limit) => json!(limit),
        }
    });
    answers.collect()
}

/// As Python has it: in characters, and -1 for a group that took no part.
fn span(matcher: &Matcher, group: usize, text: &str) -> Value {
    matcher.span(group).map_or(json!([-1, -1]), |span| {
        json!([text[..span.start].chars().count(), text[..span.end].chars().count()])
    })
}

fn python(cases: &[(String, Vec<String>)]) -> Vec<Value> {
    let mut python = Command::new("python3")
        .args(["-W", "ignore", "-c", PYTHON])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = python.stdin.take().unwrap();
    let requests: Vec<String> = cases.iter().map(|case| json!(case).to_string()).collect();
    let writer = std::thread::spawn(move || stdin.write_all(requests.join("\n").as_bytes()));
    let answers = BufReader::new(python.stdout.take().unwrap()).lines();
    let answers = answers.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    writer.join().unwrap().unwrap();
    python.wait().unwrap();
    answers
}

pub(super) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[abAB01_ .-]{0,9}",
        1 => "[abAB0_ éſKİı²٣\u{301}\u{a0}\u{1f}-]{0,9}",
        1 => "[ab]{0,14}",
    ]
}

pub(super) fn expression() -> impl Strategy<Value = String> {
    let char = select(vec!["a", "b", "A", "0", " ", "_", r"\.", "-", r"\<", r"\x41", r"\060"]);
    let far = select(vec!["é", "ſ", "K", "i", "k", "s", r"\u00e9", "²", r"\N{digit zero}", r"\ud83d"]);
    let class = select(vec![".", r"\d", r"\w", r"\s", r"\S", r"\W", r"\D"]);
    let set = select(vec![
        "[ab]",
        "[^a]",
        "[a-b0]",
        r"[\w.]",
        r"[^\s]",
        r"[^\W_]",
        "[]b]",
        "[é-ÿ]",
        "[A-Z]",
        "[^éa]",
        r"[\d_-]",
        "[a&&b]",
        "[k-s]",
        "[[a]",
        r"[\]a]",
        "[^ſ]",
        "[İ]",
        r"[\N{SPACE}\ud800]",
        r"[^\udfff]",
        r"[a-\ud800]",
        r"[\ud800-\udfff]",
        r"[\udc00-\uffff]",
        r"[\ud800]]",
    ]);
    let odd = select(vec![
        r"\b", r"\B", "$", "^", r"\Z", r"\A", r"\1", r"\2", "(?P<n>b)", "(?P=n)", "(?#x)", "a{", "{2}", "}",
        "", "(?i)",
    ]);
    let leaf =
        prop_oneof![8 => char, 1 => far, 4 => class, 3 => set, 1 => odd].prop_map(str::to_owned).boxed();
    let expression = leaf.prop_recursive(5, 32, 4, |inner| {
        let counts = vec![
            "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{,2}?", "{0}", "{2,}", "{1,3}", "{2,3}?", "*+", "++", "?+", "{1,2}+",
        ];
        let part = prop_oneof![
            4 => (inner.clone(), select(counts.clone())).prop_map(|(body, count)| repeated("(?:", &body, count)),
            4 => (inner.clone(), select(counts.clone())).prop_map(|(body, count)| repeated("(", &body, count)),
            4 => vec(inner.clone(), 2..4).prop_map(|parts| format!("(?:{})", parts.join("|"))),
            2 => vec(inner.clone(), 1..3).prop_map(|parts| format!("(?:{}|)", parts.join("|"))),
            1 => vec(inner.clone(), 1..3).prop_map(|parts| format!("(?:|{})", parts.join("|"))),
            4 => inner.clone().prop_map(|body| format!("({body})")),
            1 => inner.clone().prop_map(|body| format!("(?={body})")),
            1 => inner.clone().prop_map(|body| format!("(?!{body})")),
            1 => inner.clone().prop_map(|body| format!("(?<={body})")),
            1 => inner.clone().prop_map(|body| format!("(?<!{body})")),
            1 => inner.clone().prop_map(|body| format!("(?>{body})")),
            1 => inner.clone().prop_map(|body| format!("(?i:{body})")),
            1 => inner.clone().prop_map(|body| format!("(?a:{body})")),
            1 => inner.clone().prop_map(|body| format!("(?ai:{body})")),
            1 => inner.clone().prop_map(|body| format!("(?x: {body} # c\n)")),
            1 => (inner.clone(), inner.clone(), 1..3).prop_map(|(yes, no, group)| format!("(?({group}){yes}|{no})")),
            1 => (inner.clone(), 1..3).prop_map(|(yes, group)| format!("(?({group}){yes})")),
        ];
        let single = (inner.clone(), select(counts)).prop_map(|(body, count)| format!("{body}{count}"));
        prop_oneof![
            6 => vec(prop_oneof![2 => part.clone(), 1 => single.clone(), 2 => inner], 1..4).prop_map(|parts| parts.concat()),
            2 => part,
            1 => single,
        ]
    });
    vec(expression, 1..4).prop_map(|parts| parts.concat())
}

/// Python leaves behind where a group began in an iteration that came to nothing, where the repetition is possessive.
fn repeated(open: &str, body: &str, count: &str) -> String {
    let has_groups = format!("{open}{body}")
        .replace("(?P<", "(")
        .replace("\\(", "")
        .split('(')
        .skip(1)
        .any(|rest| !rest.starts_with('?'));
    let is_possessive = count.len() > 1 && count.ends_with('+');
    let count = if has_groups && is_possessive { &count[..count.len() - 1] } else { count };
    format!("{open}{body}){count}")
}
