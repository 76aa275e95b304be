use super::*;
use proptest::prelude::*;

fn matches(pattern: &str, line: &str) -> Result<Option<Vec<Option<String>>>, String> {
    let regex = Regex::parse(pattern).expect(pattern);
    let mut matcher = Matcher::default();
    let found = regex.matches(Line::new(line), &mut matcher, &mut Allowance::new(&Budget::new()))?;
    let group = |group| matcher.span(group).map(|span| line[span].to_owned());
    Ok(found.then(|| (0..=regex.groups().len()).map(group).collect()))
}

/// Checks the groups of a match, `-` for one that took no part.
#[track_caller]
fn check(pattern: &str, line: &str, expected: &[&str]) {
    let found =
        matches(pattern, line).unwrap().unwrap_or_else(|| panic!("{pattern} does not match {line:?}"));
    let found: Vec<_> = found.iter().map(|group| group.as_deref().unwrap_or("-")).collect();
    assert_eq!(found, expected, "{pattern} on {line:?}");
}

#[track_caller]
fn check_none(pattern: &str, line: &str) {
    assert_eq!(matches(pattern, line), Ok(None), "{pattern} on {line:?}");
}

#[test]
fn matching_starts_at_the_start_and_may_end_early() {
    check_none("b", "ab");
    check("a|ab", "abc", &["a"]);
    check("(x)?(a)", "abc", &["a", "-", "a"]);
    check("", "abc", &[""]);
    check("", "", &[""]);
}

#[test]
fn what_python_takes_literally_is_literal() {
    check(r"\<a\>", "<a>", &["<a>"]);
    check("a{b}{}{1,x}", "a{b}{}{1,x}", &["a{b}{}{1,x}"]);
    check("[[a&&b]+", "&[ab", &["&[ab"]);
    check("[]a]+", "a]", &["a]"]);
    check("[a-]+", "-a", &["-a"]);
}

#[test]
fn repetitions_take_as_much_or_as_little_as_they_may() {
    check("(.*)(b)", "abcb", &["abcb", "abc", "b"]);
    check("(.*?)(b)", "abcb", &["ab", "a", "b"]);
    check("(a{,2})(a*)", "aaa", &["aaa", "aa", "a"]);
    check("(a{2,}?)(a*)", "aaaa", &["aaaa", "aa", "aa"]);
    check("((?:ab){2})(.*)", "ababab", &["ababab", "abab", "ab"]);
    check_none("(?:ab){3}", "abab");
    check_none("a++a", "aaa");
    check_none("(?>a+)a", "aaa");
    check("(a){0}(b)", "b", &["b", "-", "b"]);
    check(r"(\S+)\s+(\S+)$", "ab  cd", &["ab  cd", "ab", "cd"]);
}

#[test]
fn an_empty_iteration_is_the_last() {
    check(r"(\S*)*", "ab", &["ab", ""]);
    check("(?:(a)|b|)*", "aab", &["aab", "a"]);
    check("(a|)*?b", "ab", &["ab", "a"]);
    check("(a|b*)*", "abba", &["abba", ""]);
    check_none("(?:(?=a))*(?!)", "aaa");
}

#[test]
fn classes_know_unicode_as_python_does() {
    check(r"\w+", "Zürich1", &["Zürich1"]);
    // A combining mark is no letter for Python.
    check(r"\w+", "e\u{301}", &["e"]);
    check(r"e\b", "e\u{301}", &["e"]);
    check(r"\s+x", "\u{1f}\u{a0}x", &["\u{1f}\u{a0}x"]);
    check(r"(?a)\w+", "Zürich", &["Z"]);
    check_none("(?i)[^é]", "É");
    check("[^é]", "e", &["e"]);
    check("(.)(.)", "é漢x", &["é漢", "é", "漢"]);
    check("(.*)(.)", "é漢", &["é漢", "é", "漢"]);
}

#[test]
fn look_around_references_and_conditions() {
    check_none(r"(?!foo)\w+", "foobar");
    check(r"\w+(?<=r)", "foobarx", &["foobar"]);
    check(r"\w+(?<=ür)", "fürx", &["für"]);
    check("(?=(a))a(b)", "ab", &["ab", "a", "b"]);
    check(r"(?P<Q>['\x22])(\w+)(?P=Q)", "'a'", &["'a'", "'", "a"]);
    check(r"(?i:(é)\1)", "éÉ", &["éÉ", "é"]);
    check("(<)?a(?(1)>|$)", "<a>", &["<a>", "<"]);
    check_none("(<)?a(?(1)>|$)", "a>");
    check("((?(1)b(c)|a))(d)", "ad", &["ad", "a", "-", "d"]);
}

#[test]
fn an_empty_line_has_neither_boundaries_nor_their_lack() {
    check_none(r"\b", "");
    check_none(r"\B", "");
    check(r"\B", " ", &[""]);
}

