//! Errors, limits and shapes; what templates mean is tested case by case in `tests/textfsm`.

use super::*;
use crate::textfsm::Value;
use proptest::prelude::*;

fn table(template: &str, text: &str) -> Result<String, ParseError> {
    let table = Template::parse(template).expect(template).parse_text(text)?;
    let rows: Vec<&[Value]> = table.rows().iter().map(crate::textfsm::Row::values).collect();
    Ok(serde_json::to_string(&rows).unwrap())
}

#[track_caller]
fn check(template: &str, text: &str, expected: &str) {
    assert_eq!(table(template, text).expect(text), expected);
}

#[test]
fn a_nested_list_that_took_no_part_is_an_error() {
    let template = "Value List P ((?P<a>\\w)(\\d))\n\nStart\n  ^x${P}?\n";
    assert_eq!(table(template, "x\n").unwrap_err().kind(), ParseErrorKind::Unmatched);
}

#[test]
fn an_error_says_rule_line_and_message() {
    let template = "Value X (\\d)\n\nStart\n  ^${X} -> Record\n  ^. -> Error \"no digit\"\n";
    let error = table(template, "1\nab\n").unwrap_err();
    assert_eq!((error.kind(), error.rule_line(), error.text_line()), (ParseErrorKind::Refused, Some(5), 2));
    assert_eq!(error.to_string(), "template line 5: no digit; line 2 of the text: \"ab\"");
    assert!(table("Value X (\\d)\n\nStart\n  ^. -> Error\n", "a").is_err());
    assert!(table("Value X (\\d)\n\nStart\n  ^. -> Error Nowhere\n", "a").is_err());
}

