//! `linecrew run`: the same commands on every host.

use crate::args::{OutputArgs, RunArgs};
use crate::exit::{Ended, Usage, written};
use crate::output::{Files, Printer};
use crate::plan::Plan;
use crate::progress::Progress;
use crate::record::{Done, HostRecord, Status, send};
use crate::verbose;
use anstream::{AutoStream, ColorChoice};
use linecrew_core::cancel::CancelToken;
use linecrew_core::executor::{Pending, Wait};
use linecrew_core::fleet::Run;
use std::io;

/// Runs the commands as the arguments say.
pub(crate) fn run(args: &RunArgs) -> Result<Ended, Usage> {
    let plan = Plan::new(args)?;
    let OutputArgs { format, columns, output, .. } = &args.output;
    let files = output.clone().map(|folder| Files::new(folder, *format, columns)).transpose()?;
    let mut printer = Printer::new(*format, columns, io::stdout().lock())
        .parsing(args.output.is_parsing())
        .colours(AutoStream::choice(&io::stdout()) != ColorChoice::Never)
        .files(files);
    execute(&plan, &mut printer)
}

/// Runs the plan and hands each host to the printer: as it completes where the format allows it, else in the order of
/// the inventory. Where nobody reads what is printed, the run is given up.
pub(crate) fn execute(plan: &Plan, printer: &mut Printer<impl io::Write>) -> Result<Ended, Usage> {
    let (executor, fleet) = plan.fleet()?;
    let (cancel, progress) = (CancelToken::new(), Progress::new(plan.inventory.len()));
    if plan.verbose {
        verbose::start(&progress);
    }
    let watcher = progress.clone();
    let fleet = fleet.cancel(cancel.clone()).on_event(move |event| watcher.event(event));
    let (commands, structure) = (plan.commands.clone(), plan.structure.clone());
    let run = fleet.run(move |session, _host| send(session, &commands, &structure));
    let mut ended = Ended::Well;
    let shown = show(run, printer, &progress, &mut ended);
    progress.finish();
    if shown.is_err() {
        cancel.cancel();
        executor.shutdown(Pending::Cancel, Wait::Yes);
    }
    written(shown)?;
    Ok(ended)
}

/// Prints the hosts and notes in `ended` whether one failed.
fn show(
    run: Run<Done>,
    printer: &mut Printer<impl io::Write>,
    progress: &Progress,
    ended: &mut Ended,
) -> io::Result<()> {
    let outcomes: Box<dyn Iterator<Item = _>> =
        if printer.is_as_completed() { Box::new(run.as_completed()) } else { Box::new(run.in_order()) };
    for outcome in outcomes {
        let record = HostRecord::new(outcome);
        if record.status == Status::Failed {
            *ended = Ended::SomeFailed;
        }
        progress.suspend(|| printer.host(record))?;
    }
    progress.finish();
    printer.finish()
}
