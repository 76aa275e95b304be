//! A progress bar on standard error, where that is a terminal; nothing elsewhere.

use crate::output::safe;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle, WeakProgressBar};
use linecrew_core::fleet::{Event, What};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::{IsTerminal, Write as _, stderr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The time since the start, the hosts that are done, how many a second, how long the others may take, those that
/// failed, those that run, and the slowest of these.
const LOOKS: &str = "{elapsed:>4} [{bar:20}] {pos}/{len} {rate} {left} {wide_msg}";
/// How often it is drawn where nothing happens: times go on.
const TICK: Duration = Duration::from_millis(500);
/// So many of the slowest hosts are named.
const MOST_NAMED: usize = 4;
/// Nobody is slow before.
const SLOW: Duration = Duration::from_secs(2);

/// The bar that is on the terminal: the process has one of them, and whoever asks there knows nothing of the run.
static SHOWN: Mutex<Option<WeakProgressBar>> = Mutex::new(None);

/// Has something asked on the terminal, with no bar drawn meanwhile. Hosts go on.
pub(crate) fn without_bar<T>(ask: impl FnOnce() -> T) -> T {
    let shown = lock(&SHOWN).as_ref().and_then(WeakProgressBar::upgrade).filter(|bar| !bar.is_hidden());
    let Some(bar) = shown else { return ask() };
    // It wipes the line, and draws nothing more from then on.
    bar.suspend(|| ());
    bar.set_draw_target(ProgressDrawTarget::hidden());
    let _ = stderr().write_all(b"\r\x1b[K");
    let answer = ask();
    bar.set_draw_target(ProgressDrawTarget::stderr());
    answer
}

/// Prints with no bar in the way.
pub(crate) fn beside_bar<T>(print: impl FnOnce() -> T) -> T {
    let shown = lock(&SHOWN).as_ref().and_then(WeakProgressBar::upgrade);
    match shown {
        Some(bar) => bar.suspend(print),
        None => print(),
    }
}

/// The bar, and the hosts that are under way.
#[derive(Clone)]
pub(crate) struct Progress {
    bar: ProgressBar,
    hosts: Arc<Mutex<Hosts>>,
}

/// What is known of the hosts.
#[derive(Default)]
struct Hosts {
    running: BTreeMap<String, Instant>,
    failed: usize,
}

impl Progress {
    pub(crate) fn new(hosts: usize) -> Self {
        let bar = ProgressBar::new(u64::try_from(hosts).unwrap_or(u64::MAX));
        let progress = Self { bar, hosts: Arc::default() };
        let target =
            if stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        progress.bar.set_draw_target(target);
        // The template is a constant, and a bar without its looks still counts.
        if let Ok(style) = ProgressStyle::with_template(LOOKS) {
            progress.bar.set_style(style.with_key("rate", rate).with_key("left", left).progress_chars("=> "));
        }
        *lock(&SHOWN) = Some(progress.bar.downgrade());
        progress.tick();
        progress
    }

    /// Keeps the times going on, where the bar is seen.
    fn tick(&self) {
        if self.bar.is_hidden() {
            return;
        }
        let (bar, hosts) = (self.bar.downgrade(), Arc::downgrade(&self.hosts));
        std::thread::spawn(move || {
            while let (Some(bar), Some(hosts)) = (bar.upgrade(), hosts.upgrade()) {
                if bar.is_finished() {
                    return;
                }
                bar.set_message(message(&hosts, Instant::now()));
                drop((bar, hosts));
                std::thread::sleep(TICK);
            }
        });
    }

    /// Follows a host; called on the thread of the host.
    pub(crate) fn event(&self, event: &Event) {
        let host = event.host.name();
        match &event.what {
            What::Started { .. } => self.started(host),
            What::Retried { .. } => self.waits(host),
            What::Finished { error, .. } => self.finished(host, error.is_some()),
            _ => {}
        }
    }

    /// A host is worked on from now on.
    pub(crate) fn started(&self, host: &str) {
        lock(&self.hosts).running.insert(host.to_owned(), Instant::now());
        self.tell();
    }

    /// A host is not worked on until it is tried again.
    fn waits(&self, host: &str) {
        lock(&self.hosts).running.remove(host);
        self.tell();
    }

    /// A host is done.
    pub(crate) fn finished(&self, host: &str, has_failed: bool) {
        let mut hosts = lock(&self.hosts);
        hosts.running.remove(host);
        hosts.failed += usize::from(has_failed);
        drop(hosts);
        self.bar.inc(1);
        self.tell();
    }

    fn tell(&self) {
        if !self.bar.is_hidden() {
            self.bar.set_message(message(&self.hosts, Instant::now()));
        }
    }

    /// Prints without the bar in the way.
    pub(crate) fn suspend<R>(&self, print: impl FnOnce() -> R) -> R {
        self.bar.suspend(print)
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many failed and run, and the slowest of those that run.
fn message(hosts: &Mutex<Hosts>, now: Instant) -> String {
    let hosts = lock(hosts);
    let mut slowest: Vec<_> =
        hosts.running.iter().map(|(name, start)| (now.saturating_duration_since(*start), name)).collect();
    slowest.retain(|(time, _)| *time >= SLOW);
    slowest.sort_by(|a, b| b.cmp(a));
    let mut text = format!("failed {}, running {}", hosts.failed, hosts.running.len());
    for (at, (time, name)) in slowest.iter().take(MOST_NAMED).enumerate() {
        let before = if at == 0 { "; slowest: " } else { ", " };
        let _ = write!(text, "{before}{} {}s", safe(name), time.as_secs()); // a String takes all that is written to it
    }
    text
}

fn rate(state: &ProgressState, out: &mut dyn Write) {
    let _ = write!(out, "{:.1}/s", state.per_sec()); // the bar takes all that is written to it
}

/// Nothing is known of it before some host is done.
fn left(state: &ProgressState, out: &mut dyn Write) {
    let left = state.eta();
    if state.pos() > 0 && !left.is_zero() {
        let _ = write!(out, "{} left", short(left)); // as above
    }
}

fn short(time: Duration) -> String {
    match time.as_secs() {
        secs @ 0..60 => format!("{secs}s"),
        secs @ 60..3600 => format!("{}m{:02}s", secs / 60, secs % 60),
        secs => format!("{}h{:02}m", secs / 3600, secs % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_are_named_the_slowest_first() {
        let now = Instant::now() + Duration::from_mins(1);
        let started = |name: &str, ago| (name.to_owned(), now.checked_sub(Duration::from_secs(ago)).unwrap());
        let running = [("r1", 12), ("r\u{1b}2", 30), ("r3", 1), ("r4", 12), ("r5", 3), ("r6", 4)];
        let running = running.map(|(name, ago)| started(name, ago)).into();
        let hosts = Mutex::new(Hosts { running, failed: 2 });
        assert_eq!(
            message(&hosts, now),
            "failed 2, running 6; slowest: r\u{fffd}2 30s, r4 12s, r1 12s, r6 4s"
        );
        assert_eq!(message(&Mutex::default(), now), "failed 0, running 0");
    }

    #[test]
    fn times_are_short() {
        let short = |secs| short(Duration::from_secs(secs));
        assert_eq!([short(0), short(59), short(112), short(3_700)], ["0s", "59s", "1m52s", "1h01m"]);
    }
}
