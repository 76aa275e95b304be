//! What is wrong with definitions, and what is doubtful.

use super::json;
use crate::args::Form;
use crate::exit::Usage;
use crate::output::counted;
use linecrew_core::platform::{Finding, Platform, PlatformError, Severity};
use serde::Serialize;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What was found in some files.
pub(super) struct Report(Vec<Checked>);

/// One file.
#[derive(Serialize)]
struct Checked {
    file: String,
    findings: Vec<Found>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    prompts: Vec<Prompt>,
}

#[derive(Serialize)]
struct Found {
    severity: String,
    line: Option<u64>,
    mode: Option<String>,
    what: String,
    #[serde(skip)]
    is_error: bool,
}

/// A prompt that was asked about, and the modes that it is found in.
#[derive(Serialize)]
struct Prompt {
    prompt: String,
    modes: Vec<String>,
}

impl Report {
    /// Checks every file, and every definition in a folder.
    pub(super) fn new(paths: &[PathBuf], prompts: &[String]) -> Result<Self, Usage> {
        let mut checked = Vec::new();
        for path in paths {
            let files =
                if path.is_dir() { Platform::files(path).map_err(Usage::new)? } else { vec![path.clone()] };
            if files.is_empty() {
                return Err(Usage::new(format!(
                    "{}: there is no definition in it (*.yaml, *.yml)",
                    path.display()
                )));
            }
            checked.extend(files.iter().map(|file| Checked::new(file, prompts)));
        }
        Ok(Self(checked))
    }

    /// Whether there is no error, and each prompt is found in a mode.
    pub(super) fn is_good(&self) -> bool {
        let is_found = |checked: &Checked| checked.prompts.iter().all(|prompt| !prompt.modes.is_empty());
        self.count(|found| found.is_error) == 0 && self.0.iter().all(is_found)
    }

    pub(super) fn print(&self, out: &mut impl Write, form: Form) -> io::Result<()> {
        if form == Form::Json {
            return json(out, &self.0);
        }
        for checked in &self.0 {
            checked.print(out)?;
        }
        let of = |severity: Severity| self.count(|found| found.severity == severity.to_string());
        let kinds = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
        let kinds = kinds.map(|(severity, word)| counted(of(severity), word)).join(", ");
        writeln!(out, "{}: {kinds}", counted(self.0.len(), "definition"))
    }

    fn count(&self, which: impl Fn(&Found) -> bool) -> usize {
        self.0.iter().flat_map(|checked| &checked.findings).filter(|found| which(found)).count()
    }
}

impl Checked {
    fn new(file: &Path, prompts: &[String]) -> Self {
        let findings = match Platform::check_file(file) {
            Ok(findings) => findings.into_iter().map(Found::from).collect(),
            Err(error) => vec![Found::from(error)],
        };
        let modes = |prompt: &String| {
            let platform = Platform::load(file).ok()?;
            let modes = platform.modes_at(&prompt.replace("\\n", "\n")).map(str::to_owned).collect();
            Some(Prompt { prompt: prompt.clone(), modes })
        };
        Self {
            file: file.display().to_string(),
            findings,
            prompts: prompts.iter().filter_map(modes).collect(),
        }
    }

    fn print(&self, out: &mut impl Write) -> io::Result<()> {
        for Found { severity, line, mode, what, .. } in &self.findings {
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            let mode = mode.as_ref().map(|mode| format!("mode {mode}: ")).unwrap_or_default();
            writeln!(out, "{}{line}: {severity}: {mode}{what}", self.file)?;
        }
        for Prompt { prompt, modes } in &self.prompts {
            let modes = if modes.is_empty() { "no mode".to_owned() } else { modes.join(", ") };
            writeln!(out, "{}: the prompt \"{prompt}\" is found in {modes}", self.file)?;
        }
        Ok(())
    }
}

impl From<Finding> for Found {
    fn from(finding: Finding) -> Self {
        Self {
            severity: finding.severity.to_string(),
            line: Some(finding.line),
            mode: finding.mode,
            what: finding.what,
            is_error: finding.severity == Severity::Error,
        }
    }
}

impl From<PlatformError> for Found {
    fn from(error: PlatformError) -> Self {
        Self {
            severity: Severity::Error.to_string(),
            line: error.line(),
            mode: error.mode().map(str::to_owned),
            what: error.reason().to_owned(),
            is_error: true,
        }
    }
}
