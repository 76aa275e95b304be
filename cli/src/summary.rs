//! What a run came to, in a few lines, and what to type next.

use linecrew_core::fleet::{Cause, HostError, Outcome, Skip, Status};
use linecrew_core::transport::{ErrorKind as Lost, Phase};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// So many hosts of a cause are named.
const MOST_NAMED: usize = 10;
/// How long a connect takes at most unless told otherwise.
const CONNECT: Duration = Duration::from_secs(10);

/// Counts hosts as they end.
pub(crate) struct Summary {
    began: Instant,
    counts: BTreeMap<&'static str, usize>,
    causes: BTreeMap<Cause, Affected>,
    connect_limit: Duration,
    lost_journal: bool,
}

#[derive(Default)]
struct Affected {
    hosts: Vec<String>,
    /// What was seen or done, where it is the same for all.
    details: Option<String>,
}

impl Summary {
    /// Of a run whose connects may take so long, and that an earlier part of it left so many hosts unknown to.
    pub(crate) fn new(connect_limit: Option<Duration>, unknown: usize) -> Self {
        let connect_limit = connect_limit.unwrap_or(CONNECT);
        let mut counts = BTreeMap::new();
        if unknown > 0 {
            counts.insert(word(Status::Unknown), unknown);
        }
        let causes = BTreeMap::new();
        Self { began: Instant::now(), counts, causes, connect_limit, lost_journal: false }
    }

    /// Takes a host.
    pub(crate) fn note<T>(&mut self, outcome: &Outcome<T>) {
        *self.counts.entry(word(outcome.status)).or_default() += 1;
        self.lost_journal |= matches!(outcome.result, Err(HostError::Skipped { why: Skip::Journal, .. }));
        let Some(cause) = outcome.cause else { return };
        let details = self.details(outcome);
        let affected = self
            .causes
            .entry(cause)
            .or_insert_with(|| Affected { hosts: Vec::new(), details: Some(details.clone()) });
        affected.hosts.push(outcome.host.name().to_owned());
        affected.details.take_if(|known| *known != details);
    }

    pub(crate) fn count(&self, status: Status) -> usize {
        self.counts.get(word(status)).copied().unwrap_or(0)
    }

    /// Whether every host did what it was asked to.
    pub(crate) fn is_well(&self) -> bool {
        self.counts.keys().all(|word| ["ok", "changed"].contains(word))
    }

    /// Whether hosts were skipped since the journal could be written no more.
    pub(crate) fn skipped_for_journal(&self) -> bool {
        self.lost_journal
    }

    /// Prints the counts, the causes, and with the journal what to type for those that are not well.
    pub(crate) fn print(&self, out: &mut impl Write, again: Option<&str>) -> io::Result<()> {
        let always = ["ok", "failed", "unknown"];
        let words = ["ok", "changed", "failed", "cancelled", "skipped", "unknown"];
        let counts = words.into_iter().filter_map(|word| {
            let count = self.counts.get(word).copied().unwrap_or(0);
            (count > 0 || always.contains(&word)).then(|| format!("{word} {count}"))
        });
        writeln!(out, "{}   {}", counts.collect::<Vec<_>>().join("   "), time(self.began.elapsed()))?;
        let rows: Vec<[String; 4]> =
            self.causes.iter().map(|(cause, affected)| affected.row(*cause)).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        for row in &rows {
            let cells = row.iter().enumerate().map(|(column, cell)| format!("{cell:<0$}", width(column)));
            writeln!(out, "{}", cells.collect::<Vec<_>>().join("   ").trim_end())?;
        }
        match again {
            Some(command) if !self.is_well() => writeln!(out, "again: {command}"),
            _ => Ok(()),
        }
    }

    fn details<T>(&self, outcome: &Outcome<T>) -> String {
        let error = outcome.result.as_ref().err();
        let tries =
            if outcome.attempts > 1 { format!(", tried {} times", outcome.attempts) } else { String::new() };
        let tries_alone = tries.trim_start_matches(", ").to_owned();
        match (outcome.cause, error) {
            (Some(Cause::AuthRefused), _) => {
                let host = &outcome.host;
                let names: Vec<&str> = host.credentials().collect();
                let credential = match names[..] {
                    [] => None,
                    [name] => Some(format!("credential {name}")),
                    _ => Some(format!("credentials {}", names.join(", "))),
                };
                let user = host.settings().username.as_ref().map(|name| format!("user {name}"));
                format!(
                    "{}not tried again",
                    credential.or(user).map_or(String::new(), |who| format!("{who}, "))
                )
            }
            (Some(Cause::Unreachable), Some(error)) => self.unreachable(outcome, error) + &tries,
            (Some(Cause::NotTried | Cause::Skipped), Some(HostError::Skipped { why, .. })) => why.to_string(),
            (Some(Cause::TimedOut), Some(error)) => format!("{}{tries}", error.phase()),
            _ => tries_alone,
        }
    }