#[test]
fn where_trying_takes_too_long_an_automaton_answers() {
    let line = "a".repeat(2000);
    check_none("(?:a|aa)+$b", &line);
    check_none("(?:a+)+b", &line);
    check_none(r"(?:\w+\s?)+:", &"é".repeat(200));
    // With groups, which are those that trying would find.
    let regex = "(x*)(?:(a)|(a)(a)|b)+?(c)";
    check(regex, &(line.clone() + "c"), &[&(line.clone() + "c"), "", "a", "-", "-", "c"]);
    // Of what may be empty it tells that there is no match.
    check_none("(?:a*)*b", &line);
}

#[test]
fn a_match_without_end_is_an_error() {
    let error = matches(r"(?=((a|aa)+$))(?:a|aa)+\1c", &"a".repeat(2000)).unwrap_err();
    assert!(error.starts_with("the match takes too many steps"), "{error}");
}

#[test]
fn counted_repetitions_that_would_explode_are_counted() {
    check_none("((a{1000}){1000}){1000}", "a");
    check("((a{3}){3}){3}", &"a".repeat(27), &[&"a".repeat(27), "aaaaaaaaa", "aaa"]);
}

#[test]
fn long_lines_work() {
    let line = "x ".repeat(2_000_000);
    check(r"(?:\S+\s+)+(y)?$", &line, &[&line, "-"]);
    check_none(r"(?:\S+\s+)+y", &line);
    check_none(r".*\d.*\d", &line);
}

fn regular() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a"),
        Just("b"),
        Just("."),
        Just("[^b]"),
        Just(r"\w"),
        Just(r"\s"),
        Just("é"),
        Just("(?i:a)"),
        Just("[^é]"),
    ];
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join("|"))),
            (inner.clone(), "[*+?]|[*+?]\\?|\\{1,2\\}")
                .prop_map(|(body, count)| format!("(?:{body}){count}")),
            inner.prop_map(|body| format!("({body})?")),
        ]
    })
}

proptest! {
    /// What may be answered by the automaton is answered alike by both engines.
    #[test]
    fn the_automaton_agrees(pattern in regular(), line in "[abAéÉ ]{0,12}") {
        let syntax = syntax::parse(&pattern).unwrap();
        let line = Line::new(&line);
        let groups = syntax.groups.len();
        let program = compile::compile(&syntax.node, groups);
        let (mut tried, mut found) = (Matcher::default(), Matcher::default());
        let matched = tried.run(&program, line, 1 << 20).unwrap();
        let linear = linear::Linear::new(&syntax.node, line.is_ascii, groups, &Budget::new()).unwrap();
        prop_assert_eq!(linear.run(line, groups, &mut found), matched);
        if matched && syntax.shape == syntax::Shape::Regular {
            for group in 0..=groups {
                prop_assert_eq!(tried.span(group), found.span(group), "group {}", group);
            }
        }
    }

    #[test]
    fn no_expression_panics(pattern in any::<String>(), line in any::<String>()) {
        if let Ok(regex) = Regex::parse(&pattern) {
            let _ = regex.matches(Line::new(&line), &mut Matcher::default(), &mut Allowance::new(&Budget::new()));
        }
    }
}

#[test]
fn deep_nesting_matches_on_a_small_stack() {
    let nested = |open: &str, close: &str| format!("{}a{}", open.repeat(491), close.repeat(491));
    for (open, close) in [
        ("(", ")"),
        ("(?:", ")*"),
        ("(?=", ")"),
        ("(?<=", ")"),
        ("(?:b|", ")"),
        ("(?>", ")"),
        ("(?i:", "){1,2}"),
        ("(", ")+?"),
    ] {
        let source = nested(open, close);
        let small = std::thread::Builder::new().stack_size(512 << 10);
        let matched = small.spawn(move || matches(&source, "aé").map(|found| found.is_some())).unwrap();
        let behind = open == "(?<=";
        assert_eq!(matched.join().unwrap(), Ok(!behind), "{open}{close}");
    }
}

#[test]
fn matches_within_matches_do_not_outgrow_the_stack() {
    for open in ["(?>", "(?="] {
        let source = format!("{}a{}", open.repeat(491), ")*+".repeat(491));
        let small = std::thread::Builder::new().stack_size(1 << 20);
        let matched = small.spawn(move || matches(&source, "a")).unwrap();
        assert!(matched.join().unwrap().unwrap_err().contains("nests too deep"), "{open}");
    }
}

#[test]
fn deeper_nesting_is_an_error() {
    for open in ["(", "(?:", "(?(1)"] {
        let source = format!("(a){}", open.repeat(100_000));
        assert!(Regex::parse(&source).unwrap_err().contains("nest deeper"), "{open}");
    }
    assert!(Regex::parse(&format!("{}a{}", "(".repeat(492), ")".repeat(492))).is_err());
}
