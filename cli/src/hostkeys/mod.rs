//! `linecrew hostkeys`: the SSH host keys of a fleet, before the first login and after a change.

mod accept;
mod args;
mod forget;
mod report;
mod scan;

pub(crate) use args::HostkeysArgs;

use crate::exit::{Ended, Usage, written};
use accept::Accept;
use args::HostkeysCommand;
use report::Report;
use std::io::{self, Write};

/// Does what the arguments say.
pub(crate) fn run(args: &HostkeysArgs) -> Result<Ended, Usage> {
    let (report, form, ended) = match &args.command {
        HostkeysCommand::Scan(args) => {
            let (found, ended) = scan::all(args, None)?;
            (Report::of_scan(found), args.format, ended)
        }
        HostkeysCommand::Accept { scan: args, changed, fingerprints } => {
            let accept = Accept::new(*changed, fingerprints.as_deref())?;
            let (found, ended) = scan::all(args, Some(accept))?;
            (Report::of_accept(found), args.format, ended)
        }
        HostkeysCommand::Forget { which, known } => return forget::run(which, known),
    };
    let mut out = io::stdout().lock();
    written(report.print(&mut out, form).and_then(|()| out.flush()))?;
    Ok(match ended {
        Ended::Well if !report.is_well() => Ended::SomeFailed,
        ended => ended,
    })
}
