//! When the next login may begin.

use super::chance::Chance;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Gives each login its turn: turns are evenly spaced, chance delays each by up to the jitter, and no second has more
/// logins than the rate, wherever it begins.
///
/// A login is at most the jitter late: it begins at its turn plus chance, or a window after the one `rate` before it, which
/// itself was no later than that. So the rate is kept on average too, but for the slack.
///
/// What counts is when a login really begins. Between the start of a host and its connect a thread has to wake, so until
/// that one has told that it connects, no other is started.
pub(super) struct Pace {
    spacing: Duration,
    jitter: Duration,
    /// When the last logins began, as many as one second may have.
    began: VecDeque<Instant>,
    most: usize,
    /// The turn of the next one, without chance.
    turn: Option<Instant>,
    /// When the next one may begin, once that was drawn.
    next: Option<Instant>,
    /// A host that was started and does not connect yet.
    starting: Option<usize>,
}

/// What the logins of `most` are counted over: a second, and what some of them may be delayed by on their way more than
/// others, so that whoever takes them counts no more either: with 50 ms in place of 100, a lab on the same busy machine of two
/// cores counted 254 logins where 250 were allowed.
const WINDOW: Duration = Duration::from_millis(1100);

impl Pace {
    /// Below one login a second, the window of one login is longer than a second.
    pub(super) fn new(per_second: f64, jitter: Duration) -> Self {
        let spacing = WINDOW.as_secs_f64() / per_second;
        let spacing = Duration::try_from_secs_f64(spacing).unwrap_or(Duration::MAX);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate is small and positive"
        )]
        let most = (per_second.floor() as usize).max(1);
        Self { spacing, jitter, began: VecDeque::new(), most, turn: None, next: None, starting: None }
    }

    /// When the next login may begin; what was said once stays until it has begun.
    pub(super) fn next(&mut self, now: Instant, chance: &mut Chance) -> Instant {
        *self.next.get_or_insert_with(|| {
            // A login that begins late by chance keeps the turns of those behind it; a pause does not save any up.
            let earliest = now.checked_sub(self.jitter).unwrap_or(now);
            let turn = self.turn.map_or(now, |turn| turn.max(earliest));
            self.turn = turn.checked_add(self.spacing);
            let drawn = now.max(turn + self.jitter.mul_f64(chance.draw()));
            let window = WINDOW.max(self.spacing);
            let full = self.began.len() == self.most;
            let free = self.began.front().filter(|_| full).and_then(|first| first.checked_add(window));
            free.map_or(drawn, |free| drawn.max(free))
        })
    }

    /// A host was started that has not connected yet.
    pub(super) fn starts(&mut self, host: usize) {
        self.starting = Some(host);
    }

    /// Whether none of those that were started has yet to connect.
    pub(super) fn is_free(&self) -> bool {
        self.starting.is_none()
    }

    /// Notes that a host connects now, or will not any more.
    pub(super) fn connects(&mut self, host: usize, now: Instant) {
        if self.starting == Some(host) {
            self.starting = None;
            self.begins(now);
        }
    }

    fn begins(&mut self, now: Instant) {
        self.next = None;
        if self.began.len() == self.most {
            self.began.pop_front();
        }
        self.began.push_back(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// When so many logins begin if all of them wait from the start.
    fn begins(pace: &mut Pace, chance: &mut Chance, logins: usize) -> Vec<Duration> {
        let start = Instant::now();
        let mut now = start;
        let begin = |_| {
            now = now.max(pace.next(now, chance));
            pace.begins(now);
            now - start
        };
        (0..logins).map(begin).collect()
    }

    #[test]
    fn without_chance_they_are_evenly_spaced() {
        let mut pace = Pace::new(5.0, Duration::ZERO);
        let times = begins(&mut pace, &mut Chance::always(0.0), 7);
        assert_eq!(
            times.iter().map(Duration::as_millis).collect::<Vec<_>>(),
            [0, 220, 440, 660, 880, 1100, 1320]
        );
    }

    #[test]
    fn the_first_after_a_pause_need_not_wait() {
        let (mut pace, mut chance) = (Pace::new(0.5, Duration::ZERO), Chance::always(0.0));
        begins(&mut pace, &mut chance, 1);
        let later = Instant::now() + Duration::from_mins(1);
        assert_eq!(pace.next(later, &mut chance), later);
    }

    proptest! {
        #[test]
        #[allow(clippy::cast_precision_loss, reason = "a small number")]
        fn no_second_has_more_than_the_rate_and_none_is_later_than_the_jitter(
            rate in 1_u32..50, jitter in 0_u64..2000, logins in 1_usize..200,
        ) {
            let jitter = Duration::from_millis(jitter);
            let mut pace = Pace::new(f64::from(rate), jitter);
            let times = begins(&mut pace, &mut Chance::new(), logins);
            let most = rate as usize;
            for pair in times.windows(most + 1) {
                prop_assert!(pair[most] >= pair[0] + Duration::from_secs(1), "{pair:?}");
            }
            for (index, time) in times.iter().enumerate() {
                let turn = WINDOW.mul_f64(index as f64 / f64::from(rate));
                prop_assert!(*time <= turn + jitter + Duration::from_millis(1), "{index}: {time:?}");
            }
        }
    }
}
