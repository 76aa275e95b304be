//! `linecrew inventory`: which hosts there are, what is known of each, and what is wrong.

pub(crate) mod args;
mod check;
mod graph;
mod list;
mod show;

use crate::exit::{Ended, Usage, written};
use args::{InventoryArgs, InventoryCommand};
use std::io::{self, Write};

/// Does what the arguments say.
pub(crate) fn run(args: &InventoryArgs) -> Result<Ended, Usage> {
    let mut out = io::stdout().lock();
    let mut ended = Ended::Well;
    let printed = match &args.command {
        InventoryCommand::List(which) => list::print(&mut out, &which.source.hosts()?, which.format),
        InventoryCommand::Show { host, which } => {
            show::print(&mut out, &which.source.hosts()?, host, which.format)?
        }
        InventoryCommand::Graph(which) => graph::print(&mut out, &which.source.hosts()?, which.format),
        InventoryCommand::Check { which, platforms } => {
            let platforms = crate::platforms::known(platforms.as_deref())?;
            let report = check::Report::new(&which.source.hosts()?, &platforms);
            if !report.is_good() {
                ended = Ended::SomeFailed;
            }
            report.print(&mut out, which.format)
        }
    };
    written(printed.and_then(|()| out.flush()))?;
    Ok(ended)
}

/// One JSON value, with a line end.
fn json(out: &mut impl Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}
