//! `linecrew run`: the same commands on every host.

use crate::args::{Format, RunArgs};
use crate::exit::{Ended, Usage};
use crate::output::Printer;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::record::{HostRecord, Status, send};
use linecrew_core::fleet::Fleet;
use std::io;

/// Runs the commands as the arguments say.
pub(crate) fn run(args: &RunArgs) -> Result<Ended, Usage> {
    let plan = Plan::new(args)?;
    let mut printer = Printer::new(args.output.format, &args.output.columns, io::stdout().lock());
    execute(&plan, &mut printer)
}

/// Runs the plan and hands each host to the printer: as it completes where the format allows it, else in the order of
/// the inventory.
pub(crate) fn execute(plan: &Plan, printer: &mut Printer<impl io::Write>) -> Result<Ended, Usage> {
    let (executor, fleet) = plan.fleet()?;
    let progress = Progress::new(plan.inventory.len());
    let watcher = progress.clone();
    let fleet = fleet.on_event(move |event| watcher.event(event));
    let (commands, parser) = (plan.commands.clone(), plan.parser.clone());
    let run = fleet.run(move |session, _host| send(session, &commands, &parser));
    let outcomes: Box<dyn Iterator<Item = _>> = match printer.format() {
        Format::Jsonl => Box::new(run.as_completed()),
        Format::Table | Format::Json | Format::Raw => Box::new(run.in_order()),
    };
    let mut ended = Ended::Well;
    for outcome in outcomes {
        let record = HostRecord::new(outcome);
        if record.status == Status::Failed {
            ended = Ended::SomeFailed;
        }
        progress.suspend(|| printer.host(record))?;
    }
    progress.finish();
    printer.finish()?;
    drop::<Fleet>(fleet);
    drop(executor);
    Ok(ended)
}
