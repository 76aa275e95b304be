//! The semantics of Python's textfsm, one case for each rule. Expectations were taken from textfsm 2.1.0.

use super::*;
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
fn the_last_record_is_implicit() {
    check("Value X (\\d+)\n\nStart\n  ^${X}\n", "1\n2\n", r#"[["2"]]"#);
}

#[test]
fn an_eof_state_suppresses_the_last_record() {
    check("Value X (\\d+)\n\nStart\n  ^${X}\n\nEOF\n", "1\n", "[]");
}

#[test]
fn going_to_eof_stops_and_records_and_going_to_end_does_not() {
    check("Value X (\\d+)\n\nStart\n  ^${X}\n  ^stop -> EOF\n", "1\nstop\n2\n", r#"[["1"]]"#);
    check("Value X (\\d+)\n\nStart\n  ^${X}\n  ^stop -> End\n", "1\nstop\n2\n", "[]");
    check("Value X (\\d+)\n\nStart\n  ^${X} -> Record End\n", "1\n2\n", r#"[["1"]]"#);
    check("Value X (\\d+)\n\nStart\n  ^${X}\n  ^stop -> End\n\nEnd\n", "1\nstop\n", "[]");
}

#[test]
fn an_empty_record_is_not_added_but_one_of_empty_texts_is() {
    check("Value X (\\d+)\n\nStart\n  ^a -> Record\n", "a\n", "[]");
    check("Value X (\\d*)\n\nStart\n  ^${X} -> Record\n", "a\n", r#"[[""]]"#);
}

#[test]
fn a_column_without_a_match_holds_an_empty_text() {
    check("Value X (\\d+)\nValue Y (z)\n\nStart\n  ^${X}${Y}? -> Record\n", "1\n", r#"[["1",""]]"#);
}

#[test]
fn filldown_survives_records_and_clear_but_not_clearall() {
    let template = "Value Filldown X (\\d)\nValue Y ([a-z])\n\nStart\n  ^X${X}\n  ^Y${Y} -> Record\n  ^clear -> Clear\n  ^all -> Clearall\n";
    check(template, "X1\nYa\nYb\nclear\nYc\nall\nYd\n", r#"[["1","a"],["1","b"],["1","c"],["","d"]]"#);
    check(template, "X1\nYa\n", r#"[["1","a"],["1",""]]"#);
}

#[test]
fn fillup_stops_at_the_first_row_that_has_a_value() {
    let template = "Value Required Y ([a-z])\nValue Fillup X (\\d)\n\nStart\n  ^${Y} ${X} -> Record\n  ^${Y} -> Record\n";
    check(template, "a\nb 1\nc\nd\ne 2\n", r#"[["a","1"],["b","1"],["c","2"],["d","2"],["e","2"]]"#);
}

#[test]
fn required_drops_the_record_and_clears_it() {
    let template = "Value Required X (\\d)\nValue Y ([a-z])\n\nStart\n  ^${Y}\n  ^${X}\n  ^! -> Record\n";
    check(template, "a\n!\n1\n!\n", r#"[["1",""]]"#);
}

#[test]
fn options_act_in_the_order_of_their_declaration() {
    let body =
        "X (\\d)\nValue Y ([a-z])\n\nStart\n  ^${X} -> Continue\n  ^.*${Y} -> Record\n  ^.* -> Record\n";
    // Required first looks at the last text; List first makes it look at the list.
    check(&format!("Value Required,List {body}"), "1a\nb\n", r#"[[["1"],"a"]]"#);
    check(&format!("Value List,Required {body}"), "1a\nb\n", r#"[[["1"],"a"]]"#);
    let fill = "X (\\d)\nValue Y ([a-z])\n\nStart\n  ^${X}\n  ^${Y} -> Record\n  ^! -> Clearall\n\nEOF\n";
    check(&format!("Value Filldown,List {fill}"), "1\na\n2\nb\n", r#"[[["1"],"a"],[["1","2"],"b"]]"#);
}

#[test]
fn a_list_collects_until_the_record_and_keeps_on_with_filldown() {
    let template = "Value List X (\\d)\nValue Y ([a-z])\n\nStart\n  ^${X}\n  ^${Y} -> Record\n";
    check(template, "1\n2\na\nb\n", r#"[[["1","2"],"a"],[[],"b"]]"#);
}

#[test]
fn a_list_keeps_none_for_a_group_that_took_no_part() {
    check("Value List X (\\d)\n\nStart\n  ^a${X}?\n", "a1\na\n", r#"[[["1",null]]]"#);
}

#[test]
fn nested_groups_of_a_list_give_maps() {
    let template = "Value List P ((?P<name>\\w+):\\s+(?P<age>\\d+)?)\n\nStart\n  ^${P}\n";
    check(template, "Bob: 32\nAl: \n", r#"[[[{"name":"Bob","age":"32"},{"name":"Al","age":null}]]]"#);
}

#[test]
fn a_single_nested_group_and_nameless_ones_give_texts() {
    check("Value List P ((\\w)(\\d))\n\nStart\n  ^${P}\n", "a1\n", r#"[[["a1"]]]"#);
    check("Value P ((\\w)(?P<n>\\d))\n\nStart\n  ^${P}\n", "a1\n", r#"[["a1"]]"#);
}

#[test]
fn a_nested_list_that_took_no_part_is_an_error() {
    let template = "Value List P ((?P<a>\\w)(\\d))\n\nStart\n  ^x${P}?\n";
    assert_eq!(table(template, "x\n").unwrap_err().kind(), ParseErrorKind::Unmatched);
}

#[test]
fn continue_stays_on_the_line_and_record_acts_at_once() {
    let template = "Value List X (\\d)\nValue Y ([a-z])\n\nStart\n  ^${X} -> Continue\n  ^.${X} -> Continue.Record\n  ^..${Y} -> Record\n";
    check(template, "12a\n", r#"[[["1","2"],""],[[],"a"]]"#);
}

#[test]
fn the_record_is_written_before_the_state_changes() {
    let template = "Value X (\\d)\n\nStart\n  ^${X} -> Record Two\n\nTwo\n  ^two${X} -> Record Start\n";
    check(template, "1\n2\ntwo3\n4\n", r#"[["1"],["3"],["4"]]"#);
}

#[test]
fn a_rule_may_name_a_value_by_a_group_of_its_own() {
    check("Value X (\\d)\n\nStart\n  ^a(?P<X>\\w)(?P<other>.)\n", "abc\n", r#"[["b"]]"#);
}

#[test]
fn an_error_says_rule_line_and_message() {
    let template = "Value X (\\d)\n\nStart\n  ^${X} -> Record\n  ^. -> Error \"no digit\"\n";
    let error = table(template, "1\nab\n").unwrap_err();
    assert_eq!((error.kind(), error.rule_line(), error.text_line()), (ParseErrorKind::Refused, 5, 2));
    assert_eq!(error.to_string(), "template line 5: no digit; line 2 of the text: \"ab\"");
    assert!(table("Value X (\\d)\n\nStart\n  ^. -> Error\n", "a").is_err());
    assert!(table("Value X (\\d)\n\nStart\n  ^. -> Error Nowhere\n", "a").is_err());
}

#[test]
fn a_template_without_values_gives_no_rows() {
    check("\nStart\n  ^a$ -> Record\n", "a\n", "[]");
}

#[test]
fn a_blank_record_is_left_as_it_is() {
    // The list is empty but not cleared by a record that was not added; the text of `Filldown` survives it.
    let template = "Value Filldown X (\\d)\nValue Y ([a-z])\n\nStart\n  ^! -> Record\n  ^${X}\n  ^${Y}\n";
    check(template, "!\n!\n1\n", r#"[["1",""]]"#);
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
