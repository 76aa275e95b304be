//! `linecrew platforms`: which kinds of device are known, what a session knows of each, and what is wrong with a
//! definition.

mod check;
mod list;
mod show;

use crate::args::{PlatformsArgs, PlatformsCommand};
use crate::exit::{Ended, Usage, written};
use linecrew_core::platform::Platforms;
use std::io::{self, Write};
use std::path::Path;

/// Does what the arguments say.
pub(crate) fn run(args: &PlatformsArgs) -> Result<Ended, Usage> {
    let platforms = known(args.platforms.as_deref())?;
    let mut out = io::stdout().lock();
    match &args.command {
        None | Some(PlatformsCommand::List) => {
            let all = platforms.all().map_err(Usage::new)?;
            written(list::print(&mut out, &all, args.format).and_then(|()| out.flush()))?;
            Ok(Ended::Well)
        }
        Some(PlatformsCommand::Show { name, source }) => {
            let shown = show::Shown::find(name, &platforms)?;
            let printed = if *source { shown.source(&mut out) } else { shown.print(&mut out, args.format) };
            written(printed.and_then(|()| out.flush()))?;
            Ok(Ended::Well)
        }
        Some(PlatformsCommand::Check { paths, prompt }) => {
            let report = check::Report::new(paths, prompt)?;
            written(report.print(&mut out, args.format).and_then(|()| out.flush()))?;
            Ok(if report.is_good() { Ended::Well } else { Ended::SomeFailed })
        }
    }
}

/// The embedded platforms, and before them those of a folder.
pub(crate) fn known(folder: Option<&Path>) -> Result<Platforms, Usage> {
    let platforms = Platforms::default();
    folder.map_or(Ok(platforms.clone()), |folder| platforms.folder(folder).map_err(Usage::new))
}

/// One JSON value, with a line end.
fn json(out: &mut impl Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}
