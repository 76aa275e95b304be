//! Reads the cases of `docs/textfsm.md`.

/// One case of the table.
pub(crate) struct Case {
    pub(crate) number: usize,
    pub(crate) title: String,
    pub(crate) template: String,
    /// Empty where the template is refused.
    pub(crate) text: String,
    /// `refused`, `error`, or the rows as JSON.
    pub(crate) result: String,
}

/// All cases, in their order.
pub(crate) fn cases() -> Vec<Case> {
    // Two packages test by it.
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../core/docs/textfsm.md");
    let document = std::fs::read_to_string(path).unwrap();
    document.split("\n### ").skip(1).map(case).collect()
}

fn case(section: &str) -> Case {
    let (title, body) = section.split_once('\n').unwrap();
    let (number, title) = title.split_once(". ").unwrap();
    let blocks: Vec<String> = body.split("```").skip(1).step_by(2).map(block).collect();
    let (template, rest) = blocks.split_first().unwrap();
    let (result, text) = rest.split_last().unwrap();
    Case {
        number: number.parse().unwrap(),
        title: title.to_owned(),
        template: template.clone(),
        text: text.first().cloned().unwrap_or_default(),
        result: result.trim_end().to_owned(),
    }
}

/// The content of a fenced block; a JSON string is decoded.
fn block(fenced: &str) -> String {
    let (language, content) = fenced.split_once('\n').unwrap();
    match language {
        "json" if content.starts_with('"') => serde_json::from_str(content).unwrap(),
        _ => content.to_owned(),
    }
}
