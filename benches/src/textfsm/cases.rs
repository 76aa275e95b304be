//! Templates and the texts for them: those of ntc-templates, and texts that their own rules match.

use linecrew_testkit::oracle::Oracle;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// How long a long text is.
pub const LARGE: usize = 1 << 20;
/// Lines of a usual text, and of the piece that a long one repeats.
const LINES: [u32; 2] = [40, 400];
/// One template of so many has a long text. Of fewer, none would be left of which each is within its share of the time.
const EACH: usize = 2;

/// A template and a text for it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Case {
    /// The file of the template.
    pub name: String,
    /// The template.
    pub template: String,
    /// What is parsed.
    pub text: String,
    /// Platform and command by which the index finds the template, if it does.
    pub query: Option<(String, String)>,
}

/// All that is parsed.
#[derive(Debug, Deserialize, Serialize)]
pub struct Cases {
    /// The folder of the installed package.
    pub folder: PathBuf,
    /// All templates of ntc-templates with usual texts.
    pub usual: Vec<Case>,
    /// Some of them with long texts.
    pub large: Vec<Case>,
}

impl Cases {
    /// Makes them, the same ones for the same version of ntc-templates.
    pub fn make(oracle: &mut Oracle) -> Self {
        let folder = oracle.ntc_templates().expect("ntc_templates is installed");
        let queries = oracle.queries(&folder).expect("the index has commands");
        let mut cases = Self { folder: folder.clone(), usual: Vec::new(), large: Vec::new() };
        for (index, path) in files(&folder).into_iter().enumerate() {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let template = std::fs::read_to_string(&path).expect("a template can be read");
            let query = queries.iter().find(|(file, ..)| *file == name);
            let query = query.map(|(_, platform, command)| (platform.clone(), command.clone()));
            let mut text = |lines| oracle.plain_input(&template, index as u64, lines).expect("a text");
            let [usual, piece] =
                [text(LINES[0]), if index % EACH == 0 { text(LINES[1]) } else { String::new() }];
            if piece.len() > 1000 {
                let text = piece.repeat(LARGE.div_ceil(piece.len()));
                let (name, template) = (name.clone(), template.clone());
                cases.large.push(Case { name, template, text, query: None });
            }
            cases.usual.push(Case { name, template, text: usual, query });
        }
        cases
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .expect("the folder of templates")
        .map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|end| end == "textfsm")).collect();
    files.sort();
    files
}
