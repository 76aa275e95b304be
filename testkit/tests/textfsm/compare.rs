//! One template and its texts, through both.

use linecrew_core::textfsm::Template;
use linecrew_testkit::oracle::{Answer, Oracle, Parsed, Verdict};
use serde_json::{Value, json};

/// What was compared, and where the two differ.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) templates: usize,
    pub(crate) refused: usize,
    pub(crate) texts: usize,
    pub(crate) rows: usize,
    pub(crate) errors: usize,
    /// What Python took too long for.
    pub(crate) slow: usize,
    pub(crate) differences: Vec<String>,
}

impl Tally {
    /// Holds our answers against Python's.
    pub(crate) fn compare(&mut self, oracle: &mut Oracle, name: &str, template: &str, texts: &[String]) {
        self.templates += 1;
        let ours = Template::parse(template);
        match (oracle.parse(template, texts).unwrap(), ours) {
            (Verdict::Slow, _) => self.slow += 1,
            (Verdict::Refused(_), Err(_)) => self.refused += 1,
            (Verdict::Refused(why), Ok(_)) => {
                self.differ(format!("{name}: Python refuses the template: {why}\n{template}"));
            }
            (Verdict::Parsed(_), Err(error)) => {
                self.differ(format!("{name}: we refuse the template: {error}\n{template}"));
            }
            (Verdict::Parsed(parsed), Ok(ours)) => self.texts(name, template, &ours, texts, &parsed),
        }
    }

    fn texts(&mut self, name: &str, template: &str, ours: &Template, texts: &[String], theirs: &Parsed) {
        if ours.header() != theirs.header {
            self.differ(format!("{name}: headers {:?} and {:?}\n{template}", ours.header(), theirs.header));
        }
        for (text, theirs) in texts.iter().zip(&theirs.answers) {
            self.texts += 1;
            let ours = ours.parse_text(text).map(|table| {
                json!(table.rows().iter().map(linecrew_core::textfsm::Row::values).collect::<Vec<_>>())
            });
            match (&ours, theirs) {
                (Ok(ours), Answer::Rows(theirs)) if ours == theirs => {
                    self.rows += theirs.as_array().map_or(0, Vec::len);
                }
                (Err(_), Answer::Error(_)) => self.errors += 1,
                _ => {
                    let ours = ours.map_or_else(|error| error.to_string(), |rows| rows.to_string());
                    let (theirs, text) = (shown(theirs), Value::from(text.as_str()));
                    self.differ(format!(
                        "{name}\n{template}\n--- text\n{text}\n--- ours\n{ours}\n--- Python's\n{theirs}"
                    ));
                }
            }
        }
    }

    fn differ(&mut self, what: String) {
        self.differences.push(what);
    }

    /// Fails if there is a difference.
    #[track_caller]
    pub(crate) fn verdict(&self, what: &str) {
        println!(
            "{what}: {} templates ({} refused, {} too slow), {} texts, {} rows, {} errors, {} differences",
            self.templates,
            self.refused,
            self.slow,
            self.texts,
            self.rows,
            self.errors,
            self.differences.len()
        );
        let shown = self.differences.iter().take(10).map(String::as_str).collect::<Vec<_>>();
        assert!(shown.is_empty(), "{}", shown.join("\n==========\n"));
    }
}

fn shown(answer: &Answer) -> String {
    match answer {
        Answer::Rows(rows) => rows.to_string(),
        Answer::Error(error) => error.clone(),
    }
}
