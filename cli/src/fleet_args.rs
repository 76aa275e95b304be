//! The arguments that say how a run goes about its hosts.

use crate::args::{positive, seconds};
use crate::exit::say;
use clap::Args;
use linecrew_core::fleet::{Batches, Limits, Retry, Serial, Share};
use linecrew_core::inventory::{Host, Inventory};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Args)]
pub(crate) struct FleetArgs {
    /// Send commands too that are not known to only read. Without it they are refused before anything is connected
    #[arg(long, help_heading = "Writing")]
    pub(crate) allow_write: bool,

    #[command(flatten)]
    pub(crate) pace: PaceArgs,

    #[command(flatten)]
    pub(crate) batches: BatchArgs,

    #[command(flatten)]
    pub(crate) journal: JournalArgs,
}

/// How much goes on at a time. Hosts that say `limit_logins: false` in the inventory do not count towards the logins.
#[derive(Debug, Args)]
#[command(next_help_heading = "Pace")]
pub(crate) struct PaceArgs {
    /// How many logins at a time; 0 is any number
    #[arg(long, default_value_t = 10, value_name = "N")]
    pub(crate) logins_in_flight: usize,

    /// How many logins begin within any second; 0 is any number
    #[arg(long, default_value_t = 5.0, value_name = "N", value_parser = rate)]
    pub(crate) logins_per_second: f64,

    /// How much later than its turn a login may begin, by chance
    #[arg(long, default_value = "0.5", value_name = "S", value_parser = seconds_or_none)]
    pub(crate) login_jitter: Duration,

    /// How many hosts at a time of a group, or of a limits group; may be given several times
    #[arg(long, value_name = "GROUP=N", value_parser = group_limit)]
    pub(crate) group_limit: Vec<(String, usize)>,

    /// How many hosts at a time behind each jump host [default: any number]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub(crate) per_jump_host: Option<usize>,

    /// After how long to try a host again whose connection was refused, reset, silent or one too many; 0 is never
    #[arg(long, default_value = "2,10", value_name = "S,...", value_delimiter = ',', value_parser = seconds_or_none)]
    pub(crate) retry_delays: Vec<Duration>,

    /// The whole run; then what runs times out and the rest is skipped [default: none]
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub(crate) run_timeout: Option<Duration>,

    /// How long hosts may go on after the first Ctrl-C; a second one ends them at once
    #[arg(long, default_value = "30", value_name = "S", value_parser = seconds_or_none)]
    pub(crate) grace: Duration,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Batches")]
pub(crate) struct BatchArgs {
    /// Batches of so many hosts or such a part of them, the last size for all that follow: 1,10%,100%
    #[arg(long, value_name = "N|P%,...")]
    pub(crate) serial: Option<Serial>,

    /// How many hosts of the run may fail, or what part of each batch; one more, and the rest is skipped
    /// [default: 0 with --serial, else any number]
    #[arg(long, value_name = "N|P%")]
    pub(crate) max_failures: Option<Share>,

    /// How long to wait between two batches
    #[arg(long, default_value = "0s", value_name = "60s", value_parser = span, requires = "serial")]
    pub(crate) soak: Duration,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Journal")]
pub(crate) struct JournalArgs {
    /// The journal of the run [default: the next number in the folder of --runs: runs/0001.jsonl]
    #[arg(long, value_name = "FILE", conflicts_with = "resume")]
    pub(crate) journal: Option<PathBuf>,

    /// The folder of journals that are not named
    #[arg(long, default_value = "runs", value_name = "DIR")]
    pub(crate) runs: PathBuf,

    /// Go on with the run of this journal: its commands, on its hosts that have no outcome yet
    #[arg(long, value_name = "FILE", conflicts_with = "commands")]
    pub(crate) resume: Option<PathBuf>,

    /// With --resume: work on hosts too that were written to and whose state nobody knows
    #[arg(long, requires = "resume")]
    pub(crate) rerun_unknown: bool,
}

impl PaceArgs {
    /// The limits, with so many sessions at most.
    pub(crate) fn limits(&self, sessions: Option<usize>) -> Limits {
        let mut limits = Limits::default();
        limits.sessions = sessions;
        limits.logins_in_flight = Some(self.logins_in_flight).filter(|most| *most > 0);
        limits.logins_per_second = Some(self.logins_per_second).filter(|rate| *rate > 0.0);
        limits.login_jitter = self.login_jitter;
        limits.per_jump_host = self.per_jump_host;
        limits.groups = self.group_limit.iter().cloned().collect();
        limits
    }

    /// Tells of limits that hold for nobody: most likely a group's name was typed wrong.
    pub(crate) fn tell_unknown_groups(&self, inventory: &Inventory) {
        let is_in = |host: &Host, group: &str| {
            host.limits_group() == Some(group) || host.all_groups().iter().any(|of| of == group)
        };
        for (group, most) in &self.group_limit {
            if !inventory.hosts().iter().any(|host| is_in(host, group)) {
                say(format_args!(
                    "--group-limit {group}={most}: the inventory has no host in a group of this name"
                ));
            }
        }
    }

    pub(crate) fn retry(&self) -> Retry {
        Retry::after(self.retry_delays.iter().copied().filter(|delay| !delay.is_zero()))
    }
}

impl BatchArgs {
    pub(crate) fn batches(&self) -> Option<Batches> {
        let batches = match (&self.serial, self.max_failures) {
            (None, None) => return None,
            (serial, _) => serial.clone().map_or_else(Batches::one, Batches::new).soak(self.soak),
        };
        Some(self.max_failures.into_iter().fold(batches, Batches::max_failures))
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate >= 0.0);
    rate.ok_or_else(|| "expected a number from 0 on, such as 5 or 0.5".to_owned())
}

fn seconds_or_none(text: &str) -> Result<Duration, String> {
    if text == "0" { Ok(Duration::ZERO) } else { seconds(text) }
}

/// `60s`, `5m`, or seconds.
fn span(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.strip_suffix('m') {
        Some(minutes) => (minutes, 60.0),
        None => (text.strip_suffix('s').unwrap_or(text), 1.0),
    };
    let span = number.parse().ok().and_then(|number: f64| Duration::try_from_secs_f64(number * unit).ok());
    span.ok_or_else(|| "expected a time such as 60s or 5m".to_owned())
}

fn group_limit(text: &str) -> Result<(String, usize), String> {
    let fault = || "expected a group and a whole number above 0, such as wan=4".to_owned();
    let (group, most) = text.rsplit_once('=').filter(|(group, _)| !group.is_empty()).ok_or_else(fault)?;
    Ok((group.to_owned(), positive(most).map_err(|_| fault())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_group_limits_are_read_or_told() {
        let secs = |seconds| Ok(Duration::from_secs(seconds));
        assert_eq!([span("60s"), span("1.5m"), span("0")], [secs(60), secs(90), secs(0)]);
        assert!(["", "x", "-1s", "1h"].iter().all(|text| span(text).is_err()));
        assert_eq!(group_limit("wan=4"), Ok(("wan".to_owned(), 4)));
        assert!(["wan", "=4", "wan=0", "wan=x"].iter().all(|text| group_limit(text).is_err()));
        assert!(rate("-1").is_err() && rate("inf").is_err() && rate("0") == Ok(0.0));
    }
}