    /// `tcp/22 silent for 10 s`.
    fn unreachable<T>(&self, outcome: &Outcome<T>, error: &HostError) -> String {
        let host = &outcome.host;
        let usual = if host.transport() == "telnet" { 23 } else { 22 };
        let port = host.port().unwrap_or(usual);
        let failed = match error {
            HostError::Session(error) => error.transport(),
            _ => None,
        };
        let how = match failed.map(|failed| (failed.kind(), failed.phase())) {
            Some((Lost::TimedOut, Phase::Connect)) => {
                let limit = host.timeouts().connect.unwrap_or(self.connect_limit);
                format!("silent for {} s", limit.as_secs_f64())
            }
            Some((Lost::Refused, _)) => "refused".to_owned(),
            _ => "does not answer".to_owned(),
        };
        format!("tcp/{port} {how}")
    }
}

impl Affected {
    fn row(&self, cause: Cause) -> [String; 4] {
        let named = self.hosts[..self.hosts.len().min(MOST_NAMED)].join(" ");
        let more = self.hosts.len().saturating_sub(MOST_NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let details = self.details.clone().unwrap_or_default();
        [cause.to_string(), self.hosts.len().to_string(), format!("{named}{more}"), details]
    }
}

/// The word that a host is counted under: to run into a limit is to fail.
fn word(status: Status) -> &'static str {
    match status {
        Status::Ok => "ok",
        Status::Changed => "changed",
        Status::Cancelled => "cancelled",
        Status::Skipped => "skipped",
        Status::Unknown => "unknown",
        _ => "failed",
    }
}

fn time(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        0..60 => format!("{:.2}s", elapsed.as_secs_f64()),
        seconds => format!("{}m{:02}s", seconds / 60, seconds % 60),
    }
}

/// The command that was typed, for those hosts of the journal that are not well; after a resume with the words that the
/// journal stood for.
pub(crate) fn again(
    typed: impl IntoIterator<Item = String>,
    of_journal: &[String],
    journal: &Path,
) -> String {
    let (mut words, mut skips_value) = (vec!["linecrew".to_owned()], false);
    for word in typed.into_iter().skip(1) {
        let replaced = ["-l", "--limit", "--journal", "--resume"];
        if std::mem::take(&mut skips_value) {
            continue;
        }
        match replaced.iter().find(|option| word.starts_with(**option)) {
            Some(option) => skips_value = word == **option,
            None if word == "--rerun-unknown" => {}
            None => words.push(quoted(&word)),
        }
    }
    words.extend(of_journal.iter().map(|word| quoted(word)));
    words.push(format!("-l @{}", quoted(&journal.display().to_string())));
    words.join(" ")
}

/// A word as a shell wants it.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else if word.contains(['"', '$', '`', '\\', '!']) {
        format!("'{}'", word.replace('\'', r"'\''"))
    } else {
        format!("\"{word}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_told_for_the_hosts_that_are_left() {
        let typed = |words: &[&str]| -> Vec<String> {
            ["/usr/bin/linecrew"].iter().chain(words).map(|word| (*word).to_owned()).collect()
        };
        let told = |words: &[&str]| again(typed(words), &[], Path::new("runs/0341.jsonl"));
        let resumed = typed(&["run", "--resume", "runs/0341.jsonl", "--rerun-unknown"]);
        let resumed = again(resumed, &["show version".to_owned()], Path::new("runs/0341.jsonl"));
        assert_eq!(resumed, "linecrew run \"show version\" -l @runs/0341.jsonl");
        let again = told(&["run", "show version", "-l", "site=ams and role=access", "--parse"]);
        assert_eq!(again, "linecrew run \"show version\" --parse -l @runs/0341.jsonl");
        let again =
            told(&["run", "show x | i $y", "--limit=a", "-l@old", "--journal", "x", "--workers", "5"]);
        assert_eq!(again, "linecrew run 'show x | i $y' --workers 5 -l @runs/0341.jsonl");
    }

    #[test]
    fn a_time_is_told_in_minutes_where_it_has_some() {
        assert_eq!(
            (time(Duration::from_secs(112)), time(Duration::from_millis(770))),
            ("1m52s".into(), "0.77s".into())
        );
    }
}
