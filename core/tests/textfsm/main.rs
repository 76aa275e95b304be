//! The cases of `docs/textfsm.md`, a test for each.
#![cfg(feature = "textfsm")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failure fails the test")]

mod reference;

use linecrew_core::textfsm::{Row, Template};
use reference::cases;
use serde_json::Value;

macro_rules! rows {
    ($($name:ident $number:literal),* $(,)?) => {
        $(#[test]
        fn $name() {
            check($number);
        })*

        const ROWS: &[usize] = &[$($number),*];
    };
}

rows! {
    row_001 1, row_002 2, row_003 3, row_004 4, row_005 5, row_006 6,
    row_007 7, row_008 8, row_009 9, row_010 10, row_011 11, row_012 12,
    row_013 13, row_014 14, row_015 15, row_016 16, row_017 17, row_018 18,
    row_019 19, row_020 20, row_021 21, row_022 22, row_023 23, row_024 24,
    row_025 25, row_026 26, row_027 27, row_028 28, row_029 29, row_030 30,
    row_031 31, row_032 32, row_033 33, row_034 34, row_035 35, row_036 36,
    row_037 37, row_038 38, row_039 39, row_040 40, row_041 41, row_042 42,
    row_043 43, row_044 44, row_045 45, row_046 46, row_047 47, row_048 48,
    row_049 49, row_050 50, row_051 51, row_052 52, row_053 53, row_054 54,
    row_055 55, row_056 56, row_057 57, row_058 58, row_059 59, row_060 60,
    row_061 61, row_062 62, row_063 63, row_064 64, row_065 65, row_066 66,
    row_067 67, row_068 68, row_069 69, row_070 70, row_071 71, row_072 72,
    row_073 73, row_074 74, row_075 75, row_076 76, row_077 77, row_078 78,
    row_079 79, row_080 80, row_081 81, row_082 82, row_083 83, row_084 84,
    row_085 85, row_086 86, row_087 87, row_088 88, row_089 89, row_090 90,
    row_091 91, row_092 92, row_093 93, row_094 94, row_095 95, row_096 96,
    row_097 97, row_098 98, row_099 99, row_100 100, row_101 101, row_102 102,
    row_103 103, row_104 104, row_105 105, row_106 106, row_107 107, row_108 108,
    row_109 109, row_110 110, row_111 111, row_112 112,
}

#[test]
fn every_case_is_a_test() {
    let numbers: Vec<usize> = cases().iter().map(|case| case.number).collect();
    assert_eq!(numbers, ROWS);
}

#[track_caller]
fn check(number: usize) {
    let case = cases().into_iter().find(|case| case.number == number).expect("the case is in the document");
    let (title, found) = (&case.title, found(&case.template, &case.text));
    match case.result.as_str() {
        words @ ("refused" | "error") => assert_eq!(found, Err(words), "{title}"),
        rows => assert_eq!(found, Ok(serde_json::from_str::<Value>(rows).unwrap()), "{title}"),
    }
}

fn found(template: &str, text: &str) -> Result<Value, &'static str> {
    let template = Template::parse(template).map_err(|_| "refused")?;
    let table = template.parse_text(text).map_err(|_| "error")?;
    Ok(serde_json::to_value(table.iter().map(Row::values).collect::<Vec<_>>()).unwrap())
}
