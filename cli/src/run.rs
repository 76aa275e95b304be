//! `linecrew run`: the same commands on every host.

use crate::args::{Format, OutputArgs, RunArgs};
use crate::exit::{Ended, Usage, say, written};
use crate::interrupt::Interrupt;
use crate::output::{Files, Printer, counted};
use crate::plan::Plan;
use crate::progress::Progress;
use crate::record::{Done, HostRecord, refused, send};
use crate::summary::{Summary, again};
use crate::verbose;
use anstream::{AutoStream, ColorChoice};
use linecrew_core::executor::{Pending, Wait};
use linecrew_core::fleet::{Run, Status};
use std::io::{self, BufWriter, Write};

/// Runs the commands as the arguments say.
pub(crate) fn run(args: &RunArgs) -> Result<Ended, Usage> {
    carry_out(args, &plan(args)?)
}

/// What the arguments say, ready to be carried out.
pub(crate) fn plan(args: &RunArgs) -> Result<Plan, Usage> {
    if args.verbose {
        verbose::start();
    }
    Plan::new(args)
}

/// Carries the plan out, and says what it came to.
pub(crate) fn carry_out(args: &RunArgs, plan: &Plan) -> Result<Ended, Usage> {
    let OutputArgs { format, columns, output, .. } = &args.output;
    let files = output.clone().map(|folder| Files::new(folder, *format, columns)).transpose()?;
    // Standard output alone would write each line by itself; the printer flushes where a reader waits for it.
    let out = BufWriter::new(io::stdout().lock());
    let mut printer = Printer::new(*format, columns, out)
        .parsing(args.output.is_parsing())
        .colours(AutoStream::choice(&io::stdout()) != ColorChoice::Never)
        .files(files);
    if plan.inventory.is_empty() {
        say(nothing_left(plan.course.left_unknown));
    }
    let (ended, summary) = execute(plan, &mut printer)?;
    let Some(summary) = summary else { return Ok(ended) };
    let journal = plan.course.journal.as_ref();
    let journal = journal.map(|journal| again(std::env::args(), &of_journal(args, plan), journal.path()));
    // For people it is a part of what is read; elsewhere it must not get among the data.
    let is_for_people = output.is_some() || matches!(format, Format::Table | Format::Grouped);
    written(if is_for_people {
        let out = printer.out();
        summary.print(out, journal.as_deref()).and_then(|()| out.flush())
    } else {
        summary.print(&mut io::stderr().lock(), journal.as_deref())
    })?;
    Ok(ended)
}

/// What a run is told whose journal has nothing left to do.
fn nothing_left(unknown: usize) -> String {
    match unknown {
        0 => "nothing is left to do: each host has its outcome".to_owned(),
        _ => format!(
            "nothing is left to do but {} that stayed unknown: see --rerun-unknown",
            counted(unknown, "host")
        ),
    }
}

/// What a resumed run took from its journal, as it would be typed.
fn of_journal(args: &RunArgs, plan: &Plan) -> Vec<String> {
    if args.fleet.journal.resume.is_none() {
        return Vec::new();
    }
    let allow_write = plan.course.allow_write && !args.fleet.allow_write;
    let flag = allow_write.then(|| "--allow-write".to_owned());
    plan.commands.iter().cloned().chain(flag).collect()
}

/// Runs the plan and hands each host to the printer: as it completes where the format allows it, else in the order of
/// the inventory. Where nobody reads what is printed, the run is given up, and there is no summary.
pub(crate) fn execute(
    plan: &Plan,
    printer: &mut Printer<impl Write>,
) -> Result<(Ended, Option<Summary>), Usage> {
    let interrupt = Interrupt::listen()?;
    let (executor, fleet) = plan.fleet(&interrupt)?;
    let progress = Progress::new(plan.inventory.len());
    let watcher = progress.clone();
    let fleet = fleet.on_event(move |event| watcher.event(event));
    let (commands, structure) = (plan.commands.clone(), plan.structure.clone());
    let run = fleet.run_judged(move |session, host| send(session, host, &commands, &structure), refused);
    plan.read_templates();
    let mut summary = Summary::new(plan.limits.connect.connect_timeout, plan.course.left_unknown);
    let shown = show(run, printer, &progress, &mut summary);
    progress.finish();
    let is_read = shown.is_ok();
    if !is_read {
        interrupt.cancel.cancel();
        executor.shutdown(Pending::Cancel, Wait::Yes);
    }
    written(shown)?;
    if summary.skipped_for_journal() {
        say("the journal cannot be written any more; no more hosts were started");
    }
    Ok((ended(&summary, &interrupt), Some(summary).filter(|_| is_read)))
}

fn ended(summary: &Summary, interrupt: &Interrupt) -> Ended {
    if interrupt.happened() {
        Ended::Interrupted
    } else if summary.count(Status::Unknown) > 0 {
        Ended::SomeUnknown
    } else if summary.is_well() {
        Ended::Well
    } else {
        Ended::SomeFailed
    }
}

/// Prints the hosts and counts them.
fn show(
    run: Run<Done>,
    printer: &mut Printer<impl Write>,
    progress: &Progress,
    summary: &mut Summary,
) -> io::Result<()> {
    let outcomes: Box<dyn Iterator<Item = _>> =
        if printer.is_as_completed() { Box::new(run.as_completed()) } else { Box::new(run.in_order()) };
    for outcome in outcomes {
        summary.note(&outcome);
        progress.suspend(|| printer.host(HostRecord::new(outcome)))?;
    }
    progress.finish();
    printer.finish()
}
