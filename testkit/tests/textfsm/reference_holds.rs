//! The cases of `core/docs/textfsm.md` are what Python says.

use crate::oracle;
use crate::reference::cases;
use linecrew_testkit::oracle::{Answer, Verdict};
use serde_json::Value;

#[test]
#[ignore = "needs python3 and PyPI"]
fn the_reference_table_is_python_s() {
    let mut oracle = oracle();
    for case in cases() {
        let verdict = oracle.parse(&case.template, std::slice::from_ref(&case.text)).unwrap();
        let answer = match verdict {
            Verdict::Refused(_) => "refused".to_owned(),
            Verdict::Slow => "slow".to_owned(),
            Verdict::Parsed(parsed) => match &parsed.answers[0] {
                Answer::Rows(rows) => rows.to_string(),
                Answer::Error(_) => "error".to_owned(),
            },
        };
        let expected =
            serde_json::from_str::<Value>(&case.result).map_or(case.result, |rows| rows.to_string());
        assert_eq!(answer, expected, "{}. {}", case.number, case.title);
    }
}
