use super::*;

fn refused(pattern: &str) -> String {
    parse(pattern).expect_err(pattern)
}

fn shape(pattern: &str) -> Shape {
    parse(pattern).expect(pattern).shape
}

#[test]
fn groups_are_numbered_and_named() {
    let syntax = parse("(?P<A>x)(?:z)(y)(?P=A)").unwrap();
    assert_eq!(syntax.groups, [Some("A".to_owned()), None]);
}

#[test]
fn malformed_expressions_are_refused() {
    for (pattern, reason) in [
        ("a)", "unbalanced parenthesis"),
        ("(a", "missing ), unterminated subpattern"),
        ("[a", "unterminated character set"),
        ("[]", "unterminated character set"),
        ("[b-a]", "bad character range"),
        (r"[\w-z]", "bad character range"),
        (r"\q", "bad escape \\q"),
        (r"[\8]", "bad escape \\8"),
        (r"\400", "octal escape value outside of range 0-0o377"),
        (r"\x4", "bad escape \\x4"),
        (r"\U00110000", "bad escape \\U00110000"),
        (r"[\udfff-\ud800]", "bad character range"),
        (r"\NDIGIT", "missing {"),
        (r"\N{}", "missing character name"),
        (r"\N{EM DASH", "missing }, unterminated name"),
        (r"[\N{EMDASH}]", "undefined character name \"EMDASH\""),
        ("a\\", "bad escape (end of pattern)"),
        (r"(a)\2", "invalid group reference 2"),
        (r"(a\1)", "cannot refer to an open group"),
        ("(?P<1>a)", "bad character in group name '1'"),
        ("(?P<n>a)(?P<n>b)", "redefinition of group name 'n'"),
        ("(?<n>a)", "unknown extension ?<n"),
        ("(?<=a*)", "look-behind requires fixed-width pattern"),
        (r"(?<=(a)\1)", "cannot refer to group defined in the same lookbehind subpattern"),
        ("a(?i)", "global flags not at the start of the expression"),
        ("(?-i)", "missing :"),
        ("(?(2)a)", "invalid group reference 2"),
        ("(?(0)a)", "bad group number"),
        ("(a)(?(1)b|c|d)", "conditional backref with more than two branches"),
        ("a**", "multiple repeat"),
        ("^*", "nothing to repeat"),
        ("(?:*)", "nothing to repeat"),
        ("a{3,2}", "min repeat greater than max repeat"),
        ("a{4294967295}", "the repetition number is too large"),
    ] {
        assert_eq!(refused(pattern), reason, "{pattern}");
    }
}

#[test]
fn what_python_accepts_is_accepted() {
    for pattern in [
        r"\<a\>",
        "a{b}{}{1,x}",
        "[[a&&b]",
        "[]a]",
        "[a-]",
        "a{,3}?",
        "a{,}",
        "(?=a)*",
        "(?:)+",
        "(a)(?( +1 )b)",
    ] {
        assert!(parse(pattern).is_ok(), "{pattern}");
    }
}

#[test]
fn the_shape_tells_which_engines_agree() {
    assert_eq!(shape(r"(\S+)\s+(a|b)?"), Shape::Regular);
    assert_eq!(shape("(a*)?"), Shape::Regular);
    assert_eq!(shape("(a*)*"), Shape::Nullable);
    for pattern in ["(?=a)", "(?<!a)", "(?>a)", "a++", r"(a)\1", "(a)(?(1)b)"] {
        assert_eq!(shape(pattern), Shape::Irregular, "{pattern}");
    }
}
