//! All templates of the installed ntc-templates package.

use crate::compare::Tally;
use crate::{cases, mutate, oracle};
use proptest::test_runner::{RngAlgorithm, TestRng};

/// The text of each template, with its file name.
fn templates(oracle: &mut linecrew_testkit::oracle::Oracle) -> Vec<(String, String)> {
    let folder = oracle.ntc_templates().unwrap();
    let mut templates: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(".textfsm"))
        .map(|entry| {
            (entry.file_name().to_string_lossy().into_owned(), std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    templates.sort();
    templates
}

#[test]
#[ignore = "needs python3 and PyPI"]
fn texts_made_from_the_rules_of_ntc_templates() {
    let (mut oracle, mut tally) = (oracle(), Tally::default());
    let mut chance = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    for (name, template) in templates(&mut oracle) {
        let mut texts = oracle.inputs(&template, 1, 4).unwrap();
        let mutated: Vec<_> = texts.iter().map(|text| mutate::text(text, &mut chance)).collect();
        texts.extend(mutated);
        tally.compare(&mut oracle, &name, &template, &texts);
    }
    tally.verdict("ntc-templates");
    assert!(tally.templates > 900 && tally.rows > 10_000);
}

#[test]
#[ignore = "needs python3 and PyPI"]
fn mutated_templates_of_ntc_templates() {
    let (mut oracle, mut tally) = (oracle(), Tally::default());
    let mut chance = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let templates = templates(&mut oracle);
    for case in 0..cases(2_000) {
        let (name, template) = mutate::pick(&templates, &mut chance);
        let texts = oracle.inputs(template, u64::from(case), 2).unwrap();
        let mutated = mutate::template(template, &mut chance);
        tally.compare(&mut oracle, name, &mutated, &texts);
    }
    tally.verdict("mutated templates");
}
