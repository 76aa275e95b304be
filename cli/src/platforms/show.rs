//! What a session knows of one platform.

use super::json;
use crate::args::Form;
use crate::exit::Usage;
use crate::output::grid;
use linecrew_core::platform::{Evidence, Platform, Platforms};
use serde::Serialize;
use std::io::{self, Write};
use std::path::{MAIN_SEPARATOR, Path};
use std::sync::Arc;

/// A platform, and where its definition is.
pub(super) struct Shown {
    platform: Arc<Platform>,
    source: String,
}

#[derive(Serialize)]
struct Explained<'p> {
    name: &'p str,
    description: Option<&'p str>,
    aliases: &'p [String],
    evidence: &'p [Evidence],
    default_mode: &'p str,
    modes: Vec<Mode<'p>>,
    after_login: Vec<Step<'p>>,
    before_end: Vec<Step<'p>>,
    pager_pattern: Option<&'p str>,
    pipelining: bool,
    refusals: &'p [String],
    reads: Vec<&'p str>,
    read_filters: Vec<&'p str>,
    ntc_templates_platform: Option<&'p str>,
    genie_platform: Option<&'p str>,
    json_suffix: Option<&'p str>,
}

#[derive(Serialize)]
struct Mode<'p> {
    name: &'p str,
    leads_to: Vec<&'p str>,
}

#[derive(Serialize)]
struct Step<'p> {
    step: &'p str,
    /// It is left out unless it is asked for.
    persists: bool,
}

impl Shown {
    /// The platform of a name, or of a file where the name is a path or has an extension, as in an inventory.
    pub(super) fn find(name: &str, platforms: &Platforms) -> Result<Self, Usage> {
        let path = Path::new(name);
        let is_file =
            name.contains(MAIN_SEPARATOR) || path.extension().is_some_and(|it| it == "yaml" || it == "yml");
        let platform =
            if is_file { platforms.load(path) } else { platforms.find(name) }.map_err(Usage::new)?;
        let source = match platform.file() {
            Some(file) => std::fs::read_to_string(file)?,
            None => Platform::builtin_source(platform.name()).unwrap_or_default().to_owned(),
        };
        Ok(Self { platform, source })
    }

    pub(super) fn source(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(self.source.as_bytes())
    }

    pub(super) fn print(&self, out: &mut impl Write, form: Form) -> io::Result<()> {
        let explained = Explained::new(&self.platform);
        match form {
            Form::Json => json(out, &explained),
            Form::Table => grid(out, &explained.rows()),
        }
    }
}

impl<'p> Explained<'p> {
    fn new(platform: &'p Platform) -> Self {
        let mode = |name| Mode { name, leads_to: platform.exits(name).collect() };
        let step = |(step, persists)| Step { step, persists };
        Self {
            name: platform.name(),
            description: platform.description(),
            aliases: platform.aliases(),
            evidence: platform.evidence(),
            default_mode: platform.default_mode(),
            modes: platform.modes().map(mode).collect(),
            after_login: platform.open_steps().map(step).collect(),
            before_end: platform.close_steps().map(step).collect(),
            pager_pattern: platform.pager_pattern(),
            pipelining: platform.pipelines_reads(),
            refusals: platform.failure_indicators(),
            reads: platform.read_commands().collect(),
            read_filters: platform.read_filters().collect(),
            ntc_templates_platform: platform.ntc_templates_platform(),
            genie_platform: platform.genie_platform(),
            json_suffix: platform.json_suffix(),
        }
    }

    /// What there is, the name of each thing on its first line.
    fn rows(&self) -> Vec<[String; 2]> {
        let mut rows = vec![["name".to_owned(), self.name.to_owned()]];
        let mut add = |name: &str, lines: Vec<String>| {
            let names = std::iter::once(name).chain(std::iter::repeat(""));
            rows.extend(names.zip(lines).map(|(name, line)| [name.to_owned(), line]));
        };
        let one = |text: Option<&str>| text.map(str::to_owned).into_iter().collect::<Vec<_>>();
        add("devices", one(self.description));
        add("also called", some(self.aliases.join(", ")));
        add("rests on", self.evidence.iter().map(|it| format!("{}: {}", it.basis, it.of)).collect());
        add("modes", self.modes.iter().map(|mode| self.told(mode)).collect());
        add("after the login", self.after_login.iter().map(Step::told).collect());
        add("before the end", self.before_end.iter().map(Step::told).collect());
        add("pager", one(Some(self.pager_pattern.unwrap_or("the usual ones"))));
        add("pipelining", one(self.pipelining.then_some("commands that only read")));
        add("refusals", self.refusals.to_vec());
        add("reads", some(self.reads.join(", ")));
        add("filters that read", some(self.read_filters.join(", ")));
        add("ntc-templates", one(self.ntc_templates_platform));
        add("genie", one(self.genie_platform));
        add("JSON by", one(self.json_suffix));
        rows
    }

    fn told(&self, mode: &Mode<'_>) -> String {
        let default = if mode.name == self.default_mode { " (default)" } else { "" };
        match mode.leads_to.join(", ") {
            ways if ways.is_empty() => format!("{}{default}", mode.name),
            ways => format!("{}{default}, leads to {ways}", mode.name),
        }
    }
}

impl Step<'_> {
    fn told(&self) -> String {
        let left_out =
            if self.persists { " (changes the configuration: left out unless asked for)" } else { "" };
        format!("{}{left_out}", self.step)
    }
}

fn some(text: String) -> Vec<String> {
    if text.is_empty() { Vec::new() } else { vec![text] }
}