#[test]
fn rows_serialise_as_objects_keyed_by_the_header() {
    let template = Template::parse("Value B (\\d)\nValue A (x)\n\nStart\n  ^${B}\n").unwrap();
    let table = template.parse_text("1").unwrap();
    assert_eq!(serde_json::to_string(&table).unwrap(), r#"[{"B":"1","A":""}]"#);
    assert_eq!(table.rows()[0].get("A").and_then(Value::as_text), Some(""));
    assert_eq!(table.rows()[0].get("C"), None);
}

#[test]
fn a_very_long_line_works() {
    let line = "x".repeat(5_000_000) + " 7";
    check("Value X (\\d)\n\nStart\n  ^x+ ${X}$$\n", &line, r#"[["7"]]"#);
}

#[test]
fn backtracking_is_limited_for_the_text_as_a_whole() {
    // Each line alone stays within what one match may take.
    let template = "Value X (\\d+)\n\nStart\n  ^(?!Foo)(\\w+\\s?)+:\\s+${X}$$\n";
    let line = "abcdefghijklmnopq;\n";
    check(template, line, "[]");
    let error = table(template, &line.repeat(300)).unwrap_err();
    assert_eq!(error.kind(), ParseErrorKind::Limit);
    assert!(error.to_string().contains("too many steps"), "{error}");
}

#[test]
fn look_around_that_hardly_backtracks_is_not_limited_however_long_the_text() {
    let template = "Value X (\\d+)\n\nStart\n  ^(?!Foo)(\\w+\\s?)+:\\s+${X}$$\n";
    check(template, &"Rx errors: 12\n".repeat(20_000), r#"[["12"]]"#);
}

/// Parses with so many bytes for the rows.
fn within(bytes: usize, template: &str, lines: impl Iterator<Item = String>) -> Result<usize, ParseError> {
    let template = Template::parse(template).unwrap();
    let mut run = Run::new(&template);
    run.record.most_bytes = bytes;
    for line in lines {
        run.line(&line)?;
    }
    run.end()?;
    Ok(run.record.rows())
}

#[test]
fn rows_that_a_small_text_makes_large_are_limited() {
    let long = || std::iter::once("x".repeat(10_000)).chain(std::iter::repeat_n("1".to_owned(), 1_000));
    let filldown = "Value Filldown X (x+)\nValue Required Y (\\d)\n\nStart\n  ^${X}\n  ^${Y} -> Record\n";
    assert_eq!(within(20_000_000, filldown, long()).unwrap(), 1_000);
    let error = within(1_000_000, filldown, long()).unwrap_err();
    assert_eq!(
        (error.kind(), error.reason()),
        (ParseErrorKind::Limit, "the rows take more than 1000000 bytes")
    );
    let fillup = "Value Fillup X (x+)\nValue Required Y (\\d)\n\nStart\n  ^${X}\n  ^${Y} -> Record\n";
    let upwards = || std::iter::repeat_n("1".to_owned(), 1_000).chain(std::iter::once("x".repeat(10_000)));
    assert_eq!(within(20_000_000, fillup, upwards()).unwrap(), 1_000);
    assert_eq!(within(1_000_000, fillup, upwards()).unwrap_err().text_line(), 1_001);
    let list = "Value Filldown,List X (\\d)\n\nStart\n  ^${X} -> Record\n";
    let lines = || std::iter::repeat_n("1".to_owned(), 1_000);
    assert!(within(1_000_000, list, lines()).is_err() && within(20_000_000, list, lines()).is_ok());
    let collected = "Value List X (x+)\n\nStart\n  ^${X} -> Continue\n  ^${X}\n";
    assert!(within(1_000_000, collected, std::iter::repeat_n("x".repeat(1_000), 600)).is_err());
}

#[test]
fn rows_that_are_taken_make_room() {
    let template =
        Template::parse("Value X (x+)\nValue List Y (\\d)\n\nStart\n  ^${X}${Y} -> Record\n").unwrap();
    let mut run = Run::new(&template);
    run.record.most_bytes = 10_000;
    for _ in 0..1_000 {
        run.line(&format!("{}1", "x".repeat(1_000))).unwrap();
        assert!(run.record.pop().is_some());
    }
}

fn template_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("Value "),
        Just("List "),
        Just("Required,Filldown "),
        Just("Fillup "),
        Just("X "),
        Just("("),
        Just(")"),
        Just("(?P<n>"),
        Just("(?="),
        Just("(?<!"),
        Just("[^a"),
        Just("]"),
        Just("\\w"),
        Just("\\"),
        Just("\n"),
        Just("\n\n"),
        Just("Start\n"),
        Just("  ^"),
        Just("${X}"),
        Just("$$"),
        Just(" -> "),
        Just("Continue"),
        Just("Record"),
        Just("."),
        Just("{2,"),
        Just("}"),
        Just("*"),
        Just("+"),
        Just("?"),
        Just("|"),
        Just("é"),
        Just("(?i)"),
        Just("(?(1)"),
        Just("\\1"),
        Just("a"),
        Just("EOF"),
        Just("9"),
    ];
    let wild = proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat());
    (any::<bool>(), wild).prop_map(|(whole, wild)| {
        if whole { format!("Value List X (\\d+|a)\n\nStart\n  ^{wild}") } else { wild }
    })
}

proptest! {
    #[test]
    fn no_template_and_no_text_panics(template in template_text(), text in "[a-cé0-9 \\n\u{1f}\u{301}]{0,40}") {
        if let Ok(template) = Template::parse(&template) {
            let _ = template.parse_text(&text);
        }
    }

    #[test]
    fn no_arbitrary_template_panics(template in any::<String>()) {
        let _ = Template::parse(&template);
    }

    /// What the translation accepts, the engines accept too: both halves read the same syntax.
    #[test]
    fn what_is_accepted_compiles(template in template_text(), text in "[a-cé0-9 ]{1,9}") {
        if let Ok(template) = Template::parse(&template)
            && let Err(error) = template.parse_text(&text)
        {
            prop_assert!(!error.reason().contains("parse") && !error.reason().contains("syntax"), "{error}");
        }
    }
}
