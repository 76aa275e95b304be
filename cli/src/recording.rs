//! `linecrew record`: a run whose sessions are kept, for a lab to serve them again.

use crate::args::RecordArgs;
use crate::exit::{Ended, Usage, say};
use crate::plan::Plan;
use crate::run;
use crate::summary::quoted;

/// Runs the commands as the arguments say, and tells where the recordings are.
pub(crate) fn run(args: &RecordArgs) -> Result<Ended, Usage> {
    let plan = Plan { record: Some(args.to.clone()), ..run::plan(&args.run)? };
    let ended = run::carry_out(&args.run, &plan)?;
    let folder = quoted(&args.to.display().to_string());
    say(format!("the recordings are in {folder}; serve one again: linecrew lab --replay {folder}/HOST.txt"));
    Ok(ended)
}
