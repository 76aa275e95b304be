//! `linecrew selftest`: a platform's operations on one lab device.

use crate::args::SelftestArgs;
use crate::exit::{Ended, Usage, written};
use crate::output::safe;
use crate::password;
use crate::platforms;
use crate::which::{host, load};
use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::fleet::{Connectors, session_builder};
use linecrew_core::inventory::{Host, Inventory};
use linecrew_core::session::{Check, CheckOutcome, SelfTest};
use linecrew_testkit::RecordingConnector;
use std::io::{self, Write};

/// Runs the test and prints what it found.
pub(crate) fn run(args: &SelftestArgs) -> Result<Ended, Usage> {
    let host = named(args)?.inherit(&args.defaults.entry());
    let inventory: Inventory = [host].into_iter().collect();
    let credentials = password::credentials(&args.login, &inventory)?;
    let host = &inventory.hosts()[0];
    let target =
        host.target(&credentials).map_err(|error| Usage::new(format!("{}: {error}", host.name())))?;
    let connectors = args.limits.connectors();
    let connector = connectors.connector(host, &credentials).map_err(Usage::new)?;
    let recorded = RecordingConnector::new(connector, &args.transcript);
    let platforms = platforms::known(args.defaults.platforms.as_deref())?;
    let builder = session_builder(host, &platforms).map_err(Usage::new)?.timeouts(args.limits.timeouts());
    let mut test = SelfTest::new(builder);
    if args.allow_write {
        test = test.allow_write();
    }
    let cx = Cx::new(Deadline::after(args.limits.host_timeout, "host"), CancelToken::new());
    let checks = test.run(&recorded, &target, &cx);
    written(print(args, &checks, &mut io::stdout().lock()))?;
    let fits = checks.iter().all(|check| check.outcome != CheckOutcome::DoesNotFit);
    Ok(if fits { Ended::Well } else { Ended::SomeFailed })
}

/// The host of the inventory, or the one that the argument itself describes.
fn named(args: &SelftestArgs) -> Result<Host, Usage> {
    let Some(file) = &args.inventory else { return host(&args.host) };
    let inventory = load(file, args.inventory_format, password::loader(args.login.prompt_timeout))?;
    let found = inventory.hosts().iter().find(|host| host.name() == args.host);
    found
        .map(|host| Host::clone(host))
        .ok_or_else(|| Usage::new(format!("{}: there is no host {} in it", file.display(), args.host)))
}

fn print(args: &SelftestArgs, checks: &[Check], out: &mut impl Write) -> io::Result<()> {
    if args.format == "json" {
        serde_json::to_writer_pretty(&mut *out, checks)?;
        return writeln!(out);
    }
    let width = checks.iter().map(|check| check.name.len()).max().unwrap_or_default();
    for check in checks {
        let Check { name, outcome, detail, .. } = check;
        writeln!(out, "{name:width$}  {:12}  {}", word(*outcome), safe(detail))?;
    }
    let count = |outcome| checks.iter().filter(|check| check.outcome == outcome).count();
    let [fit, not, skipped] =
        [CheckOutcome::Fits, CheckOutcome::DoesNotFit, CheckOutcome::Skipped].map(count);
    writeln!(out, "\nfits {fit}   does not fit {not}   skipped {skipped}")?;
    writeln!(out, "transcript: {}", args.transcript.display())
}

fn word(outcome: CheckOutcome) -> &'static str {
    match outcome {
        CheckOutcome::Fits => "fits",
        CheckOutcome::DoesNotFit => "does not fit",
        CheckOutcome::Skipped => "skipped",
    }
}
