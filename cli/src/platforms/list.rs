//! All platforms, one to a line.

use super::json;
use crate::args::Form;
use crate::output::grid;
use linecrew_core::platform::{Basis, Platform};
use serde::Serialize;
use std::io::{self, Write};
use std::sync::Arc;

#[derive(Serialize)]
struct Listed<'p> {
    name: &'p str,
    description: Option<&'p str>,
    aliases: &'p [String],
    default_mode: &'p str,
    ntc_templates_platform: Option<&'p str>,
    /// The strongest.
    evidence: Option<Basis>,
}

pub(super) fn print(out: &mut impl Write, platforms: &[Arc<Platform>], form: Form) -> io::Result<()> {
    let listed: Vec<Listed<'_>> = platforms.iter().map(|platform| Listed::new(platform)).collect();
    match form {
        Form::Json => json(out, &listed),
        Form::Table => {
            let heading = ["NAME", "DEVICES", "RESTS ON", "ALSO CALLED"].map(str::to_owned);
            let rows = listed.iter().map(Listed::row);
            grid(out, &std::iter::once(heading).chain(rows).collect::<Vec<_>>())
        }
    }
}

impl<'p> Listed<'p> {
    fn new(platform: &'p Platform) -> Self {
        Self {
            name: platform.name(),
            description: platform.description(),
            aliases: platform.aliases(),
            default_mode: platform.default_mode(),
            ntc_templates_platform: platform.ntc_templates_platform(),
            evidence: platform.evidence().iter().map(|evidence| evidence.basis).min(),
        }
    }

    fn row(&self) -> [String; 4] {
        [
            self.name.to_owned(),
            self.description.unwrap_or_default().to_owned(),
            self.evidence.map(|basis| basis.to_string()).unwrap_or_default(),
            self.aliases.join(", "),
        ]
    }
}
