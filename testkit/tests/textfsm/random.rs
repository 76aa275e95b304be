//! Random templates, written by the strategy.

use crate::compare::Tally;
use crate::{cases, oracle, strategy};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

#[test]
#[ignore = "needs python3 and PyPI"]
fn random_templates() {
    let (mut oracle, mut tally) = (oracle(), Tally::default());
    let mut runner = TestRunner::deterministic();
    for case in 0..cases(20_000) {
        let (template, texts) = strategy::case().new_tree(&mut runner).unwrap().current();
        tally.compare(&mut oracle, &format!("case {case}"), &template, &texts);
    }
    tally.verdict("random templates");
}
